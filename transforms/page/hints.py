"""What the names that site makers give to elements say of what stands in them: patterns of `class` and `id`.

A hint is no verdict: each is one feature among others of a block (`weigh.py`), as its distance in levels.
"""

from __future__ import annotations

import re
from functools import lru_cache

HINTS: dict[str, str] = {
    "body": r"article[-_]?(?:body|content|text)|(?:entry|rich|text|main)[-_]?(?:content|text)|wysiwyg|prose"
    r"|(?:post|story)[-_]?(?:body|content|text)|(?:body|content)[-_]?(?:text|copy|content|body)",
    "article": r"article|story|post|entry|content|text|body|news",
    "comment": r"comment|disqus|discuss|reply|replies|respond|reader-?feedback",
    "share": r"shar(?:e|ing)|social|follow|twitter|facebook|whatsapp|addthis|sociable",
    "related": r"relat|recommend|more[-_]|read[-_]?(?:more|next|also)|also[-_]|trending|popular|most[-_]|latest"
    r"|outbrain|taboola|up[-_]?next|you[-_]?may|recirc|suggest|similar|recent",
    "nav": r"nav|menu|breadcrumb|crumb|pagination|pager|prev|next|skip|toc|toolbar|sitemap|tab",
    "promo": r"promo|newsletter|subscri|sign[-_]?up|advert|(?:\b|[-_])ads?(?:\b|[-_])|sponsor|banner|donat|paywall"
    r"|offer|cta|campaign|popup|modal|overlay|marketing",
    "foot": r"foot|copyright|legal|disclaimer|terms|colophon|bottom",
    "meta": r"byline|author|dateline|\bdate|time|meta|posted|publish|updated|timestamp|bio|credit|source",
    "caption": r"caption|photo|image|img|gallery|figure|media|video|slide|carousel",
    "tags": r"\btags?\b|tag[-_s]|[-_]tags?|topic|categor|label|keyword|cat-?links",
    "cookie": r"cookie|consent|gdpr|privacy|onetrust|ccpa",
    "side": r"sidebar|side[-_]|rail|widget|aside|secondary|(?:right|left)[-_]?col",
    "card": r"teaser|card|thumb|tile|list[-_]?item|grid|headline|item|feed|river|block-?list",
    "title": r"title|headline|heading|hed\b|kicker|eyebrow|subtitle|dek|standfirst|summary|lead|intro|excerpt|deck",
    "hidden": r"hidden|hide|sr-only|visually|screen-reader|print|invisible|display-?none|d-none",
}
NAMES = tuple(HINTS)
_PATTERNS = tuple(re.compile(pattern) for pattern in HINTS.values())
_LONGEST = 300  # characters of a name that are looked at
AREAS = ("article", "main", "nav", "footer", "header", "aside", "form", "figure", "li", "table")
_ROLES = {
    "navigation": "nav", "main": "main", "banner": "header", "contentinfo": "footer", "complementary": "aside",
    "article": "article",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def of_name(name: str) -> tuple[int, ...]:
    """The places in `NAMES` of what a class and an id hint at."""
    low = name[:_LONGEST].lower()
    return tuple(i for i, pattern in enumerate(_PATTERNS) if pattern.search(low))


def area(tag: str, role: str) -> int:
    """The place in `AREAS` of what an element is by its tag or its role, -1 for none."""
    name = _ROLES.get(role, tag)
    return AREAS.index(name) if name in AREAS else -1
