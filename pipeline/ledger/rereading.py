"""Which articles are read again from the archive, and how their entries come to be pending for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, case, func, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
from pipeline.ledger.tombstones import of_items
from schemas.ids import feed_id
from schemas.instants import iso
from schemas.records import FeedEntry, RawPage, Revision, Sighting
from schemas.words import Disposition, EntryState, Why

DONE, PENDING = EntryState.DONE.value, EntryState.PENDING.value


class Held(NamedTuple):
    """A current reading, and the archived page that it was made from: None when that is there no more."""

    entry_id: str
    reading_id: str
    revision: Revision
    unit_id: str
    page: RawPage | None


class Page(NamedTuple):
    """An archived page: whose it is, and which of its captures."""

    entry_id: str
    unit_id: str
    page: RawPage


class Foreign(NamedTuple):
    """A page of a foreign WARC file, as an entry of ours. `at`: when it was fetched (epoch seconds)."""

    entry: FeedEntry
    host: str
    source: str  # the file's name
    place: str  # the record in it
    at: float


def current(connection: Connection, site: str) -> Iterator[Held]:
    """Every article that has a reading ("": of every site), with its newest text."""
    mine = t.articles.c.reading_id != ""
    articles = select(t.articles.c.article_id).where(mine & (t.articles.c.site == site) if site else mine)
    newest = t.read_revisions.c.revision_id == t.articles.c.revision_id
    query = select(t.articles, t.read_revisions.c.record).join(t.read_revisions, newest)
    for some in chunks(list(connection.scalars(articles))):
        rows = connection.execute(query.where(t.articles.c.article_id.in_(some))).all()
        captures = _captures(connection, [row.entry_id for row in rows])
        for row in rows:
            revision = msgspec.json.decode(row.record, type=Revision)
            found = [one for one in captures.get(row.entry_id, []) if one.page.page_id == revision.page_id]
            last = found[-1] if found else None
            page, unit = (last.page, last.unit_id) if last else (None, "")
            yield Held(row.entry_id, row.reading_id, revision, unit, page)


def ended_at(connection: Connection, step: str, site: str) -> Iterator[Page]:
    """The newest page of each entry whose last visit ended at a step, other than with a reading or dead."""
    last = select(t.visits.c.entry_id, func.max(t.visits.c.at).label("at")).group_by(t.visits.c.entry_id).subquery()
    mine = (t.visits.c.entry_id == last.c.entry_id) & (t.visits.c.at == last.c.at)
    others = t.visits.c.disposition.not_in([Disposition.WRITTEN.value, Disposition.DEAD.value])
    query = select(t.visits.c.entry_id).join(last, mine).where(t.visits.c.step == step, others)
    for some in chunks(sorted(set(connection.scalars(query)))):
        for pages in _captures(connection, some).values():
            if not site or _site(pages[-1].page) == site:
                yield pages[-1]


def _site(page: RawPage) -> str:
    from transforms.links import registrable_domain

    return registrable_domain(page.final_url)


def _captures(connection: Connection, entries: Sequence[str]) -> dict[str, list[Page]]:
    found: dict[str, list[Page]] = {}
    first = t.captures.c.entry_id.in_(entries) & (t.captures.c.part == 0)  # its parts are read with it
    query = select(t.captures).where(first).order_by(t.captures.c.registered_at)
    for row in connection.execute(query):
        page = msgspec.json.decode(row.page, type=RawPage)
        found.setdefault(row.entry_id, []).append(Page(row.entry_id, row.unit_id, page))
    return found


def to_replay(connection: Connection, entry_id: str, unit_id: str) -> bool:
    """The entry's next visit reads the page that a unit captured. What is in hand is left; gives whether it is due.

    An entry that was to be asked for anyway comes again for that.
    """
    asked = (t.entries.c.state == PENDING) & (t.entries.c.replay_unit == "")
    again = case((asked, True), else_=t.entries.c.again)
    change = {"state": PENDING, "why": Why.REPLAY.value, "replay_unit": unit_id, "again": again, "deaths": 0}
    free = t.entries.c.state.in_([DONE, PENDING])
    done = connection.execute(update(t.entries).where((t.entries.c.entry_id == entry_id) & free).values(change))
    return done.rowcount > 0


def waiting(connection: Connection) -> int:
    """Entries whose replay is still to be done."""
    due = (t.entries.c.state == PENDING) & (t.entries.c.replay_unit != "")
    return connection.scalar(select(func.count()).select_from(t.entries).where(due)) or 0


def known(connection: Connection, pages: Sequence[Foreign]) -> tuple[set[str], set[str]]:
    """Of these, the entries that we hold a page of which is as new, and those that were forgotten."""
    held = {
        entry: max(one.page.fetched_at for one in captures)
        for some in chunks(pages)
        for entry, captures in _captures(connection, [one.entry.entry_id for one in some]).items()
    }
    ids = {one.entry.entry_id for one in pages if held.get(one.entry.entry_id, "") >= iso_exact(one.at)}
    return ids, of_items(connection, "", [one.entry for one in pages])


def iso_exact(at: float) -> str:
    """As `fetched_at` of a page has it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def add_foreign(connection: Connection, pages: Sequence[Foreign], unit_id: str, now: float) -> None:
    """Entries for pages that `unit_id` has archived: those that are new, and all of them to be replayed."""
    entries = [
        {
            "entry_id": one.entry.entry_id,
            "feed_id": feed_id(f"warc:{one.source}"),
            "url": one.entry.link,
            "host": one.host,
            "entry": msgspec.json.encode(one.entry).decode(),
            "first_seen": one.at,
            "state": DONE,
            "why": Why.REPLAY.value,
        }
        for one in pages
    ]
    sightings = [
        {
            "feed_id": feed_id(f"warc:{one.source}"),
            "entry_id": one.entry.entry_id,
            "guid": one.place,
            "taken": True,
            "sighting": msgspec.json.encode(
                Sighting(
                    entry_id=one.entry.entry_id,
                    feed_id=feed_id(f"warc:{one.source}"),
                    guid=one.place,
                    title="",
                    published=None,
                    seen_at=iso(now),
                )
            ).decode(),
            "seen_at": now,
        }
        for one in pages
    ]
    upsert(connection, t.entries, entries)
    upsert(connection, t.sightings, sightings, update=("guid", "sighting", "seen_at"))
    for one in pages:
        to_replay(connection, one.entry.entry_id, unit_id)
