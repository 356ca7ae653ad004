"""Lease: the sole source of entries. Idempotent under its token, the unit.

Hosts are leased with their entries, so that no two units knock at one host; an entry that units died with is
leased alone, so that a poisonous one cannot take others with it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, or_, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, iso, upsert
from pipeline.ledger.units import to_revisit
from schemas.config import Lease as LeaseSettings
from schemas.errors import UnitLost
from schemas.flow import LeasedEntry
from schemas.ids import visit_id
from schemas.ports import Segment
from schemas.records import FeedEntry, RawPage
from schemas.words import EntryState, UnitState, Why
from transforms.revisits import SAME_PAGE

NONE: dict[str, str] = {}


def lease(connection: Connection, unit_id: str, settings: LeaseSettings, now: float) -> list[LeasedEntry]:
    """At most `unit_entries`, at most `host_entries` of one host, oldest first. A unit that gets none is closed."""
    locked = select(t.units.c.state, t.units.c.leased).where(t.units.c.unit_id == unit_id).with_for_update()
    unit = connection.execute(locked).one_or_none()
    if unit is None or unit.state != UnitState.OPEN:
        return []  # a late retry of a unit that is settled or given up
    held = _held(connection, unit_id)
    if not unit.leased:
        again = {"state": EntryState.PENDING.value, "why": Why.REVISIT.value, "revisit_at": 0.0}
        connection.execute(update(t.entries).where(to_revisit(now)).values(again))
        ids = _choose(connection, unit_id, settings, now)
        until = now + settings.lease_s
        for some in chunks(ids):
            mine = and_(t.entries.c.entry_id.in_(some), t.entries.c.state == EntryState.PENDING.value)
            values = {"state": EntryState.LEASED.value, "unit_id": unit_id, "lease_until": until}
            connection.execute(update(t.entries).where(mine).values(values))
        held = _held(connection, unit_id)
        close = {} if held else {"state": UnitState.DONE.value, "done_at": now}
        leased = {"leased": len(held), **close}
        connection.execute(
            update(t.units).where(t.units.c.unit_id == unit_id, t.units.c.state == UnitState.OPEN.value).values(leased)
        )
    captures = _captures(connection, held)
    validators = _validators(connection, held)
    return [
        LeasedEntry(
            unit_id=unit_id,
            visit_id=visit_id(row.entry_id, unit_id),
            why=row.why,
            feed_id=row.feed_id,
            fetch="page",
            own_site=False,
            entry=_entry(row),
            capture=captures.get(row.entry_id),
            etag=validators.get(row.entry_id, NONE).get("etag", ""),
            last_modified=validators.get(row.entry_id, NONE).get("last-modified", ""),
        )
        for row in held
    ]


def _entry(row: Row[Any]) -> FeedEntry:
    """As its feed showed it last; it is as old as when it was first seen."""
    entry = msgspec.json.decode(row.entry, type=FeedEntry)
    return msgspec.structs.replace(entry, first_seen=iso(row.first_seen)) if row.first_seen else entry


def _held(connection: Connection, unit_id: str) -> list[Row[Any]]:
    mine = and_(t.entries.c.unit_id == unit_id, t.entries.c.state == EntryState.LEASED.value)
    return list(
        connection.execute(select(t.entries).where(mine).order_by(t.entries.c.first_seen, t.entries.c.entry_id))
    )


def _choose(connection: Connection, unit_id: str, settings: LeaseSettings, now: float) -> list[str]:
    pending = t.entries.c.state == EntryState.PENDING.value
    lethal = t.entries.c.deaths >= settings.max_deaths - 1
    revisited = t.entries.c.why == Why.REVISIT.value  # what is new goes first, within a host's budget and over all
    rank = (
        func.row_number()
        .over(partition_by=t.entries.c.host, order_by=(revisited, t.entries.c.first_seen, t.entries.c.entry_id))
        .label("rank")
    )
    taken = select(t.hosts.c.host).where(t.hosts.c.unit_id != "", t.hosts.c.lease_until >= now)
    free = or_(t.entries.c.host == "", t.entries.c.host.not_in(taken))
    ranked = select(
        t.entries.c.entry_id, t.entries.c.host, t.entries.c.first_seen, revisited.label("revisited"), rank
    ).where(and_(pending, ~lethal, free))
    inner = ranked.subquery()
    query = (
        select(inner.c.entry_id, inner.c.host)
        .where(inner.c.rank <= settings.host_entries)
        .order_by(inner.c.revisited, inner.c.first_seen, inner.c.entry_id)
        .limit(settings.unit_entries)
    )
    rows = connection.execute(query).all()
    if not rows:  # only suspects are left: one at a time
        alone = select(t.entries.c.entry_id, t.entries.c.host).where(and_(pending, lethal, free))
        rows = connection.execute(alone.order_by(t.entries.c.first_seen, t.entries.c.entry_id).limit(1)).all()
    mine = _lease_hosts(connection, unit_id, {row.host for row in rows if row.host}, now, now + settings.lease_s)
    return [row.entry_id for row in rows if not row.host or row.host in mine]


def _lease_hosts(connection: Connection, unit_id: str, names: set[str], now: float, until: float) -> set[str]:
    """The hosts that are this unit's now; another unit may have been quicker at some."""
    upsert(connection, t.hosts, [{"host": name} for name in sorted(names)])
    mine: set[str] = set()
    for some in chunks(sorted(names)):
        free = and_(t.hosts.c.host.in_(some), or_(t.hosts.c.unit_id == "", t.hosts.c.lease_until < now))
        chosen = list(connection.scalars(select(t.hosts.c.host).where(free).with_for_update(skip_locked=True)))
        taken = update(t.hosts).where(t.hosts.c.host.in_(chosen))
        connection.execute(taken.values(unit_id=unit_id, lease_until=until))
        held = and_(t.hosts.c.host.in_(some), t.hosts.c.unit_id == unit_id)
        mine.update(connection.scalars(select(t.hosts.c.host).where(held)))
    return mine


