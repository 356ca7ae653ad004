"""How near two texts are, by their samples: resemblance, containment, and how much of each the other covers. Pure.

Resemblance and containment count shingles (Broder 1997), and an edited word spoils three of them: a copy in which a
fifth of the words were changed shares half of its shingles, and so does a text of which half is a quotation. What tells
them apart is *where* the shared ones stand. Those of an edited copy are spread over all of it, those of a quotation lie
close together with long gaps between. So a text is covered by another but for such gaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.shingles import Array, Keys, keys, numbers

COPY = 0.5  # of a text is covered by another: it is a copy of it
GAP = 10  # sampled shingles in a row, about 20 words, that the other text lacks: more is a text's own
LEAST = 0.35  # containment of any copy: a fifth of the words edited leave half; texts on one template share a fifth
NEAREST = 8  # texts that one is compared with, by the keys they share
ANSWER, FEW = 8, 24  # a copy's original holds one key in so many that are asked for; of a few, any is worth it
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
    """Of two samples; texts that share next to nothing are not near at all."""
    a, b = numbers(text), numbers(other)
    if not len(a) or not len(b):
        return Nearness()
    theirs = np.sort(b)
    mine = _in(a, theirs)
    found = int(np.count_nonzero(mine))
    if found < LEAST * min(len(a), len(b)):
        return Nearness()
    ours = np.sort(a)
    shared = _distinct(np.sort(a[mine]))
    return Nearness(
        resemblance=shared / (_distinct(ours) + _distinct(theirs) - shared),
        containment=found / len(a),
        covered=covered(mine),
        covers=covered(_in(b, ours)),
    )


def covered(shared: npt.NDArray[np.bool_]) -> float:
    """The share of places that lie in no long gap, 0 where too few are shared to say."""
    if np.count_nonzero(shared) < LEAST * len(shared):
        return 0.0
    bounds = np.concatenate(([-1], np.flatnonzero(shared), [len(shared)]))
    gaps = np.diff(bounds) - 1
    return 1 - float(gaps[gaps > GAP].sum()) / len(shared)


def _distinct(ascending: Array) -> int:
    return int(np.count_nonzero(ascending[1:] != ascending[:-1])) + (len(ascending) > 0)


def _in(values: Array, ascending: Array) -> npt.NDArray[np.bool_]:
    places = np.searchsorted(ascending, values)
    return ascending[np.minimum(places, len(ascending) - 1)] == values


def beside(samples: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Of texts that come together, those that share enough keys to be compared, both ways."""
    names = list(samples)
    shingles, owners = keys(list(samples.values()))
    order = np.argsort(shingles, kind="stable")
    shingles, owners = shingles[order], owners[order]
    found = likely(shingles, owners, len(names), shingles, owners, COMMON + 1)  # a text holds its own keys
    both: dict[str, dict[str, None]] = {}
    for one, others in zip(names, found, strict=True):
        for other in (names[number] for number in others):
            if other != one:
                both.setdefault(one, {})[other] = None
                both.setdefault(other, {})[one] = None
    return {name: list(others) for name, others in both.items()}


def likely(
    wanted: Keys, texts: Keys, count: int, shingles: Keys, holders: Keys, common: int = COMMON
) -> list[list[int]]:
    """For each of `count` texts the few holders of its keys that are worth comparing, the likeliest first.

    `texts` says whose each wanted key is, `holders` who holds each of `shingles`, which ascend. A long text asks for so
    many keys that a copy's original answers more than once; a stranger mostly does not.
    """
    order = np.argsort(wanted, kind="stable")  # so that the search goes through the shingles once
    wanted, texts = wanted[order], texts[order]
    low = np.searchsorted(shingles, wanted)
    many = np.searchsorted(shingles, wanted, side="right") - low
    many[many > common] = 0
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    pairs = np.repeat(texts, many) << 32 | holders[np.repeat(low, many) + within]
    pairs, answers = np.unique(pairs, return_counts=True)
    sizes = np.bincount(texts, minlength=count)
    needed = np.where(sizes < FEW, 1, sizes // ANSWER)
    enough = answers >= needed[pairs >> 32]
    pairs, answers = pairs[enough], answers[enough]
    found: list[list[int]] = [[] for _ in range(count)]
    for pair in pairs[np.argsort(-answers, kind="stable")].tolist():
        some = found[pair >> 32]
        if len(some) < NEAREST:
            some.append(pair & 0xFFFFFFFF)
    return found
