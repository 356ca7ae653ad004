"""Numbers and times read off development articles, against people's annotations of where some stand.

    python -m benchmarks.details [--misses]

The articles are those of `models/training/corpus` (dev), whose MONEY, PERCENT, QUANTITY and DATE spans people marked. A
span is found when a quantity (a time for DATE, or else a quantity: "30 years" is an age or a span of time) overlaps it;
a quantity is borne out when it overlaps any marked number. What the words mean is not in these annotations: the values
are tested in `tests/test_quantities.py` and `tests/test_times.py` only.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from benchmarks.figures import table
from benchmarks.rows import HEAD, Row, cells
from models.training import corpus
from pipeline.model import load
from transforms.annotation import annotate_text
from transforms.attribution.quantities import quantities
from transforms.attribution.times import times
from transforms.attribution.trees import Trees

REPEAT = "python -m benchmarks.details"
NUMBERS = ("MONEY", "PERCENT", "QUANTITY", "CARDINAL")
ANY = frozenset({*NUMBERS, "DATE", "TIME", "ORDINAL"})
SHOWN = ("MONEY", "PERCENT", "QUANTITY", "DATE")
Stretch = tuple[int, int]


class Found(NamedTuple):
    figures: dict[str, float]  # percent
    misses: list[str]


def measure(split: str = "dev") -> Found:
    nlp = load("en_newsbeam_sm")
    hits: dict[str, list[bool]] = defaultdict(list)
    misses: list[str] = []
    for article in corpus.load(split=split):
        text = article.text
        told = [(t.span.start, t.span.end) for t in times(text, 0, len(text), None, lambda _: 0)]
        read = quantities(text, 0, len(text), Trees(annotate_text(nlp, text)), told)
        counted = [(q.span.start, q.span.end) for q in read]
        gold = [(n.start, n.end, n.label) for n in article.names if n.label in ANY]
        for start, end, label in gold:
            if label in SHOWN:
                hit = _touches((start, end), counted) or (label == "DATE" and _touches((start, end), told))
                hits[f"{label} found"].append(hit)
                misses += [] if hit else [f"{label}\t{text[start:end]}\t{_around(text, start, end)}"]
        for start, end in counted:
            right = _touches((start, end), [(a, b) for a, b, _ in gold])
            hits["quantities borne out"].append(right)
            misses += [] if right else [f"none\t{text[start:end]}\t{_around(text, start, end)}"]
    return Found({name: 100 * sum(found) / len(found) for name, found in sorted(hits.items())}, misses)


def _touches(span: Stretch, others: Iterable[Stretch]) -> bool:
    return any(a < span[1] and b > span[0] for a, b in others)


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 30) : end + 30].replace("\n", " ")


def rows() -> list[Row]:
    return list(_rows(measure().figures))


def _rows(figures: dict[str, float]) -> Iterator[Row]:
    for name, value in figures.items():
        yield Row(f"details, development: {name} (%)", value, "", None, REPEAT)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--misses", action="store_true", help="also print what was not found, and what no one marked")
    options = parser.parse_args(arguments)
    found = measure()
    print(table([cells(row) for row in _rows(found.figures)], HEAD))
    if options.misses:
        print("\n".join(found.misses))
    return 0


if __name__ == "__main__":
    sys.exit(main())
