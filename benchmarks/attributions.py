"""Attributions that a model marks against those that people marked: contents, sources, cues, and what belongs together.

A gold content is found when it overlaps one of ours, letters and digits only, by IoU >= 0.3 (and 0.8), each matched
once, the best overlap first. Of those found at 0.3, a link is right when source and cue each overlap the gold ones,
or are missing on both sides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from benchmarks.figures import calibration
from benchmarks.reading import kind, letters, matched
from models.training.corpus import Article
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


class _Totals:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self.sure: list[tuple[float, bool]] = []

    def add(self, scored: Scored) -> None:
        text, quotes = scored.text, quotations(scored.text)
        gold = [letters(one.content, text) for one in scored.gold]
        found = [letters(one.content, text) for one in scored.found]
        pairs = matched(gold, found, _LOOSE)
        kinds = [kind(one.content, quotes) for one in scored.gold]
        self.counts.update(gold=len(gold), found=len(found), loose=len(pairs))
        self.counts["tight"] += sum(iou >= _TIGHT for _, iou in pairs.values())
        for i, name in enumerate(kinds):
            self.kinds[name].update(gold=1, loose=i in pairs, tight=i in pairs and pairs[i][1] >= _TIGHT)
        right = {j for j, _ in pairs.values()}
        self.sure += [(one.score, j in right) for j, one in enumerate(scored.found)]
        for i, (j, _) in pairs.items():
            self._parts(scored.gold[i], scored.found[j])

    def _parts(self, gold: Attribution, found: Attribution) -> None:
        same = {part: _overlap(getattr(gold, part), getattr(found, part)) for part in ("source", "cue")}
        for part in ("source", "cue"):
            if getattr(gold, part):
                self.counts[f"{part} there"] += 1
                self.counts[f"{part} overlaps"] += same[part] and bool(getattr(found, part))
                self.counts[f"{part} exact"] += getattr(gold, part) == getattr(found, part)
        self.counts["links"] += same["source"] and same["cue"]
        self.counts["type"] += gold.type == found.type


def _overlap(some: Spans, others: Spans) -> bool:
    """Whether they share a letter, or neither is there."""
    if not some or not others:
        return not some and not others
    return any(a < d and c < b for a, b in some for c, d in others)


def _share(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


def score_attributions(rows: Iterable[Scored]) -> dict[str, float]:
    """Percent."""
    totals = _Totals()
    for row in rows:
        totals.add(row)
    c = totals.counts
    out = {}
    for name, key in ((".3", "loose"), (".8", "tight")):
        out[f"attribution P {name}"] = _share(c[key], c["found"])
        out[f"attribution R {name}"] = _share(c[key], c["gold"])
        out[f"attribution F {name}"] = _share(2 * c[key], c["found"] + c["gold"])
    for name, row in sorted(totals.kinds.items()):
        out |= {
            f"{name} recall {least}": _share(row[key], row["gold"]) for least, key in ((".3", "loose"), (".8", "tight"))
        }
    for part in ("source", "cue"):
        out |= {f"{part} {how}": _share(c[f"{part} {how}"], c[f"{part} there"]) for how in ("overlaps", "exact")}
    out["links right"], out["type right"] = _share(c["links"], c["loose"]), _share(c["type"], c["loose"])
    out["calibration error of attributions"] = 100 * calibration(totals.sure)
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
