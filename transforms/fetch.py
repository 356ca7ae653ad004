"""Leases -> Page: every page is archived and registered before it is emitted; ends in: unchanged, not_article,
robots_refused, opted_out, gone, blocked, unreachable, too_large, private_address, forgotten, dead.

A page that only leads to another, or names another of its site as its own address, is followed once
(`transforms/page/onward.py`); the further parts of its article come with it (`transforms/further.py`). An entry that a
unit archived before it died, or that a replay asks for, goes on from its archived page. Where the feed's own text is
the article, that text is archived as the page, and nobody is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import apache_beam as beam
import msgspec

from schemas.flow import LeasedEntry, Outcome, Page, PageBody, pack, unpack
from schemas.ids import article_id
from schemas.ports import Request, Response, World
from schemas.records import FeedEntry, RawPage
from schemas.sites import SiteIntent, of_host
from schemas.words import Disposition
from transforms.further import Limits, further, requests_left
from transforms.links import canonical, registrable_domain
from transforms.page.join import Asking, next_of
from transforms.page.onward import follows, onward
from transforms.page.refuse import by_bytes
from transforms.page.rights import Rights, rights
from transforms.step import StepDoFn, outcome, two_outputs

STEP = "fetch"
_FAILURES = {
    "robots_refused": Disposition.ROBOTS_REFUSED,
    "opted_out": Disposition.OPTED_OUT,
    "too_large": Disposition.TOO_LARGE,
    "private_address": Disposition.PRIVATE_ADDRESS,
    "unreachable": Disposition.UNREACHABLE,
}
_STATUSES = {304: Disposition.UNCHANGED, 404: Disposition.GONE, 410: Disposition.GONE}
_STATUSES |= dict.fromkeys((401, 403, 429), Disposition.BLOCKED)
_PAGES = (200, 203)  # 203: a page that a proxy changed


class Due(NamedTuple):
    """One entry of a batch, as the door for failures wants it. `body` is the msgpack of its LeasedEntry."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    body: bytes


def verdict(response: Response) -> tuple[Disposition | None, str]:
    """How a visit ends that brought no page, and why in words; (None, "") when there is a page to read."""
    if response.failure:
        return _FAILURES[response.failure], response.reason
    status = response.status
    if status == 304:
        return Disposition.UNCHANGED, "the server says it is not modified"
    if status not in _PAGES:
        return _STATUSES.get(status, Disposition.UNREACHABLE), f"status {status}"
    refused = by_bytes(response.body, response.header("content-type"))
    return (Disposition(refused.disposition), refused.reason) if refused else (None, "")


def own_text(entry: FeedEntry) -> Response | None:
    """The feed's own text as the page of its entry; None if the feed brings none."""
    text = entry.content.strip()
    if not text:
        text = "\n".join(f"<p>{escape(line.strip())}</p>" for line in entry.summary.splitlines() if line.strip())
    if not text:
        return None
    page = (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{escape(entry.title)}</title></head>\n'
        f"<body><article>\n{text}\n</article></body></html>\n"
    )
    address = address_of(entry)
    headers = (("content-type", "text/html; charset=utf-8"),)
    return Response(address, address, status=200, headers=headers, body=page.encode("utf-8", "replace"))


def address_of(entry: FeedEntry) -> str:
    """Where an entry's page is; an entry without a link gets a name of its own, so that two do not become one."""
    return entry.url or entry.link or f"urn:newsbeam:entry:{entry.entry_id}"


def is_own_text(leased: LeasedEntry) -> bool:
    return leased.fetch == "never" or not leased.entry.url


def is_asked_for(leased: LeasedEntry) -> bool:
    return leased.capture is None and not leased.forgotten and not is_own_text(leased)


def due(leased: LeasedEntry) -> Due:
    return Due(leased.unit_id, leased.visit_id, leased.entry.entry_id, address_of(leased.entry), pack(leased))


def page_row(row: Due, leased: LeasedEntry, pages: Sequence[RawPage]) -> Page:
    body = PageBody(leased=leased, page=pages[0], parts=tuple(pages[1:]))
    return Page(row.unit_id, row.visit_id, row.entry_id, row.url, pack(body))


