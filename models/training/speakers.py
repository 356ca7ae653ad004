"""The weights by which speakers are chosen: annotated news -> `transforms/attribution/speakers.toml`.

    python -m models.training.speakers [--split train] [--check]

A conditional logit: of each claim of the corpus that the pipeline finds, the candidates with their features, and which
of them the annotation names. Learnt on the train split by gradient descent with a penalty on large weights; `--check`
prints what comes of the weights on the dev split: right, unresolved and wrong at several thresholds, and how far the
probabilities are from the truth (expected calibration error).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.figures import calibration, table
from benchmarks.reading import Article, articles, covers, letters, matched
from pipeline.model import load
from pipeline.seeds import load_aliases
from schemas.annotation import Annotation
from transforms.annotation import annotate_text
from transforms.attribution import weighed
from transforms.attribution.candidates import Case
from transforms.attribution.frames import Frame
from transforms.attribution.speech import Speaker
from transforms.claims import Reader
from transforms.drafts import EntityDraft
from transforms.entities import entities

_ROUNDS, _RATE, _PENALTY = 400, 0.1, 2e-4
_LEAST_SEEN = 4  # cases that a feature must occur in
_KEPT = 0.02  # smaller weights are left out
_THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)


class Example(NamedTuple):
    case: Case
    right: tuple[int, ...]  # places of the candidates that the annotation means; none where it means no candidate


class _Watched(Reader):
    """A reader that keeps each case; who spoke before is what the present weights say, or the rules alone."""

    def __init__(self, text: str, annotation: Annotation, found: Sequence[EntityDraft], by_rules: bool) -> None:
        super().__init__(text, annotation, found)
        self.cases: list[tuple[Frame, Case]] = []
        self.by_rules = by_rules

    def judged(self, found: Case, frame: Frame, ruled: Speaker) -> Speaker:
        self.cases.append((frame, found))
        return ruled if self.by_rules else super().judged(found, frame, ruled)


def examples(split: str, *, by_rules: bool) -> Iterator[Example]:
    nlp, aliases = load("en_newsbeam_sm"), load_aliases("")
    for article in articles(split):
        seen = annotate_text(nlp, article.text)
        found = entities(article.text, seen, aliases)
        reader = _Watched(article.text, seen, found, by_rules)
        reader.read()
        pairs = matched(
            [letters(claim.content, article.text) for claim in article.claims],
            [letters(frame.content, article.text) for frame, _ in reader.cases],
        )
        for gold, (mine, _) in pairs.items():
            case = reader.cases[mine][1]
            yield Example(case, _right(case, article.claims[gold].entity, article))


def _right(case: Case, gold: str, article: Article) -> tuple[int, ...]:
    """Candidates one of whose mentions covers most of a mention of the gold speaker."""
    if gold == "anonymous":
        return (len(case.members) - 1,)
    meant = [name for name in article.names if name.entity == gold]
    return tuple(
        i
        for i, member in enumerate(case.members)
        if member and any(covers(s, n) for n in meant for s in member.entity.mentions)
    )


def learn(given: Sequence[Example]) -> dict[str, float]:
    """The weights of all features that occur often enough."""
    known = [example for example in given if example.right]
    counts = Counter(name for e in known for name in {name for row in e.case.rows for name in row})
    names = sorted(name for name, count in counts.items() if count >= _LEAST_SEEN)
    place = {name: i for i, name in enumerate(names)}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    owner: list[int] = []
    right: list[bool] = []
    for number, example in enumerate(known):
        for i, row in enumerate(example.case.rows):
            for name, value in row.items():
                if name in place and value:
                    rows.append(len(owner))
                    columns.append(place[name])
                    values.append(value)
            owner.append(number)
            right.append(i in example.right)
    rows_, columns_, values_, owner_ = (np.array(v) for v in (rows, columns, values, owner))
    right_ = np.array(right, dtype=float)
    weight, first, second = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, _ROUNDS + 1):
        sums = np.bincount(rows_, values_ * weight[columns_], len(owner))
        powers = np.exp(sums - _most(sums, owner_)[owner_])
        all_of = powers / np.bincount(owner_, powers)[owner_]
        of_right = powers * right_
        wanted = of_right / np.bincount(owner_, of_right)[owner_]
        slope = np.bincount(columns_, values_ * (all_of - wanted)[rows_], len(names)) / len(known) + _PENALTY * weight
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weight = weight - _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return {name: round(float(w), 2) for name, w in zip(names, weight, strict=True) if abs(w) >= _KEPT}


def _most(values: Any, owner: Any) -> Any:
    """The largest value of each owner."""
    out = np.full(owner[-1] + 1, -np.inf)
    np.maximum.at(out, owner, values)
    return out


def check(given: Sequence[Example], weights: dict[str, float]) -> tuple[list[list[Any]], float]:
    """Rows of a table by threshold (percent), and the expected calibration error of the chosen candidate."""
    chosen = []
    for example in given:
        found = weighed.chances(example.case, weights)
        best = max(range(len(found)), key=found.__getitem__)
        chosen.append((found[best], best in example.right, example.case.members[best] is None))
    rows = []
    for least in _THRESHOLDS:
        sure = [row for row in chosen if row[0] >= least]
        wrong = [row for row in sure if not row[1]]
        share = 100 / len(chosen)
        called = sum(nobody for _, _, nobody in wrong)
        rows.append([least, share * (len(sure) - len(wrong)), share * (len(chosen) - len(sure)),
                     share * (len(wrong) - called), share * called])  # fmt: skip
    return rows, calibration([(chance, right) for chance, right, _ in chosen])


def write(weights: dict[str, float]) -> None:
    lines = [f'"{name}" = {weight}' for name, weight in sorted(weights.items())]
    head = "# What speaks for a candidate, and how much: learnt by `python -m models.training.speakers`."
    weighed.WEIGHTS.write_text("\n".join([head, "", "[weights]", *lines]) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--split", choices=("train", "dev"), default="train")
    parser.add_argument("--check", action="store_true", help="the figures of the weights that are there, on dev")
    options = parser.parse_args(arguments)
    if options.check:
        rows, error = check(list(examples("dev", by_rules=False)), dict(weighed.weights()))
        print(table(rows, ["least", "right", "unresolved", "wrong", "wrong (called anonymous)"]))
        print(f"expected calibration error {100 * error:.1f} %")
        return 0
    given = list(examples(options.split, by_rules=True))
    learnt = learn(given)
    write(learnt)
    print(f"{len(learnt)} weights from {sum(bool(e.right) for e in given)} of {len(given)} claims")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
