"""Draft -> Draft; ends in: unchanged, duplicate, copy.

Reads the committed index only. What meets inside one unit is decided in one group per unit over light prints
(ids and sampled shingles), so that the verdict does not depend on the order in which pages came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec

from schemas.flow import Copied, Draft, DraftBody, Outcome, pack, unpack
from schemas.ids import article_id, lineage_id, revision_id
from schemas.ports import Candidate, World
from schemas.records import IndexRow, Lineage, Record
from schemas.words import Disposition
from transforms.fold import text_key
from transforms.links import canonical
from transforms.shingles import containment, sampled
from transforms.step import MAIN, OUTCOMES, StepDoFn, outcome, two_outputs

COPY = 0.5  # share of a text's sampled shingles that another text holds
CUT = 0.8  # a copy with fewer shingles than this share of its original's is `cut`


class Print(Record, frozen=True, kw_only=True):
    """What is compared of a draft."""

    visit_id: str
    direct: bool  # the entry's own link is the article's address
    index: IndexRow


class Verdict(Record, frozen=True, kw_only=True):
    """How Dedupe ends a visit; `disposition` is "" for a draft that goes on."""

    disposition: str = ""
    reason: str = ""
    original: IndexRow | None = None
    containment: float = 0.0
    evidence: tuple[str, ...] = ()
    supersedes: str = ""
    copied_by: tuple[IndexRow, ...] = ()


class Resemblance(NamedTuple):
    original: IndexRow
    share: float
    evidence: tuple[str, ...]


def index_row(draft: Draft, body: DraftBody) -> IndexRow:
    """What the index will keep of this draft; its reading is not known yet."""
    article = article_id(body.canonical_url)
    return IndexRow(
        article_id=article,
        url=body.canonical_url,
        site=body.site,
        entry_id=draft.entry_id,
        revision_id=revision_id(article, body.text),
        reading_id="",
        text_key=text_key(body.text),
        source_url=canonical(body.source_url) if body.source_url else "",
        published=body.published.value if body.published else "",
        shingles=tuple(sorted(sampled(body.text))),
    )


def judge(
    prints: Sequence[Print], known: Mapping[str, IndexRow], candidates: Mapping[str, Candidate]
) -> dict[str, Verdict]:
    """A verdict for each visit of a unit, by visit id. `known` and `candidates` are by article id."""
    verdicts: dict[str, Verdict] = {}
    survivors: list[Print] = []
    groups: dict[str, list[Print]] = {}
    for p in sorted(prints, key=lambda p: p.visit_id):
        groups.setdefault(p.index.article_id, []).append(p)
    for article, group in groups.items():
        before = known.get(article)
        winner = _winner(group, before)
        for p in group:
            if p is not winner:
                verdicts[p.visit_id] = Verdict(
                    disposition=Disposition.DUPLICATE.value,
                    reason=f"it led to {p.index.url}, which another entry holds",
                )
        if winner is None:
            continue
        if before is not None and before.text_key == winner.index.text_key:
            verdicts[winner.visit_id] = Verdict(
                disposition=Disposition.UNCHANGED.value, reason="the text is the one already held"
            )
        else:
            survivors.append(winner)
    verdicts.update(_copies(survivors, known, candidates))
    return verdicts


def _winner(group: list[Print], before: IndexRow | None) -> Print | None:
    """The one visit that may bring this article: its own entry's, or for a new article the most direct one."""
    if before is not None:
        return next((p for p in group if p.index.entry_id == before.entry_id), None)
    return min(group, key=lambda p: (not p.direct, p.visit_id))


def _copies(
    survivors: list[Print], known: Mapping[str, IndexRow], candidates: Mapping[str, Candidate]
) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    earlier: list[tuple[Print, IndexRow]] = []  # with the original it goes back to
    for p in sorted(survivors, key=_rank):
        before = known.get(p.index.article_id)
        if before is not None and not before.copy_of:
            verdicts[p.visit_id] = Verdict(supersedes=before.reading_id)
            earlier.append((p, p.index))
            continue
        committed = [c for c in candidates.values() if c.article_id != p.index.article_id]
        found = _committed_original(p.index, committed) or _original_in_unit(p.index, earlier)
        if found is None:
            verdicts[p.visit_id] = Verdict(copied_by=tuple(_copied_by(p.index, committed)))
            earlier.append((p, p.index))
            continue
        verdicts[p.visit_id] = Verdict(
            disposition=Disposition.COPY.value,
            reason=f"{found.share:.0%} of its text stands in {found.original.url}",
            original=found.original,
            containment=round(found.share, 4),
            evidence=found.evidence,
        )
        earlier.append((p, found.original))
    return verdicts


def _rank(p: Print) -> tuple[bool, str, int, str]:
    """Originals first: no link to a source, published earlier, longer, then by address."""
    return bool(p.index.source_url), p.index.published or "9999", -len(p.index.shingles), p.index.url


def _committed_original(row: IndexRow, committed: Iterable[Candidate]) -> Resemblance | None:
    mine = frozenset(row.shingles)
    best: Resemblance | None = None
    for c in committed:
        share = containment(mine, c.shingles)
        if share < COPY or c.source_url == row.url:  # a committed copy that names this article as its source
            continue
        original = _as_row(c)
        if best is None or (share, original.url) > (best.share, best.original.url):
            best = Resemblance(original, share, _evidence(row, original, ("held earlier",)))
    return best


