"""Page -> Draft: the article's text and what page and feed say of it; ends in: not_article, dead.

`extract` runs in the guarded pool: it takes plain values, gives plain values, and what hangs or explodes in it
ends its own call only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import apache_beam as beam

from schemas.flow import Draft, DraftBody, LeasedEntry, Page, PageBody, pack, unpack
from schemas.ports import Response, World
from schemas.records import RawPage, Span
from schemas.words import Disposition
from transforms import bylines, jsonld, pagetext, refuse
from transforms.charset import decode
from transforms.language import detect
from transforms.links import canonical, registrable_domain
from transforms.metadata import Hint, Metadata, from_hint, htmldate_guess, metadata
from transforms.refuse import Refusal
from transforms.step import StepDoFn, outcome, two_outputs

__all__ = ["Extract", "ExtractDoFn", "Extracted", "Hint", "Job", "Refusal", "extract", "extract_job", "extract_text"]

STEP = "extract"
BATCH = 32
BODY_RATIO = 1.5  # how much longer a JSON-LD body must be to stand for a page that shows little
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_FINAL = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？")
_CAPTION_CODE = re.compile(r"\d{3,}|\b[0-9a-f]{5,}\b|\b\w+_\w+\b|\.(?:jpe?g|png|webp|gif)\b", re.IGNORECASE)


class Extracted(NamedTuple):
    """An article as extracted. `meta` tells where each field came from; the text's own origin is there too."""

    text: str
    headings: tuple[Span, ...]
    links: tuple[tuple[str, str], ...]
    language: str
    meta: Metadata


class Job(NamedTuple):
    """The arguments of `extract` as one value, for the guarded pool."""

    html: bytes
    url: str
    content_type: str
    hint: Hint


def extract_job(job: Job) -> Extracted | Refusal:
    return extract(job.html, url=job.url, content_type=job.content_type, hint=job.hint)


def extract(html: bytes, *, url: str, content_type: str, hint: Hint) -> Extracted | Refusal:
    """Read one page. `url` is where it was found in the end; `content_type` the HTTP header's value."""
    if refusal := refuse.by_bytes(html, content_type):
        return refusal
    text = decode(html, content_type).text
    if content_type.lower().startswith("text/plain") and not refuse.looks_like_html(text):
        return extract_text(text, hint)
    tree = pagetext.parse(text)
    if tree is None:
        return refuse.not_article("the page is empty")
    if refusal := refuse.by_size(tree):
        return refusal
    nodes = pagetext.json_ld(tree)
    meta = metadata(tree, nodes, url, hint, lambda: htmldate_guess(tree, url))
    password = tree.find(".//input[@type='password']") is not None
    body = pagetext.main_part(tree, url)
    main, headings = ("", ()) if body is None else pagetext.lines(body)
    meta.origins["text"] = "page"
    stated = "\n\n".join(jsonld.paragraphs(jsonld.text_raw(nodes.articles, "articleBody")))
    if refuse.size(main) < refuse.LITTLE and refuse.size(stated) > BODY_RATIO * max(refuse.size(main), refuse.SOME):
        main, headings = stated, ()
        meta.origins["text"] = "jsonld:articleBody"
    whole = pagetext.around(tree, main)
    if refusal := refuse.by_content(main, meta, nodes, url, password, pagetext.link_share(whole)):
        return refusal
    return _extracted(main, headings, pagetext.main_links(whole, url), meta)


def extract_text(text: str, hint: Hint) -> Extracted | Refusal:
    """Plain text, kept as it is but for its line ends. Its title is the hint's, else that of `headline`."""
    text = _LINE_ENDS.sub("\n", text.removeprefix("\ufeff"))
    if not text.strip():
        return refuse.not_article("the text is empty")
    meta = from_hint(hint)
    if not meta.title and (title := headline(text)):
        meta = meta._replace(title=title, origins=meta.origins | {"title": "text"})
    meta.origins["text"] = "text"
    return _extracted(text, (), (), meta)


def headline(text: str) -> str:
    """A short line without a final full stop and with an empty line after it, before any paragraph, else "".

    Lines that look like the caption of a picture (codes, file names) are passed over.
    """
    found = text.split("\n")
    for number, line in enumerate(found[:20]):
        stripped = line.strip()
        if not stripped or len(_CAPTION_CODE.findall(stripped)) >= 2:
            continue
        alone = number + 1 < len(found) and not found[number + 1].strip()
        short = len(stripped) <= 160 and len(stripped.split()) <= 25
        return stripped if alone and short and not stripped.endswith(_FINAL) else ""
    return ""


def _extracted(text: str, headings: tuple[Span, ...], links: tuple[tuple[str, str], ...], meta: Metadata) -> Extracted:
    if not meta.authors and (names := bylines.in_text(text)):
        meta = meta._replace(authors=names, origins=meta.origins | {"authors": "text:byline"})
    language = detect(text, meta.language)
    if language:
        meta.origins["language"] = "text"
    return Extracted(text, headings, links, language or meta.language, meta)


def hint_of(leased: LeasedEntry) -> Hint:
    """What the feed said. Where the feed's own text is the article, its title and date count in any case."""
    entry = leased.entry
    own = leased.own_site or leased.fetch == "never"
    return Hint(entry.title, entry.authors, entry.published, entry.language, own, entry.summary)


def draft(page: Page, body: PageBody, found: Extracted) -> Draft:
    """The row of an extracted page. Its address is the page's canonical one, else the one it was found at."""
    raw, meta = body.page, found.meta
    url = canonical(meta.canonical_url) or canonical(raw.final_url) or page.url
    drafted = DraftBody(
        canonical_url=url,
        site=registrable_domain(url),
        title=meta.title,
        authors=meta.authors,
        published=meta.published,
        modified=meta.modified,
        language=found.language,
        text=found.text,
        headings=found.headings,
        links=found.links,
        origins=meta.origins,
        flags=meta.flags,
        why=body.leased.why,
        page=raw,
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
        jobs = [_job(body, self.archive.read(body.page)) for body in bodies]
        results = self.guard.map(extract_job, jobs, timeout_s=self.world.settings.extract.timeout_s)
        return [self._result(*triple) for triple in zip(rows, bodies, results, strict=True)]

    def _result(self, row: Page, body: PageBody, found: Extracted | Refusal | Exception) -> Any:
        if isinstance(found, Refusal):
            return outcome(row, Disposition(found.disposition), self.step, found.reason)
        return found if isinstance(found, Exception) else draft(row, body, found)


def _job(body: PageBody, response: Response) -> Job:
    raw: RawPage = body.page
    return Job(response.body, raw.final_url or raw.url, response.header("content-type"), hint_of(body.leased))


class Extract(beam.PTransform):
    """(pages, earlier outcomes) -> (drafts, outcomes)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        return two_outputs(flow, ExtractDoFn(self.world), batch=BATCH)
