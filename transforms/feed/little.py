"""Parse little: of an XML feed that was read before, only the items that were not in it then. Pure, linear.

Each item's text has a mark (a hash of its characters). A document is made anew of its channel and the items whose mark
is not known; every reader behind this one reads it as it would the whole. In any doubt (items that nest, text between
them, a document that is not well-formed, another format) there is nothing to leave out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple

from transforms.feed.text import FeedText
from transforms.feed.wellformed import not_well_formed

MOST = 500  # marks that are kept of a feed
_ITEM = {"rss": "item", "rdf": "item", "feed": "entry"}
_EDGES = {name: re.compile(rf"<({name})(?=[\s>/])|</{name}\s*>") for name in set(_ITEM.values())}
_BETWEEN = re.compile(r"\s*")


class Little(NamedTuple):
    """`text` holds what is to be read; `marks` those of all items of the document, known ones too."""

    text: FeedText
    marks: tuple[str, ...] = ()
    skipped: int = 0


def only_new(text: FeedText, known: Collection[str]) -> Little:
    """The document without the items whose marks are known; the whole one, without marks, where that is in doubt."""
    pieces = _pieces(text)
    if pieces is None or not_well_formed(text.head + text.root + text.body):
        return Little(text)
    before, items, after = pieces
    marks = [blake2b(item.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() for item in items]
    held = frozenset(known)
    new = [item for item, mark in zip(items, marks, strict=True) if mark not in held]
    body = before + "\n".join(new) + after
    return Little(text._replace(body=body), tuple(dict.fromkeys(marks)), len(items) - len(new))


def _pieces(text: FeedText) -> tuple[str, list[str], str] | None:
    """(text before the items, the items, text behind them); None where items do not stand one behind the other."""
    if text.kind != "xml" or text.name not in _ITEM:
        return None
    items: list[str] = []
    first = last = opened = -1
    for edge in _EDGES[_ITEM[text.name]].finditer(text.body):
        if edge[1]:
            if opened >= 0:
                return None  # an item in an item, or a piece of one in a CDATA section
            if last >= 0 and not _BETWEEN.fullmatch(text.body, last, edge.start()):
                return None
            opened = edge.start()
            first = opened if first < 0 else first
        else:
            if opened < 0:
                return None
            items.append(text.body[opened : edge.end()])
            if len(items) > MOST:
                return None
            last, opened = edge.end(), -1
    before, after = text.body[:first], text.body[last:]
    if not items or opened >= 0 or not all(map(_closed, (before, *items, after))):
        return None
    return before, items, after


def _closed(piece: str) -> bool:
    """No CDATA section or comment begins in it and ends elsewhere: else its tags may be none."""
    return piece.count("<![CDATA[") == piece.count("]]>") and piece.count("<!--") == piece.count("-->")
