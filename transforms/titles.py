"""What the titles of a site share -> cut from a title, once enough other articles of the site have shown it. Pure.

"Harbour Post" at the end of every title of one site is its name, "Opinion |" before some is a section: nobody has to
say so. The ends are counted as lines of the site are (`repeats.py`), each under a key of its own. A stroke divides at
both ends; a dash only a last part, and only where much is left: "Ajax - Feyenoord" is a match. What stands before a
colon is the author's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from schemas.ids import make_id
from schemas.records import Contradiction
from transforms.fold import fold

MOST = 8  # ends of one title
MAX_CHARS = 60  # of an end: more is a sentence
LEAST, LEAST_BY_DASH = 2, 5  # words of what stays
REASON = "titles of the site share what was cut"
_STROKE = re.compile(r"\s+[|·•»]+\s+|\s*[|｜]\s*")
_DASH = re.compile(r"\s+[\-–—]+\s+")


class End(NamedTuple):
    """One end of a title, and the title without it."""

    key: str
    rest: str


def ends(title: str) -> Iterator[End]:
    """The parts of a title that may go: the last one, and the first one before a stroke."""
    strokes, dashes = list(_STROKE.finditer(title)), list(_DASH.finditer(title))
    if strokes:
        yield from _end("last", title[strokes[-1].end() :], title[: strokes[-1].start()], LEAST)
        yield from _end("first", title[: strokes[0].start()], title[strokes[0].end() :], LEAST)
    elif dashes:
        yield from _end("last", title[dashes[-1].end() :], title[: dashes[-1].start()], LEAST_BY_DASH)


def _end(side: str, end: str, rest: str, least: int) -> Iterator[End]:
    if end.strip() and len(end) <= MAX_CHARS and len(rest.split()) >= least:
        yield End(make_id("title", side, fold(end)), rest.strip())


def end_keys(title: str) -> tuple[str, ...]:
    """The keys of all that may go from a title, one end after the other."""
    found: dict[str, None] = {}
    todo = [title]
    while todo and len(found) < MOST:
        for end in ends(todo.pop()):
            if end.key not in found:
                found[end.key] = None
                todo.append(end.rest)
    return tuple(found)


def without_shared(title: str, shared: Collection[str]) -> str:
    """The title without the ends that other titles of the site have, too."""
    while found := next((end for end in ends(title) if end.key in shared), None):
        title = found.rest
    return title


def as_it_was(title: str, origin: str) -> Contradiction:
    """The title before anything was cut, for the record."""
    return Contradiction(field="title", value=title, origin=origin, reason=REASON)
