"""Sitemaps and news sitemaps (sitemaps.org, Google's news extension) -> the same raw items as a feed. Pure, linear.

Read block by block, so that one broken entry costs no other. A sitemap's index brings no items but `children`: the
sitemaps to read instead, the newest first.
"""

from __future__ import annotations

import re
from html import unescape

from schemas.records import DateValue
from transforms.feed.dates import from_rfc3339
from transforms.feed.html import one_line
from transforms.feed.items import RawFeed, RawItem
from transforms.feed.text import FeedText

ROOTS = frozenset({"urlset", "sitemapindex"})
MAX_ITEMS = 50_000  # what sitemaps.org allows
MAX_CHILDREN = 5
_START = re.compile(r"<(?:url|sitemap)(?:\s[^<>]*)?>")
_END = re.compile(r"</(?:url|sitemap)\s*>")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ASIDE = re.compile(
    r"<!--(?:[^-]|-(?!->)){0,20000}-->|<(image|video):([a-z]+)(?:\s[^<>]*)?>(?:[^<]|<(?!/\1:\2)){0,20000}</\1:\2\s*>"
)
"""Comments, and what a sitemap says of pictures and films: their titles and addresses are no article's."""
_FIELD = re.compile(
    r"<(?:[A-Za-z_][\w.-]*:)?(loc|lastmod|title|publication_date|name|language|keywords)(?:\s[^<>]*)?>"
    r"(?:\s*<!\[CDATA\[(.{0,4000}?)\]\]>\s*|([^<]*))</",
    re.DOTALL,
)


def read(text: FeedText) -> RawFeed:
    """Read a prepared sitemap; `not_a_feed` where it lists nothing."""
    body = _ASIDE.sub("", text.body)
    blocks = [_fields(_END.split(piece, 1)[0]) for piece in _START.split(body, MAX_ITEMS)[1:]]
    listed = [block for block in blocks if block.get("loc")]
    if text.name == "sitemapindex":
        dated = sorted((b for b in listed if b.get("lastmod")), key=lambda block: block["lastmod"], reverse=True)
        newest = dated + [block for block in reversed(listed) if not block.get("lastmod")]  # new parts are added behind
        children = tuple(block["loc"] for block in newest[:MAX_CHILDREN])
        changed = tuple(block.get("lastmod", "") for block in newest[:MAX_CHILDREN])
        found = RawFeed(children=children, changed=changed)
        return found if children else RawFeed("not_a_feed", "a sitemap index without sitemaps")
    if not listed:
        return RawFeed("not_a_feed", "a sitemap without addresses")
    reason = "" if re.search(r"</\s*urlset\s*>\s*$", body) else "it breaks off before its end"
    names = {block["name"] for block in listed if block.get("name")}
    return RawFeed(
        "malformed" if reason else "ok",
        reason,
        title=names.pop() if len(names) == 1 else "",
        items=tuple(map(_item, listed)),
    )


def _fields(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, quoted, plain in _FIELD.findall(block):
        found.setdefault(name, one_line(unescape(quoted or plain)))
    return found


def _item(block: dict[str, str]) -> RawItem:
    changed = _date(block.get("lastmod", ""), "sitemap:lastmod")
    published = _date(block.get("publication_date", ""), "sitemap:publication_date")
    return RawItem(
        links=(block["loc"],),
        guid=block["loc"],
        title=block.get("title", ""),
        published=published or changed,
        updated=changed,
        categories=tuple(filter(None, (word.strip() for word in block.get("keywords", "").split(",")))),
        language=block.get("language", ""),
    )


def _date(written: str, source: str) -> DateValue | None:
    if _DAY.fullmatch(written):
        return DateValue(value=written, precision="day", source=source)
    return from_rfc3339(written, source)
