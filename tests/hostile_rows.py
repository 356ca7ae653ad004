"""The hostile table: every bad input, how it is served, and the named result that it ends in.

A row's `serve` says its bytes over a socket (`tests/wire.py`). A feed's rows end in a PollResult, a page's in a
Disposition. The caps are low, so that each is reached; what the real ones cost stands in `benchmarks/hostile.py`.
"""

from __future__ import annotations

import gzip
from typing import NamedTuple

from hostile import PDF, PNG, WALL, article, rss
from wire import Serve, answer, endless, raw

from schemas.words import Disposition, PollResult

FEED_CAP, PAGE_CAP = 900_000, 400_000
TOTAL_S, EXTRACT_S = 3.0, 5.0
DEEP = 30_000
HTML = "Content-Type: text/html; charset=utf-8\r\n"


class Row(NamedTuple):
    """An input: how it is served, how it ends, words of the reason, and what is read of a feed all the same."""

    serve: Serve
    ends: str
    words: str
    links: tuple[str, ...] = ()


def of(name: str, *pages: str) -> str:
    return rss(*(f"http://{name}.test/{page}" for page in pages), title=name)


def feed(body: bytes, ends: PollResult, words: str = "", links: tuple[str, ...] = (), head: str = "") -> Row:
    return Row(answer(body, head), ends.value, words, links)


def before_last_item(name: str, inside: str) -> bytes:
    """Two good items with a third between them."""
    text = of(name, "one", "two")
    cut = text.rindex("<item>")
    odd = f"<item><title>Odd</title><link>http://{name}.test/odd</link>{inside}</item>"
    return f"{text[:cut]}{odd}{text[cut:]}".encode()


def with_prolog(prolog: str, name: str, entity: str) -> bytes:
    items = of(name, "one").partition("?>")[2]
    return (prolog + items.replace("About one", f"About &{entity};")).encode()


LAUGHS = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
LAUGHING = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY lol0 "lol">{LAUGHS}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY % all SYSTEM "http://10.0.0.1/all.dtd"> %all;]>'
ALL = ("odd", "one", "two")

