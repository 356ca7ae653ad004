"""What a page says of its own address -> the canonical one in its site, and another site's where it names one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemas.records import Contradiction
from transforms.links import absolute, canonical, registrable_domain
from transforms.page.metatags import Found, Meta
from transforms.url_parts import split

FOREIGN_CANONICAL = "link:canonical, another site"  # the origin of a `source_url`
_CANONICAL = re.compile(r"(?:^|\s)canonical(?:\s|$)", re.IGNORECASE)


def own(tree: Any, meta: Meta, url: str) -> tuple[Found, tuple[Contradiction, ...]]:
    """(address, origin), and an `og:url` that leads elsewhere on the site than the canonical link."""
    found = list(_canonicals(tree, meta, url))
    if not found:
        return ("", ""), ()
    mine = found[0]
    other = next((one for one in found if canonical(one[0]) != canonical(mine[0])), None)
    if other is None:
        return mine, ()
    reason = "a canonical link comes before meta tags"
    return mine, (Contradiction(field="canonical_url", value=other[0][:300], origin=other[1], reason=reason),)


def elsewhere(tree: Any, url: str) -> str:
    """The page of another registrable domain that a canonical link names: whose text it is. "" where none is named.

    A page that was read from a file is at home where it says.
    """
    if split(url) is None:
        return ""
    for value in _canonical_links(tree):
        address = absolute(value, url)
        there = split(address) if address else None
        if there is not None and (there.path != "/" or there.query):
            return address if registrable_domain(address) != registrable_domain(url) else ""
    return ""


def _canonical_links(tree: Any) -> list[str]:
    """As they are written."""
    return [node.get("href") or "" for node in tree.iter("link") if _CANONICAL.search(node.get("rel") or "")]


def _canonicals(tree: Any, meta: Meta, url: str) -> Iterator[Found]:
    """Inside one registrable domain only; and no article's address is its site's front page, as some templates say."""
    here = split(url)
    site = registrable_domain(url) if here else ""
    links = [(value, "link:canonical") for value in _canonical_links(tree)]
    for value, origin in [*links, *meta.first(["og:url"])]:
        address = absolute(value, url)
        there = split(address) if address else None
        if there is None or (site and registrable_domain(address) != site):
            continue
        if there.path == "/" and not there.query and here is not None and (here.path != "/" or here.query):
            continue
        yield address, origin
