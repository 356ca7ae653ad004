"""Accuracy under its floor, or an error rate over its ceiling: `floors.toml` holds both, and they only get stricter.

    python -m benchmarks.floors [--release]

Development figures are measured on the seed, on the first pages of the development part of each recorded set (on copies
planted among them, too), on the corpus' dev split and on the dev part of the written set of statements; release figures
on the whole test and held parts, which nobody develops on.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import copies, extraction, fields, footers, model, reading, seed, statements
from benchmarks.figures import SHARED, mean, table, token_f1

FILE = Path(__file__).parent / "floors.toml"
PAGES = 60  # of each recorded set
Figures = dict[str, float]


def stated() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def seed_figures() -> Figures:
    gold = json.loads((seed.FOLDER / "gold.json").read_text(encoding="utf-8"))
    return seed.score(seed.answer(), gold)


def extraction_figures(part: str = "dev", limit: int = PAGES) -> Figures:
    out = {}
    for name, other in extraction.NAMES.items():
        pages = extraction.samples(name, part if part == "dev" else other, limit)
        out[f"{name} text F1"] = mean(token_f1(extraction.ours(page).text, page.text).f1 for page in pages)
    return out


def reading_figures(split: str = "dev") -> Figures:
    figures = reading.measure(split).figures
    return {name: figures[name] for name in stated()["development"]["reading"]}


def model_figures(*, dev: bool = True) -> Figures:
    figures = model.figures(model.load("en_newsbeam_sm"), dev=dev, full=True)
    return {name: figures[name] for name in stated()["development" if dev else "release"]["model"]}


def statement_figures(part: str = "dev") -> Figures:
    figures = statements.score(part)
    return {name: figures[name] for name in stated()["development"]["statements"]}


def development() -> dict[str, Figures]:
    return {
        "seed": seed_figures(),
        "extraction": extraction_figures(),
        "fields": fields.figures(limit=PAGES),
        "footers": footers.figures("dev"),
        "copies": copies.score(PAGES),
        "model": model_figures(),
        "reading": reading_figures(),
        "statements": statement_figures(),
    }


def tested() -> dict[str, Figures]:
    return {
        "extraction": extraction_figures("test", 0),
        "fields": fields.figures("test"),
        "footers": footers.measure("test")[0],
        "model": model_figures(dev=False),
        "reading": reading_figures("held"),
        "statements": statement_figures("test"),
    }


def broken(
    found: Mapping[str, Mapping[str, float]], bounds: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> list[str]:
    """In words, every figure that is outside its bound, and every bound without a figure."""
    out = []
    for part, rows in bounds.items():
        for name, bound in rows.items():
            value = found.get(part, {}).get(name)
            if value is None:
                out.append(f"{part}: {name} was not measured")
            elif value < bound.get("least", value):
                out.append(f"{part}: {name} is {value:.4g}, under its floor of {bound['least']:.4g}")
            elif value > bound.get("most", value):
                out.append(f"{part}: {name} is {value:.4g}, over its ceiling of {bound['most']:.4g}")
    return out


def report(*, release: bool) -> int:
    """Print each figure beside its bound; gives 1 if one is outside."""
    bounds = stated()
    found = development()
    wrong = broken(found, bounds["development"])
    print(f"\nDevelopment data, beside {FILE.name}")
    _print(found, bounds["development"])
    if release:
        scored = tested()
        wrong += broken(scored, bounds["release"])
        print("\nTest and held data, scored now")
        _print(scored, bounds["release"])
    else:
        print(f"\nTest and held data, as logged at {bounds['logged']['release']} ({bounds['logged']['day']})")
        _print(
            {part: {n: b["logged"] for n, b in rows.items()} for part, rows in bounds["release"].items()},
            bounds["release"],
        )
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


def _print(found: Mapping[str, Mapping[str, float]], bounds: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    rows = [
        [
            part,
            name,
            value,
            *(bounds.get(part, {}).get(name, {}).get(side, "") for side in ("least", "most", "interval")),
        ]
        for part, figures in found.items()
        for name, value in figures.items()
    ]
    print(table(rows, ["part", "figure", "value", "floor", "ceiling", "95 % interval"]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floors", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--release", action="store_true")
    options = parser.parse_args()
    if not SHARED.is_dir():
        print(f"the data to measure on is not here: {SHARED}", file=sys.stderr)
        return 1
    return report(release=options.release)


if __name__ == "__main__":
    sys.exit(main())
