"""What the ledger holds of entries that are to go, and its removal: the last step, since all others find by it.

Entries themselves stay, bare: their names, so that they are known again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.sql import ColumnElement

from pipeline.ledger import prints, related
from pipeline.ledger import tables as t
from pipeline.ledger.queries import find_entries
from pipeline.ledger.sql import chunks
from pipeline.ledger.tombstones import bare
from pipeline.ledger.units import log
from schemas.commits import FileInfo
from schemas.flow import Settled, pack, unpack
from schemas.records import FeedEntry, Lineage, RawPage, Sighting
from schemas.words import Disposition, EntryState, Event
from transforms.links import canonical, registrable_domain

IN_HAND = (EntryState.LEASED.value, EntryState.PREPARED.value)


class Captured(NamedTuple):
    """One page in the archive, and whose it is."""

    entry_id: str
    unit_id: str
    page: RawPage
    part: int = 0  # of its article


class Holdings(NamedTuple):
    """What is held of some entries. `units`: those in whose files something of it stands."""

    entries: dict[str, str] = {}  # id -> link
    articles: dict[str, str] = {}  # id -> address
    visits: dict[str, str] = {}  # id -> entry
    readings: frozenset[str] = frozenset()
    captures: tuple[Captured, ...] = ()
    units: tuple[str, ...] = ()
    in_hand: tuple[str, ...] = ()  # links of entries that a unit is working on
    copies: tuple[str, ...] = ()  # addresses whose text is a copy of one of the articles, held under their own name


def entries_of(connection: Connection, *, url: str = "", site: str = "", before: float = 0.0) -> set[str]:
    """Entries that an address names, or those of a site (a registrable domain), or first seen before an instant."""
    if url:
        return set(find_entries(connection, [name for name in {url, canonical(url)} if name]))
    early = t.entries.c.first_seen < before if before else t.entries.c.entry_id != ""
    if not site:
        return set(connection.scalars(select(t.entries.c.entry_id).where(early)))
    hosts = [h for h in connection.scalars(select(t.entries.c.host).distinct()) if h and registrable_domain(h) == site]
    homes = [
        row.feed_id
        for row in connection.execute(select(t.feeds.c.feed_id, t.feeds.c.configured_url))
        if registrable_domain(urlsplit(row.configured_url).hostname or "") == site
    ]
    articles = list(connection.scalars(select(t.articles.c.article_id).where(t.articles.c.site == site)))
    found = _where(connection, t.entries.c.host, hosts, early) | _where(
        connection, t.entries.c.article_id, articles, early
    )
    return found | _where(connection, t.entries.c.feed_id, homes, early & (t.entries.c.host == ""))


def _where(
    connection: Connection, column: ColumnElement[str], values: list[str], also: ColumnElement[bool]
) -> set[str]:
    found: set[str] = set()
    for some in chunks(values):
        found.update(connection.scalars(select(t.entries.c.entry_id).where(column.in_(some), also)))
    return found


def holdings(connection: Connection, ids: Iterable[str]) -> Holdings:
    """All that is held of these entries and of others that led to the same articles."""
    entries, articles = _closure(connection, set(ids))
    visits: dict[str, str] = {}
    units: set[str] = set()
    readings: set[str] = set()
    captures: list[Captured] = []
    links: dict[str, str] = {}
    in_hand: list[str] = []
    for some in chunks(sorted(entries)):
        for row in connection.execute(select(t.entries).where(t.entries.c.entry_id.in_(some))):
            links[row.entry_id] = row.url
            in_hand += [row.url or row.entry_id] if row.state in IN_HAND else []
        for row in connection.execute(select(t.visits).where(t.visits.c.entry_id.in_(some))):
            visits[row.visit_id] = row.entry_id
            units.add(row.unit_id)
            readings |= {row.reading_id} - {""}
        for row in connection.execute(select(t.captures).where(t.captures.c.entry_id.in_(some))):
            page = msgspec.json.decode(row.page, type=RawPage)
            captures.append(Captured(row.entry_id, row.unit_id, page, row.part))
    copies: set[str] = set()
    for some in chunks(sorted(articles)):
        mine = t.read_lineage.c.article_id.in_(some) | t.read_lineage.c.original_article_id.in_(some)
        for body in connection.scalars(select(t.read_lineage.c.record).where(mine)):
            record = msgspec.json.decode(body, type=Lineage)
            units.add(record.unit_id)
            copies |= {record.url} if record.article_id not in articles else set()
    return Holdings(
        links, articles, visits, frozenset(readings), tuple(captures), tuple(sorted(units - {""})), tuple(in_hand),
        tuple(sorted(copies)),
    )  # fmt: skip


def _closure(connection: Connection, entries: set[str]) -> tuple[set[str], dict[str, str]]:
    """The entries, the articles they led to, and the other entries that led there."""
    articles: dict[str, str] = {}
    for some in chunks(sorted(entries)):
        led = select(t.entries.c.article_id).where(t.entries.c.entry_id.in_(some), t.entries.c.article_id != "")
        mine = t.articles.c.article_id.in_(led)
        first = t.articles.c.article_id.in_(select(t.visits.c.article_id).where(t.visits.c.entry_id.in_(some)))
        owned = select(t.articles.c.article_id, t.articles.c.url).where(mine | first)
        articles |= dict(connection.execute(owned).all())
    others = _where(connection, t.entries.c.article_id, sorted(articles), t.entries.c.entry_id != "")
    return entries | others, articles


def segments_of(connection: Connection, captures: Iterable[Captured]) -> dict[str, set[str]]:
    """Segment -> entries: where pages of these captures may lie, those of a try that was made again among them."""
    by_unit: dict[str, set[str]] = {}
    for one in captures:
        by_unit.setdefault(one.unit_id, set()).add(one.entry_id)
    found: dict[str, set[str]] = {}
    for some in chunks(sorted(by_unit)):
        query = select(t.segments.c.path, t.segments.c.unit_id).where(t.segments.c.unit_id.in_(some))
        found |= {row.path: by_unit[row.unit_id] for row in connection.execute(query)}
    return found


def sharing(connection: Connection, captures: Iterable[Captured], places: set[str]) -> list[Captured]:
    """Other pages in the archive that have no body of their own, but one that lies at these places."""
    gone = {(c.entry_id, c.unit_id) for c in captures}
    found = []
    for some in chunks(sorted({c.page.sha256 for c in captures})):
        for row in connection.execute(select(t.captures).where(t.captures.c.sha256.in_(some))):
            page = msgspec.json.decode(row.page, type=RawPage)
            if page.payload in places and (row.entry_id, row.unit_id) not in gone:
                found.append(Captured(row.entry_id, row.unit_id, page, row.part))
    return found


def rehouse(connection: Connection, captured: Captured, page: RawPage, now: float) -> None:
    """A page lies somewhere else now; what else is known of it stays. Its old place is noted, to be cleared."""
    old = captured.page
    moved = msgspec.structs.replace(old, segment=page.segment, offset=page.offset, payload=page.payload)
    whole = (t.captures.c.entry_id == captured.entry_id) & (t.captures.c.unit_id == captured.unit_id)
    mine = whole & (t.captures.c.part == captured.part)
    connection.execute(update(t.captures).where(mine).values(page=msgspec.json.encode(moved).decode()))
    log(connection, now, Event.REHOUSED, captured.entry_id, f"{old.segment}@{old.offset}")


def left_places(connection: Connection) -> list[str]:
    """Places (`segment@offset`) from which a page has gone to another."""
    return list(connection.scalars(select(t.events.c.words).where(t.events.c.kind == Event.REHOUSED.value)))


def places_cleared(connection: Connection) -> None:
    connection.execute(delete(t.events).where(t.events.c.kind == Event.REHOUSED.value))


def shrink_segment(connection: Connection, path: str, left: int) -> None:
    mine = t.segments.c.path == path
    connection.execute(update(t.segments).where(mine).values(records=left) if left else delete(t.segments).where(mine))


def restate(connection: Connection, unit_id: str, files: tuple[FileInfo, ...], gone: Holdings) -> None:
    """What a settled unit came to, without what goes. Its sums stay right."""
    body = connection.scalar(select(t.units.c.settled).where(t.units.c.unit_id == unit_id))
    if body is None:
        return
    before = unpack(body, Settled)
    visits = tuple(v for v in before.visits if v.entry_id not in gone.entries)
    settled = msgspec.structs.replace(
        before,
        files=files,
        visits=visits,
        dead_letters=tuple(d for d in before.dead_letters if d.subject_id not in gone.visits),
        index=tuple(i for i in before.index if i.article_id not in gone.articles),
        again=tuple(e for e in before.again if e not in gone.entries),
        revisits={e: at for e, at in before.revisits.items() if e not in gone.entries},
    )
    counts = dict(sorted(Counter(v.disposition for v in visits).items()))
    values = {"settled": pack(settled), "counts": msgspec.json.encode(counts).decode(), "leased": len(visits)}
    connection.execute(update(t.units).where(t.units.c.unit_id == unit_id).values(values))


def drop_captures(connection: Connection, captures: Iterable[Captured]) -> None:
    for one in captures:
        mine = (t.captures.c.entry_id == one.entry_id) & (t.captures.c.unit_id == one.unit_id)
        connection.execute(delete(t.captures).where(mine))


def erase(connection: Connection, gone: Holdings, *, disposition: str) -> None:
    """The rows of the ledger, of the index and of the read model. `disposition`: of the entries from now on."""
    letters = select(t.dead_letters.c.dead_id)
    for some in chunks(sorted(gone.entries)):
        mine = list(connection.scalars(letters.where(t.dead_letters.c.entry_id.in_(some))))
        for ids in chunks(mine):
            connection.execute(delete(t.events).where(t.events.c.subject_id.in_(ids)))
        for table in (t.visits, t.dead_letters, t.captures):
            connection.execute(delete(table).where(table.c.entry_id.in_(some)))
        _strip_entries(connection, some, disposition)
    for some in chunks(sorted(gone.articles)):
        prints.drop(connection, some)
        related.erase(connection, some)  # with its lineage
        for table in (t.articles, *t.READ_MODEL):
            connection.execute(delete(table).where(table.c.article_id.in_(some)))


def _strip_entries(connection: Connection, ids: list[str], disposition: str) -> None:
    for row in connection.execute(select(t.entries).where(t.entries.c.entry_id.in_(ids))).all():
        values = {
            "entry": msgspec.json.encode(bare(msgspec.json.decode(row.entry, type=FeedEntry))).decode(),
            "state": EntryState.DONE.value,
            "disposition": disposition or row.disposition,
            "article_id": "",
            "again": False,
            "replay_unit": "",
            "revisit_at": 0.0,
        }
        connection.execute(update(t.entries).where(t.entries.c.entry_id == row.entry_id).values(values))
    for row in connection.execute(select(t.sightings).where(t.sightings.c.entry_id.in_(ids))).all():
        seen = msgspec.json.decode(row.sighting, type=Sighting)
        bared = msgspec.json.encode(msgspec.structs.replace(seen, title="", published=None)).decode()
        mine = (t.sightings.c.feed_id == row.feed_id) & (t.sightings.c.entry_id == row.entry_id)
        connection.execute(update(t.sightings).where(mine).values(sighting=bared))


def visited_forgotten(connection: Connection, since: float) -> list[Captured]:
    """Pages that were archived before it was seen that what they hold was forgotten (its canonical link said so)."""
    ended = t.visits.c.disposition == Disposition.FORGOTTEN.value
    mine = (t.visits.c.entry_id == t.captures.c.entry_id) & (t.visits.c.unit_id == t.captures.c.unit_id)
    query = select(t.captures).join(t.visits, mine).where(ended)
    if since:
        recent = select(t.units.c.unit_id).where(t.units.c.done_at >= since)
        query = query.where(t.visits.c.unit_id.in_(recent))
    return [
        Captured(row.entry_id, row.unit_id, msgspec.json.decode(row.page, type=RawPage), row.part)
        for row in connection.execute(query)
    ]
