"""Bylines -> the persons they name. Pure; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

Byline = tuple[Iterable[str], str]  # lines that may name authors, and where they stand

MAX_AUTHORS = 20
CROWD = 3  # more names than this, in marks that every story on a page may bear, are those of other stories
_BLANKS = re.compile(r"\s+")
_BY = re.compile(
    r"(?:(?:written|words|story|text|reported|posted) by|by|authors?)\b:?(?:\s+(?=\S)|$)"
    r"|(?:von|par|por|di|door|af|av|text)\b:?\s+(?=\S+\s+\S)",  # these begin names too: a whole name must follow
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|;|\||/|•|·|\s(?:and|und|et|y|e|og|och|en|&)\s)\s*")
_NOT_A_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net|html?)\b|\d|[<>{}\[\]=]", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*(?:https?:|//|/|www\.)", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|staff|writer|contributor|ph\.?d|m\.?d|updated|published|admin)\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"[^\W\d_a-zß-ÿ]|(?:de|der|den|van|von|la|le|el|al|bin|da|di|du|dos)$")
_CLASSES = (
    ".//*[self::a or self::span or self::p or self::div or self::address]"
    "[contains(concat(' ', normalize-space(@class), ' '), ' author ') or contains(@class, 'byline')"
    " or contains(@class, 'author-name') or contains(@class, 'author__name') or contains(@class, 'author_name')]"
    "[string-length(normalize-space(.)) < 80]"
)


def persons(raw: Iterable[str], sites: Iterable[str] = ()) -> tuple[str, ...]:
    """Names out of bylines: no "By", no addresses, no roles, not the site itself. Agencies stay as written."""
    known = {key(name) for name in sites}
    names: dict[str, str] = {}
    for text in raw:
        if _ADDRESS.match(text):  # some give the author's page where the name is meant
            continue
        for part in _BETWEEN.split(_without_by(line(text))):
            name = _without_by(part).strip(" \t-–—,.;:|()")
            if not 2 <= len(name) <= 60 or len(name.split()) > 6 or _NOT_A_NAME.search(name) or _ROLE.search(name):
                continue
            if key(name) not in known:
                names.setdefault(key(name), name)
    return tuple(names.values())[:MAX_AUTHORS]


def first_persons(bylines: Iterable[Byline], sites: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The persons of the first byline that names any, and its origin."""
    for lines, origin in bylines:
        names = persons(lines, sites)
        if names and not (origin in ("rel:author", "itemprop:author") and len(names) > CROWD):
            return names, origin
    return (), ""


def visible(tree: Any) -> Iterator[Byline]:
    """What an lxml tree marks as its author, the surest mark first."""
    for path, origin in ((".//*[@rel='author']", "rel:author"), (".//*[@itemprop='author']", "itemprop:author")):
        yield [line(node.text_content())[:300] for node in tree.xpath(path)[:MAX_AUTHORS]], origin
    for node in tree.xpath(_CLASSES)[:MAX_AUTHORS]:
        yield [line(node.text_content())], "byline"


def in_text(text: str) -> tuple[str, ...]:
    """The persons of a line such as "By Ann Bee and Cy Dee" among the first lines of a text."""
    for first in text.split("\n", 10)[:10]:
        names = persons([first]) if len(first) <= 100 and _BY.match(first) else ()
        if names and all(len(name.split()) > 1 and all(map(_CAPITAL.match, name.split())) for name in names):
            return names
    return ()


def line(raw: str) -> str:
    return _BLANKS.sub(" ", raw).strip()


def key(name: str) -> str:
    """By which two spellings of a name or title are one: letters and digits alone, no article before them."""
    return re.sub(r"[\W_]+", "", name.casefold().removeprefix("the "))


def _without_by(text: str) -> str:
    found = _BY.match(text)
    return text[found.end() :] if found else text
