"""Units of work: opened by the driver, died or given back, rolled forward from `prepared` by anyone."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from pipeline.ledger import letters
from pipeline.ledger import tables as t
from schemas.flow import Settled
from schemas.ids import make_id, visit_id
from schemas.instants import iso
from schemas.records import DeadLetter
from schemas.words import Disposition, EntryState, Event, UnitKind, UnitState


class Due(NamedTuple):
    """What a pass would find to do now, and when the next feed or entry is due (epoch seconds, 0: none)."""

    feeds: int
    entries: int
    next_check: float


def open_unit(
    connection: Connection, unit_id: str, holder: str, kind: UnitKind, now: float, lease_until: float
) -> None:
    row = {"unit_id": unit_id, "holder": holder, "kind": kind.value, "state": UnitState.OPEN.value}
    connection.execute(t.units.insert().values(**row, opened_at=now, lease_until=lease_until))


def log(connection: Connection, now: float, kind: Event, subject_id: str, words: str) -> None:
    connection.execute(t.events.insert().values(at=now, kind=kind.value, subject_id=subject_id, words=words))


def due(connection: Connection, feed_ids: list[str], now: float) -> Due:
    """Count what is due. A feed that the ledger has never seen is due."""
    columns = (t.feeds.c.feed_id, t.feeds.c.next_check, t.feeds.c.unit_id, t.feeds.c.lease_until)
    rows = connection.execute(select(*columns).where(t.feeds.c.feed_id.in_(feed_ids)))
    seen = {row.feed_id: row.lease_until if row.unit_id and row.lease_until >= now else row.next_check for row in rows}
    checks = [seen.get(feed, 0.0) for feed in feed_ids]
    pending = t.entries.c.state == EntryState.PENDING.value
    entries = connection.scalar(select(func.count()).select_from(t.entries).where(or_(pending, to_revisit(now)))) or 0
    done = t.entries.c.state == EntryState.DONE.value
    later = select(func.min(t.entries.c.revisit_at)).where(done, t.entries.c.revisit_at > now)
    coming = [*checks, *filter(None, [connection.scalar(later)])]
    return Due(sum(c <= now for c in checks), entries, min(coming, default=0.0))


def to_revisit(now: float) -> ColumnElement[bool]:
    """Entries that are done and whose time for another visit has come."""
    come = and_(t.entries.c.revisit_at > 0, t.entries.c.revisit_at <= now)
    return and_(t.entries.c.state == EntryState.DONE.value, come)


def died(connection: Connection, now: float, *, exclusive: bool) -> list[str]:
    """Units whose process is gone: every open one where we alone hold the ledger, else those past their lease."""
    gone = select(t.units.c.unit_id).where(t.units.c.state == UnitState.OPEN.value)
    if not exclusive:
        gone = gone.where(t.units.c.lease_until < now)
    return list(connection.scalars(gone))


def lately_died(connection: Connection, since: float) -> list[str]:
    mine = and_(t.units.c.state == UnitState.DIED.value, t.units.c.done_at >= since)
    return list(connection.scalars(select(t.units.c.unit_id).where(mine)))


def release(connection: Connection, unit_id: str, now: float, *, max_deaths: int, guilty: bool) -> bool:
    """End an open unit without a result: its entries are pending again, its captures stay. False if it is not open.

    With `guilty` its death is counted on each of its entries; one that `max_deaths` units died with ends `dead`.
    """
    state = connection.scalar(select(t.units.c.state).where(t.units.c.unit_id == unit_id).with_for_update())
    if state != UnitState.OPEN:
        return False  # another process was quicker, or it has settled after all
    entries = t.entries
    mine = and_(entries.c.unit_id == unit_id, entries.c.state == EntryState.LEASED.value)
    if guilty:
        connection.execute(update(entries).where(mine).values(deaths=entries.c.deaths + 1))
        lethal = select(entries).where(and_(mine, entries.c.deaths >= max_deaths))
        for row in connection.execute(lethal).all():
            _bury(connection, row, unit_id, now, max_deaths)
    pending = update(entries).where(mine).values(state=EntryState.PENDING.value, unit_id="", lease_until=0.0)
    freed = connection.execute(pending).rowcount
    connection.execute(update(t.feeds).where(t.feeds.c.unit_id == unit_id).values(unit_id="", lease_until=0.0))
    connection.execute(update(t.hosts).where(t.hosts.c.unit_id == unit_id).values(unit_id="", lease_until=0.0))
    died = guilty or freed > 0  # one that only polled, and held no entry, has done what it was opened for
    ended = UnitState.DIED if died else UnitState.DONE
    connection.execute(update(t.units).where(t.units.c.unit_id == unit_id).values(state=ended.value, done_at=now))
    if died:
        kind = Event.UNIT_DIED if guilty else Event.GIVEN_BACK
        log(connection, now, kind, unit_id, "its entries are pending again")
    return True


def _bury(connection: Connection, entry: Row[Any], unit_id: str, now: float, max_deaths: int) -> None:
    """The last visit of an entry that kills its units: `dead`, with a letter, outside any settlement."""
    row = entry._mapping
    visit = visit_id(row["entry_id"], unit_id)
    words = f"{max_deaths} units died while they held this entry, the last of them with it alone"
    letter = DeadLetter(
        dead_id=make_id("dead", visit, "unit"),
        subject="visit",
        subject_id=visit,
        unit_id=unit_id,
        url=row["url"],
        step="unit",
        kind="UnitDied",
        error=words,
        trace="",
        input=row["entry"],
        at=iso(now),
    )
    letters.write(connection, [letter], {visit: row["entry_id"]}, now)
    connection.execute(
        t.visits.insert().values(
            visit_id=visit,
            entry_id=row["entry_id"],
            unit_id=unit_id,
            url=row["url"],
            at=now,
            why=row["why"],
            disposition=Disposition.DEAD.value,
            step="unit",
            reason=words,
        )
    )
    connection.execute(
        update(t.entries)
        .where(t.entries.c.entry_id == row["entry_id"])
        .values(state=EntryState.DONE.value, unit_id="", disposition=Disposition.DEAD.value)
    )


def unfinished(connection: Connection) -> list[Settled]:
    """Settlements that are prepared and not marked."""
    rows = connection.scalars(select(t.units.c.settled).where(t.units.c.state == UnitState.PREPARED.value))
    return [msgspec.msgpack.decode(body, type=Settled) for body in rows if body is not None]
