"""Headers and body of a page -> what it says of its use by machines. Pure; bounded in time on any bytes.

A page is **opted out** when it asks machines not to keep or read it:

- `noai`, `noml` (X-Robots-Tag or meta): an agreed word against machine reading.
- `noindex`, `none`: we build an index of it, whatever else we do.
- `tdm-reservation: 1` (header or meta), or a rule of `/.well-known/tdmrep.json` where neither speaks: the W3C's TDM
  Reservation Protocol, text and data mining reserved.
- a group of robots.txt that closes the address to crawlers of language models (`pipeline/web/optouts.py`).

These are kept as signals and do not stop a page: `noarchive` and `nocache` ask that no copy be *shown*, and ours is
not; 1 in 15 news pages says so. `noimageai` is about pictures, `nosnippet` about search results.
A paywall (schema.org's `isAccessibleForFree`) is a signal, too. A directive may be addressed to one robot; ours, and
those to nobody in particular, count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from transforms.page import head

PAYWALL_BYTES = 2_000_000
NOTHING_SAID: Mapping[str, str] = {}
OPT_OUT = ("noai", "noml", "noindex", "none")
_KEPT_WORDS = {*OPT_OUT, "noimageai", "noarchive", "nocache", "nosnippet", "nofollow"}
_VALUED = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}  # directives with a colon
_ROBOT = re.compile(r"\*|[a-z0-9_-]{1,60}")
_FREE = b"isaccessibleforfree"
_FALSE = re.compile(
    rb"""\\?["']?\s{0,8}(?:content\s{0,8})?[:=]\s{0,8}\\?["']?false"""
)  # JSON-LD, JSON in a string, or meta


class Rights(NamedTuple):
    """`reason` says in words why a page is opted out. `signals` holds what was found, for the record."""

    opted_out: bool
    reason: str
    signals: dict[str, str]


def rights(
    headers: Iterable[tuple[str, str]],
    body: bytes,
    agent: str = "newsbeam",
    site: Mapping[str, str] = NOTHING_SAID,
) -> Rights:
    """`headers` with names in lower case; `agent` is our product token in lower case.

    `site` holds what files of the site say of this address (`schemas.ports.Response.reserved`).
    """
    headers = list(headers)
    metas = list(head.metas(body))
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
    if not any(key == "tdm-reservation" for key, _ in [*headers, *metas]) and site.get("tdmrep.json"):
        signals["tdmrep.json"] = site["tdmrep.json"]
        reasons.append(f"tdmrep.json: {site['tdmrep.json']}")
    if words := site.get("robots.txt"):
        signals["robots.txt"] = words
        reasons.append(f"robots.txt {words}")
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
