"""How the layouts of sites fare: counted in the mark of a unit, told by `sites list` and at the end of a run.

A row holds one layout's health (`transforms/site_rules/drift.py`); an alarm that begins or ends is an event as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, and_, select

from pipeline.ledger import tables as t
from pipeline.ledger.sql import upsert
from pipeline.ledger.units import log
from schemas.layouts import LayoutUse
from schemas.words import Event
from transforms.site_rules.drift import Alarm, LayoutHealth, after, told


class Told(NamedTuple):
    """A layout and how it fares."""

    site: str
    layout: str
    health: LayoutHealth


def learn(connection: Connection, uses: Mapping[str, LayoutUse], now: float) -> None:
    """Count what came of the rules on these pages (by entry)."""
    by_layout: dict[tuple[str, str], list[tuple[str, LayoutUse]]] = defaultdict(list)
    for entry, use in sorted(uses.items()):
        by_layout[use.site, use.layout].append((entry, use))
    rows = []
    for (site, layout), pages in sorted(by_layout.items()):
        mine = and_(t.site_layouts.c.site == site, t.site_layouts.c.layout == layout)
        held = connection.execute(select(t.site_layouts.c.health).where(mine).with_for_update()).scalar()
        health = msgspec.json.decode(held, type=LayoutHealth) if held else LayoutHealth()
        version = pages[-1][1].version
        begun = health if health.version == version else LayoutHealth(version=version)
        done = after(begun, [(entry, use) for entry, use in pages if use.version == version], now)
        _log(connection, f"{site} {layout}", health.alarms, done.alarms, now)
        rows.append({"site": site, "layout": layout, "health": msgspec.json.encode(done).decode()})
    upsert(connection, t.site_layouts, rows, update=("health",))


def layouts(connection: Connection) -> list[Told]:
    """Every layout that pages were read by."""
    query = select(t.site_layouts).order_by(t.site_layouts.c.site, t.site_layouts.c.layout)
    return [
        Told(row.site, row.layout, msgspec.json.decode(row.health, type=LayoutHealth))
        for row in connection.execute(query)
    ]


def _log(connection: Connection, name: str, before: tuple[Alarm, ...], now_on: tuple[Alarm, ...], now: float) -> None:
    was, are = ({alarm.check: alarm for alarm in alarms} for alarms in (before, now_on))
    for check, alarm in are.items():
        if check not in was:
            log(connection, now, Event.DRIFTED, name, f"{told(check)}: {alarm.words}")
    for check in was:
        if check not in are:
            log(connection, now, Event.DRIFT_ENDED, name, told(check))
