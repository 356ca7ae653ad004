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
from transforms.agencies import credited
from transforms.fold import text_key
from transforms.lineage import Reason
from transforms.links import canonical
from transforms.page.metadata import FOREIGN_CANONICAL
from transforms.reading import day_of, reading_of
from transforms.revisions import changes
from transforms.shingles import SAMPLING, samples
from transforms.step import MAIN, OUTCOMES, StepDoFn, outcome, two_outputs, use_of
from transforms.verdicts import Print, Verdict, judge

PRECISE = {"year": 4, "month": 7, "day": 10}  # characters of a date that say something


def index_row(draft: Draft, body: DraftBody, sample: bytes) -> IndexRow:
    """What the index will keep of this draft; its reading is known for a replay only."""
    article = article_id(body.canonical_url)
    source = canonical(body.source_url) if body.source_url else ""
    linked = body.origins.get("source_url") == FOREIGN_CANONICAL
    return IndexRow(
        article_id=article,
        url=body.canonical_url,
        site=body.site,
        entry_id=draft.entry_id,
        revision_id=revision_id(article, body.text),
        reading_id="",
        text_key=text_key(body.text),
        source_url=source,
        source_by=(Reason.CANONICAL if linked else Reason.SOURCE_LINK).value if source else "",
        agency=credited([body.agency, *body.authors], body.text),
        published=body.published.value[: PRECISE.get(body.published.precision)] if body.published else "",
        first_seen=body.first_seen,
        sample=sample,
        sampling=SAMPLING,
        edges=body.edges,
    )


def apply(draft: Draft, verdict: Verdict) -> Draft | Outcome:
    """The draft with what the verdict adds to it, or the end of its visit."""
    body = unpack(draft.body, DraftBody)
    if body.index is None:
        raise AssertionError("a draft reached its verdict without a print")
    index = body.index
    if not verdict.disposition:
        before = verdict.before
        done = msgspec.structs.replace(body, supersedes=verdict.supersedes, copied_by=verdict.lineage)
        if before is not None and before.revision_id != index.revision_id:
            done = msgspec.structs.replace(done, follows=before.revision_id)
            if body.why != Why.REPLAY and body.page is not None and body.page.page_id != before.page_id:
                done = msgspec.structs.replace(done, changes=changes(before.text, body.text))
        return draft._replace(body=pack(done))
    more: dict[str, Any] = {"article_id": index.article_id, "layout": use_of(body.layout)}
    if verdict.original_article_id:
        [row] = verdict.lineage
        held = msgspec.structs.replace(index, copy_of=row.original_article_id, sample=b"", edges=())
        more |= {"original_article_id": row.original_article_id, "body": pack(Copied(lineage=row, index=held))}
    return outcome(draft, Disposition(verdict.disposition), "dedupe", verdict.reason, **more)


class Fingerprint(StepDoFn):
    step = "dedupe"

    def many(self, rows: Sequence[Draft]) -> list[Any]:
        bodies = [unpack(row.body, DraftBody) for row in rows]
        sampled = samples([body.text for body in bodies])
        return [self._one(*three) for three in zip(rows, bodies, sampled, strict=True)]

    def _one(self, row: Draft, body: DraftBody, sample: bytes) -> Draft:
        index = index_row(row, body, sample)
        if body.why == Why.REPLAY:  # the same text, read by other versions, is another reading
            versions = self.world.versions(body.language, body.site, day_of(body, self.clock.now()), body.page)
            index = msgspec.structs.replace(index, reading_id=reading_of(index.revision_id, versions))
        return row._replace(body=pack(msgspec.structs.replace(body, index=index)))


class Judge(beam.DoFn):
    """(unit, prints) -> (visit, verdict)"""

    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger = self.world.ledger()
        self.clock = self.world.clock()

    def process(self, group: tuple[str, Iterable[bytes]]) -> Iterator[tuple[str, bytes]]:
        prints = [unpack(body, Print) for body in group[1]]
        gone = self.ledger.forgotten({p.index.article_id: p.index.site for p in prints})
        for p in prints:
            if p.index.article_id in gone:
                words = f"it is {p.index.url}, {gone[p.index.article_id]}"
                yield p.visit_id, pack(Verdict(disposition=Disposition.FORGOTTEN.value, reason=words))
        prints = [p for p in prints if p.index.article_id not in gone]
        known = self.ledger.known(sorted({p.index.article_id for p in prints}))
        named = {article_id(p.index.source_url) for p in prints if p.index.source_url}
        since = self.world.settings.dedupe.since(self.clock.now().timestamp())
        near = self.ledger.neighbours({p.index.article_id: p.index.sample for p in prints}, named, since)
        texts = self.ledger.texts(sorted({row.revision_id for row in known.values() if not row.copy_of}))
        for visit, verdict in judge(prints, known, near, texts, group[0]).items():
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
