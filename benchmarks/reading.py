"""Reading of annotated news: names, claims and speakers against people's annotations; CPU against bare spaCy.

    python -m benchmarks.reading [--split dev] [--every N] [--json] [--misses]

The articles are those of `models/training/corpus`, invented and annotated by hand. The rules were developed on older
articles of its train split, the model on all of it; `dev` is what choices are made on, `held` is scored at releases
only. A claim is found when its content overlaps one of ours, letters and digits only, by IoU >= 0.3 (and 0.8), each
matched once, the best overlap first; `nested` are attributions inside a quotation's own words. A named speaker is
right when one of its mentions covers most of a mention of the gold speaker.
"""

from __future__ import annotations

import argparse
import json
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks.figures import CpuClock, table
from benchmarks.rows import Row
from models.training import corpus
from pipeline.model import load
from pipeline.seeds import load_aliases
from schemas.records import DateValue, Span
from transforms.annotation import annotate_text
from transforms.attribution.details import Dates
from transforms.attribution.quotes import Quote, quotations
from transforms.attribution.sentences import sentences
from transforms.claims import DIRECT, INDIRECT, MIXED, claims
from transforms.drafts import ClaimDraft, EntityDraft
from transforms.entities import entities

LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT"})
NESTED = "nested"
READ = frozenset({"paragraph", "bullet", "caption"})  # blocks
DATES = Dates(DateValue(value="2024-06-12T09:00:00+00:00", precision="minute", source="", zone="+01:00"))
Spans = tuple[tuple[int, int], ...]


class GoldName(NamedTuple):
    start: int
    end: int
    label: str
    entity: str


class GoldClaim(NamedTuple):
    content: Spans
    entity: str  # or "anonymous"


class Article(NamedTuple):
    name: str
    text: str
    names: tuple[GoldName, ...]
    claims: tuple[GoldClaim, ...]


def articles(split: str = "dev", every: int = 1) -> list[Article]:
    return [body_of(article) for article in corpus.load(split=split)][::every]


def body_of(article: corpus.Article) -> Article:
    """What stands in its paragraphs, a paragraph a line: headlines, bylines and leaked lines are no part of it."""
    text, shift = "", {}
    for block in article.blocks:
        if block.kind in READ:
            shift[block.start] = len(text) - block.start
            text += article.text[block.start : block.end] + "\n"
    starts = [block.start for block in article.blocks]

    def moved(at: int) -> int | None:
        by = shift.get(starts[article.block_of(at)])
        return None if by is None else at + by

    names = [
        GoldName(start, start + n.end - n.start, n.label, n.key)
        for n in article.names
        if n.label in LABELS and (start := moved(n.start)) is not None
    ]
    claims = []
    for number, parts in article.attributions().items():
        content = [(moved(p.start), p.end - p.start) for p in parts if p.kind == "content"]
        spans = [(start, start + size) for start, size in content if start is not None]
        if spans:
            claims.append(GoldClaim(tuple(sorted(spans)), article.speaker(number)))
    return Article(article.id, text, tuple(names), tuple(claims))


def kind(content: Spans, quotes: Sequence[Quote]) -> str:
    total = sum(b - a for a, b in content)
    inside = [(max(a, q.open), min(b, q.close), q) for a, b in content for q in quotes if q.open < b and q.close > a]
    share = sum(b - a for a, b, _ in inside) / max(1, total)
    if share > 0.9 and all(q.open < a and b < q.close - 1 for a, b, q in inside) and _small(content, inside):
        return NESTED
    return DIRECT if share >= 0.9 else MIXED if inside else INDIRECT


def _small(content: Spans, inside: Sequence[tuple[int, int, Quote]]) -> bool:
    """Content that leaves out words of the quotation around it: the quoted person reports someone else."""
    return all(content[0][0] > q.start + 1 or content[-1][1] < q.end - 1 for _, _, q in inside)


def _sentence(bounds: Sequence[tuple[int, int]], at: int) -> tuple[int, int]:
    """The bounds of the sentence that holds a place."""
    return bounds[max(0, bisect_right(bounds, at, key=lambda b: b[0]) - 1)]


def letters(content: Iterable[tuple[int, int]], text: str) -> set[int]:
    return {i for a, b in content for i in range(a, b) if text[i].isalnum()}


