"""Lease: the sole source of entries. Idempotent under its token, the unit.

Hosts are leased with their entries, so that no two units knock at one host; an entry that units died with is
leased alone, so that a poisonous one cannot take others with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, or_, select, update

from pipeline.ledger import tables as t
from pipeline.ledger import tombstones
from pipeline.ledger.sql import chunks, upsert
from pipeline.ledger.units import to_revisit
from schemas.config import Lease as LeaseSettings
from schemas.errors import UnitLost
from schemas.flow import LeasedEntry
from schemas.ids import visit_id
from schemas.instants import iso
from schemas.ports import Budgets, Segment
from schemas.records import FeedEntry, RawPage
from schemas.words import EntryState, UnitKind, UnitState, Why
from transforms.revisits import SAME_PAGE

NONE: dict[str, str] = {}


def lease(
    connection: Connection, unit_id: str, settings: LeaseSettings, budgets: Budgets, now: float
) -> list[LeasedEntry]:
    """At most `unit_entries`, at most `host_entries` of one host, oldest first, and within the budgets of feeds and
    sites. A unit that gets none is closed."""
    locked = select(t.units).where(t.units.c.unit_id == unit_id).with_for_update()
    unit = connection.execute(locked).one_or_none()
    if unit is None or unit.state != UnitState.OPEN:
        return []  # a late retry of a unit that is settled or given up
    held = _held(connection, unit_id)
    if not unit.leased:
        again = {"state": EntryState.PENDING.value, "why": Why.REVISIT.value, "revisit_at": 0.0}
        if unit.kind != UnitKind.REPLAY:
            connection.execute(update(t.entries).where(to_revisit(now)).values(again))
        ids = _choose(connection, unit, settings, budgets, now)
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
    forgotten = tombstones.of_entries(connection, held)
    return [
        LeasedEntry(
            unit_id=unit_id,
            visit_id=visit_id(row.entry_id, unit_id),
            why=row.why,
            feed_id=row.feed_id,
            fetch="page",
            own_site=False,
            entry=_entry(row),
            capture=captures[row.entry_id][0] if row.entry_id in captures else None,
            parts=captures.get(row.entry_id, ())[1:],
            etag=validators.get(row.entry_id, NONE).get("etag", ""),
            last_modified=validators.get(row.entry_id, NONE).get("last-modified", ""),
            forgotten=forgotten.get(row.entry_id, ""),
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


def _choose(connection: Connection, unit: Row[Any], settings: LeaseSettings, budgets: Budgets, now: float) -> list[str]:
    pending = t.entries.c.state == EntryState.PENDING.value
    if unit.kind == UnitKind.REPLAY:
        pending = and_(pending, t.entries.c.replay_unit != "")
    lethal = t.entries.c.deaths >= settings.max_deaths - 1
    revisited = t.entries.c.why == Why.REVISIT.value  # what is new goes first, within a host's budget and over all
    order = (revisited, t.entries.c.first_seen, t.entries.c.entry_id)
    rank = func.row_number().over(partition_by=t.entries.c.host, order_by=order).label("rank")
    feed_rank = func.row_number().over(partition_by=t.entries.c.feed_id, order_by=order).label("feed_rank")
    taken = select(t.hosts.c.host).where(t.hosts.c.unit_id != "", t.hosts.c.lease_until >= now)
    free = or_(t.entries.c.host == "", t.entries.c.host.not_in(taken))
    columns = [t.entries.c.entry_id, t.entries.c.host, t.entries.c.first_seen, revisited.label("revisited"), rank]
    held = _held_back(connection, budgets, pending)
    if held:
        columns += [t.entries.c.feed_id, feed_rank]
    inner = select(*columns).where(and_(pending, ~lethal, free)).subquery()
    of_sites = [
        (or_(inner.c.host == site, inner.c.host.endswith(f".{site}", autoescape=True)), most)
        for site, most in sorted(budgets.sites.items(), key=lambda pair: -len(pair[0]))  # the longest name decides
    ]
    of_host = case(*of_sites, else_=settings.host_entries) if of_sites else settings.host_entries
    within = [inner.c.rank <= of_host]
    if held:
        within.append(inner.c.feed_rank <= case(held, value=inner.c.feed_id, else_=settings.unit_entries))
    query = (
        select(inner.c.entry_id, inner.c.host)
        .where(*within)
        .order_by(inner.c.revisited, inner.c.first_seen, inner.c.entry_id)
        .limit(settings.unit_entries)
    )
    rows = connection.execute(query).all()
    if not rows:  # only suspects are left: one at a time
        alone = select(t.entries.c.entry_id, t.entries.c.host).where(and_(pending, lethal, free))
        rows = connection.execute(alone.order_by(t.entries.c.first_seen, t.entries.c.entry_id).limit(1)).all()
    mine = _lease_hosts(connection, unit.unit_id, {row.host for row in rows if row.host}, now, now + settings.lease_s)
    return [row.entry_id for row in rows if not row.host or row.host in mine]


def _held_back(connection: Connection, budgets: Budgets, pending: ColumnElement[bool]) -> dict[str, int]:
    """The budgets of feeds that have more pending than that: those of the others need not be asked."""
    if not budgets.feeds:
        return {}
    waiting = select(t.entries.c.feed_id, func.count().label("many")).where(pending).group_by(t.entries.c.feed_id)
    counts = {row.feed_id: row.many for row in connection.execute(waiting)}
    return {feed: most for feed, most in budgets.feeds.items() if counts.get(feed, 0) > most}


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


class _Past(NamedTuple):
    """The visits that an entry has had: when the last one ended and at which step, and when the one before it did."""

    at: float = 0.0
    step: str = ""
    before: float = 0.0


def _captures(connection: Connection, held: list[Row[Any]]) -> dict[str, tuple[RawPage, ...]]:
    """Pages, each with its further parts, that need no second fetch: archived since an entry's last visit by a unit
    that ended without a result; for an entry that is replayed the newest one, if its last visit came past Fetch; or the
    one that a replay of the archive names."""
    named = {row.entry_id: row.replay_unit for row in held if row.replay_unit}
    replays = {row.entry_id for row in held if row.why == Why.REPLAY}
    past = _past(connection, [row.entry_id for row in held])
    found: dict[str, tuple[RawPage, ...]] = {}
    for ids in chunks(row.entry_id for row in held):
        query = (
            select(t.captures, t.units.c.state)
            .outerjoin(t.units, t.units.c.unit_id == t.captures.c.unit_id)
            .where(t.captures.c.entry_id.in_(ids))
            .order_by(t.captures.c.registered_at, t.captures.c.unit_id, t.captures.c.part)
        )
        for row in connection.execute(query):
            last = past.get(row.entry_id, _Past())
            # Units that die with an entry do not tell at which step: only what they archived themselves is read.
            since = last.before if last.step == "unit" else 0.0
            replayed = row.entry_id in replays and last.step != "fetch" and row.registered_at > since
            left = row.state == UnitState.DIED and row.registered_at > last.at
            if row.unit_id == named[row.entry_id] if row.entry_id in named else (replayed or left):
                page = msgspec.json.decode(row.page, type=RawPage)
                found[row.entry_id] = (*found[row.entry_id], page) if row.part else (page,)
    return found


def _past(connection: Connection, ids: list[str]) -> dict[str, _Past]:
    found: dict[str, _Past] = {}
    for some in chunks(ids):
        query = select(t.visits.c.entry_id, t.visits.c.at, t.visits.c.step).where(t.visits.c.entry_id.in_(some))
        for row in connection.execute(query.order_by(t.visits.c.at)):
            found[row.entry_id] = _Past(row.at, row.step, found.get(row.entry_id, _Past()).at)
    return found


def _validators(connection: Connection, held: list[Row[Any]]) -> dict[str, dict[str, str]]:
    """Headers of the page that the last visit read, for entries that are visited again."""
    again = [row.entry_id for row in held if row.why == Why.REVISIT and row.disposition in SAME_PAGE]
    found: dict[str, dict[str, str]] = {}
    for ids in chunks(again):
        query = select(t.captures.c.entry_id, t.captures.c.page).where(t.captures.c.entry_id.in_(ids))
        for row in connection.execute(query.order_by(t.captures.c.registered_at, t.captures.c.part)):
            page = msgspec.json.decode(row.page, type=RawPage)
            # Not those of another page that it named; nor any where further parts may have changed and the first not.
            found[row.entry_id] = NONE if page.via else page.headers
    return found


def registered(connection: Connection, unit_id: str, entry_ids: Iterable[str]) -> dict[str, tuple[RawPage, ...]]:
    """What the unit itself has archived of these entries."""
    found: dict[str, tuple[RawPage, ...]] = {}
    for some in chunks(entry_ids):
        mine = and_(t.captures.c.entry_id.in_(some), t.captures.c.unit_id == unit_id)
        query = select(t.captures.c.entry_id, t.captures.c.page).where(mine).order_by(t.captures.c.part)
        for row in connection.execute(query):
            page = msgspec.json.decode(row.page, type=RawPage)
            found[row.entry_id] = (*found.get(row.entry_id, ()), page)
    return found


def register(
    connection: Connection, unit_id: str, segment: Segment, pages: Mapping[str, Sequence[RawPage]], now: float
) -> None:
    """Raises UnitLost for a unit that was given up: its segment may have been cleared away already."""
    state = connection.scalar(select(t.units.c.state).where(t.units.c.unit_id == unit_id).with_for_update())
    if state == UnitState.DIED:
        raise UnitLost(f"unit {unit_id} was given up: its segment {segment.path} is not registered")
    add_segment(connection, unit_id, segment, now)
    for some in chunks(pages):  # a batch that is fetched again may find fewer parts
        further = (t.captures.c.unit_id == unit_id) & t.captures.c.entry_id.in_(some) & (t.captures.c.part > 0)
        connection.execute(delete(t.captures).where(further))
    rows = [
        {
            "entry_id": entry_id,
            "unit_id": unit_id,
            "part": part,
            "page": msgspec.json.encode(page).decode(),
            "sha256": page.sha256,
            "registered_at": now,
        }
        for entry_id, parts in pages.items()
        for part, page in enumerate(parts)
    ]
    upsert(connection, t.captures, rows, update=("page", "sha256", "registered_at"))


def add_segment(connection: Connection, unit_id: str, segment: Segment, now: float) -> None:
    upsert(connection, t.segments, [{**segment._asdict(), "unit_id": unit_id, "registered_at": now}])


def archived(connection: Connection, unit_id: str, digests: Iterable[str]) -> dict[str, RawPage]:
    """The pages whose own records hold bodies of these SHA-256, by digest; those of other units."""
    found: dict[str, RawPage] = {}
    for some in chunks(sorted(digests)):
        others = t.captures.c.sha256.in_(some) & (t.captures.c.unit_id != unit_id)
        for body in connection.scalars(select(t.captures.c.page).where(others).order_by(t.captures.c.registered_at)):
            page = msgspec.json.decode(body, type=RawPage)
            if not page.payload:
                found.setdefault(page.sha256, page)
    return found
