"""How near two texts are, by their samples: resemblance, containment, and how much of each the other covers. Pure.

Resemblance and containment count shingles (Broder 1997), and an edited word spoils three of them: a copy in which a
fifth of the words were changed shares half of its shingles, and so does a text of which half is a quotation. What tells
them apart is *where* the shared ones stand. Those of an edited copy are spread over all of it, those of a quotation lie
close together with long gaps between. So a text is covered by another but for such gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from transforms.shingles import Array, keys, numbers

T = TypeVar("T")

COPY = 0.5  # of a text is covered by another: it is a copy of it
GAP = 10  # sampled shingles in a row, about 20 words, that the other text lacks: more is a text's own
LEAST = 0.25  # containment of any copy; long texts share up to .14 with strangers, by turns of phrase
NEAREST = 8  # texts that one is compared with, by the keys they share
FEW = 24  # keys that a text asks for: one with fewer cannot expect two answers
COMMON = 8
"""A key that more articles than this hold is a turn of phrase, not evidence. Only originals hold keys: however many
copies there are of a text, its keys are rare."""


class Nearness(NamedTuple):
    """Of a text and another one; all shares are 0 to 1."""

    resemblance: float = 0.0  # shared shingles of all that either has
    containment: float = 0.0  # shared shingles of the text's own
    covered: float = 0.0  # of the text, by the other
    covers: float = 0.0  # of the other, by the text

    @property
    def is_copy(self) -> bool:
        return self.covered >= COPY

    @property
    def is_copied(self) -> bool:
        return self.covers >= COPY


def nearness(text: bytes, other: bytes) -> Nearness:
    """Of two samples. A sample without shingles is near to nothing."""
    a, b = numbers(text), numbers(other)
    if not len(a) or not len(b):
        return Nearness()
    ours, theirs = np.sort(a), np.sort(b)
    mine = _in(a, theirs)
    shared = _distinct(np.sort(a[mine]))
    return Nearness(
        resemblance=shared / (_distinct(ours) + _distinct(theirs) - shared),
        containment=float(np.mean(mine)),
        covered=covered(mine),
        covers=covered(_in(b, ours)),
    )


def covered(shared: npt.NDArray[np.bool_]) -> float:
    """The share of places that lie in no long gap, 0 where too few are shared to say."""
    if np.mean(shared) < LEAST:
        return 0.0
    bounds = np.concatenate(([-1], np.flatnonzero(shared), [len(shared)]))
    gaps = np.diff(bounds) - 1
    return 1 - float(gaps[gaps > GAP].sum()) / len(shared)


def _distinct(ascending: Array) -> int:
    return int(np.count_nonzero(ascending[1:] != ascending[:-1])) + (len(ascending) > 0)


def _in(values: Array, ascending: Array) -> npt.NDArray[np.bool_]:
    places = np.searchsorted(ascending, values)
    return ascending[np.minimum(places, len(ascending) - 1)] == values


def likely(asked: Sequence[int], holders: Mapping[int, Sequence[T]]) -> list[T]:
    """Of those that hold keys which a text asks for, the few that are worth comparing, the likeliest first.

    A long text asks for so many that a copy's original answers twice or more; a stranger mostly does not.
    """
    answers: dict[T, int] = {}
    for key in asked:
        for holder in holders.get(key, ()):
            answers[holder] = answers.get(holder, 0) + 1
    return _best(answers, len(asked))


def _best(answers: Mapping[T, int], asked: int) -> list[T]:
    needed = 1 if asked < FEW else 2
    enough = [holder for holder, times in answers.items() if times >= needed]
    return sorted(enough, key=lambda holder: -answers[holder])[:NEAREST]


def beside(samples: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Of texts that come together, those that share enough keys to be compared, both ways."""
    names = list(samples)
    each = [np.unique(np.array(keys(sample), np.int64)) for sample in samples.values()]
    shingles = np.concatenate([*each, np.empty(0, np.int64)])
    owners = np.repeat(np.arange(len(names)), [len(some) for some in each])
    order = np.argsort(shingles, kind="stable")
    shingles, owners = shingles[order], owners[order]
    new = np.concatenate(([True], shingles[1:] != shingles[:-1]))[: len(shingles)]
    starts = np.flatnonzero(new)
    sizes = np.diff(np.concatenate((starts, [len(shingles)])))
    held = np.flatnonzero((sizes > 1) & (sizes <= COMMON + 1))  # a text is among the holders of its own keys
    answers: dict[str, dict[str, int]] = {}
    for at, size in zip(starts[held].tolist(), sizes[held].tolist(), strict=True):
        holders = [names[owner] for owner in owners[at : at + size].tolist()]
        for one, other in permutations(holders, 2):
            answers.setdefault(one, {})[other] = answers.get(one, {}).get(other, 0) + 1
    count = dict(zip(names, map(len, each), strict=True))
    return {one: _best(found, min(count[one], *(count[o] for o in found))) for one, found in answers.items()}
