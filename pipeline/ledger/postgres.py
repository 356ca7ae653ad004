"""What PostgreSQL asks for and SQLite does not: its driver, text without NUL, one migration at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, text

MIGRATING = 0x6E657773  # the key of the advisory lock under which tables are brought up to date


def with_driver(url: URL) -> URL:
    """`postgresql://` means psycopg 3 here, whatever SQLAlchemy takes it for; a driver that is named stays."""
    plain = url.drivername in ("postgresql", "postgres")
    return url.set(drivername="postgresql+psycopg") if plain else url


def on_connect(connection: Any, _record: object) -> None:
    """PostgreSQL keeps no NUL in a text; feeds bring some. It becomes U+FFFD, as in every reader of markup."""
    from psycopg.types.string import StrDumper

    class WithoutNul(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\x00", "\ufffd") if "\x00" in obj else obj)

    connection.adapters.register_dumper(str, WithoutNul)


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """One process at a time: of two that find the tables behind, the second waits, and finds them up to date."""
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATING})
    try:
        yield
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATING})
        connection.commit()
