"""Runs `newsbeam` with a SIGKILL at one step of a removal or replay: `python -m tests.dying POINT WHEN ARGUMENTS...`"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from pipeline import forget, readmodel, removal
from pipeline.ledger import SqlLedger, forgetting
from transforms.sinks import rewrite

POINTS: dict[str, tuple[Any, str]] = {
    "unarchive": (removal, "unarchive"),
    "strip_unit": (removal, "strip_unit"),
    "replace_manifest": (rewrite, "replace_manifest"),
    "restate": (forgetting, "restate"),
    "drop_rest": (removal, "drop_rest"),
    "erase": (forgetting, "erase"),
    "close_stones": (forget, "close_stones"),
    "lease": (SqlLedger, "lease"),
    "prepare": (SqlLedger, "prepare"),
    "mark": (SqlLedger, "mark"),
    "walk": (readmodel, "_take"),
}


def arm(point: str, when: str) -> None:
    """Kill this process at the first call of a point, before or after it."""
    owner, name = POINTS[point]
    call: Callable[..., Any] = getattr(owner, name)

    def wrapped(*given: Any, **named: Any) -> Any:
        if when == "after":
            call(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, wrapped)


if __name__ == "__main__":
    arm(sys.argv[1], sys.argv[2])
    sys.argv = ["newsbeam", *sys.argv[3:]]
    from pipeline.cli import main

    main()