def matched(gold: Sequence[set[int]], found: Sequence[set[int]], least: float = 0.3) -> dict[int, tuple[int, float]]:
    """Gold index -> (found index, IoU): each once, the best overlap first."""
    pairs = sorted(
        ((len(g & f) / len(g | f), i, j) for i, g in enumerate(gold) for j, f in enumerate(found) if g & f),
        reverse=True,
    )
    out: dict[int, tuple[int, float]] = {}
    used: set[int] = set()
    for iou, i, j in pairs:
        if iou >= least and i not in out and j not in used:
            out[i] = (j, iou)
            used.add(j)
    return out


def covers(mention: Span, name: GoldName) -> bool:
    """Whether a mention holds most of an annotated name."""
    return min(name.end, mention.end) - max(name.start, mention.start) >= 0.6 * (name.end - name.start)


def speaker_verdict(claim: ClaimDraft, gold: str, found: Sequence[EntityDraft], names: Sequence[GoldName]) -> str:
    if claim.speaker_status == "unresolved":
        return "unresolved"
    if claim.speaker_status == "anonymous":
        return "right" if gold == "anonymous" else "wrong (called anonymous)"
    spans = found[claim.speaker].mentions
    meant = {n.entity for n in names for s in spans if covers(s, n)}
    return "right" if gold in meant else "wrong"


