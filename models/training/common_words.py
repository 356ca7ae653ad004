"""How common words are in news: `transforms/statements/common.tsv`, from the training split of the corpus.

    python -m models.training.common_words

A row is a stem and its weight, 100 ln(articles / articles that have it), for stems that at least LEAST articles have
and that weigh less than RAREST. Rarer ones all weigh RAREST: of them a corpus of this size knows nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

from models.training.corpus import load
from transforms.statements.words import RAREST, words

LEAST = 3
TABLE = Path(__file__).parents[2] / "transforms" / "statements" / "common.tsv"


def table() -> str:
    articles = [frozenset(word.stem for word in words(article.text)) for article in load(split="train")]
    held = Counter(stem for stems in articles for stem in stems)
    rows = ((stem, round(100 * math.log(len(articles) / count))) for stem, count in held.items() if count >= LEAST)
    lines = [f"{stem}\t{weight}" for stem, weight in sorted(rows) if weight < RAREST]
    return f"# stem, weight; over {len(articles):,} articles\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
