"""The written set of `benchmarks/statements`: short articles of invented outlets, with their statements marked.

    # SLUG DAY             a story; DAY counts from the set's first day
    @OUTLET HOUR | TITLE   an article, so many hours into that day; its text in the lines below
    {a:words}              a claim's content. Claims of a story with one label say the same
    {a=14:words}           ... and give this figure: claims of a label with other figures are in conflict,
    {a=15+:words}          ... but not with one that is told as a change
    {!a:words}             says the opposite of `a`, by the same speaker: a conflict
    {a~:words}             the words of `a` in another's mouth: a conflict

Words without a mark, and the words of another story, say something else. Half of the stories are for development
(`dev.txt`), half are not looked at (`test.txt`); a story's half was drawn by a hash of its slug.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "statements"
PARTS = ("dev", "test")
BEGIN = datetime(2026, 3, 1, 6, tzinfo=UTC)
SITES = {
    "hc": "harbour-courier.test",
    "nl": "northgate-ledger.test",
    "id": "inland-dispatch.test",
    "mp": "moorland-post.test",
    "ng": "newsgrid.test",
    "tl": "tern-letter.test",
}
_MARK = re.compile(r"\{(!?)([a-z])(~?)(?:=([\d.]+)(\+?))?:([^}]*)\}")


class Mark(NamedTuple):
    """A marked content. `cluster` is its statement; `frame` the label that opposites and other mouths share."""

    start: int
    end: int
    cluster: str
    frame: str
    negated: bool
    moved: bool  # in another's mouth
    figure: str
    update: bool


class Short(NamedTuple):
    """One article of the set."""

    story: str
    site: str
    at: datetime
    title: str
    text: str
    marks: tuple[Mark, ...]

    @property
    def url(self) -> str:
        return f"https://{self.site}/{self.story}/{self.at:%d%H}"


def articles(part: str) -> list[Short]:
    """Raises ValueError for a line that cannot be."""
    text = (FOLDER / f"{part}.txt").read_text(encoding="utf-8")
    return [short for story in re.split(r"^# ", text, flags=re.MULTILINE)[1:] for short in _story(story)]


def _story(block: str) -> Iterator[Short]:
    head, *parts = re.split(r"^@", block, flags=re.MULTILINE)
    slug, day = head.split()
    for part in parts:
        line, _, body = part.partition("\n")
        place, _, title = line.partition(" | ")
        outlet, hour = place.split()
        text, marks = unmarked(body.strip(), slug)
        at = BEGIN + timedelta(days=int(day), hours=int(hour))
        yield Short(slug, SITES[outlet], at, title, text, marks)


def unmarked(marked: str, story: str) -> tuple[str, tuple[Mark, ...]]:
    """The text without its marks, and where they stood in it."""
    text, marks, at = "", [], 0
    for found in _MARK.finditer(marked):
        text += marked[at : found.start()]
        start, at = len(text), found.end()
        text += found[6]
        frame = f"{story}/{found[2]}"
        marks.append(
            Mark(start, len(text), f"{frame}{found[1]}{found[3]}", frame, bool(found[1]), bool(found[3]),
                 found[4] or "", bool(found[5]))
        )  # fmt: skip
    text += marked[at:]
    if "{" in text or "}" in text:
        raise ValueError(f"{story}: a mark that cannot be read in {marked!r}")
    return text, tuple(marks)
