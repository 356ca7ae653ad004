"""Committed readings -> statements, stories, changes of claims, notices: unit by unit, in commit order.

A unit is taken in one transaction together with the mark that says so, so one that dies is taken again. What comes of a
unit depends on the units before it and on nothing else: neither on the order of its rows nor on when it is taken. It
looks at the window only where a new claim's keys lead (`pipeline/ledger/window.py`); no unit reads the week again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from sqlalchemy import Connection, delete, select, update

from pipeline.ledger import SqlLedger, related, window
from pipeline.ledger import tables as t
from pipeline.ledger.sql import upsert
from pipeline.readmodel import MARK as WALKED
from pipeline.readmodel import same_database, unit_rows
from pipeline.relating.articles import relate_articles
from pipeline.relating.claims import relate_claims
from pipeline.relating.notices import relate_notices
from pipeline.relating.reads import before, reads
from schemas.config import Relate as Bounds
from schemas.ports import World

MARK = "related"
DAY_S = 86_400.0


def relate(ledger: SqlLedger, root: Path, bounds: Bounds) -> int:
    """Take in what was walked and not yet related; gives how many units."""
    taken = 0
    while True:
        with ledger.engine.begin() as connection:
            upsert(connection, t.counters, [{"name": name, "value": 0} for name in (MARK, WALKED)])
            counter = select(t.counters.c.value)
            at = connection.execute(counter.where(t.counters.c.name == MARK).with_for_update()).scalar_one()
            walked = connection.execute(counter.where(t.counters.c.name == WALKED)).scalar_one()
            unit = connection.execute(
                select(t.units.c.seq, t.units.c.unit_id, t.units.c.done_at)
                .where(t.units.c.seq > at, t.units.c.seq <= walked)
                .order_by(t.units.c.seq)
                .limit(1)
            ).one_or_none()
            if unit is None:
                return taken
            take(connection, unit_rows(root, unit.unit_id), unit.done_at, bounds)
            connection.execute(update(t.counters).where(t.counters.c.name == MARK).values(value=unit.seq))
        taken += 1


def anew(ledger: SqlLedger, root: Path, bounds: Bounds) -> int:
    """Empty what was related and relate it again from the first unit; gives how many units."""
    with ledger.engine.begin() as connection:
        for table in t.RELATED:
            connection.execute(delete(table))
        connection.execute(update(t.counters).where(t.counters.c.name == MARK).values(value=0))
    return relate(ledger, root, bounds)


def take(connection: Connection, rows: Mapping[str, Sequence[Any]], done_at: float, bounds: Bounds) -> None:
    """One unit's rows, by table."""
    some = before(connection, reads(rows))
    touched = relate_claims(connection, some, done_at)
    lines = {id_ for line in rows["lineage"] for id_ in (line.article_id, line.original_article_id)}
    touched |= {row.statement_id for row in related.placed(connection, articles=lines)}
    related.make_statements(connection, touched, {known.claim_id: known for one in some for known in one.facts})
    told = relate_articles(connection, some, lines, done_at)
    related.make_stories(connection, told)
    relate_notices(connection, some)
    window.prune(connection, done_at - bounds.window_days * DAY_S, bounds.window_claims)


class RelateUnits(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def process(self, walked: int) -> Iterator[int]:
        settings = self.world.settings
        yield relate(same_database(self.world), Path(settings.output.dir), settings.relate)


class Relate(beam.PTransform):
    """(number of units walked) -> number of units related."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, walked: Any) -> Any:
        return walked | "Relate new units" >> beam.ParDo(RelateUnits(self.world)).with_output_types(int)
