"""The claims of two revisions of one article -> which were added, reworded, changed or withdrawn. Pure.

Claims are paired by their words, whoever speaks: first those that stayed to the letter, then the most alike. What is
left on one side was added or withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from transforms.statements.amounts import unmoved
from transforms.statements.compare import likeness
from transforms.statements.facts import Facts
from transforms.statements.speakers import same

ALIKE = 0.5  # likeness from which a claim is the one before it, in other words


class Change(StrEnum):
    ADDED = "added"
    REWORDED = "reworded"
    NUMBER = "number"
    SPEAKER = "speaker"
    WITHDRAWN = "withdrawn"


class Step(NamedTuple):
    """What became of a claim; `kind` is None where nothing did. One side is None of what was added or withdrawn."""

    kind: Change | None
    before: Facts | None
    after: Facts | None


def steps(before: Sequence[Facts], after: Sequence[Facts]) -> list[Step]:
    """Every claim of both once: those that are there now in their order, then what is gone."""
    was = dict(_pairs(before, after))
    now = [Step(_kind(was[k], one) if k in was else Change.ADDED, was.get(k), one) for k, one in enumerate(after)]
    kept = {one.claim_id for one in was.values()}
    return now + [Step(Change.WITHDRAWN, one, None) for one in before if one.claim_id not in kept]


def _pairs(before: Sequence[Facts], after: Sequence[Facts]) -> Iterator[tuple[int, Facts]]:
    """(place in `after`, claim before): the best pairs first, each claim in one."""
    rated = [
        (_alike(old, new), -abs(i - k), -i, -k) for i, old in enumerate(before) for k, new in enumerate(after)
    ]  # fmt: skip
    olds, news = set[int](), set[int]()
    for score, _, i, k in sorted(rated, reverse=True):
        if score < ALIKE:
            return
        if i not in olds and k not in news:
            olds.add(i)
            news.add(k)
            yield -k, before[-i]


def _alike(old: Facts, new: Facts) -> float:
    """Above 1 for the same words; by the same speaker rather than by another."""
    alike = 2.0 if old.folded == new.folded else likeness(old, new)
    return alike + 0.1 * (same(old.speaker, new.speaker) or old.speaker == new.speaker) if alike >= ALIKE else 0.0


def _kind(old: Facts, new: Facts) -> Change | None:
    if old.speaker.key != new.speaker.key and not same(old.speaker, new.speaker):
        return Change.SPEAKER
    if old.folded == new.folded:
        return None
    figures = [any(unmoved(a, b) for b in old.amounts) for a in new.amounts]
    return Change.NUMBER if len(old.amounts) != len(new.amounts) or not all(figures) else Change.REWORDED
