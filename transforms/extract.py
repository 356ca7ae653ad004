"""Page -> Draft: the article's text and what page and feed say of it; ends in: not_article,
too_short, too_large, dead.

The reading itself (`transforms/page/read.py`) runs in the guarded pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apache_beam as beam

from schemas.flow import Draft, DraftBody, LeasedEntry, Page, PageBody, pack, unpack
from schemas.ports import World
from schemas.records import RawPage
from schemas.words import Disposition
from transforms.fetch import is_own_text
from transforms.links import canonical, registrable_domain
from transforms.page.join import Whole, read_whole
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, Job
from transforms.page.refuse import Refusal
from transforms.step import StepDoFn, outcome, two_outputs, use_of

STEP = "extract"
BATCH = 32


def hint_of(leased: LeasedEntry) -> Hint:
    """What the feed said. Where the feed's own text is the article, its title and date count in any case."""
    entry = leased.entry
    own = leased.own_site or leased.fetch == "never"
    content = entry.content if own else ""
    return Hint(entry.title, entry.authors, entry.published, entry.language, own, entry.summary, content)


def draft(page: Page, body: PageBody, found: Extracted) -> Draft:
    """The row of an extracted page. Its address is the page's canonical one, else the one it was found at."""
    raw, meta = body.page, found.meta
    url = canonical(meta.canonical_url) or canonical(raw.final_url) or page.url
    drafted = DraftBody(
        canonical_url=url,
        site=registrable_domain(url),
        title=meta.title,
        authors=meta.authors,
        agency=meta.agency,
        published=meta.published,
        modified=meta.modified,
        language=found.language,
        text=found.text,
        headings=found.headings,
        paragraphs=found.paragraphs,
        captions=found.captions,
        removals=found.removals,
        layout=found.layout,
        section=meta.section,
        tags=meta.tags,
        image=meta.image,
        image_caption=meta.image_caption,
        licence=meta.licence,
        is_accessible_for_free=meta.is_accessible_for_free,
        links=found.links,
        source_url=meta.source_url,
        origins=meta.origins,
        contradictions=meta.contradictions,
        flags=meta.flags,
        why=body.leased.why,
        first_seen=body.leased.entry.first_seen,
        page=raw,
        parts=body.parts,
    )
    return Draft(page.unit_id, page.visit_id, page.entry_id, page.url, pack(drafted))


class ExtractDoFn(StepDoFn):
    step = STEP

    def setup(self) -> None:
        super().setup()
        self.archive = self.world.archive()
        self.guard = self.world.guard()

    def many(self, rows: Sequence[Page]) -> list[Any]:
        bodies = [unpack(row.body, PageBody) for row in rows]
        jobs = [self._whole(body) for body in bodies]
        results = self.guard.map(read_whole, jobs, timeout_s=self.world.settings.extract.timeout_s)
        return [self._result(*triple) for triple in zip(rows, bodies, results, strict=True)]

    def _whole(self, body: PageBody) -> Whole:
        first, *further = [self._job(body, page) for page in (body.page, *body.parts)]
        return Whole(first, tuple((page.page_id, job) for page, job in zip(body.parts, further, strict=True)))

    def _result(self, row: Page, body: PageBody, found: Extracted | Refusal | Exception) -> Any:
        if isinstance(found, Refusal):
            return outcome(row, Disposition(found.disposition), self.step, found.reason, layout=use_of(found.layout))
        return found if isinstance(found, Exception) else draft(row, body, found)

    def _job(self, body: PageBody, raw: RawPage) -> Job:
        response = self.archive.read(raw)
        layout = None if is_own_text(body.leased) else self.world.layout(raw)
        kind = response.header("content-type")
        return Job(response.body, raw.final_url or raw.url, kind, hint_of(body.leased), layout)


class Extract(beam.PTransform):
    """(pages, earlier outcomes) -> (drafts, outcomes)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        return two_outputs(flow, ExtractDoFn(self.world), batch=BATCH)
