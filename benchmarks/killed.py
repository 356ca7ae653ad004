"""Runs `newsbeam` with a SIGKILL at one commit point, for the torture of `benchmarks/promise.py`.

    python -m benchmarks.killed POINT WHEN COUNT [newsbeam's own arguments]

POINT is one of POINTS, WHEN `before` or `after`, COUNT the number of the call. The product has no such switch: this
file wraps its functions before the command line starts.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from pipeline import readmodel
from pipeline.archive import WarcArchive
from pipeline.ledger import SqlLedger
from transforms import settle

POINTS: dict[str, tuple[Any, str]] = {
    "poll": (SqlLedger, "commit_poll"),
    "lease": (SqlLedger, "lease"),
    "archive": (WarcArchive, "write"),
    "register": (SqlLedger, "register"),
    "files": (settle, "write_unit"),
    "prepare": (SqlLedger, "prepare"),
    "manifest": (settle, "publish_manifest"),
    "mark": (SqlLedger, "mark"),
    "walk": (readmodel, "_take"),
}


def arm(point: str, when: str, count: int) -> None:
    """Kill this process at the `count`-th call of a point, before or after it."""
    owner, name = POINTS[point]
    call: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def wrapped(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == count and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*given, **named)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    arm(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    sys.argv = ["newsbeam", *sys.argv[4:]]
    from pipeline.cli import main

    main()
