"""Draft -> Draft; ends in: unchanged, duplicate, copy, forgotten.

Reads the committed index only. What meets inside one unit is decided in one group per unit over light prints
(`transforms/verdicts.py`), so that the verdict does not depend on the order in which pages came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
import msgspec

from schemas.commits import IndexRow
from schemas.flow import Copied, Draft, DraftBody, Outcome, pack, unpack
from schemas.ids import article_id, revision_id
from schemas.ports import World
from schemas.words import Disposition, Why
from transforms.fold import text_key
from transforms.links import canonical
from transforms.reading import day_of, reading_of
from transforms.shingles import sampled
from transforms.step import MAIN, OUTCOMES, StepDoFn, outcome, two_outputs
from transforms.verdicts import Print, Verdict, judge, lineage


def index_row(draft: Draft, body: DraftBody) -> IndexRow:
    """What the index will keep of this draft; its reading is known for a replay only."""
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
        edges=body.edges,
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
        copied = Copied(
            lineage=row, index=msgspec.structs.replace(index, copy_of=row.original_article_id, shingles=(), edges=())
        )
        more |= {"original_article_id": row.original_article_id, "body": pack(copied)}
    return outcome(draft, Disposition(verdict.disposition), "dedupe", verdict.reason, **more)


class Fingerprint(StepDoFn):
    step = "dedupe"

    def many(self, rows: Sequence[Draft]) -> list[Any]:
        return [self._one(row) for row in rows]

    def _one(self, row: Draft) -> Draft:
        body = unpack(row.body, DraftBody)
        index = index_row(row, body)
        if body.why == Why.REPLAY:  # the same text, read by other versions, is another reading
            versions = self.world.versions(body.language, body.site, day_of(body, self.clock.now()))
            index = msgspec.structs.replace(index, reading_id=reading_of(index.revision_id, versions))
        return row._replace(body=pack(msgspec.structs.replace(body, index=index)))


class Judge(beam.DoFn):
    """(unit, prints) -> (visit, verdict)"""

    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger = self.world.ledger()

    def process(self, group: tuple[str, Iterable[bytes]]) -> Iterator[tuple[str, bytes]]:
        prints = [unpack(body, Print) for body in group[1]]
        gone = self.ledger.forgotten({p.index.article_id: p.index.site for p in prints})
        for p in prints:
            if p.index.article_id in gone:
                words = f"it is {p.index.url}, {gone[p.index.article_id]}"
                yield p.visit_id, pack(Verdict(disposition=Disposition.FORGOTTEN.value, reason=words))
        prints = [p for p in prints if p.index.article_id not in gone]
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
            | "Apply" >> beam.ParDo(Apply()).with_outputs(OUTCOMES, main=MAIN)
        )
        return outs[MAIN], (outs[OUTCOMES], earlier) | "Outcomes to Dedupe" >> beam.Flatten()
