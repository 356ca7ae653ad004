"""Runs `newsbeam run` with a SIGKILL at one named step of settling, for the kill tests. Not a test itself.

    python tests/torture.py STEP [newsbeam's own arguments]

STEP is `before-prepare`, `after-prepare`, `after-manifest` or `none`. The product has no such switch: this file
wraps the functions of `transforms.settle` before the command line starts.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from pipeline.ledger import SqlLedger
from transforms import settle


def kill(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: str) -> None:
    publish = settle.publish_manifest
    if step == "before-prepare":
        SqlLedger.prepare = kill  # type: ignore[method-assign]
    elif step == "after-prepare":
        settle.publish_manifest = kill
    elif step == "after-manifest":

        def publish_and_die(*given: Any) -> None:
            publish(*given)
            kill()

        settle.publish_manifest = publish_and_die
    elif step != "none":
        raise SystemExit(f"unknown step {step}")


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.argv = ["newsbeam", *sys.argv[2:]]
    from pipeline.cli import main

    main()
