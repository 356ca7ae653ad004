"""Which other page a page stands for: its `meta refresh`, or its canonical link. Pure; bounded in time on any bytes.

Both are followed once, and within one registrable domain only: what leads elsewhere is read as it is. A refresh counts
when it comes within `SHORT_S` seconds and outside `noscript`; later ones are the reloads of live pages.

A canonical link is not followed when a fetch could bring nothing new, or the wrong page:

- it is another spelling of the address that answered (`links.canonical` gives both one name: trackers, `www.`, AMP),
  or the same path with less of its query;
- it is an address that led here;
- it is the front page, or a folder above the page: what some templates print on every page;
- the page itself was reached by a refresh: one step is enough.

docs/decisions/0006-followed-once.md says why.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from schemas.ports import Response
from transforms.links import absolute, canonical, registrable_domain, split
from transforms.page.head import Element, elements

SHORT_S = 5.0
REFRESH, CANONICAL = "meta refresh", "rel=canonical"
_REFRESH = re.compile(r"\s{0,20}(\d{0,9}(?:\.\d{0,9})?)[\s;,]{1,20}(?:url\s{0,20}=\s{0,20})?(.{0,4000})", re.I | re.S)
_CANONICAL = re.compile(r"(?:^|\s)canonical(?:\s|$)", re.IGNORECASE)


class Onward(NamedTuple):
    """Where a page sends those who read it, and by which of its words."""

    url: str
    via: str


def onward(response: Response) -> Onward | None:
    """The page to ask for instead of this one; None where it speaks for itself."""
    here = response.final_url or response.url
    found = list(elements(response.body))
    base = next((absolute(one.attributes.get("href", ""), here) for one in found if one.name == "base"), "") or here
    passed = {here, response.url, *response.redirects}
    if (target := _refresh(found, base)) and target != here and _same_site(target, here):
        return Onward(target, REFRESH)
    target = _link(found, base)
    if target and target not in passed and _same_site(target, here) and _another_page(target, here):
        return Onward(target, CANONICAL)
    return None


def follows(first: Response, second: Response, via: str) -> Response:
    """What a visit gets of two answers, the second asked for because the first said so.

    The record names both: the addresses of the first are passed through. A canonical link that leads to nothing, or in
    a circle, leaves the first page; a refresh that does so ends the visit, for its page holds no article.
    """
    here = first.final_url or first.url
    passed = (*first.redirects, here)
    there = second.final_url or second.url
    circle = there in passed or (via == REFRESH and _back(second, passed))
    if via == CANONICAL and (circle or second.failure or second.status != 200):
        return first
    done = second._replace(url=first.url, redirects=(*passed, *second.redirects), permanent=False, via=via)
    if circle:
        back = there if there in passed else passed[-1]
        words = f"its meta refresh leads in a circle, back to {back}"
        return done._replace(failure="unreachable", reason=words, cause="protocol", body=b"")
    return done


def _back(second: Response, passed: tuple[str, ...]) -> bool:
    """Whether the page that a refresh led to refreshes to where one came from."""
    there = second.final_url or second.url
    return not second.failure and second.status == 200 and _refresh(list(elements(second.body)), there) in passed


def _refresh(found: list[Element], base: str) -> str:
    for name, attributes in found:
        if name == "meta" and attributes.get("http-equiv", "").strip().lower() == "refresh":
            told = _REFRESH.match(attributes.get("content", ""))
            if told and float(told[1].strip(".") or 0) <= SHORT_S and (target := told[2].strip().strip("'\"")):
                return absolute(target, base)
    return ""


def _link(found: list[Element], base: str) -> str:
    links = (one.attributes for one in found if one.name == "link")
    return next((absolute(at.get("href", ""), base) for at in links if _CANONICAL.search(at.get("rel", ""))), "")


def _same_site(one: str, other: str) -> bool:
    site = registrable_domain(one)
    return bool(site) and site == registrable_domain(other)


def _another_page(target: str, here: str) -> bool:
    there, now = split(canonical(target)), split(canonical(here))
    if there is None or now is None or there == now:
        return False
    if there.path == now.path and there.host == now.host and set(there.query.split("&")) <= {*now.query.split("&"), ""}:
        return False
    return bool(there.query) or not (now.path + "/").startswith(there.path.rstrip("/") + "/")
