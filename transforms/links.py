"""A link as written -> its canonical form, which identities rest on. Pure; never fetches; never raises on any text.

The canonical form is a **name, not an address**: it says which article a link means, and two links that show one
article should give one name. What is fetched is the link as written (`absolute`). Why each choice is as it is stands
in `docs/decisions/0002-canonical-links.md`; in short:

- `http` and `https` on their default ports are one, written `https`; with another port the scheme stays.
- scheme and host in lower case, IDN as A-labels (UTS 46), no default port, no final dot, no user name or password.
- `www.`, `m.`, `mobile.`, `amp.` and `xx.m.` go, unless what remains is a public suffix (`www.gov.uk` stays).
- path: dot segments resolved (RFC 3986 5.2.4), percent-encoding normalised (6.2.2), `;jsessionid` cut, AMP segments and
  endings cut, folder index names and final slashes cut; double slashes inside and upper case stay.
- query: trackers and empty pieces go, the rest keeps its order; an empty query goes.
- fragment: goes, unless it is a route (`#!...`, `#/...`).
- Google's AMP pages and the AMP caches are unwrapped.
"""

from __future__ import annotations

import re
from functools import lru_cache

from transforms.link_tables import AMP_CACHES, INDEX_NAMES, SAME_SITE_LABELS, is_tracker
from transforms.url_parts import MAX_CHARS, Parts, registrable, registrable_domain, split

__all__ = ["MAX_CHARS", "Parts", "absolute", "canonical", "registrable_domain", "split"]

_ROUNDS = 16
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_AMP_ENDING = re.compile(r"\.amp(\.html?)?$")
_TELLING = re.compile(r"[0-9._-]")  # the last segment of an article's path: a slug, a number, a file
_MOBILE_OF_LANGUAGE = re.compile(r"([a-z]{2,3}(?:-[a-z]+)?)\.m\.(.+)")
_GOOGLE = re.compile(r"google\.[a-z]{2,3}(?:\.[a-z]{2})?")
_GOOGLE_AMP = re.compile(r"/amp/(s/)?(.+)")
_CACHE_AMP = re.compile(r"/(?:c|v|wp)/(s/)?(.+)")


def canonical(url: str, base: str = "") -> str:
    """The canonical form of a link, resolved against `base` if it is relative; "" if it is no http(s) link."""
    text = _once(split(url, base))
    for _ in range(_ROUNDS):  # until nothing changes: what one rule uncovers, another may drop
        again = _once(split(text))
        if again == text:
            return text
        text = again
    return ""


def absolute(url: str, base: str = "") -> str:
    """The link as written, absolute and fit to be sent (encoded, IDN as A-labels, no fragment); "" if it is none."""
    parts = split(url, base)
    text = parts._replace(fragment="").text() if parts else ""
    return text if len(text) <= MAX_CHARS else ""


def _once(parts: Parts | None) -> str:
    if parts is None:
        return ""
    host = _plain_host(parts.host)
    if inner := _unwrapped(host, parts):
        parts, host = inner, _plain_host(inner.host)
    fragment = parts.fragment if len(parts.fragment) > 1 and parts.fragment[0] in "!/" else ""
    scheme = parts.scheme if parts.port else "https"
    query = _plain_query(parts.query, host)
    text = Parts(scheme, host, parts.port, _plain_path(parts.path), query, fragment).text()
    return text if len(text) <= MAX_CHARS else ""


def _unwrapped(host: str, parts: Parts) -> Parts | None:
    """The page behind an AMP viewer or cache; None if this is none."""
    if _GOOGLE.fullmatch(host):
        found = _GOOGLE_AMP.fullmatch(parts.path)
    else:
        found = _CACHE_AMP.fullmatch(parts.path) if host.endswith(AMP_CACHES) else None
    if not found or "." not in found[2].partition("/")[0]:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return split(f"{'https' if found[1] else 'http'}://{found[2]}{query}")


@lru_cache(maxsize=16_384)
def _plain_host(host: str) -> str:
    while True:
        first, _, rest = host.partition(".")
        if first in SAME_SITE_LABELS and registrable(rest):
            host = rest
        elif (found := _MOBILE_OF_LANGUAGE.fullmatch(host)) and registrable(found[2]):
            host = f"{found[1]}.{found[2]}"
        else:
            return host


def _plain_path(path: str) -> str:
    path = _SESSION.sub("", path)
    segments = path.split("/")[1:]
    without = [segment for segment in segments if segment != "amp"]
    last = next((segment for segment in reversed(without) if segment), "")
    if len(without) < len(segments) and _TELLING.search(last):  # /2024/05/a-title/amp, not /tag/amp
        segments = without
    while segments and (segments[-1] == "" or segments[-1] in INDEX_NAMES):
        segments.pop()
    if segments and len(segments[-1]) > len(".amp.html"):
        segments[-1] = _AMP_ENDING.sub(r"\1", segments[-1])
    return "/" + "/".join(segments)


def _plain_query(query: str, host: str) -> str:
    if not query:
        return ""
    site = registrable(host)
    kept = []
    for piece in query.replace("&amp;", "&").split("&"):
        name, _, value = piece.partition("=")
        if piece and not is_tracker(name, value, site):
            kept.append(piece)
    return "&".join(kept)
