"""JSON Feed 1.0 and 1.1 (jsonfeed.org) -> the feed's own fields and its items. Pure.

Lenient where generators are: a numeric id, an item without an id, RFC 822 dates, `author` where 1.1 has `authors`, a
wrong type in one field (that field is left out). A document that breaks off keeps the items before the break.
"""

from __future__ import annotations

import json
import re
from typing import Any

from transforms.feed.dates import from_rfc3339
from transforms.feed.html import MAX_TEXT, clean, one_line, paragraphs, plain
from transforms.feed.items import RawFeed, RawItem

_VERSION = re.compile(r"jsonfeed\.org/version/", re.IGNORECASE)
_ITEMS = re.compile(r'"items"\s{0,100}:\s{0,100}\[')
_BETWEEN = re.compile(r"[\s,]*")


def read(text: str) -> RawFeed:
    """Read a JSON document that may be a feed."""
    document, reason = _load(text)
    if not isinstance(document, dict):
        return RawFeed("not_a_feed", reason or "a JSON document that is no object")
    listed = document.get("items")
    if not _VERSION.search(_text(document.get("version"))) or not isinstance(listed, list):
        return RawFeed("not_a_feed", reason or "a JSON document without the version and items of a JSON Feed")
    items = tuple(_item(item) for item in listed if isinstance(item, dict))
    if len(items) < len(listed):
        reason = reason or f"{len(listed) - len(items)} of {len(listed)} items are no objects"
    return RawFeed(
        "malformed" if reason else "ok",
        reason,
        title=_line(document.get("title")),
        link=_text(document.get("home_page_url")),
        language=_text(document.get("language")),
        items=items,
    )


def _load(text: str) -> tuple[Any, str]:
    """The document, and in words what was wrong with it."""
    try:
        return json.loads(text), ""
    except RecursionError:
        return None, "JSON nested too deep to read"
    except ValueError as error:
        reason = f"broken JSON: {error}"
    found = _ITEMS.search(text)
    if not found:
        return None, reason
    try:
        document = json.loads(text[: found.end()] + "]}")
        document["items"] = _items_before_the_break(text, found.end())
    except (ValueError, TypeError, RecursionError):
        return None, reason
    return document, reason


def _items_before_the_break(text: str, at: int) -> list[Any]:
    decoder = json.JSONDecoder()
    items: list[Any] = []
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return items
        items.append(item)


def _item(item: dict[str, Any]) -> RawItem:
    html, text = _text(item.get("content_html")), _text(item.get("content_text"))
    updated = from_rfc3339(item.get("date_modified"), "feed:updated")
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    tags = item.get("tags")
    return RawItem(
        links=(_text(item.get("url")), _text(item.get("external_url"))),
        guid=_text(item.get("id")),
        title=_line(item.get("title")),
        summary=_line(item.get("summary")) or (plain(html) if html else one_line(clean(text[:MAX_TEXT]))),
        content=html or paragraphs(text),
        authors=tuple(_line(person.get("name")) for person in people if isinstance(person, dict)),
        published=from_rfc3339(item.get("date_published"), "feed:published") or updated,
        updated=updated,
        categories=tuple(_line(tag) for tag in tags) if isinstance(tags, list) else (),
        language=_text(item.get("language")),
    )


def _text(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _line(value: object) -> str:
    return one_line(_text(value)[:MAX_TEXT])