def _captures(connection: Connection, held: list[Row[Any]]) -> dict[str, RawPage]:
    """Pages that need no second fetch: archived since an entry's last visit by a unit that ended without a result, or
    by the unit whose visit ended dead and is replayed."""
    replays = {row.entry_id for row in held if row.why == Why.REPLAY}
    last = _last_visits(connection, [row.entry_id for row in held])
    found: dict[str, RawPage] = {}
    for ids in chunks(row.entry_id for row in held):
        query = (
            select(t.captures, t.units.c.state)
            .join(t.units, t.units.c.unit_id == t.captures.c.unit_id)
            .where(t.captures.c.entry_id.in_(ids))
            .order_by(t.captures.c.registered_at)
        )
        for row in connection.execute(query):
            at, unit_id = last.get(row.entry_id, (0.0, ""))
            replayed = row.entry_id in replays and row.unit_id == unit_id
            if replayed or (row.state == UnitState.DIED and row.registered_at > at):
                found[row.entry_id] = msgspec.json.decode(row.page, type=RawPage)
    return found


def _last_visits(connection: Connection, ids: list[str]) -> dict[str, tuple[float, str]]:
    """Entry -> when its last visit ended, and of which unit it was."""
    found: dict[str, tuple[float, str]] = {}
    for some in chunks(ids):
        query = select(t.visits.c.entry_id, t.visits.c.at, t.visits.c.unit_id).where(t.visits.c.entry_id.in_(some))
        found |= {row.entry_id: (row.at, row.unit_id) for row in connection.execute(query.order_by(t.visits.c.at))}
    return found


def _validators(connection: Connection, held: list[Row[Any]]) -> dict[str, dict[str, str]]:
    """Headers of the page that the last visit read, for entries that are visited again."""
    again = [row.entry_id for row in held if row.why == Why.REVISIT and row.disposition in SAME_PAGE]
    found: dict[str, dict[str, str]] = {}
    for ids in chunks(again):
        query = select(t.captures.c.entry_id, t.captures.c.page).where(t.captures.c.entry_id.in_(ids))
        for row in connection.execute(query.order_by(t.captures.c.registered_at)):
            found[row.entry_id] = msgspec.json.decode(row.page, type=RawPage).headers
    return found


def register(connection: Connection, unit_id: str, segment: Segment, pages: dict[str, RawPage], now: float) -> None:
    """Raises UnitLost for a unit that was given up: its segment may have been cleared away already."""
    state = connection.scalar(select(t.units.c.state).where(t.units.c.unit_id == unit_id).with_for_update())
    if state == UnitState.DIED:
        raise UnitLost(f"unit {unit_id} was given up: its segment {segment.path} is not registered")
    row = {**segment._asdict(), "unit_id": unit_id, "registered_at": now}
    upsert(connection, t.segments, [row])
    rows = [
        {
            "entry_id": entry_id,
            "unit_id": unit_id,
            "page": msgspec.json.encode(page).decode(),
            "registered_at": now,
        }
        for entry_id, page in pages.items()
    ]
    upsert(connection, t.captures, rows, update=("page", "registered_at"))
