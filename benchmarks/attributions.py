"""Attributions that a model marks against those that people marked: contents, sources, cues, and what belongs together.

    python -m benchmarks.attributions [--split dev]

A gold content is found when it overlaps one of ours, letters and digits only, by IoU >= 0.3 (and 0.8), each matched
once, the best overlap first. Of those found at 0.3, a link is right when source and cue each overlap the gold ones,
or are missing on both sides.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.figures import calibration, table
from benchmarks.intervals import bootstrap, in_words
from benchmarks.reading import Counts, Key, kind, letters, matched
from models.training import corpus
from models.training.corpus import Article
from pipeline.model import load
from schemas.annotation import Attribution
from transforms.annotation import attributions_of
from transforms.attribution.quotes import quotations

Spans = tuple[tuple[int, int], ...]
_LOOSE, _TIGHT = 0.3, 0.8


class Scored(NamedTuple):
    """An article, what people marked in it, and what a model did."""

    id: str
    text: str
    gold: tuple[Attribution, ...]
    found: tuple[Attribution, ...]

    @classmethod
    def of(cls, article: Article, doc: Any) -> Scored:
        return cls(article.id, article.text, tuple(marked(article)), tuple(attributions_of(doc)))


def marked(article: Article) -> list[Attribution]:
    out = []
    for parts in article.attributions().values():
        spans = {k: tuple((p.start, p.end) for p in parts if p.kind == k) for k in ("source", "cue", "content")}
        if spans["content"]:
            kinds = [p.type for p in parts if p.type]
            out.append(Attribution(kinds[0] if kinds else "speech", **spans, score=1.0))
    return out


class Counted(NamedTuple):
    """Of one article: attributions there, found, and found right, in all and of each kind, and their parts; and how
    sure the model was of each that it found, and whether it was right."""

    counts: Counts
    sure: list[tuple[float, bool]]


def count(scored: Scored) -> Counted:
    text, quotes = scored.text, quotations(scored.text)
    gold = [letters(one.content, text) for one in scored.gold]
    found = [letters(one.content, text) for one in scored.found]
    pairs = matched(gold, found, _LOOSE)
    row = Counter[Key]({("all", "gold"): len(gold), ("all", "found"): len(found), ("all", "loose"): len(pairs)})
    row["all", "tight"] = sum(iou >= _TIGHT for _, iou in pairs.values())
    for i, one in enumerate(scored.gold):
        name = kind(one.content, quotes)
        row[name, "gold"] += 1
        row[name, "loose"] += i in pairs
        row[name, "tight"] += i in pairs and pairs[i][1] >= _TIGHT
    for i, (j, _) in pairs.items():
        _parts(scored.gold[i], scored.found[j], row)
    right = {j for j, _ in pairs.values()}
    return Counted(row, [(one.score, j in right) for j, one in enumerate(scored.found)])


def _parts(gold: Attribution, found: Attribution, row: Counts) -> None:
    same = {part: _overlap(getattr(gold, part), getattr(found, part)) for part in ("source", "cue")}
    for part in ("source", "cue"):
        if getattr(gold, part):
            row[part, "there"] += 1
            row[part, "overlaps"] += same[part] and bool(getattr(found, part))
            row[part, "exact"] += getattr(gold, part) == getattr(found, part)
    row["all", "links"] += same["source"] and same["cue"]
    row["all", "type"] += gold.type == found.type


def _overlap(some: Spans, others: Spans) -> bool:
    """Whether they share a letter, or neither is there."""
    if not some or not others:
        return not some and not others
    return any(a < d and c < b for a, b in some for c, d in others)


def _share(part: float, whole: float) -> float:
    return 100 * part / max(1, whole)


def score_attributions(rows: Sequence[Scored]) -> dict[str, float]:
    """Percent."""
    return _score([count(row) for row in rows])


def _score(rows: Sequence[Counted]) -> dict[str, float]:
    out = figures(sum((row.counts for row in rows), Counter[Key]()))
    return out | {"calibration error of attributions": 100 * calibration([one for row in rows for one in row.sure])}


def figures(found: Mapping[Key, float]) -> dict[str, float]:
    """Percent, of counts that were added up over articles."""

    def n(of: str, what: str) -> float:
        return found.get((of, what), 0)

    out = {}
    for name, key in ((".3", "loose"), (".8", "tight")):
        out[f"attribution P {name}"] = _share(n("all", key), n("all", "found"))
        out[f"attribution R {name}"] = _share(n("all", key), n("all", "gold"))
        out[f"attribution F {name}"] = _share(2 * n("all", key), n("all", "found") + n("all", "gold"))
    for name in sorted({of for of, what in found if what == "gold"} - {"all"}):
        for least, key in ((".3", "loose"), (".8", "tight")):
            out[f"{name} recall {least}"] = _share(n(name, key), n(name, "gold"))
    for part in ("source", "cue"):
        out |= {f"{part} {how}": _share(n(part, how), n(part, "there")) for how in ("overlaps", "exact")}
    out["links right"] = _share(n("all", "links"), n("all", "loose"))
    out["type right"] = _share(n("all", "type"), n("all", "loose"))
    return out


def misses(rows: Sequence[Scored]) -> list[str]:
    """In words, each gold attribution without a match, each of ours without one, and each wrong link."""
    out = []
    for row in rows:
        pairs = matched(
            [letters(o.content, row.text) for o in row.gold], [letters(o.content, row.text) for o in row.found], _LOOSE
        )
        right = {j for j, _ in pairs.values()}
        out += [f"{row.id}\tmissed\t{_said(o, row.text)}" for i, o in enumerate(row.gold) if i not in pairs]
        out += [f"{row.id}\tinvented\t{_said(o, row.text)}" for j, o in enumerate(row.found) if j not in right]
        for i, (j, iou) in pairs.items():
            gold, found = row.gold[i], row.found[j]
            linked = _overlap(gold.source, found.source) and _overlap(gold.cue, found.cue)
            if not linked or iou < _TIGHT:
                what = "extent" if linked else "link"
                out.append(f"{row.id}\t{what}\t{_said(gold, row.text)}\t{_said(found, row.text)}")
    return out


def _said(one: Attribution, text: str) -> str:
    return " | ".join(" + ".join(text[a:b] for a, b in spans) or "-" for spans in (one.source, one.cue, one.content))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--split", choices=("dev", "held"), default="dev", help="`held` is for releases only")
    options = parser.parse_args()
    nlp = load("en_newsbeam_sm")
    rows = [count(Scored.of(article, nlp(article.text))) for article in corpus.load(split=options.split)]
    bounds = bootstrap([row.counts for row in rows], figures)
    shown = [(name, f"{value:.1f}", in_words(bounds.get(name))) for name, value in _score(rows).items()]
    print(table(shown, ["figure", "value", "95 % interval"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
