"""`newsbeam try`: read single pages without feeds or ledger, by the same steps as the pipeline, in bounded batches."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline.contact import require_contact
from pipeline.world import RealWorld
from schemas.commits import Package
from schemas.errors import UsageError
from schemas.flow import DraftBody, LeasedEntry, Outcome, Page, PageBody, unpack
from schemas.ids import make_id
from schemas.ports import Request
from schemas.records import Claim, DateValue, FeedEntry, RawPage
from schemas.words import Disposition
from transforms.annotate import AnnotateDoFn
from transforms.attribution.reasons import reason
from transforms.claims import ClaimsDoFn
from transforms.clean import CleanDoFn
from transforms.entities import EntitiesDoFn
from transforms.evidence import selectors
from transforms.extract import ExtractDoFn, draft, hint_of
from transforms.fetch import verdict
from transforms.page.read import Job, extract_job
from transforms.page.refuse import Refusal
from transforms.step import StepDoFn, dead_outcome

BATCH = 16
FIELDS = (
    "title", "authors", "agency", "published", "modified", "language", "text", "section", "tags", "image",
    "image_caption", "licence", "is_accessible_for_free", "removals", "contributors", "source_url", "flags", "origins",
    "contradictions",
)  # fmt: skip
"""What `try` shows of an article."""
STAGES = ("extract", "clean", "annotate", "claims")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Input(NamedTuple):
    """One thing to read. `error` says why it could not even be opened."""

    url: str
    body: bytes = b""
    content_type: str = "text/html"
    title: str = ""
    published: str = ""
    error: str = ""
    disposition: str = Disposition.DEAD.value


class Row(NamedTuple):
    """An input on its way; what the steps' door needs to know of it."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    body: bytes


def inputs(names: Sequence[str], kind: str, world: RealWorld, stdin: Iterable[bytes]) -> Iterator[Input]:
    """Files, folders (every file below, sorted), URLs, and `-` for JSON Lines. Nothing is read before it is wanted."""
    limit = world.settings.network.max_page_bytes
    for name in names:
        if name == "-":
            yield from (_from_line(line, number, limit) for number, line in enumerate(stdin, 1) if line.strip())
        elif name.startswith(("http://", "https://")):
            yield _from_web(name, world)
        elif Path(name).is_dir():
            yield from (_from_file(path, kind, limit) for path in sorted(Path(name).rglob("*")) if path.is_file())
        else:
            yield _from_file(Path(name), kind, limit)


def _too_large(what: str, limit: int) -> Input:
    words = f"{what} is larger than {limit:,} bytes (network.max_page_bytes)"
    return Input(what, error=words, disposition=Disposition.TOO_LARGE.value)


def _from_line(line: bytes, number: int, limit: int) -> Input:
    place = f"line {number}"
    if len(line) > limit:
        return _too_large(place, limit)
    try:
        given = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Input(place, error=f"{place} is no JSON: {error}")
    if not isinstance(given, dict):
        return Input(place, error=f"{place} is no JSON object")
    named = given.get("url")
    url = named if isinstance(named, str) and named else place
    text, html = given.get("text"), given.get("html")
    content = html if text is None else text
    if not isinstance(content, str):
        return Input(url, error=f'{place} has neither "html" nor "text"')
    kind = "text/html; charset=utf-8" if text is None else "text/plain; charset=utf-8"
    body = content.encode("utf-8", "replace")
    title, published = (v if isinstance(v, str) else "" for v in (given.get("title"), given.get("published")))
    return Input(url, body, kind, title, published)


def _from_file(path: Path, kind: str, limit: int) -> Input:
    name = os.fsencode(path).decode("utf-8", "replace")  # a name may hold bytes that are no text
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        return Input(name, error=f"{name} cannot be read: {error.strerror}")
    if len(body) > limit:
        return _too_large(name, limit)
    head = body[:2_000].lower()
    html = kind == "html" or (kind == "auto" and (b"<html" in head or b"<!doctype html" in head or b"<body" in head))
    if kind == "auto" and path.suffix.lower() in {".html", ".htm", ".xhtml"}:
        html = True
    return Input(name, body, "text/html" if html else "text/plain")


def _from_web(url: str, world: RealWorld) -> Input:
    require_contact(world.settings.network, [url])
    [response] = world.web().get([Request(url)])
    ended, words = verdict(response)
    if ended is not None:
        return Input(url, error=words, disposition=ended.value)
    return Input(url, response.body, response.header("content-type") or "text/html")