def about_of(leased: LeasedEntry, part: int) -> dict[str, str]:
    """What a page was fetched for, as the archive keeps it."""
    ids = {"feed": leased.feed_id, "entry": leased.entry.entry_id, "visit": leased.visit_id}
    return ids | {"unit": leased.unit_id, "why": leased.why} | ({"part": str(part + 1)} if part else {})


class Kept(NamedTuple):
    """A page that is to be archived, and the further parts of its article; each with its rights."""

    row: Due
    leased: LeasedEntry
    pages: tuple[tuple[Response, dict[str, str]], ...]


class FetchDoFn(StepDoFn):
    """Its element is a whole batch of entries, so that their pages share one segment and one connection a host."""

    step = STEP

    def setup(self) -> None:
        super().setup()
        self.web, self.archive, self.ledger = self.world.web(), self.world.archive(), self.world.ledger()
        self.agent = self.world.settings.network.user_agent.partition("/")[0].partition(" ")[0].lower()
        self.answers: dict[str, Response] = {}
        self.parts: dict[str, tuple[Response, ...]] = {}
        self.had: dict[str, tuple[RawPage, ...]] = {}

    def process(self, batch: Any) -> Iterator[Page]:
        leased = msgspec.msgpack.decode(batch.body, type=list[LeasedEntry])
        self.answers, self.parts = {}, {}  # by visit: a batch that runs again entry by entry asks nobody twice
        # Nor does a whole bundle that runs again, where its pages are archived.
        self.had = self.ledger.registered(batch.unit_id, [one.entry.entry_id for one in leased])
        yield from super().process([due(one) for one in leased])
        self.answers, self.parts = {}, {}

    def many(self, rows: Sequence[Due]) -> list[Any]:
        batch = [(row, unpack(row.body, LeasedEntry)) for row in rows]
        self._ask([(row, one) for row, one in batch if not self._archived(one) and is_asked_for(one)])
        judged = [self._judge(row, leased) for row, leased in batch]
        pages = self._archive([kept for kept in judged if isinstance(kept, Kept)])
        return [
            page_row(result.row, result.leased, pages[result.row.visit_id]) if isinstance(result, Kept) else result
            for result in judged
        ]

    def _ask(self, batch: list[tuple[Due, LeasedEntry]]) -> None:
        new = [(row, leased) for row, leased in batch if row.visit_id not in self.answers]
        requests = [Request(leased.entry.url, leased.etag, leased.last_modified) for _, leased in new]
        responses = self.web.get(requests) if new else []
        answers = {row.visit_id: response for (row, _), response in zip(new, responses, strict=True)}
        answers = self._onward(answers)
        self.answers |= answers
        self.parts |= self._further(answers)

    def _archived(self, leased: LeasedEntry) -> tuple[RawPage, ...]:
        """The page and its further parts, nothing where the page is to be asked for."""
        given = (leased.capture, *leased.parts) if leased.capture else ()
        return self.had.get(leased.entry.entry_id, given)

    def _further(self, answers: dict[str, Response]) -> dict[str, tuple[Response, ...]]:
        firsts = {visit: one for visit, one in answers.items() if verdict(one)[0] is None}
        settings = self.world.settings
        left = requests_left(answers.values(), lambda one: self._site(one).budget or settings.lease.host_entries)
        limits = Limits(settings.extract.max_parts, settings.network.max_page_bytes, left)
        return further(firsts, limits, self.web.get, self._named, self._is_kept)

    def _named(self, asking: Sequence[Asking]) -> Sequence[str | Exception]:
        """In the guarded pool: a page's tree may take any time. One that hangs there is dead at Extract."""
        return self.world.guard().map(next_of, asking, timeout_s=self.world.settings.extract.timeout_s)

    def _is_kept(self, answer: Response) -> bool:
        return verdict(answer)[0] is None and not self._opted_out(answer) and not self._forgotten(answer)

    def _onward(self, answers: dict[str, Response]) -> dict[str, Response]:
        """With the pages in the place of those that only lead to them, and of those that name another as theirs."""
        leads = {
            visit: found
            for visit, answer in answers.items()
            if verdict(answer)[0] is None and (found := onward(answer)) and not self._opted_out(answer)
        }
        asked = self.web.get([Request(lead.url) for lead in leads.values()]) if leads else []
        pairs = zip(leads.items(), asked, strict=True)
        return answers | {visit: follows(answers[visit], second, lead.via) for (visit, lead), second in pairs}

    def _opted_out(self, response: Response) -> bool:
        """Such a page is not even followed, where its site's word is obeyed."""
        return self._rights(response).opted_out and self._site(response).obey_opt_out

    def _site(self, response: Response) -> SiteIntent:
        return of_host(self.world.sites, urlsplit(response.final_url or response.url).hostname or "")

    def _judge(self, row: Due, leased: LeasedEntry) -> Page | Outcome | Kept:
        if leased.forgotten:
            return outcome(row, Disposition.FORGOTTEN, STEP, leased.forgotten)
        if archived := self._archived(leased):
            return page_row(row, leased, archived)
        if is_own_text(leased):
            text = own_text(leased.entry)
            if text is None:
                return outcome(row, Disposition.NOT_ARTICLE, STEP, "the feed brings no text of its own")
            return Kept(row, leased, ((text, {}),))
        response = self.answers[row.visit_id]
        ended, reason = verdict(response)
        if ended is not None:
            return outcome(row, ended, STEP, reason)
        if forgotten := self._forgotten(response):
            return outcome(row, Disposition.FORGOTTEN, STEP, f"it leads to {response.final_url}, {forgotten}")
        pages = [(one, self._rights(one)) for one in (response, *self.parts.get(row.visit_id, ()))]
        if (found := pages[0][1]).opted_out and self._site(response).obey_opt_out:
            return outcome(row, Disposition.OPTED_OUT, STEP, found.reason)
        return Kept(row, leased, tuple((one, self._signals(one, said)) for one, said in pages))

    def _rights(self, response: Response) -> Rights:
        return rights(response.headers, response.body, self.agent, dict(response.reserved))

    def _signals(self, response: Response, found: Rights) -> dict[str, str]:
        return found.signals | ({"read all the same": self._site(response).reason} if found.opted_out else {})

    def _forgotten(self, response: Response) -> str:
        """How the page that a redirect or an earlier part led to was forgotten, in words: it is not to come into the
        archive."""
        if not response.redirects and not response.via:
            return ""
        article = article_id(canonical(response.final_url))
        return self.ledger.forgotten({article: registrable_domain(response.final_url)}).get(article, "")

    def _archive(self, kept: list[Kept]) -> dict[str, tuple[RawPage, ...]]:
        """One closed segment for the batch, known to the ledger before anything is emitted; pages by visit."""
        if not kept:
            return {}
        now = self.clock.now()
        unit_id = kept[0].row.unit_id
        answers = [(response, signals) for one in kept for response, signals in one.pages]
        known = self.ledger.archived(unit_id, {sha256(response.body).hexdigest() for response, _ in answers})
        about = [about_of(one.leased, part) for one in kept for part in range(len(one.pages))]
        segment, raw = self.archive.write(unit_id, [(response, now) for response, _ in answers], about, known)
        pages = (msgspec.structs.replace(page, rights=said) for (_, said), page in zip(answers, raw, strict=True))
        by_visit = {one.row.visit_id: tuple(islice(pages, len(one.pages))) for one in kept}
        self.ledger.register(unit_id, segment, {one.row.entry_id: by_visit[one.row.visit_id] for one in kept})
        return by_visit


class Fetch(beam.PTransform):
    """Leases -> (pages, outcomes). A Reshuffle stands behind the pages: a retry of later steps asks nobody again."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, leases: Any) -> Any:
        pages, outcomes = two_outputs(leases, FetchDoFn(self.world), batch=0)
        typed = pages | "As rows" >> beam.Map(lambda page: page).with_output_types(Page)  # so that RowCoder is used
        return typed | "Spread pages" >> beam.Reshuffle(), outcomes
