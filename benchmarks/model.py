"""The reading model by itself, on open tests and on our annotated news; beside it the first model and others.

    python -m benchmarks.model [--dev] [--model NAME_OR_FOLDER ...] [--json FILE] [--mistakes]

Without `--dev` it scores the tests: UNER-PUD, UD PUD, and the test parts of GUM, WikiGold and CrossNER politics, and
the corpus' held split; choices are made on `--dev` (GUM and EWT development parts, the corpus' dev split).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.attributions import Scored, misses, score_attributions
from benchmarks.figures import SHARED, CpuClock, calibration, table
from benchmarks.parses import parse_figures
from benchmarks.rows import Row
from models.training import corpus

CORPORA = SHARED / "corpora"
FIRST = SHARED / "models" / "news_open_sm"
Span = tuple[int, int, str]

_PLACES = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
_REST = dict.fromkeys(("PRODUCT", "WORK_OF_ART", "LAW", "LANGUAGE", "MISC"), "MISC")
_FINE = {label: label for label in ("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT")}


class Names(NamedTuple):
    """A set of names: where it lies, and which labels are compared, in whose words."""

    file: str
    labels: Mapping[str, str]


TESTS = {
    "UNER-PUD": Names("uner_english_pud/uner_pud_test", _PLACES),
    "GUM": Names("gum_open/ner_test", _PLACES),
    "GUM, all labels": Names("gum_open/ner_test", _FINE | _REST),
    "WikiGold": Names("wikigold/wikigold_test", _PLACES),
    "WikiGold, with MISC": Names("wikigold/wikigold_test", _PLACES | _REST),
    "CrossNER politics": Names("crossner/crossner_politics_test", _PLACES),
    "CrossNER politics, all labels": Names("crossner/crossner_politics_test", _PLACES | _REST | {"EVENT": "EVENT"}),
}
DEVELOPMENT = {
    "GUM dev": Names("gum_open/ner_dev", _PLACES),
    "GUM dev, all labels": Names("gum_open/ner_dev", _FINE | _REST),
    "GMB dev": Names("gmb_ner/dev", _PLACES),
}


class Counts:
    """Spans found, there, and both, by label; and how sure the model was of each that it found."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = {}
        self.sure: list[tuple[float, bool]] = []

    def add(self, gold: set[Span], found: Mapping[Span, float]) -> None:
        for span in gold:
            self._row(span[2])["gold"] += 1
        for span, score in found.items():
            row = self._row(span[2])
            row["found"] += 1
            row["both"] += span in gold
            self.sure.append((score, span in gold))

    def _row(self, label: str) -> Counter[str]:
        return self.rows.setdefault(label, Counter())

    def total(self) -> tuple[float, float, float]:
        return prf(sum(self.rows.values(), Counter()))


def prf(row: Mapping[str, int]) -> tuple[float, float, float]:
    """Precision, recall and F in percent."""
    p = 100 * row["both"] / max(1, row["found"])
    r = 100 * row["both"] / max(1, row["gold"])
    return p, r, 2 * p * r / max(1e-9, p + r)


def name_counts(nlp: Any, names: Names) -> Counts:
    from spacy.tokens import DocBin

    counts = Counts()
    for gold in DocBin().from_disk(CORPORA / f"{names.file}.spacy").get_docs(nlp.vocab):
        counts.add(_spans(gold, names.labels).keys(), _spans(nlp(gold.text), names.labels))  # type: ignore[arg-type]
    return counts


def _spans(doc: Any, labels: Mapping[str, str]) -> dict[Span, float]:
    scores = doc.user_data.get("name_scores") or [1.0] * len(doc.ents)
    return {
        (e.start_char, e.end_char, labels[e.label_]): score
        for e, score in zip(doc.ents, scores, strict=True)
        if e.label_ in labels
    }


def figures(nlp: Any, *, dev: bool, full: bool) -> dict[str, float]:
    """All figures of one model: percent, but for speed; `full` for a model that finds attributions itself."""
    out: dict[str, float] = {}
    for name, names in (DEVELOPMENT if dev else TESTS).items():
        counts = name_counts(nlp, names)
        out[f"{name}: names F"] = counts.total()[2]
    articles = list(corpus.load(split="dev" if dev else "held"))
    docs = [nlp(article.text) for article in articles]
    out |= news_names(articles, docs, every=full)
    if full:
        out |= score_attributions([Scored.of(a, d) for a, d in zip(articles, docs, strict=True)])
    out |= parse_figures(nlp, CORPORA, dev=dev)
    return out | speed(nlp)


