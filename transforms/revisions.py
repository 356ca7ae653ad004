"""Two texts of one article -> what was added, removed and changed between them, paragraph by paragraph. Pure.

Paragraphs are compared by their keys, so white space, typography and counters make no change. In a stretch that differs
(difflib, after Ratcliff and Obershelp 1988) a new paragraph that shares half of its words with a gone one is that one,
changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from schemas.records import Change
from transforms.fold import steady

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
ALIKE = 0.5  # of the words of both
LOOK_AHEAD = 8  # new paragraphs among which a gone one is looked for


class Paragraph(NamedTuple):
    number: int  # from 1
    text: str
    key: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """In the order of the texts; empty where they differ in no more than white space, typography or counters."""
    old, new = paragraphs(before), paragraphs(after)
    matcher = SequenceMatcher(None, [p.key for p in old], [p.key for p in new])
    found: list[Change] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            found += _stretch(old[a:b], new[c:d])
    return tuple(found)


def paragraphs(text: str) -> list[Paragraph]:
    """The lines that say something; the numbers count every line that is not blank."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    numbered = (Paragraph(number, line, steady(line)) for number, line in enumerate(lines, 1))
    return [paragraph for paragraph in numbered if paragraph.key]


def _stretch(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Iterator[Change]:
    """Gone and new paragraphs of one place. Those that belong together keep their order."""
    words = [Counter(paragraph.key.split()) for paragraph in new]
    at = 0
    for gone in old:
        mine = Counter(gone.key.split())
        ahead = range(at, min(at + LOOK_AHEAD, len(new)))
        likest = max(ahead, key=lambda n: _alike(mine, words[n]), default=-1)
        if likest < 0 or _alike(mine, words[likest]) < ALIKE:
            yield Change(kind=REMOVED, before=gone.text, before_at=gone.number)
            continue
        yield from (Change(kind=ADDED, after=p.text, after_at=p.number) for p in new[at:likest])
        one = new[likest]
        yield Change(kind=CHANGED, before=gone.text, after=one.text, before_at=gone.number, after_at=one.number)
        at = likest + 1
    yield from (Change(kind=ADDED, after=p.text, after_at=p.number) for p in new[at:])


def _alike(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / (one.total() + other.total())
