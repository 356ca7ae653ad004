"""Where the feeds of a site may be: what its page links, what its robots.txt names, and where such things usually lie.

Pure: it names addresses to try, the likeliest first; whether a feed is there only a request tells.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from transforms.feed.html import one_line
from transforms.links import absolute
from transforms.page import text as pagetext
from transforms.page.charset import decode

TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
PLACES = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/posts/default")
SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")
MOST_LINKS = 40
_FEEDLIKE = re.compile(r"(?:^|[/._?=-])(?:rss|atom|feeds?|rdf)(?:[/._?&=-]|$)", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


class Place(NamedTuple):
    """An address where a feed may be, and why it is thought of."""

    url: str
    why: str  # `link element`, `link in the page`, `robots.txt`, `usual place`
    title: str = ""


def in_page(html: bytes, content_type: str, url: str) -> list[Place]:
    """What a page offers: its `link rel=alternate` elements, then links that look like feeds."""
    tree = pagetext.parse(decode(html, content_type).text)
    if tree is None:
        return []
    base = next(iter(tree.xpath("//base/@href")), url)
    found = []
    for link in tree.iter("link"):
        kinds = link.get("rel", "").lower().split()
        if "alternate" in kinds and link.get("type", "").lower().split(";")[0].strip() in TYPES:
            found.append(Place(absolute(link.get("href", ""), absolute(base, url) or url), "link element",
                               one_line(link.get("title", ""))))  # fmt: skip
    for anchor in tree.iter("a"):
        href = anchor.get("href", "")
        if _FEEDLIKE.search(href.partition("#")[0]):
            found.append(Place(absolute(href, absolute(base, url) or url), "link in the page"))
    return distinct(found)[:MOST_LINKS]


def in_robots(text: str, url: str) -> list[Place]:
    return distinct([Place(absolute(found, url), "robots.txt") for found in _SITEMAP_LINE.findall(text)])[:MOST_LINKS]


def usual(url: str) -> list[Place]:
    """Of the site of an address, whatever its path."""
    return distinct([Place(absolute(path, url), "usual place") for path in (*PLACES, *SITEMAPS)])


def distinct(places: list[Place]) -> list[Place]:
    """Each address once, the first reason for it kept; those that are no address left out."""
    seen: dict[str, Place] = {}
    for place in places:
        if place.url:
            seen.setdefault(place.url, place)
    return list(seen.values())
