"""Small helpers that SQLite and PostgreSQL share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, Connection, Table, any_, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

T = TypeVar("T")
CHUNK = 500  # rows in one IN (...) list or one many-row insert


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, update: Iterable[str] = ()
) -> None:
    """Insert rows; a row whose key is there already gets the `update` columns, or is left as it is.

    In the order of their keys: two transactions that insert the same rows then wait for one another, and never both.
    """
    if not rows:
        return
    insert = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    columns = {name: insert.excluded[name] for name in update}
    key = table.primary_key
    statement = insert.on_conflict_do_update(key, set_=columns) if columns else insert.on_conflict_do_nothing(key)
    names = [column.name for column in key]
    connection.execute(statement, [dict(row) for row in sorted(rows, key=lambda row: [row[name] for name in names])])


def among(connection: Connection, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN values` with one bound value, however many there are: nothing is compiled anew for each count."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(msgspec.json.encode(values).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), postgresql.ARRAY(column.type)))


def many(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """A statement with `?` for each row, straight by the driver: for tens of thousands of short rows."""
    if rows:
        style = statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")
        connection.exec_driver_sql(style, list(rows))


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
