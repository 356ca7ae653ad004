"""`python -m benchmarks.layouts`: pages of fifteen layouts that we wrote, read with their site's rules and without.

The text that counts as right is the one by the hand-written rules, which `newsbeam sites check` proves against the
recorded results: `rules` is right by that. `proposed`: by the file that `newsbeam sites new` makes of the same pages,
so it says whether the comparison works, not how it does on pages it has not seen. F1 by four words, means over the
pages; title, authors and date: the share of pages on which the whole field is right, the date to the day.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from benchmarks.rows import Row
from schemas.layoutfile import parse_layouts
from schemas.layouts import Layout
from transforms.page.agree import f1, shingles_of
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, extract
from transforms.site_rules.expect import Expected, parse_expected
from transforms.site_rules.propose import Given, propose

SITES = Path(__file__).parents[1] / "tests" / "sites"
HOW = ("rules", "proposed", "without")


class Score(NamedTuple):
    f1: float
    title: float
    authors: float
    day: float
    ms: float


def rows() -> list[Row]:
    found = _all()
    proposed, without = (_mean(found[how]) for how in HOW[1:])
    what = f"{len(found['rules'])} pages of layouts that we wrote, by proposed rules"
    return [
        Row(f"{what}: {name}", ours, "without rules", theirs, "python -m benchmarks.layouts")
        for name, ours, theirs in (
            ("text (F1)", proposed.f1, without.f1),
            ("titles", proposed.title, without.title),
            ("authors", proposed.authors, without.authors),
            ("days", proposed.day, without.day),
        )
    ]


def _all() -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {how: [] for how in HOW}
    for file in sorted(SITES.glob("*.toml")):
        for how, scores in _scored(file):
            found[how] += scores
    return found


def main() -> None:
    found: dict[str, list[Score]] = {how: [] for how in HOW}
    print(f"{'layout':20}" + "".join(f"{how:>34}" for how in HOW))
    for file in sorted(SITES.glob("*.toml")):
        scores = dict(_scored(file))
        print(f"{file.stem:20}" + "".join(f"{_shown(_mean(scores[how])):>34}" for how in HOW))
        for how in HOW:
            found[how] += scores[how]
    print(f"{'mean':20}" + "".join(f"{_shown(_mean(found[how])):>34}" for how in HOW))
    print("each: F1, titles, authors, days, ms a page")


def _scored(file: Path) -> Iterator[tuple[str, list[Score]]]:
    [(layout, *_)] = parse_layouts({str(file): file.read_text(encoding="utf-8")}).values()
    pages = []
    for told in sorted(file.with_suffix("").glob("*.toml")):
        wanted = parse_expected(told.read_text(encoding="utf-8"), str(told))
        page = Given(told.stem, wanted.url, told.with_suffix(".html").read_bytes(), "text/html")
        pages.append((page, wanted))
    proposed = propose((layout.site, tuple(page for page, _ in pages))).text
    [(mine, *_)] = parse_layouts({"proposed": proposed}).values()
    for how, rules in zip(HOW, (layout, mine, None), strict=True):
        yield how, [_score(page, wanted, layout, rules) for page, wanted in pages]


def _score(page: Given, wanted: Expected, right: Layout, rules: Layout | None) -> Score:
    gold = _read(page, right)
    started = time.perf_counter()
    found = _read(page, rules)
    ms = 1_000 * (time.perf_counter() - started)
    day = found.meta.published.value[:10] if found.meta.published else ""
    return Score(
        f1(shingles_of(found.text), shingles_of(gold.text)),
        found.meta.title == wanted.title,
        list(found.meta.authors) == wanted.authors,
        day == (wanted.published or "")[:10],
        ms,
    )


def _read(page: Given, rules: Layout | None) -> Extracted:
    found = extract(page.body, url=page.url, content_type=page.content_type, hint=Hint(), layout=rules)
    assert isinstance(found, Extracted), found
    return found


def _mean(scores: list[Score]) -> Score:
    return Score(*(mean(column) for column in zip(*scores, strict=True)))


def _shown(score: Score) -> str:
    return f"{score.f1:.3f} {score.title:5.2f} {score.authors:5.2f} {score.day:5.2f} {score.ms:5.1f}"


if __name__ == "__main__":
    main()
