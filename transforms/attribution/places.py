"""Questions about places in a long text whose answers cost no more where the text is longer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from typing import NamedTuple

Stretch = tuple[int, int]


def inside(stretches: Sequence[Stretch], at: int) -> bool:
    """Whether a place stands in one of some stretches that are in order and do not overlap."""
    k = bisect_right(stretches, (at, inf)) - 1
    return k >= 0 and stretches[k][1] > at


def last_before(text: str, at: int, start: int = 0) -> str:
    """The last character before a place that is no blank, not before `start`; "" for none."""
    while at > start and text[at - 1].isspace():
        at -= 1
    return text[at - 1] if at > start else ""


def opens_line(text: str, at: int) -> bool:
    """Whether nothing but blanks stands before a place in its line."""
    while at > 0 and text[at - 1] != "\n" and text[at - 1].isspace():
        at -= 1
    return at == 0 or text[at - 1] == "\n"


class Stretches(NamedTuple):
    """Stretches in the order of their begins, which may overlap; built by `stretches`."""

    spans: Sequence[Stretch]
    reach: Sequence[int]  # the farthest end of all up to each

    def touching(self, start: int, end: int) -> list[Stretch]:
        """Those that share a character with a stretch of the text."""
        k = bisect_right(self.spans, (end - 1, inf))
        out = []
        while k > 0 and self.reach[k - 1] > start:
            k -= 1
            if self.spans[k][1] > start:
                out.append(self.spans[k])
        return out[::-1]


def disjoint(found: Iterable[Stretch]) -> list[Stretch]:
    """The same characters in stretches that share none, in their order."""
    out: list[Stretch] = []
    for start, end in sorted(found):
        if out and start < out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return out


def stretches(found: Iterable[Stretch]) -> Stretches:
    spans = sorted(found)
    return Stretches(spans, list(accumulate((end for _, end in spans), max)))
