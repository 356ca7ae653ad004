"""The fields of an article for a person: each with its origin, and what other origins say instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from schemas.records import DateValue

SHOWN = (
    "title", "authors", "agency", "contributors", "published", "modified", "language", "section", "tags",
    "canonical_url", "source_url", "image", "image_caption", "licence", "is_accessible_for_free", "flags",
)  # fmt: skip
ALWAYS = frozenset({"title", "authors", "published", "language"})  # shown, too, where nothing is known of them
WIDTH = max(map(len, SHOWN))
LONG = 160  # characters of a value


class Line(NamedTuple):
    name: str
    value: str
    origin: str
    against: bool = False  # what another origin says; `origin` holds the reason, too


def lines(article: dict[str, Any]) -> Iterator[Line]:
    """The article of `try`'s answer, field by field in a fixed order."""
    for name in SHOWN:
        value = words(article.get(name))
        if value or name in ALWAYS:
            yield Line(name, value or "not known", article["origins"].get(name, "") if value else "")
        for one in article["contradictions"]:
            if one.field == name:
                yield Line("", _short(one.value), f"{one.origin}; not taken: {one.reason}", against=True)


def words(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, DateValue):
        zone = f", written with {value.zone}" if value.zone else ""
        return f"{value.value} ({value.precision}{zone})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return _short(", ".join(map(str, value)))
    return _short(str(value or ""))


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1].rstrip()}…"
