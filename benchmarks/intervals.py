"""How far a figure would go astray on other articles of the same kind: intervals by the bootstrap.

The articles are drawn again, as many as there are, with some twice and some not at all, and the figures are taken from
each draw; between the 2.5th and the 97.5th percentile lie 95 % of them (Efron and Tibshirani, 1993, chapter 13).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

ROUNDS, SEED = 1_000, 1
Interval = tuple[float, float]
K = TypeVar("K", bound=Hashable)


def bootstrap(
    rows: Sequence[Mapping[K, float]], figures: Callable[[Mapping[K, float]], Mapping[str, float]]
) -> dict[str, Interval]:
    """For each figure the bounds of its 95 % interval. `rows` holds the counts of each article; `figures` makes figures
    of counts that were added up, and must not mind that some are missing."""
    if not rows:
        return {}
    keys = list({key: None for row in rows for key in row})
    counts = np.array([[row.get(key, 0) for key in keys] for row in rows], dtype=float)
    drawn = np.random.default_rng(SEED).multinomial(len(rows), [1 / len(rows)] * len(rows), size=ROUNDS)
    found = [figures(dict(zip(keys, total.tolist(), strict=True))) for total in drawn @ counts]
    bounds = {name: np.percentile([one.get(name, 0.0) for one in found], (2.5, 97.5)) for name in found[0]}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}


def in_words(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval[0]:.1f} to {interval[1]:.1f}"
