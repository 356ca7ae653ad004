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
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.figures import CpuClock, table
from benchmarks.intervals import Interval, bootstrap, in_words
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
KINDS = (DIRECT, MIXED, INDIRECT, NESTED)
VERDICTS = ("right", "unresolved", "wrong", "wrong (called anonymous)")
Key = tuple[str, str]  # what is counted, and which of it
Counts = Counter[Key]


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
    """Counts of each article, and what was missed."""

    def __init__(self) -> None:
        self.rows: list[Counts] = []
        self.misses: list[str] = []

    def add(self, article: Article, found: Sequence[EntityDraft], said: Sequence[ClaimDraft]) -> None:
        text, row = article.text, Counter[Key]()
        mine = {(s.start, s.end, e.label) for e in found for s in e.mentions if e.label in LABELS}
        gold = {(n.start, n.end, n.label) for n in article.names}
        names = {"found": len(mine), "gold": len(gold), "both": len(mine & gold)}
        row.update({("names", what): count for what, count in names.items()})
        quotes = quotations(text)
        kinds = [kind(c.content, quotes) for c in article.claims]
        pairs = matched(
            [letters(c.content, text) for c in article.claims],
            [letters(((s.start, s.end) for s in c.content), text) for c in said],
        )
        for i, claim in enumerate(article.claims):
            row[kinds[i], "gold"] += 1
            if i in pairs:
                j, iou = pairs[i]
                row[kinds[i], "found .3"] += 1
                row[kinds[i], "found .8"] += iou >= 0.8
                verdict = speaker_verdict(said[j], claim.entity, found, article.names)
                row[f"speakers of {kinds[i]}", verdict] += 1
            else:
                a, b = claim.content[0][0], claim.content[-1][1]
                self.misses.append(f"{article.name}\t{kinds[i]}\t{text[a:b]}")
        right = {j for j, _ in pairs.values()}
        for j, ours in enumerate(said):
            row[ours.kind, "ours"] += 1
            row[ours.kind, "ours right"] += j in right
        bounds = [(s.start, s.end) for s in sentences(text, quotes)]
        row.update(_outside(article, found, said, {i: j for i, (j, _) in pairs.items()}, bounds))
        self.rows.append(row)

    def figures(self) -> dict[str, float]:
        return figures(sum(self.rows, Counter[Key]()))


def _outside(
    article: Article,
    found: Sequence[EntityDraft],
    said: Sequence[ClaimDraft],
    pairs: dict[int, int],
    bounds: Sequence[tuple[int, int]],
) -> Counts:
    """Counts gold claims, ours, and both right, whose named speaker has no mention in the claim's sentence, one of
    `bounds`."""
    right, row = set(), Counter[Key]()
    for i, claim in enumerate(article.claims):
        start, end = _sentence(bounds, claim.content[0][0])
        named = [n for n in article.names if n.entity == claim.entity]
        if claim.entity == "anonymous" or any(start <= n.start < end for n in named):
            continue
        row["outside", "gold"] += 1
        j = pairs.get(i, -1)
        named_right = j >= 0 and speaker_verdict(said[j], claim.entity, found, article.names) == "right"
        if named_right and said[j].speaker >= 0:
            right.add(j)
    for j, ours in enumerate(said):
        if ours.speaker >= 0:
            start, end = _sentence(bounds, ours.content[0].start)
            inside = any(start <= m.start < end for m in found[ours.speaker].mentions)
            row["outside", "ours"] += not inside or j in right
    row["outside", "both"] += len(right)
    return row


def figures(counts: Mapping[Key, float]) -> dict[str, float]:
    """Percent, of counts that were added up over articles."""

    def n(of: str, what: str) -> float:
        return counts.get((of, what), 0)

    def share(part: float, whole: float) -> float:
        return 100 * part / max(1, whole)

    out = {"names F": share(2 * n("names", "both"), n("names", "found") + n("names", "gold"))}
    for name in KINDS:
        out[f"{name} recall .3"] = share(n(name, "found .3"), n(name, "gold"))
        out[f"{name} recall .8"] = share(n(name, "found .8"), n(name, "gold"))
        if n(name, "ours"):
            out[f"{name} precision .3"] = share(n(name, "ours right"), n(name, "ours"))
    total = {
        what: sum(n(name, what) for name in KINDS) for what in ("gold", "found .3", "found .8", "ours", "ours right")
    }
    out["claims recall .3"] = share(total["found .3"], total["gold"])
    out["claims recall .8"] = share(total["found .8"], total["gold"])
    out["claims precision .3"] = share(total["ours right"], total["ours"])
    known = sum(n(f"speakers of {name}", verdict) for name in KINDS for verdict in VERDICTS)
    for verdict in VERDICTS:
        out[f"speaker {verdict}"] = share(sum(n(f"speakers of {name}", verdict) for name in KINDS), known)
    for name in KINDS:
        of_kind = sum(n(f"speakers of {name}", verdict) for verdict in VERDICTS)
        for verdict in VERDICTS[:3]:
            out[f"{name}: speaker {verdict}"] = share(n(f"speakers of {name}", verdict), of_kind)
    both, ours, gold = (n("outside", key) for key in ("both", "ours", "gold"))
    out["speakers out of the sentence: P"] = share(both, ours)
    out["speakers out of the sentence: R"] = share(both, gold)
    out["speakers out of the sentence: F"] = share(2 * both, ours + gold)
    return out


class Measured(NamedTuple):
    figures: dict[str, float]  # percent, and milliseconds of CPU per article
    intervals: dict[str, Interval]  # of those in percent
    misses: list[str]


def measure(split: str = "dev", every: int = 1) -> Measured:
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
    return Measured(totals.figures() | speed, bootstrap(totals.rows, figures), totals.misses)


SHARE = 0.15  # of annotation that entities, claims and speakers may cost on top of it
SHOWN = (
    "names F", "direct recall .3", "mixed recall .3", "indirect recall .3", "claims precision .3", "speaker right",
    "speaker wrong", "speaker wrong (called anonymous)",
)  # fmt: skip


def rows() -> list[Row]:
    found = measure().figures
    alone = "python -m benchmarks.reading"
    ours = found["ms annotate"] + found["ms entities and claims"]
    return [
        *(Row(f"reading, development: {name} (%)", found[name], "", None, alone) for name in SHOWN),
        Row("reading, CPU ms per article", ours, "bare nlp.pipe", found["ms bare nlp.pipe"], alone),
        Row(
            "entities, claims and speakers, CPU ms per article",
            found["ms entities and claims"],
            f"{SHARE:.0%} of annotate, at most",
            SHARE * found["ms annotate"],
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
    found = measure(options.split, options.every)
    if options.json:
        print(json.dumps(found.figures))
    else:
        rows = [(name, f"{value:.2f}", in_words(found.intervals.get(name))) for name, value in found.figures.items()]
        print(table(rows, ["figure", "value", "95 % interval"]))
    if options.misses:
        print("\n".join(found.misses))
    return 0


if __name__ == "__main__":
    sys.exit(main())
