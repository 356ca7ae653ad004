"""Opening the ledger: engine, migrations, and the one process that may write to a SQLite ledger."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from pipeline.ledger import postgres
from schemas.errors import ConfigError, Deadlock, LedgerError, LedgerHeld, on_this_machine

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 30_000
CACHE_KIB = 32_768
MAP_BYTES = 1 << 30
DEADLOCKS = ("40001", "40P01")  # PostgreSQL: serialization_failure, deadlock_detected


@lru_cache(maxsize=8)
def engine(url: str) -> Engine:
    """The engine of this process for a ledger. Raises ConfigError for an address that is none."""
    try:
        parsed = postgres.with_driver(make_url(url))
        made = create_engine(parsed, pool_pre_ping=not url.startswith("sqlite"))
    except ArgumentError as error:
        raise ConfigError(
            f"paths.ledger is no database address: {error}", remedy="for example sqlite:///newsbeam.db"
        ) from None
    except ImportError as error:
        remedy = "newsbeam[postgres] brings the one for PostgreSQL"
        raise ConfigError(f"paths.ledger needs a driver that is not installed: {error}", remedy=remedy) from None
    event.listen(made, "handle_error", _in_our_words)
    if parsed.get_backend_name() == "postgresql":
        event.listen(made, "connect", postgres.on_connect)
    if parsed.get_backend_name() == "sqlite":
        event.listen(made, "connect", _sqlite_connect)
        event.listen(made, "begin", _sqlite_begin)
    return made


def _in_our_words(context: ExceptionContext) -> None:
    """What the machine fails at (locked, full, away) as a LedgerError; faults of a statement stay as they are."""
    if not isinstance(context.sqlalchemy_exception, OperationalError):
        return
    error = context.original_exception
    name = context.dialect.name
    if getattr(error, "sqlstate", None) in DEADLOCKS:
        raise Deadlock(f"the ledger ({name}): {error}") from error
    words = " ".join(str(error).split())
    if words == "database is locked":
        words = f"another process has locked it for more than {BUSY_MS / 1000:g} s"
    raise LedgerError(f"the ledger ({name}) cannot be used: {words}") from error


def _sqlite_connect(connection: Any, _record: object) -> None:
    # FULL: a manifest must never outlive the `prepared` it rests on, not even a power cut.
    connection.isolation_level = None
    # mmap: ids are random, so each row is on another page of a large ledger; a map spares the copy of it.
    pragmas = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON")
    for pragma in (*pragmas, f"cache_size=-{CACHE_KIB}", f"mmap_size={MAP_BYTES}"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Any) -> None:
    # A transaction that reads first and writes later would fail with "locked" instead of waiting.
    readonly = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def upgrade(url: str) -> None:
    """Bring the ledger's tables to this version. An up-to-date ledger costs one query."""
    _make_folder(url)
    if not behind(url):
        return
    with engine(url).connect() as connection:
        if sqlite_path(url) is not None:  # who calls this holds it alone
            _migrate(connection)
            return
        with postgres.alone(connection):
            if _behind(connection):
                _migrate(connection)


def _migrate(connection: Connection) -> None:
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def behind(url: str) -> bool:
    """Whether the ledger's tables are of an earlier version, or are not there yet."""
    with engine(url).connect() as connection:
        return _behind(connection)


def _behind(connection: Connection) -> bool:
    current = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return current != ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _make_folder(url: str) -> None:
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite ledger; None for another database."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def exists(url: str) -> bool:
    """Whether there is a ledger to read. Another database than SQLite is asked when it is used."""
    path = sqlite_path(url)
    return path is None or path.exists()


@dataclass
class Holder:
    """Who holds the ledger; `orderly` says that the one before, as far as is known, did not die holding it."""

    name: str
    orderly: bool = False


@contextmanager
def held(url: str, *, ready: bool = True) -> Iterator[Holder]:
    """Hold the ledger for writing. Several may hold a database that is not SQLite.

    It is brought up to date first, unless `ready` is False: then nothing of it is opened.

    Raises LedgerHeld, naming the holder, when another process holds it. The lock ends with its process, however that
    ends; one that dies leaves its name in the lock's file, until somebody has recovered what it held (`orderly`).
    """
    holder = Holder(f"{socket.gethostname()} pid {os.getpid()}")
    path = sqlite_path(url)
    if path is None:
        upgrade(url)
        yield holder
        return
    with on_this_machine(f"the ledger {path} cannot be opened"):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + "-lock").open("a+")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LedgerHeld(
                f"the ledger {path} is held by {_named(lock) or 'another process'}; wait for it or stop it"
            ) from None
        holder.orderly = not _named(lock)
        with on_this_machine(f"the ledger {path} cannot be held"):
            lock.truncate(0)
            lock.write(holder.name + "\n")
            lock.flush()
        try:
            if ready:
                upgrade(url)
            yield holder
        finally:
            if holder.orderly:
                lock.truncate(0)


def _named(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip()


def empty_log(url: str) -> None:
    """Empty a SQLite ledger's write-ahead log: what was deleted stands in it still."""
    if sqlite_path(url) is not None:
        connection = engine(url).raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
