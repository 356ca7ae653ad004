"""The parts of the web client that need no network: decoding, addresses, further tries, robots.txt."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
import pytest
import zstandard

from pipeline.web import AioWeb
from pipeline.web.address import literal, parse_resolve, refusal
from pipeline.web.decode import Body, Broken
from pipeline.web.exchange import Answer, Fault
from pipeline.web.pace import Paces
from pipeline.web.retry import retry_after, wait_before_retry
from pipeline.web.robots import ours_only, product_token, read_rules
from schemas.config import Network, TestNetwork
from schemas.errors import ConfigError
from schemas.ports import Response

TEXT = ("The harbour stayed shut for a third day. " * 400).encode()
ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    "UTF-8": bytes,
}


def decoded(name: str, data: bytes, step: int = 7) -> bytes:
    body = Body(name)
    pieces = [piece for at in range(0, len(data), step) for piece in body.feed(data[at : at + step])]
    return b"".join([*pieces, *body.finish()])


def test_odd_but_honest_bodies_are_read():
    raw = zlib.compressobj(wbits=-15)
    assert decoded("deflate", raw.compress(TEXT) + raw.flush(), step=1) == TEXT
    assert decoded("gzip", gzip.compress(b"one ") + gzip.compress(b"two")) == b"one two"
    assert decoded("zstd", zstandard.compress(b"one ") + zstandard.compress(b"two")) == b"one two"
    assert decoded("gzip", gzip.compress(TEXT) + b"\0\0\0") == TEXT
    assert decoded("gzip", b"") == b""


def test_thousands_of_empty_members_are_refused():
    with pytest.raises(Broken, match="members"):
        decoded("gzip", gzip.compress(b"") * 2_000, step=65_536)


def test_when_to_try_again_is_decided_by_rule():
    now, network = datetime(2026, 3, 1, tzinfo=UTC), Network(retries=2, max_retry_wait_s=30)

    def wait(result: Answer | Fault, tries: int = 1) -> float | None:
        return wait_before_retry(result, tries, network, now)

    def answer(status: int, after: str = "") -> Answer:
        return Answer(status, (("retry-after", after),) if after else (), b"")

    assert wait(answer(429, "7")) == 7
    assert wait(answer(503, format_datetime(now + timedelta(seconds=9), usegmt=True))) == 9
    assert wait(answer(429, "31")) is None
    assert wait(answer(200)) is wait(answer(403)) is wait(answer(505)) is None
    assert wait(Fault("unreachable", "reset", again=True), 3) is None
    assert wait(Fault("unreachable", "no such name")) is None
    first, second = wait(answer(500), 1), wait(answer(500), 2)
    assert first is not None and 0.25 <= first <= 0.75
    assert second is not None and 0.5 <= second <= 1.5
    assert [retry_after(text, now) for text in ("soon", "-1", "", "9" * 30)] == [None, None, None, 999_999_999.0]


def test_crawl_delay_raises_the_gap_up_to_a_ceiling():
    hosts, paces = ("daily.test", "weekly.test", "metro.test"), Paces(2.0)
    paces.crawl_delay("daily.test", 5.0)
    paces.crawl_delay("weekly.test", 86_400.0)
    paces.crawl_delay("metro.test", 0.1)
    assert [paces.of(host).gap_s for host in hosts] == [5.0, 30.0, 2.0]


def test_robots_txt_is_read_for_our_own_name():
    def allows(text: str, url: str = "http://daily.test/a") -> bool:
        rules = read_rules(Response("", status=200, body=text.encode()), "newsbeam")
        return rules.allows(url, "newsbeam")

    assert not allows("User-agent: *\nDisallow: /")
    assert not allows("\ufeffUSER-AGENT: NewsBeam/2.0 # us\nDisallow: /\n\nUser-agent: *\nAllow: /")
    assert allows("User-agent: newsbeam\nAllow: /\n\nUser-agent: *\nDisallow: /")
    assert allows("User-agent: news\nDisallow: /")  # the token must match whole
    assert allows("User-agent: newsbeam-images\nDisallow: /")
    assert allows("User-agent: otherbot\nUser-agent: thirdbot\nDisallow: /")
    assert not allows("User-agent: otherbot\nUser-agent: newsbeam\nDisallow: /")
    assert not allows("User-agent: *\nDisallow: /*.pdf$\nDisallow: /a", "http://daily.test/x.pdf")
    assert allows("<html><body>not a robots.txt at all</body></html>")
    assert product_token("newsbeam/0.1 (+https://x.example)") == "newsbeam"


def test_a_hostile_robots_txt_costs_little():
    text = "".join(f"user-agent:a{n}\n" for n in range(15_000)) + "".join(f"disallow:/{n}\n" for n in range(15_000))
    assert len(ours_only(text, "newsbeam").splitlines()) == 30_000
    assert read_rules(Response("", status=200, body=text.encode()), "newsbeam").allows(
        "http://daily.test/1", "newsbeam"
    )


# addresses


def test_only_public_addresses_pass():
    inside = (
        "127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 0.0.0.0 "
        "224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.0.0.192 198.18.0.1 203.0.113.5 168.63.129.16 "
        ":: ::1 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 fec0::1 2001:db8::1 "
        "::ffff:10.0.0.1 ::ffff:127.0.0.1 ::7f00:1 "
        "2002:7f00:1:: 2002:a9fe:a9fe:: 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::a00:1 "
        "2001:0:4136:e378:8000:63bf:f5ff:fffe nonsense"
    )
    assert [address for address in inside.split() if not refusal(address)] == []
    public = (
        "93.184.215.14 8.8.8.8 2606:2800:21f:cb07:6820:80da:af6b:8b2c ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::"
    )
    assert [address for address in public.split() if refusal(address)] == []


def test_every_spelling_of_an_address_is_known():
    spelled = ("127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001")
    assert {literal(host) for host in spelled} == {"127.0.0.1"}
    assert literal("[::1]") == "::1"
    assert [literal(host) for host in ("daily.test", "1.2.3.4.5", "999.1.1.1", "0xzz", "a1")] == [""] * 5


def test_the_test_network_names_names_and_addresses():
    assert parse_resolve({"Daily.Test.": "127.0.0.1:80", "b.test": "[::1]:81"}) == {
        "daily.test": ("127.0.0.1", 80),
        "b.test": ("::1", 81),
    }
    for table in ({"a.test": "127.0.0.1"}, {"a.test": "here:80"}, {"127.0.0.1": "127.0.0.1:80"}, {"a.test": "[::1]:0"}):
        with pytest.raises(ConfigError):
            AioWeb(Network(test=TestNetwork(table)))
