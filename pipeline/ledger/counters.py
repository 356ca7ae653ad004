"""Numbers that the ledger keeps by name: where a walk stands, when something was done last."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import upsert


def value(connection: Connection, name: str) -> int | None:
    """None for a counter that was never set."""
    return connection.scalar(select(t.counters.c.value).where(t.counters.c.name == name))


def put(connection: Connection, name: str, number: int) -> None:
    upsert(connection, t.counters, [{"name": name, "value": 0}])
    connection.execute(update(t.counters).where(t.counters.c.name == name).values(value=number))
