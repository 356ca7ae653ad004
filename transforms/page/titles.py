"""What page and feed say the title is -> one choice, its origin, and what other origins say instead. Pure.

Each place has a weight; what most weight speaks for is the title. The site's name, a section or a kicker goes only on
evidence: the page states that name for its site, its address spells it, or a main heading shows the title without it.
What other titles of the site show is looked at later, by `transforms/titles.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from schemas.records import Contradiction
from transforms.page import jsonld
from transforms.page.graph import Graph
from transforms.page.metatags import TITLE, Found, Meta, line
from transforms.page.names import key

FIELD = "title"
MAX_TITLE = 500
MAX_RAW = 4_000  # characters of a title with its markup
MAX_CUTS = 4
MAX_KEPT = 3
WEIGHTS = {
    "jsonld": 8.0, "h1": 4.0, "feed": 3.0, "meta:og:title": 2.0, "h1:first": 1.0, "itemprop:headline": 1.0,
    "title": 1.0, "meta:twitter:title": 0.4, "jsonld:page": 0.4,
}  # fmt: skip
"""How much an origin counts. A headline in JSON-LD stands against each of the page's own marks; only the main heading,
the feed and a meta tag together outweigh it. On the development pages .89 of lone headings are right, .80 of
og:title."""
OTHER = 0.5
SOME = 1.5  # what another title weighs at least to be kept as a contradiction: not one of several headings
LOGO = 2  # words: a heading that short may be the site's
_KICKER = re.compile(r"kicker|eyebrow|overline|topline|roofline|dachzeile|section|category|label|badge|flag", re.I)
_ENDS = re.compile(r"\s+[|\-–—·•»:]+\s+|\s*[|｜]\s*|：")


class Title(NamedTuple):
    value: str = ""
    origin: str = ""
    contradictions: tuple[Contradiction, ...] = ()


def choose(tree: Any, meta: Meta, graph: Graph, feed: Found, sites: Collection[str]) -> Title:
    """`feed`: what a feed calls it, and the origin: `feed`, or `feed:other_site`, which speaks last."""
    headings = _headings(tree)
    shown = [text for text in headings if len(text.split()) > LOGO] or headings
    said: list[Found] = []
    for raw, origin in _said(tree, meta, graph, headings, feed):
        if value := without_site(jsonld.plain_text(raw[:MAX_RAW])[:MAX_TITLE], sites, shown).strip():
            said.append((value, origin))
    weights: dict[str, float] = {}
    spoken: set[tuple[str, str]] = set()
    for value, origin in said:
        if (key(value), origin) not in spoken:
            spoken.add((key(value), origin))
            weights[key(value)] = weights.get(key(value), 0.0) + WEIGHTS.get(origin, OTHER)
    if not said:
        return Title(feed[0], feed[1]) if feed[0] else Title()
    best = max(weights, key=lambda name: weights[name])  # the first of equals
    value, origin = next(one for one in said if key(one[0]) == best)
    return Title(value, origin, tuple(_others(value, said, weights)))


def _others(value: str, said: list[Found], weights: dict[str, float]) -> Iterator[Contradiction]:
    told, mine = {key(value)}, key(value)
    for other, origin in said:
        theirs = key(other)
        if theirs in told or not theirs or theirs in mine or mine in theirs or weights[theirs] < SOME:
            continue
        told.add(theirs)
        reason = f"its places weigh {weights[theirs]:.1f}, those of the title {weights[mine]:.1f}"
        yield Contradiction(field=FIELD, value=other[:300], origin=origin, reason=reason)
        if len(told) > MAX_KEPT:
            return


def _said(tree: Any, meta: Meta, graph: Graph, headings: list[str], feed: Found) -> Iterator[Found]:
    yield jsonld.text(graph.article.get("headline")) or jsonld.text(graph.article.get("name")), "jsonld"
    long = [text for text in headings if len(text.split()) > LOGO]
    if len(long) == 1 or (len(headings) == 1 and not long):
        lone = long or headings
        yield lone[0], "h1" if long else "h1:first"
    else:
        for text in headings[:10]:
            yield text, "h1:first"
    yield from meta.first(TITLE)
    if feed[1] == "feed":
        yield feed
    yield line(tree.findtext(".//head/title") or tree.findtext(".//title") or ""), "title"
    for node in tree.xpath(".//*[@itemprop='headline']")[:2]:
        yield line(node.get("content") or node.text_content())[:MAX_TITLE], "itemprop:headline"
    yield jsonld.text(graph.page.get("name")), "jsonld:page"


def _headings(tree: Any) -> list[str]:
    found = (line(_without_kicker(node)) for node in tree.iter("h1"))
    return list(dict.fromkeys(text for text in found if text and len(text) <= MAX_TITLE))


def _without_kicker(node: Any) -> str:
    """The heading's text without a first element that is named a kicker, if more follows it."""
    parts = list(node)
    whole = str(node.text_content())
    if parts and isinstance(parts[0].tag, str) and not (node.text or "").strip():
        first = str(parts[0].text_content())
        if _KICKER.search(parts[0].get("class") or "") and whole.strip() != first.strip():
            return whole.strip().removeprefix(first.strip())
    return " ".join(node.itertext()) if any(one.tag in ("br", "div", "p") for one in parts) else whole


def without_site(title: str, sites: Iterable[str], headings: Iterable[str] = (), cuts: int = MAX_CUTS) -> str:
    """Cut what follows a separator in a title, or stands before one, only on the page's own evidence: it states that
    name for the site, or shows the rest as a main heading.
    """
    names, heads = {key(name) for name in sites if name}, {key(name) for name in headings if name}
    places = list(_ENDS.finditer(title))
    for found in reversed(places):
        rest, end = title[: found.start()], title[found.end() :]
        if found.start() and (key(end) in names or (key(rest) and key(rest) in heads)):
            return without_site(rest.rstrip(), sites, headings, cuts - 1) if cuts > 1 else rest.rstrip()
    for found in places:
        start, rest = title[: found.start()], title[found.end() :]
        if rest and ((start and key(start) in names) or (key(rest) in heads and len(rest.split()) > LOGO)):
            return rest.lstrip()
    return title


def site_keys(sites: Iterable[str], domain: str) -> list[str]:
    """The names that the page gives its site, with those that its address spells: `newegg.com`, `newegg`."""
    label = domain.partition(".")[0]
    return [*sites, *((domain, label, f"www.{domain}") if domain else ())]
