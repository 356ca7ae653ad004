"""Figures that several benchmarks share: how much of one text another holds, and a table to print them in."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

SHARED = Path(__file__).parents[1].parent / "shared"
SPLITS = Path(__file__).parent / "splits"
# Characters of scripts that are written without blanks stand alone, so that a Japanese page is no single token.
_TOKEN = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+"
)


class Score(NamedTuple):
    precision: float
    recall: float
    f1: float


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def multiset(found: Counter[object], wanted: Counter[object]) -> Score:
    """Precision, recall and F1 of one multiset against another; two empty ones agree."""
    have, want, both = found.total(), wanted.total(), (found & wanted).total()
    if not have or not want:
        return Score(*[float(have == want)] * 3)
    precision, recall = both / have, both / want
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0)


def token_f1(found: str, wanted: str) -> Score:
    """F1 of the multisets of words: order does not count."""
    return multiset(Counter(tokens(found)), Counter(tokens(wanted)))


def shingle_f1(found: str, wanted: str, n: int = 4) -> Score:
    """F1 of the multisets of n-word shingles: order counts (scrapinghub's article extraction benchmark uses n = 4)."""
    return multiset(Counter(_shingles(tokens(found), n)), Counter(_shingles(tokens(wanted), n)))


def _shingles(words: Sequence[str], n: int) -> Iterable[object]:
    if len(words) <= n:
        return [tuple(words)] if words else []
    return zip(*(words[i:] for i in range(n)), strict=False)


def mean(values: Iterable[float]) -> float:
    given = list(values)
    return sum(given) / len(given) if given else 0.0


def calibration(sure: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error: mean distance of score and share of right ones over bins of the score."""
    rows: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for score, right in sure:
        rows[min(bins - 1, int(score * bins))].append((score, right))
    return sum(abs(sum(s for s, _ in row) - sum(r for _, r in row)) for row in rows) / max(1, len(sure))


class CpuClock:
    """CPU milliseconds of this process between two looks."""

    def __init__(self) -> None:
        self.start = time.process_time()

    def ms(self) -> float:
        return (time.process_time() - self.start) * 1000


def table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> str:
    """Columns lined up; floats with three digits after the point."""
    text = [list(head), *([f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in text) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in text)