class Totals:
    """Sums over articles."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        self.claims: dict[str, Counter[str]] = defaultdict(Counter)
        self.speakers: Counter[str] = Counter()
        self.by_kind: dict[str, Counter[str]] = defaultdict(Counter)
        self.outside: Counter[str] = Counter()  # claims whose speaker their sentence does not name
        self.misses: list[str] = []

    def add(self, article: Article, found: Sequence[EntityDraft], said: Sequence[ClaimDraft]) -> None:
        text = article.text
        mine = {(s.start, s.end, e.label) for e in found for s in e.mentions if e.label in LABELS}
        gold = {(n.start, n.end, n.label) for n in article.names}
        self.names.update(found=len(mine), gold=len(gold), both=len(mine & gold))
        quotes = quotations(text)
        kinds = [kind(c.content, quotes) for c in article.claims]
        pairs = matched(
            [letters(c.content, text) for c in article.claims],
            [letters(((s.start, s.end) for s in c.content), text) for c in said],
        )
        for i, claim in enumerate(article.claims):
            row = self.claims[kinds[i]]
            row["gold"] += 1
            if i in pairs:
                j, iou = pairs[i]
                row["found .3"] += 1
                row["found .8"] += iou >= 0.8
                verdict = speaker_verdict(said[j], claim.entity, found, article.names)
                self.speakers[verdict] += 1
                self.by_kind[kinds[i]][verdict] += 1
            else:
                a, b = claim.content[0][0], claim.content[-1][1]
                self.misses.append(f"{article.name}\t{kinds[i]}\t{text[a:b]}")
        bounds = [(s.start, s.end) for s in sentences(text, quotes)]
        self._outside(article, found, said, {i: j for i, (j, _) in pairs.items()}, bounds)
        right = {j for j, _ in pairs.values()}
        for j, ours in enumerate(said):
            self.claims[ours.kind]["ours"] += 1
            self.claims[ours.kind]["ours right"] += j in right

    def _outside(
        self,
        article: Article,
        found: Sequence[EntityDraft],
        said: Sequence[ClaimDraft],
        pairs: dict[int, int],
        bounds: Sequence[tuple[int, int]],
    ) -> None:
        """Counts gold claims, ours, and both right, whose named speaker has no mention in the claim's sentence, one of
        `bounds`."""
        right = set()
        for i, claim in enumerate(article.claims):
            start, end = _sentence(bounds, claim.content[0][0])
            named = [n for n in article.names if n.entity == claim.entity]
            if claim.entity == "anonymous" or any(start <= n.start < end for n in named):
                continue
            self.outside["gold"] += 1
            j = pairs.get(i, -1)
            named_right = j >= 0 and speaker_verdict(said[j], claim.entity, found, article.names) == "right"
            if named_right and said[j].speaker >= 0:
                right.add(j)
        for j, ours in enumerate(said):
            if ours.speaker >= 0:
                start, end = _sentence(bounds, ours.content[0].start)
                inside = any(start <= m.start < end for m in found[ours.speaker].mentions)
                self.outside["ours"] += not inside or j in right
        self.outside["both"] += len(right)

    def figures(self) -> dict[str, float]:
        out = {"names F": 200 * self.names["both"] / max(1, self.names["found"] + self.names["gold"])}
        total: Counter[str] = Counter()
        for name in (DIRECT, MIXED, INDIRECT, NESTED):
            row = self.claims[name]
            total.update(row)
            out[f"{name} recall .3"] = 100 * row["found .3"] / max(1, row["gold"])
            out[f"{name} recall .8"] = 100 * row["found .8"] / max(1, row["gold"])
            if row["ours"]:
                out[f"{name} precision .3"] = 100 * row["ours right"] / row["ours"]
        out["claims recall .3"] = 100 * total["found .3"] / max(1, total["gold"])
        out["claims recall .8"] = 100 * total["found .8"] / max(1, total["gold"])
        out["claims precision .3"] = 100 * total["ours right"] / max(1, total["ours"])
        known = max(1, self.speakers.total())
        for verdict in ("right", "unresolved", "wrong", "wrong (called anonymous)"):
            out[f"speaker {verdict}"] = 100 * self.speakers[verdict] / known
        for name in (DIRECT, MIXED, INDIRECT, NESTED):
            of_kind = self.by_kind[name]
            for verdict in ("right", "unresolved", "wrong"):
                out[f"{name}: speaker {verdict}"] = 100 * of_kind[verdict] / max(1, of_kind.total())
        both, ours, gold = (self.outside[key] for key in ("both", "ours", "gold"))
        out["speakers out of the sentence: P"] = 100 * both / max(1, ours)
        out["speakers out of the sentence: R"] = 100 * both / max(1, gold)
        out["speakers out of the sentence: F"] = 200 * both / max(1, ours + gold)
        return out


def measure(split: str = "dev", every: int = 1) -> tuple[dict[str, float], list[str]]:
    """All figures (percent, and milliseconds of CPU per article) and what was missed."""
    nlp, aliases = load("en_newsbeam_sm"), load_aliases("")
    chosen = articles(split, every)
    totals, n = Totals(), len(chosen)
    annotate_text(nlp, chosen[0].text)  # warm
    clock = CpuClock()
    for _ in nlp.pipe(article.text for article in chosen):
        pass
    bare = clock.ms()
    clock = CpuClock()
    seen = [annotate_text(nlp, article.text) for article in chosen]
    annotation = clock.ms()
    clock = CpuClock()
    found = [entities(article.text, s, aliases) for article, s in zip(chosen, seen, strict=True)]
    said = [claims(article.text, s, e, DATES) for article, s, e in zip(chosen, seen, found, strict=True)]
    rules = clock.ms()
    for article, e, c in zip(chosen, found, said, strict=True):
        totals.add(article, e, c)
    speed = {
        "ms bare nlp.pipe": bare / n,
        "ms annotate": annotation / n,
        "ms entities and claims": rules / n,
        "entities and claims over annotate (%)": 100 * rules / annotation,
        "CPU of reading over bare nlp.pipe": (annotation + rules) / bare,
    }
    return totals.figures() | speed, totals.misses


SHARE = 0.15  # of annotation that entities, claims and speakers may cost on top of it
SHOWN = (
    "names F", "direct recall .3", "mixed recall .3", "indirect recall .3", "claims precision .3", "speaker right",
    "speaker wrong", "speaker wrong (called anonymous)",
)  # fmt: skip


def rows() -> list[Row]:
    figures, _ = measure()
    alone = "python -m benchmarks.reading"
    ours = figures["ms annotate"] + figures["ms entities and claims"]
    return [
        *(Row(f"reading, development: {name} (%)", figures[name], "", None, alone) for name in SHOWN),
        Row("reading, CPU ms per article", ours, "bare nlp.pipe", figures["ms bare nlp.pipe"], alone),
        Row(
            "entities, claims and speakers, CPU ms per article",
            figures["ms entities and claims"],
            f"{SHARE:.0%} of annotate, at most",
            SHARE * figures["ms annotate"],
            alone,
        ),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--split", choices=("train", "dev", "held"), default="dev", help="`held` is for releases only")
    parser.add_argument("--every", type=int, default=1, help="only every n-th article")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--misses", action="store_true", help="also print what was not found")
    options = parser.parse_args()
    figures, misses = measure(options.split, options.every)
    if options.json:
        print(json.dumps(figures))
    else:
        print(table([(name, f"{value:.2f}") for name, value in figures.items()], ["figure", "value"]))
    if options.misses:
        print("\n".join(misses))
    return 0


if __name__ == "__main__":
    sys.exit(main())
