"""Sampled shingles on copies made of recorded pages: how many cut copies are found, how many strangers too.

    python -m benchmarks.copies [--rates 4 8 16] [--json]

A copy is the first 60 % of an original's words and a footer of 40 words that another page ends with (an aggregator's
footer is text of its own). It is found when the original holds half of its sampled shingles. Strangers are all
ordered pairs of distinct texts. The originals are the dev half of wcxb, cut to so many words as the column says.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks.extraction import samples
from benchmarks.figures import CpuClock, table
from benchmarks.rows import Row
from transforms.links import canonical
from transforms.shingles import RATE, containment, sample

COPY = 0.5
KEPT = 0.6
FOOTER = 40  # words
MIN_WORDS = 150
LENGTHS = (80, 150, 300, 600, 100_000)  # words of the original


def measure(rates: Sequence[int]) -> list[dict[str, Any]]:
    pages = {canonical(page.url): page.text for page in samples("wcxb", "dev")}  # one page was recorded twice
    texts = [text for text in pages.values() if len(text.split()) >= MIN_WORDS]
    rows = []
    for rate in rates:
        for words in LENGTHS:
            originals = [" ".join(text.split()[:words]) for text in texts]
            copies = [cut(text, texts[at - 1]) for at, text in enumerate(originals)]
            clock = CpuClock()
            index = [sample(text, rate) for text in originals]
            each = clock.ms() / len(index)
            found = [containment(sample(copy, rate), index[at]) >= COPY for at, copy in enumerate(copies)]
            false = strangers(index)
            rows.append(
                {
                    "rate": f"1/{rate}",
                    "words": words if words < LENGTHS[-1] else "whole",
                    "texts": len(texts),
                    "recall": sum(found) / len(found),
                    "false_per_million": round(1e6 * len(false) / (len(texts) * (len(texts) - 1))),
                    "shingles": round(sum(map(len, index)) / len(index)),
                    "cpu_ms": each,
                }
            )
    return rows


def cut(original: str, other: str) -> str:
    words = original.split()
    return " ".join([*words[: int(KEPT * len(words))], *other.split()[-FOOTER:]])


def strangers(index: Sequence[frozenset[int]]) -> list[tuple[int, int]]:
    """The ordered pairs that would be called copies, by way of the shingles that two texts share."""
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for at, shingles in enumerate(index):
        for shingle in shingles:
            holders[shingle].append(at)
    pairs = {(a, b) for those in holders.values() for a in those for b in those if a != b}
    return [(a, b) for a, b in pairs if containment(index[a], index[b]) >= COPY]


def rows() -> list[Row]:
    alone = "python -m benchmarks.copies"
    out = []
    for row in measure([RATE]):
        if row["words"] in (150, 300):
            words = f"copies of {row['words']} words"
            out.append(Row(f"{words}: recall", row["recall"], "the copies made", 1.0, alone))
            out.append(Row(f"{words}: false pairs per million", row["false_per_million"], "", None, alone))
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rates", type=int, nargs="+", default=[RATE])
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    rows = measure(args.rates)
    head = list(rows[0])
    print(json.dumps(rows) if args.json else table([[row[key] for key in head] for row in rows], head))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
