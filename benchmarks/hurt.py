"""Runs `newsbeam` with one thing of its world changed, for the torture of `benchmarks/promise.py`.

    python -m benchmarks.hurt kill POINT WHEN COUNT [newsbeam's own arguments]
    python -m benchmarks.hurt clock CALL:SECONDS[,CALL:SECONDS...] [newsbeam's own arguments]
    python -m benchmarks.hurt lock FILE POINT COUNT [newsbeam's own arguments]

`kill`: a SIGKILL at one of POINTS, `before` or `after` the so-many-th call of it. `clock`: the world's clock, which is
the only one that the ledger and the steps look at, is set forward or back by so many seconds at its so-many-th reading.
`lock`: before the so-many-th call of a point another process locks the ledger's FILE for HELD_S, which is longer than
is waited for here (PATIENCE_MS). The product has no such switches: this file wraps its functions before the command
line starts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from pipeline import readmodel, relate
from pipeline.archive import WarcArchive
from pipeline.ledger import SqlLedger
from pipeline.world import SystemClock
from transforms import settle

POINTS: dict[str, tuple[Any, str]] = {
    "poll": (SqlLedger, "commit_poll"),
    "quiet polls": (SqlLedger, "commit_quiet"),
    "lease": (SqlLedger, "lease"),
    "archive": (WarcArchive, "write"),
    "register": (SqlLedger, "register"),
    "files": (settle, "write_unit"),
    "prepare": (SqlLedger, "prepare"),
    "manifest": (settle, "publish_manifest"),
    "mark": (SqlLedger, "mark"),
    "walk": (readmodel, "_take"),
    "relate": (relate, "take"),
}

LOCKABLE = ("poll", "lease", "register", "prepare", "mark")
PATIENCE_MS, HELD_S = 300, 3.0


def around(point: str, count: int, before: Callable[[], object], after: Callable[[], object] = lambda: None) -> None:
    """Do something before, or after, the `count`-th call of a point."""
    owner, name = POINTS[point]
    call: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def wrapped(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        mine = calls == count
        if mine:
            before()
        result = call(*given, **named)
        if mine:
            after()
        return result

    setattr(owner, name, wrapped)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def nothing() -> None:
    pass


def lock(file: str) -> None:
    """Another process takes the ledger; comes back when it has it."""
    code = (
        f"import sqlite3, time; c = sqlite3.connect({file!r}, timeout=30, isolation_level=None);"
        f"c.execute('BEGIN EXCLUSIVE'); print('locked', flush=True); time.sleep({HELD_S}); c.execute('ROLLBACK')"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()


def jump(jumps: dict[int, float]) -> None:
    """Set the world's clock, at its so-many-th reading, by so many seconds."""
    now, calls, off = SystemClock.now, 0, 0.0

    def wrapped(clock: SystemClock) -> datetime:
        nonlocal calls, off
        calls += 1
        off += jumps.get(calls, 0.0)
        return now(clock) + timedelta(seconds=off)

    setattr(SystemClock, "now", wrapped)  # noqa: B010 - mypy would take an assignment for a mistake


def main() -> None:
    kind, given = sys.argv[1], sys.argv[2:]
    if kind == "kill":
        point, when, count, *rest = given
        around(point, int(count), *((die, nothing) if when == "before" else (nothing, die)))
    elif kind == "clock":
        jumps, *rest = given
        jump({int(call): float(by) for call, _, by in (part.partition(":") for part in jumps.split(","))})
    else:
        file, point, count, *rest = given
        setattr(import_module("pipeline.ledger.engine"), "BUSY_MS", PATIENCE_MS)  # noqa: B010
        around(point, int(count), lambda: lock(file))
    sys.argv = ["newsbeam", *rest]
    from pipeline.cli import main as newsbeam

    newsbeam()


if __name__ == "__main__":
    main()
