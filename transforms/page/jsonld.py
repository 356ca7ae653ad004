"""The JSON-LD scripts of a page -> the nodes that describe its article, its media and itself. Never raises.

One broken script does not cost the others. What publishers get wrong most is read anyway: control characters inside
strings, HTML comments or CDATA around the script, a trailing semicolon, names in escaped HTML, lists where an object
is meant. Vocabulary: https://schema.org/Article and its subtypes.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

MAX_CHARS = 2_000_000  # of one script
MAX_NODES = 5_000  # of one page
ARTICLE_TYPES = frozenset(
    {"Article", "NewsArticle", "AnalysisNewsArticle", "AskPublicNewsArticle", "BackgroundNewsArticle",
     "OpinionNewsArticle", "ReportageNewsArticle", "ReviewNewsArticle", "AdvertiserContentArticle",
     "SatiricalArticle", "ScholarlyArticle", "Report", "BlogPosting", "LiveBlogPosting", "TechArticle",
     "SocialMediaPosting"}
)  # fmt: skip
MEDIA_TYPES = frozenset({"VideoObject", "AudioObject", "ImageGallery", "MediaGallery", "VideoGallery"})
INDEX_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ItemList"})
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s?<!\[CDATA\[|/\*\s?<!\[CDATA\[\s?\*/|<!\[CDATA\[)|(?:-->|//\s?\]\]>|\]\]>|;)\s*$"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_NAMES = ("name", "@value", "headline")
_BLANKS = re.compile(r"\s+")

Node = dict[str, Any]


class PageNodes(NamedTuple):
    articles: tuple[Node, ...]  # the likeliest one first
    types: frozenset[str]  # of all nodes of the page
    nodes: tuple[Node, ...]


def read(scripts: Iterable[str]) -> PageNodes:
    """All nodes of the page's scripts. Articles inside other nodes (`isPartOf`, `itemListElement`) come last."""
    nodes: list[tuple[int, Node]] = []
    for script in scripts:
        for value in _parse(script):
            for depth, node in _walk(value):
                nodes.append((depth, node))
                if len(nodes) >= MAX_NODES:
                    break
    articles = [(depth, node) for depth, node in nodes if types(node) & ARTICLE_TYPES]
    # A full description of the page's own article beats a stub of another: nearer the top, then more that is filled in.
    articles.sort(key=lambda pair: (pair[0], -sum(key in pair[1] for key in ("headline", "datePublished", "author"))))
    everything = tuple(node for _, node in nodes)
    return PageNodes(
        tuple(node for _, node in articles), frozenset().union(*(types(node) for node in everything)), everything
    )


def types(node: Node) -> frozenset[str]:
    given = node.get("@type")
    return frozenset(str(name).rpartition("/")[2] for name in as_list(given) if isinstance(name, str))


def as_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A plain string of what should be one: the first of a list, the name of an object; markup and entities undone."""
    for one in as_list(value):
        raw = next((one[k] for k in _NAMES if isinstance(one.get(k), str)), "") if isinstance(one, dict) else one
        if isinstance(raw, str) and (plain := plain_text(raw)):
            return plain
    return ""


def text_raw(nodes: Iterable[Node], key: str) -> str:
    """The longest string that a node holds under `key`, as written."""
    return max((one for node in nodes for one in as_list(node.get(key)) if isinstance(one, str)), key=len, default="")


def plain_text(raw: str) -> str:
    """One line without tags, and without entities even where they were escaped twice."""
    for _ in range(2):
        if _ENTITY.search(raw):
            raw = html.unescape(raw)
    return _BLANKS.sub(" ", _TAG.sub("", raw)).strip()


def paragraphs(raw: str) -> list[str]:
    """The paragraphs of an `articleBody`, which may hold markup or line ends."""
    raw = re.sub(r"<(?:br|/p|/div|/li|/h[1-6])\b[^<>]{0,300}>", "\n", html.unescape(raw), flags=re.IGNORECASE)
    return [line for line in (plain_text(part) for part in raw.split("\n")) if line]


def _parse(script: str) -> list[Any]:
    if len(script) > MAX_CHARS:
        return []
    for _ in range(2):
        script = _WRAPPING.sub("", script)
    decoder = json.JSONDecoder(strict=False)  # control characters inside strings are let through
    values, at = [], 0
    while at < len(script):  # some scripts hold several values, one after the other
        at = _next_value(script, at)
        if at < 0:
            break
        try:
            value, at = decoder.raw_decode(script, at)
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values


def _next_value(script: str, at: int) -> int:
    starts = [found for found in (script.find("{", at), script.find("[", at)) if found >= 0]
    return min(starts, default=-1)


def _walk(value: Any) -> Iterator[tuple[int, Node]]:
    """Nodes with how far they are from the top; a graph and a plain list do not count as a level."""
    todo: deque[tuple[int, Any]] = deque([(0, value)])
    while todo:
        depth, one = todo.popleft()
        if isinstance(one, list):
            todo.extend((depth, item) for item in one[:MAX_NODES])
        elif isinstance(one, dict):
            if "@type" in one:
                yield depth, one
            for key, inner in one.items():
                if key in ("@graph", "mainEntity", "mainEntityOfPage"):
                    todo.append((depth, inner))
                elif isinstance(inner, dict | list) and depth < 4:
                    todo.append((depth + 1, inner))
