"""What a recorded page should come to, as its file says, and where a reading differs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from schemas import tomlfile
from schemas.errors import ConfigError
from transforms.page.read import Extracted

_KEYS: dict[str, type] = {
    "url": str, "fetched": str, "title": str, "authors": list, "published": str,
    "words": int, "first": str, "last": str, "dropped": list,
}  # fmt: skip
_NEEDED = ("url", "fetched", "words")


class Expected(NamedTuple):
    """None: nothing is said of it."""

    url: str
    fetched: str  # the day
    words: int
    title: str | None = None
    authors: list[str] | None = None
    published: str | None = None  # as precise as the page tells it
    first: str | None = None  # words of the text, with any blanks between them
    last: str | None = None
    dropped: list[str] | None = None  # the beginning of each part that the rules leave out, in the order of the page


def parse_expected(text: str, file: str) -> Expected:
    """Raises ConfigError with file, line and remedy."""
    given = tomlfile.parse(text, file)
    tomlfile.check_keys(given, _KEYS, text=text, file=file, table="")
    for key, value in given.items():
        parts = value if isinstance(value, list) else [""]
        if type(value) is not _KEYS[key] or not all(isinstance(part, str) for part in parts):
            line = tomlfile.line_of(text, "", key)
            kind = {str: "a text in quotes", int: "a whole number", list: "a list of texts"}[_KEYS[key]]
            raise ConfigError(f"{key} is no good", file=file, line=line, remedy=kind)
    for key in _NEEDED:
        if key not in given:
            raise ConfigError(f"{key} is missing", file=file, line=1, remedy=f"add {key} = ...")
    return Expected(**given)


def differences(found: Extracted, wanted: Expected) -> Iterator[str]:
    """In words, each field that is not as expected."""
    if found.layout is None:
        yield f"no layout holds on {wanted.fetched}"
    elif not found.layout.applied:
        yield found.layout.why
    words = found.text.split()
    published = found.meta.published.value if found.meta.published else ""
    if len(words) != wanted.words:
        yield f"words: {len(words)}, not {wanted.words}"
    pairs: list[tuple[str, Any, Any]] = [
        ("title", found.meta.title, wanted.title),
        ("authors", list(found.meta.authors), wanted.authors),
        ("published", published, wanted.published),
        ("first", " ".join(words[: len((wanted.first or "").split())]), _plain(wanted.first)),
        ("last", " ".join(words[-len((wanted.last or "x").split()) :]), _plain(wanted.last)),
    ]
    for name, mine, theirs in pairs:
        if theirs is not None and mine != theirs:
            yield f"{name}: {mine!r}, not {theirs!r}"
    if wanted.dropped is not None:
        dropped = [" ".join(removal.exact.split()) for removal in found.removals]
        for at in range(max(len(dropped), len(wanted.dropped))):
            mine = dropped[at] if at < len(dropped) else ""
            theirs = wanted.dropped[at] if at < len(wanted.dropped) else ""
            if not theirs or not mine.startswith(" ".join(theirs.split())):
                yield f"dropped: {mine[:40]!r}, not {theirs!r}"


def _plain(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())