def news_names(articles: Sequence[corpus.Article], docs: Sequence[Any], *, every: bool) -> dict[str, float]:
    counts, coarse = Counts(), Counts()
    for article, doc in zip(articles, docs, strict=True):
        gold = {(n.start, n.end, n.label) for n in article.names}
        found = _spans(doc, {label: label for label in corpus.LABELS})
        counts.add(gold, found)
        plain = {(a, b, _PLACES[label]) for a, b, label in gold if label in _PLACES}
        coarse.add(plain, _spans(doc, _PLACES))
    out = {"news: PER/ORG/LOC F": coarse.total()[2]}
    if every:
        out["news: names P"], out["news: names R"], out["news: names F"] = counts.total()
        out |= {f"news: {label} F": prf(counts.rows[label])[2] for label in sorted(counts.rows)}
        out["news: calibration error of names"] = 100 * calibration(counts.sure)
    return out


def speed(nlp: Any) -> dict[str, float]:
    """Every component over articles of about 400 words, one article after the other."""
    texts = [a.text for a in corpus.load(split="dev") if 250 <= len(a.text.split()) <= 550][:25]
    nlp(texts[0])
    clock, tokens = CpuClock(), 0
    for text in texts:
        tokens += len(nlp(text))
    return {"tokens per CPU second": 1000 * tokens / clock.ms()}


def mistakes(nlp: Any) -> list[str]:
    """On the corpus' dev split, tab-separated: article, kind of mistake, what people marked, what we found."""
    out = []
    articles = list(corpus.load(split="dev"))
    docs = [nlp(article.text) for article in articles]
    for article, doc in zip(articles, docs, strict=True):
        gold = {(n.start, n.end): n.label for n in article.names}
        found = {(e.start_char, e.end_char): e.label_ for e in doc.ents}
        for span in sorted(gold.keys() | found.keys()):
            if gold.get(span) != found.get(span):
                a, b = span
                words = f"{article.text[max(0, a - 30) : a]}[{article.text[a:b]}]{article.text[b : b + 30]}"
                out.append(f"{article.id}\tname\t{gold.get(span, '-')}\t{found.get(span, '-')}\t{words!r}")
    return out + misses([Scored.of(a, d) for a, d in zip(articles, docs, strict=True)])


def load(name: str) -> Any:
    import spacy

    return spacy.load(name)


def columns(models: Sequence[str], *, dev: bool) -> Iterator[tuple[str, dict[str, float]]]:
    for name in models:
        try:
            nlp = load(name)
        except OSError as error:
            print(f"{name} is left out: {str(error).splitlines()[0]}", file=sys.stderr)
            continue
        yield Path(name).name, figures(nlp, dev=dev, full="content" in nlp("He said so.").spans)


SHOWN = ("news: names F", "attribution F .3", "attribution F .8", "links right", "EWT dev: LAS")


def rows() -> list[Row]:
    """Development figures only, each model beside ours where it finds the same."""
    found = dict(columns(["en_newsbeam_sm", str(FIRST)], dev=True))
    ours, first = found["en_newsbeam_sm"], found.get(FIRST.name, {})
    alone = "python -m benchmarks.model --dev"
    names = (*(f"{name}: names F" for name in DEVELOPMENT), "news: PER/ORG/LOC F", *SHOWN, "tokens per CPU second")
    return [Row(f"model, {name}", ours[name], "the first model", first.get(name), alone) for name in names]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--dev", action="store_true", help="development data, on which choices are made")
    parser.add_argument("--model", action="append", help="instead of ours, the first one and en_core_web_sm")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--mistakes", action="store_true", help="of our model on the corpus' dev split, one by one")
    options = parser.parse_args()
    if not SHARED.is_dir():
        print(f"the data to measure on is not here: {SHARED}", file=sys.stderr)
        return 1
    if options.mistakes:
        print(*mistakes(load("en_newsbeam_sm")), sep="\n")
        return 0
    found = dict(columns(options.model or ["en_newsbeam_sm", str(FIRST), "en_core_web_sm"], dev=options.dev))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    rows = list(dict.fromkeys(row for column in found.values() for row in column))
    shown: Callable[[float | None], str] = lambda v: "" if v is None else f"{v:.1f}"  # noqa: E731
    print(table([[row, *(shown(column.get(row)) for column in found.values())] for row in rows], ["figure", *found]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
