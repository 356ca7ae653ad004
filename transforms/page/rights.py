"""Headers and body of a page -> what it says of its use by machines. Pure; bounded in time on any bytes.

A page is **opted out** when it asks machines not to keep or read it:

- `noai`, `noml` (X-Robots-Tag or meta): an agreed word against machine reading.
- `noindex`, `none`: we build an index of it, whatever else we do.
- `tdm-reservation: 1` (header or meta): the W3C's TDM Reservation Protocol, text and data mining reserved.

These are kept as signals and do not stop a page: `noarchive` and `nocache` ask that no copy be *shown*, and ours is
not; 1 in 15 news pages says so. `noimageai` is about pictures, `nosnippet` about search results.
A paywall (schema.org's `isAccessibleForFree`) is a signal, too. A directive may be addressed to one robot; ours, and
those to nobody in particular, count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple

HEAD_BYTES = 262_144  # heads of news pages carry scripts of 100 KB and more before their last meta
PAYWALL_BYTES = 2_000_000
OPT_OUT = ("noai", "noml", "noindex", "none")
_KEPT_WORDS = {*OPT_OUT, "noimageai", "noarchive", "nocache", "nosnippet", "nofollow"}
_VALUED = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}  # directives with a colon
_ROBOT = re.compile(r"\*|[a-z0-9_-]{1,60}")
_TOKEN = re.compile(
    rb"<!--|<(?:script|style|noscript|template)\b|</head\b|<body\b|<meta\b[^<>]{0,4000}>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""([a-z-]{1,40})\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_FREE = b"isaccessibleforfree"
_FALSE = re.compile(
    rb"""\\?["']?\s{0,8}(?:content\s{0,8})?[:=]\s{0,8}\\?["']?false"""
)  # JSON-LD, JSON in a string, or meta


class Rights(NamedTuple):
    """`reason` says in words why a page is opted out. `signals` holds what was found, for the record."""

    opted_out: bool
    reason: str
    signals: dict[str, str]


def rights(headers: Iterable[tuple[str, str]], body: bytes, agent: str = "newsbeam") -> Rights:
    """`headers` with names in lower case; `agent` is our product token in lower case."""
    headers = list(headers)
    metas = list(_metas(_head(body)))
    sources = {
        "x-robots-tag": _words((v for k, v in headers if k == "x-robots-tag"), agent, addressed=True),
        "meta robots": _words((v for k, v in metas if k in ("robots", agent)), agent, addressed=False),
    }
    signals = {name: ", ".join(words) for name, words in sources.items() if words}
    reasons = [f"{name} says {word}" for name, words in sources.items() for word in words if word in OPT_OUT]
    for where, pairs in (("header", headers), ("meta", metas)):
        if any(key == "tdm-reservation" and value.strip() == "1" for key, value in pairs):
            signals["tdm-reservation"] = "1"
            reasons.append(f"tdm-reservation is 1 ({where})")
        signals |= {key: value.strip() for key, value in pairs if key == "tdm-policy" and value.strip()}
    if _is_paywalled(body):
        signals["paywall"] = "isAccessibleForFree is false"
    return Rights(bool(reasons), "; ".join(reasons), signals)


def _is_paywalled(body: bytes) -> bool:
    text, position = body[:PAYWALL_BYTES].lower(), 0  # finding bytes is ten times as fast as a pattern without case
    while (position := text.find(_FREE, position)) >= 0:
        position += len(_FREE)
        if _FALSE.match(text, position):
            return True
    return False


def _words(values: Iterable[str], agent: str, *, addressed: bool) -> list[str]:
    """The directives that we keep, for us or for everybody, once each. Headers may be `addressed` to one robot."""
    found: dict[str, None] = {}
    for value in values:
        ours = True
        for piece in value.split(","):
            name, colon, rest = (part.strip() for part in piece.lower().partition(":"))
            if colon and addressed and name not in _VALUED and _ROBOT.fullmatch(name):  # not the colon of a date
                ours, name = name in (agent, "*"), rest.strip()  # holds for what follows in this value
            if ours and name in _KEPT_WORDS:
                found[name] = None
    return list(found)


def _head(body: bytes) -> bytes:
    head = body[:HEAD_BYTES]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").encode()
    return head


def _metas(head: bytes) -> Iterator[tuple[str, str]]:
    """(name in lower case, content) of the meta elements of the head; comments, scripts and styles are passed over."""
    position, lower = 0, head.lower()
    while found := _TOKEN.search(head, position):
        token = found[0].lower()
        if token.startswith((b"</head", b"<body")):
            return
        position = found.end()
        if token.startswith(b"<meta"):
            yield from _meta(found[0])
            continue
        end = lower.find(b"-->" if token == b"<!--" else b"</" + token[1:], position)
        if end < 0:
            return
        position = end


def _meta(element: bytes) -> Iterator[tuple[str, str]]:
    attributes: dict[str, str] = {}
    for key, double, single, bare in _ATTRIBUTE.findall(element.decode("utf-8", "replace")):
        attributes.setdefault(key.lower(), unescape(double or single or bare))
    if "name" in attributes and "content" in attributes:
        yield attributes["name"].strip().lower(), attributes["content"]