def _original_in_unit(row: IndexRow, earlier: list[tuple[Print, IndexRow]]) -> Resemblance | None:
    mine = frozenset(row.shingles)
    best: Resemblance | None = None
    for p, root in earlier:
        share = containment(mine, frozenset(p.index.shingles))
        if share >= COPY and (best is None or share > best.share):
            later = bool(row.published and root.published and row.published > root.published)
            best = Resemblance(root, share, _evidence(row, root, ("published later",) if later else ()))
    return best


def _evidence(row: IndexRow, original: IndexRow, more: tuple[str, ...]) -> tuple[str, ...]:
    return ("source link", *more) if row.source_url and row.source_url == original.url else more


def _copied_by(row: IndexRow, committed: Iterable[Candidate]) -> Iterator[IndexRow]:
    """Committed articles that name this one as their source and hold its text."""
    mine = frozenset(row.shingles)
    for c in committed:
        if c.source_url == row.url and containment(c.shingles, mine) >= COPY:
            yield _as_row(c)


def _as_row(c: Candidate) -> IndexRow:
    """A committed article as far as comparing needs it."""
    return IndexRow(
        article_id=c.article_id,
        url=c.url,
        site="",
        entry_id="",
        revision_id="",
        reading_id="",
        text_key="",
        source_url=c.source_url,
        shingles=tuple(sorted(c.shingles)),
    )


def lineage(
    copy: IndexRow, original: IndexRow, share: float, evidence: tuple[str, ...], unit: str, visit: str
) -> Lineage:
    """The row that stands in the place of a second article."""
    cut = len(copy.shingles) < CUT * len(original.shingles)
    kind = "scraper" if "source link" in evidence else "cut" if cut else "syndicated"
    return Lineage(
        lineage_id=lineage_id(copy.article_id, original.article_id),
        article_id=copy.article_id,
        url=copy.url,
        original_article_id=original.article_id,
        original_url=original.url,
        kind=kind,
        containment=share,
        evidence=evidence,
        visit_id=visit,
        unit_id=unit,
    )


def apply(draft: Draft, verdict: Verdict) -> Draft | Outcome:
    """The draft with what the verdict adds to it, or the end of its visit."""
    body = unpack(draft.body, DraftBody)
    if body.index is None:
        raise AssertionError("a draft reached its verdict without a print")
    index = body.index
    if not verdict.disposition:
        by = tuple(lineage(c, index, 1.0, ("source link",), draft.unit_id, draft.visit_id) for c in verdict.copied_by)
        done = msgspec.structs.replace(body, supersedes=verdict.supersedes, copied_by=by)
        return draft._replace(body=pack(done))
    more: dict[str, Any] = {"article_id": index.article_id}
    if verdict.original is not None:
        row = lineage(index, verdict.original, verdict.containment, verdict.evidence, draft.unit_id, draft.visit_id)
        copied = Copied(lineage=row, index=msgspec.structs.replace(index, copy_of=row.original_article_id, shingles=()))
        more |= {"original_article_id": row.original_article_id, "body": pack(copied)}
    return outcome(draft, Disposition(verdict.disposition), "dedupe", verdict.reason, **more)


class Fingerprint(StepDoFn):
    step = "dedupe"

    def many(self, rows: Sequence[Draft]) -> list[Any]:
        return [self._one(row) for row in rows]

    def _one(self, row: Draft) -> Draft:
        body = unpack(row.body, DraftBody)
        return row._replace(body=pack(msgspec.structs.replace(body, index=index_row(row, body))))


class Judge(beam.DoFn):
    """(unit, prints) -> (visit, verdict)"""

    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger = self.world.ledger()

    def process(self, group: tuple[str, Iterable[bytes]]) -> Iterator[tuple[str, bytes]]:
        prints = [unpack(body, Print) for body in group[1]]
        known = self.ledger.known(sorted({p.index.article_id for p in prints}))
        candidates = self.ledger.candidates({s for p in prints for s in p.index.shingles})
        for visit, verdict in judge(prints, known, candidates).items():
            yield visit, pack(verdict)


class Apply(beam.DoFn):
    def process(self, joined: tuple[str, Mapping[str, Iterable[Any]]]) -> Iterator[Any]:
        [draft], [verdict] = list(joined[1]["draft"]), list(joined[1]["verdict"])
        result = apply(draft, unpack(verdict, Verdict))
        yield beam.pvalue.TaggedOutput(OUTCOMES, result) if isinstance(result, Outcome) else result


def as_print(draft: Draft) -> tuple[str, bytes]:
    body = unpack(draft.body, DraftBody)
    if body.index is None:
        raise AssertionError("a draft has no print")
    return draft.unit_id, pack(
        Print(visit_id=draft.visit_id, direct=canonical(draft.url) == body.canonical_url, index=body.index)
    )


class Dedupe(beam.PTransform):
    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        drafts, earlier = two_outputs(flow, Fingerprint(self.world), batch=16)
        verdicts = (
            drafts
            | "Print" >> beam.Map(as_print).with_output_types(tuple[str, bytes])
            | "Prints of a unit" >> beam.GroupByKey()
            | "Judge" >> beam.ParDo(Judge(self.world)).with_output_types(tuple[str, bytes])
        )
        keyed = drafts | "By visit" >> beam.Map(lambda d: (d.visit_id, d)).with_output_types(tuple[str, Draft])
        outs = (
            {"draft": keyed, "verdict": verdicts}
            | "Draft and verdict" >> beam.CoGroupByKey()
            | "Apply" >> beam.ParDo(Apply(self.world)).with_outputs(OUTCOMES, main=MAIN)
        )
        return outs[MAIN], (outs[OUTCOMES], earlier) | "Outcomes to Dedupe" >> beam.Flatten()
