"""Which articles train, which tune, and which nobody looks at: `corpus/splits.json`, fixed once.

    python -m models.training.splits [--write]

`held` (80) guards against regressions; `dev` (60) is what choices are made on; the rest trains. Both are drawn from the
batches that were written after the rules of `transforms/attribution` had been tuned on the older ones, evenly over
region, outlet and field. An article that is added later trains.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from hashlib import blake2b

from models.training.corpus import SPLITS, Article, load

HELD, DEV = 80, 60
OLD = tuple("abcdfh")  # batches


def drawn(articles: Sequence[Article], count: int) -> list[str]:
    """`count` ids, evenly spread over the articles in the order of their axes."""
    ordered = sorted(articles, key=_axes)
    step = len(ordered) / count
    return [ordered[int(step * number + step / 2)].id for number in range(count)]


def _axes(article: Article) -> tuple[str, ...]:
    chance = blake2b(f"newsbeam-splits {article.id}".encode(), digest_size=8).hexdigest()
    return article.get("region"), article.get("outlet"), article.get("field"), chance


def split(articles: Sequence[Article]) -> dict[str, list[str]]:
    new = [article for article in articles if not article.id.startswith(OLD)]
    held = set(drawn(new, HELD))
    dev = set(drawn([article for article in new if article.id not in held], DEV))
    train = [article.id for article in articles if article.id not in held | dev]
    return {"train": sorted(train), "dev": sorted(dev), "held": sorted(held)}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m models.training.splits")
    parser.add_argument("--write", action="store_true", help="only where no split stands yet")
    options = parser.parse_args(arguments)
    if options.write and SPLITS.exists():
        print(f"{SPLITS} stands: splits are never drawn again", file=sys.stderr)
        return 1
    found = split(list(load()))
    if options.write:
        lines = ",\n".join(f'"{name}": {json.dumps(ids)}' for name, ids in found.items())
        SPLITS.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    print({name: len(ids) for name, ids in found.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