BODIES = {
    "html": feed(article("a front page").encode(), PollResult.NOT_A_FEED, "<html>", head=HTML),
    "empty": feed(b"", PollResult.NOT_A_FEED, "empty"),
    "blank": feed(b" \r\n\t\x00\n", PollResult.NOT_A_FEED, "empty"),
    "picture": feed(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, PollResult.NOT_A_FEED, "no feed"),
    "cutfile": feed(
        of("cutfile", "one", "two", "three").encode()[:-120], PollResult.MALFORMED, "2 items read", ("one", "two")
    ),
    "big": feed(of("big", *map(str, range(9_000))).encode(), PollResult.TOO_LARGE, "900,000"),
    "millionitems": feed(b"<rss><channel>" + b"<item/>" * 1_000_000, PollResult.TOO_LARGE, "900,000"),
    "bigattribute": feed(
        before_last_item("bigattribute", f'<a b="{"x" * 10_000_000}"/>'), PollResult.TOO_LARGE, "900,000"
    ),
    "longattribute": feed(before_last_item("longattribute", f'<a b="{"x" * 800_000}"/>'), PollResult.NEW, "", ALL),
    "zipbomb": feed(
        gzip.compress(b"<rss>" + b" " * 50_000_000), PollResult.TOO_LARGE, "900,000", head="Content-Encoding: gzip\r\n"
    ),
    "zipinside": feed(gzip.compress(b"<rss>" + b" " * 60_000_000), PollResult.MALFORMED, "gzip file of more than"),
    "deepitem": feed(
        before_last_item("deepitem", "<a>" * DEEP + "</a>" * DEEP), PollResult.MALFORMED, "1 lost", ("one", "two")
    ),
    "deeptext": feed(
        before_last_item("deeptext", f"<description><![CDATA[{'<b>' * DEEP}]]></description>"), PollResult.NEW, "", ALL
    ),
    "deepopen": feed(b"<rss><channel>" + b"<a>" * DEEP, PollResult.MALFORMED, "0 items read"),
    "laughs": feed(with_prolog(LAUGHING, "laughs", "lol9"), PollResult.MALFORMED, "entities that expand"),
    "outside": feed(with_prolog(OUTSIDE, "outside", "secret"), PollResult.MALFORMED, "entities that expand"),
    "parameter": feed(with_prolog(PARAMETER, "parameter", "amp"), PollResult.MALFORMED, "entities"),
    "charset": feed(
        of("charset", "one").replace("?>", ' encoding="ascii"?>').replace("About one", "À propos d’un café").encode(),
        PollResult.NEW, "", ("one",),
    ),
    "latin": feed(
        of("latin", "one").replace("?>", ' encoding="utf-8"?>').replace("About one", "Käse").encode("cp1252"),
        PollResult.MALFORMED, "not of its charset", ("one",),
    ),
    "mixed": feed(
        of("mixed", "one", "two").encode().replace(b"About one", "Käse".encode()).replace(b"About two", b"K\xe4se"),
        PollResult.NEW, "", ("one", "two"),
    ),
    "klingon": feed(
        of("klingon", "one").replace("?>", ' encoding="klingon"?>').replace("About one", "Über größere Käse")
        .encode("cp1252"), PollResult.NEW, "", ("one",), "Content-Type: text/xml; charset=klingon\r\n",
    ),
    "utf7": feed(
        of("utf7", "one").replace("?>", ' encoding="utf-7"?>').replace("About one", "+ADw-script+AD4-").encode(),
        PollResult.NEW, "", ("one",), "Content-Type: text/xml; charset=utf-7\r\n",
    ),
    "nullbytes": feed(
        of("nullbytes", "one").encode().replace(b"About", b"A\x00b\x00out"), PollResult.NEW, "", ("one",)
    ),
    "json": feed(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id"', PollResult.MALFORMED, "JSON"),
    "deepest": feed(b"<rss><channel>" + b"<a>" * 290_000, PollResult.MALFORMED, "inside each other"),
    "manyitems": feed(
        b"<rss><channel>" + b"<item/>" * 100_000 + b"</channel></rss>", PollResult.MALFORMED, "more than 2,000 items"
    ),
    "manyelements": feed(
        b"<rss><channel>" + b"<a/>" * 200_000 + b"</channel></rss>", PollResult.MALFORMED, "100,000 elements"
    ),
}  # fmt: skip
"""Feeds whose bodies are bad."""


def wire(serve: Serve, ends: str, words: str) -> Row:
    return Row(serve, ends, words)


def leads(to: str) -> Serve:
    return answer(b"", f"Location: {to}\r\n", "302 Found")


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"4000\r\n" + b"<a/>" * 0x1000 + b"\r\n"
U, P, L = "unreachable", "private_address", "too_large"
WIRES = {
    "endless": wire(endless(CHUNKED, CHUNK), L, "larger than"),
    "drip": wire(endless(CHUNKED, b"1\r\n<\r\n", 0.5), U, "not complete after 3 s"),
    "driphead": wire(endless(b"HTTP/1.1 200 OK\r\n", b"X", 0.5), U, "not complete after 3 s"),
    "silent": wire(endless(b"", b"", 60.0), U, "not complete after 3 s"),
    "cutwire": wire(answer(b"<rss/>", "Content-Length: 9999\r\n"), U, "broke off"),
    "cutchunk": wire(raw(CHUNKED + b"4000\r\n<rss>"), U, "broke off"),
    "twolengths": wire(answer(b"<rss/>", "Content-Length: 6\r\nContent-Length: 7\r\n"), U, "no proper HTTP"),
    "badlength": wire(answer(b"<rss/>", "Content-Length: -6\r\n"), U, "no proper HTTP"),
    "loop": wire(leads("http://loop.test/rss?again"), U, "circle"),
    "tofile": wire(leads("file:///etc/passwd"), U, "no http or https address"),
    "togopher": wire(leads("gopher://inside.test/1"), U, "no http or https address"),
    "tocloud": wire(leads("http://169.254.169.254/latest/meta-data/"), P, "169.254.169.254 is a link-local address"),
    "todecimal": wire(leads("http://2130706433/"), P, "loopback"),
    "toport": wire(leads("http://toport.test.example:6379/"), U, "none of network.ports"),
    "barecr": wire(answer(b"<rss/>", "X-A: one\rX-Evil: two\r\n"), U, "no proper HTTP"),
    "nullhead": wire(answer(b"<rss/>", "X-A: one\x00two\r\n"), U, "no proper HTTP"),
    "bighead": wire(answer(b"<rss/>", f"X-A: {'x' * 100_000}\r\n"), U, "no proper HTTP"),
    "bigheads": wire(answer(b"<rss/>", f"X-A: {'x' * 1_000}\r\n" * 100), U, "no proper HTTP"),
    "manyheads": wire(answer(b"<rss/>", "X-A: b\r\n" * 15_000), U, "no proper HTTP"),
    "http09": wire(raw(b"<rss version='2.0'><channel></channel></rss>"), U, "no proper HTTP"),
    "smtp": wire(raw(b"220 mail.example ESMTP\r\n\r\n"), U, "no proper HTTP"),
    "closes": wire(raw(b""), U, "broke off"),
    "expired": wire(answer(b"<rss/>"), U, "TLS: certificate has expired"),
    "wrongname": wire(answer(b"<rss/>"), U, "TLS: "),
    "selfsigned": wire(answer(b"<rss/>"), U, "TLS: self-signed certificate"),
}
"""What is wrong on the wire ends alike for a feed and for a page."""

TLS = ("expired", "wrongname", "selfsigned")

INSIDE = {
    "http://127.0.0.1/": "loopback",
    "http://[::ffff:127.0.0.1]/": "127.0.0.1 is a loopback",  # IPv4-mapped
    "http://[2002:7f00:1::]/": "127.0.0.1 is a loopback",  # 6to4
    "http://[64:ff9b::a00:1]/": "10.0.0.1 is a private",  # NAT64
    "http://2130706433/": "127.0.0.1 is a loopback",
    "http://0177.0.0.1/": "127.0.0.1 is a loopback",
    "http://0x7f.1/": "127.0.0.1 is a loopback",
    "http://169.254.169.254/": "link-local",
    "http://localhost/": "leads to no public address",
}
"""Hosts that lead inside, in every spelling: `private_address` for a feed and for a page."""


def page(body: bytes, ends: Disposition, words: str = "", head: str = HTML) -> Row:
    return Row(answer(body, head), ends.value, words)


LOG = " ".join(
    f"On day {n} the gauge at lock {n * 7} showed {n * 3} marks, and nobody wrote why." for n in range(4_500)
)
GZIP = f"{HTML}Content-Encoding: gzip\r\n"
PAGES = {
    "fine": page(article("fine").encode(), Disposition.WRITTEN),
    "pdf": page(PDF, Disposition.NOT_ARTICLE, "a PDF", "Content-Type: application/pdf\r\n"),
    "pdf-as-html": page(PDF, Disposition.NOT_ARTICLE, "a PDF"),
    "image": page(PNG, Disposition.NOT_ARTICLE, "an image", "Content-Type: image/png\r\n"),
    "empty": page(b"", Disposition.NOT_ARTICLE, "empty"),
    "login": page(WALL, Disposition.NOT_ARTICLE, "login wall"),
    "deep": page(b"<html><body>" + b"<b>" * DEEP + b"deep", Disposition.NOT_ARTICLE, "no article text"),
    "line-over-cap": page(b"<p>" + b"word " * (PAGE_CAP // 4), Disposition.TOO_LARGE, "400,000"),
    "zip-over-cap": page(gzip.compress(b"<p>" + b"word " * PAGE_CAP), Disposition.TOO_LARGE, "400,000", GZIP),
    "line-under-cap": page(article("one line", LOG).encode(), Disposition.WRITTEN),
    "long-attribute": page(
        article("a").encode().replace(b"<p>", b'<p x="%s">' % (b"y" * 300_000)), Disposition.WRITTEN
    ),
    "null-bytes": page(article("nul").encode().replace(b"the ", b"th\x00e "), Disposition.WRITTEN),
    "utf-7": page(article("seven").encode(), Disposition.WRITTEN, "", "Content-Type: text/html; charset=utf-7\r\n"),
    "mixed-encodings": page(article("m").encode() + "é".encode() + b"\xe9", Disposition.WRITTEN),
    "laughs": page(LAUGHING.encode() + b"<html><p>&lol9;</p></html>", Disposition.NOT_ARTICLE, "no article text"),
    "slow": page(
        b"<html><body><article><p>" + b"<span>w </span>." * 20_000,
        Disposition.DEAD,
        "GuardTimeout: read_whole ran past",
    ),
    "fine-too": page(article("fine-too").encode(), Disposition.WRITTEN),
}
"""Pages of one good feed."""