class Reader:
    """Takes batches of inputs through the steps; every input gives one line, in order."""

    def __init__(self, world: RealWorld, stop_after: str) -> None:
        if stop_after not in STAGES:
            raise UsageError(f"--stop-after takes one of {', '.join(STAGES)}, not {stop_after!r}")
        self.world = world
        if STAGES.index(stop_after) >= STAGES.index("annotate"):
            world.model().check()
        cleaner = partial(CleanDoFn, learned=False)  # there is no ledger to ask
        steps: dict[str, list[Callable[[RealWorld], StepDoFn]]] = {
            "clean": [cleaner],
            "annotate": [AnnotateDoFn, EntitiesDoFn],
            "claims": [ClaimsDoFn],
        }
        self.steps = [step(world) for stage in STAGES[1 : STAGES.index(stop_after) + 1] for step in steps[stage]]
        self.extractor = ExtractDoFn(world)
        for step in (*self.steps, self.extractor):
            step.setup()

    def lines(self, given: Iterable[Input]) -> Iterator[dict[str, Any]]:
        """Memory holds one batch of inputs, however many there are."""
        source = iter(given)
        while batch := list(islice(source, BATCH)):
            yield from self._batch(batch)

    def _batch(self, batch: list[Input]) -> Iterator[dict[str, Any]]:
        rows = [_page(item, number) for number, item in enumerate(batch)]
        results: list[Any] = list(self._extract(batch, rows))
        for step in self.steps:
            going = [i for i, result in enumerate(results) if not isinstance(result, Outcome)]
            for i, result in zip(going, step.results_of([results[i] for i in going]) if going else [], strict=True):
                results[i] = result
        for item, result in zip(batch, results, strict=True):
            yield line(item, result)

    def _extract(self, batch: list[Input], rows: list[Page]) -> Iterator[Any]:
        bodies = [unpack(row.body, PageBody) for row in rows]
        jobs = [
            Job(item.body, item.url, item.content_type, hint_of(body.leased), self.world.layout(body.page))
            for item, body in zip(batch, bodies, strict=True)
        ]
        readable = [i for i, item in enumerate(batch) if not item.error]
        timeout = self.world.settings.extract.timeout_s
        found = dict(
            zip(
                readable,
                self.world.guard().map(extract_job, [jobs[i] for i in readable], timeout_s=timeout),
                strict=True,
            )
        )
        for i, (item, row, body) in enumerate(zip(batch, rows, bodies, strict=True)):
            result = found.get(i)
            if result is None:
                yield _ended(row, item.disposition, "open", item.error)
            elif isinstance(result, Refusal):
                yield _ended(row, result.disposition, "extract", result.reason)
            elif isinstance(result, Exception):
                yield dead_outcome(row, result, "extract", self.world.clock().now().isoformat())
            else:
                yield draft(row, body, result)


def _ended(row: Page, disposition: str, step: str, reason: str) -> Outcome:
    return Outcome(row.unit_id, row.visit_id, row.entry_id, row.url, disposition, step, reason)


def _page(item: Input, number: int) -> Page:
    """The row that a fetch would have made of this input."""
    identity = make_id("try", item.url, number)
    published = None
    if item.published:
        precision = "day" if _DATE.fullmatch(item.published) else "second"
        published = DateValue(value=item.published, precision=precision, source="input")
    entry = FeedEntry(entry_id=identity, link=item.url, url=item.url, title=item.title, published=published)
    leased = LeasedEntry(
        unit_id="try", visit_id=identity, why="new", feed_id="", fetch="page", own_site=True, entry=entry
    )
    digest = sha256(item.body).hexdigest()
    page = RawPage(
        page_id=make_id("page", item.url, digest),
        url=item.url,
        final_url=item.url,
        fetched_at="",
        sha256=digest,
        segment="",
        offset=0,
        robots="not_asked",
    )
    return Page("try", identity, identity, item.url, msgspec.msgpack.encode(PageBody(leased=leased, page=page)))


def line(item: Input, result: Any) -> dict[str, Any]:
    """What `try --json` prints of one input."""
    out: dict[str, Any] = {"url": item.url, "disposition": Disposition.WRITTEN.value, "error": None}
    out |= {"article": None, "entities": [], "claims": [], "unverified": []}
    if isinstance(result, Outcome):
        return out | {"disposition": result.disposition, "error": result.reason}
    package = unpack(result.body, Package) if _is_package(result) else None
    article = package.revision if package else unpack(result.body, DraftBody)
    out["article"] = {name: getattr(article, name) for name in FIELDS}
    out["article"]["canonical_url"] = getattr(article, "canonical_url", "") or getattr(article, "url", "")
    if package:
        out["entities"] = [
            {"name": e.name, "label": e.label, "notes": e.notes, "mentions": e.mentions} for e in package.entities
        ]
        out["claims"] = [_claim(c, package) for c in package.claims]
        out["unverified"] = package.reading.unverified
    elif names := getattr(result, "entities", None):
        out["entities"] = msgspec.msgpack.decode(names)
    return out


def _is_package(result: Any) -> bool:
    return type(result).__name__ == "Work"


def _claim(claim: Claim, package: Package) -> dict[str, Any]:
    fields = ("kind", "type", "content", "cue", "source", "speaker", "speaker_status", "speaker_role", "best_guess")
    more = ("reason", "confidence", "cue_lemma", "cue_class", "negated", "modality", "tense", "negations", "conditions")
    last = ("hedges", "quantities", "times", "stated_at", "stated_words", "stated_in", "inside", "notes")
    said = {name: getattr(claim, name) for name in (*fields, *more, *last)}
    why = reason(package.revision.text, claim, package.entities)
    found = [{"part": one.part, "selector": selectors(one)} for one in claim.evidence]
    return {"id": claim.claim_id, **said, "why": why, "evidence": found}
