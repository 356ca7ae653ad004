"""A copy of a SQLite ledger while it is in use, and the way back. Other databases bring tools of their own."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from pipeline.ledger.engine import engine, held, sqlite_path, upgrade
from schemas.errors import UsageError

_BUSY_S = 30.0


def backup(url: str, target: Path) -> int:
    """Copy the ledger into a new file, whole or not at all; gives its bytes. Writers go on meanwhile.

    Raises UsageError where there is no ledger, where it is no SQLite file, or where `target` exists.
    """
    source = _file(url, "pg_dump")
    if not source.is_file():
        raise UsageError(f"there is no ledger at {source}")
    if target.exists():
        raise UsageError(f"{target} exists: a backup overwrites nothing")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        _copy(source, temporary)
        _sound(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target.stat().st_size


def restore(url: str, source: Path) -> None:
    """Put a backup in the place of the ledger; the ledger that was there stays beside it as `*.before-restore`.

    Raises LedgerHeld while a process holds the ledger, UsageError where `source` is no ledger of newsbeam.
    """
    target = _file(url, "pg_restore")
    if not source.is_file():
        raise UsageError(f"there is no file {source}")
    if target.exists() and source.samefile(target):
        raise UsageError(f"{source} is the ledger itself")
    _sound(source)
    fresh, kept = (target.with_name(f"{target.name}.{word}") for word in ("restoring", "before-restore"))
    with held(url, ready=False):
        engine(url).dispose()
        fresh.unlink(missing_ok=True)
        _copy(source, fresh)  # before anything is moved: the source may be what an earlier restore kept
        if target.exists():
            target.rename(kept)
        for ending in ("-wal", "-shm"):
            side = target.with_name(target.name + ending)
            if side.exists():
                side.rename(kept.with_name(kept.name + ending))
        fresh.rename(target)
        upgrade(url)


def _file(url: str, instead: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise UsageError(f"this ledger is no SQLite file; {instead} does it for this database")
    return path


def _copy(source: Path, target: Path) -> None:
    """By SQLite's own backup, which sees a consistent state whatever its write-ahead log holds."""
    with (
        contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as one,
        contextlib.closing(sqlite3.connect(target, timeout=_BUSY_S)) as other,
    ):
        one.backup(other)  # in one transaction: step by step it would begin anew at each write of another


def _sound(file: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            [[said]] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("SELECT 1 FROM units LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise UsageError(f"{file} is no ledger of newsbeam: {error}") from error
    if said != "ok":
        raise UsageError(f"{file} is damaged: {said}")
