"""Settle's two transactions: `prepare` and the mark. Between them the manifest is made, outside the ledger.

From `prepared` on a unit only rolls forward: what the mark will write is kept with it, so anyone can finish it.
"""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy import Connection, and_, func, select, update

from pipeline.ledger import drift, letters, lines, prints
from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
from schemas.errors import Unbalanced, UnitLost
from schemas.flow import Settled, pack, unpack
from schemas.instants import epoch
from schemas.words import Disposition, EntryState, UnitState, Why


def prepare(connection: Connection, settled: Settled, now: float) -> Settled:
    """Check the leases and the count, then set unit and entries to `prepared`."""
    unit_id = settled.unit_id
    locked = select(t.units).where(t.units.c.unit_id == unit_id).with_for_update()
    unit = connection.execute(locked).one_or_none()
    if unit is not None and unit.state in (UnitState.PREPARED, UnitState.DONE) and unit.settled is not None:
        return unpack(unit.settled, Settled)
    if unit is None or unit.state != UnitState.OPEN:
        raise UnitLost(f"unit {unit_id} is {unit.state if unit else 'unknown'}, not open: its files are dropped")
    mine = and_(t.entries.c.unit_id == unit_id, t.entries.c.state == EntryState.LEASED.value)
    held = connection.scalar(select(func.count()).select_from(t.entries).where(mine)) or 0
    if held != unit.leased:
        raise UnitLost(f"unit {unit_id} holds {held} of the {unit.leased} entries it leased: its files are dropped")
    _balance(connection, settled, unit.leased)
    counts = Counter(visit.disposition for visit in settled.visits)
    connection.execute(
        update(t.units)
        .where(t.units.c.unit_id == unit_id)
        .values(
            state=UnitState.PREPARED.value,
            prepared_at=now,
            settled=pack(settled),
            counts=msgspec.json.encode(dict(sorted(counts.items()))).decode(),
        )
    )
    connection.execute(update(t.entries).where(mine).values(state=EntryState.PREPARED.value))
    return settled


def _balance(connection: Connection, settled: Settled, leased: int) -> None:
    """Entries were counted at Lease, outcomes here: they must be the same entries, each once."""
    ended = Counter(visit.entry_id for visit in settled.visits)
    twice = [entry for entry, times in ended.items() if times > 1]
    held = set(
        connection.scalars(
            select(t.entries.c.entry_id).where(
                t.entries.c.unit_id == settled.unit_id, t.entries.c.state == EntryState.LEASED.value
            )
        )
    )
    if twice or held != set(ended):
        raise Unbalanced(
            f"unit {settled.unit_id} leased {leased} entries and settles {sum(ended.values())} outcomes: "
            f"{len(held - set(ended))} without one, {len(set(ended) - held)} not leased, {len(twice)} with two"
        )


def mark(connection: Connection, unit_id: str, now: float) -> None:
    """Write what the unit came to. A unit that is done stays as it is."""
    unit = connection.execute(select(t.units).where(t.units.c.unit_id == unit_id).with_for_update()).one()
    if unit.state == UnitState.DONE:
        return
    if unit.state != UnitState.PREPARED:
        raise UnitLost(f"unit {unit_id} is {unit.state}, not prepared: it cannot be marked")
    settled = unpack(unit.settled, Settled)
    rows = [
        {
            "visit_id": v.visit_id,
            "entry_id": v.entry_id,
            "unit_id": v.unit_id,
            "url": v.url,
            "at": epoch(v.at),
            "why": v.why,
            "disposition": v.disposition,
            "step": v.step,
            "reason": v.reason,
            "article_id": v.article_id,
            "reading_id": v.reading_id,
        }
        for v in settled.visits
    ]
    upsert(connection, t.visits, rows)
    letters.write(connection, settled.dead_letters, {v.visit_id: v.entry_id for v in settled.visits}, now)
    letters.close_entries(connection, (v.entry_id for v in settled.visits if v.disposition != Disposition.DEAD), now)
    prints.write(connection, settled.index, unit_id, now)
    lines.learn(connection, settled.index, now)
    drift.learn(connection, settled.layouts, now)
    _finish_entries(connection, settled)
    connection.execute(update(t.hosts).where(t.hosts.c.unit_id == unit_id).values(unit_id="", lease_until=0.0))
    connection.execute(
        update(t.units)
        .where(t.units.c.unit_id == unit_id)
        .values(state=UnitState.DONE.value, done_at=now, seq=_next(connection, "commit"))
    )


def _next(connection: Connection, name: str) -> int:
    """The next number of a counter. Its row is locked until the commit, so numbers become visible in order."""
    upsert(connection, t.counters, [{"name": name, "value": 0}])
    mine = t.counters.c.name == name
    connection.execute(update(t.counters).where(mine).values(value=t.counters.c.value + 1))
    return int(connection.execute(select(t.counters.c.value).where(mine)).scalar_one())


def _finish_entries(connection: Connection, settled: Settled) -> None:
    again = set(settled.again)
    changed: set[str] = set()
    for ids in chunks(sorted(visit.entry_id for visit in settled.visits)):
        rows = select(t.entries.c.entry_id, t.entries.c.again).where(t.entries.c.entry_id.in_(ids))
        locked = connection.execute(rows.order_by(t.entries.c.entry_id).with_for_update())
        changed.update(row.entry_id for row in locked if row.again)
    for visit in settled.visits:
        mine = and_(t.entries.c.entry_id == visit.entry_id, t.entries.c.unit_id == settled.unit_id)
        values = {
            "state": EntryState.DONE.value,
            "unit_id": "",
            "lease_until": 0.0,
            "deaths": 0,
            "disposition": visit.disposition,
            "revisit_at": settled.revisits.get(visit.entry_id, 0.0),
        }
        if visit.article_id:  # a page that was not modified keeps the one it is known for
            values["article_id"] = visit.article_id
        if visit.disposition != Disposition.DEAD:  # a dead one may be replayed from the same page
            values["replay_unit"] = ""
        if visit.entry_id in changed or visit.entry_id in again:
            values |= {"state": EntryState.PENDING.value, "why": Why.REVISIT.value, "again": False, "replay_unit": ""}
        if visit.entry_id in again:
            values["disposition"] = ""  # its text was not kept: a conditional request could say that nothing changed
        connection.execute(update(t.entries).where(mine).values(values))
