"""Every figure in one table; each row says what it is compared with and the command that gives it alone.

    python -m benchmarks [--release]

Each part runs in a process of its own, so that the memory and the caches of one do not colour another. Accuracy is
held against `floors.toml`: on development data always, on test and held data with `--release` only; without it the
figures of the last release are printed as they were logged.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from importlib import import_module

from benchmarks import floors
from benchmarks.figures import SHARED, table
from benchmarks.rows import HEAD, Row, cells

PARTS = (
    "pipeline",
    "seed",
    "extraction",
    "fields",
    "peers",
    "copies",
    "footers",
    "layouts",
    "model",
    "reading",
    "details",
    "statements",
    "statements_speed",
    "feeds",
    "polling",
    "quiet",
    "growth",
    "hostile",
)


def measured(part: str) -> list[Row]:
    """The rows of one part, from a process of its own. Raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", "benchmarks", "--part", part]
    return [Row(*row) for row in json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--part", choices=PARTS, help="one part, as JSON")
    parser.add_argument("--release", action="store_true", help="score test and held data, too")
    options = parser.parse_args()
    if options.part:
        print(json.dumps(import_module(f"benchmarks.{options.part}").rows()))
        return 0
    if not SHARED.is_dir():
        print(f"the data to measure on is not here: {SHARED}", file=sys.stderr)
        return 1
    rows: list[Row] = []
    for part in PARTS:
        print(f"measuring {part} ...", file=sys.stderr)
        rows += measured(part)
    print(table([cells(row) for row in rows], HEAD))
    return floors.report(release=options.release)


if __name__ == "__main__":
    sys.exit(main())
