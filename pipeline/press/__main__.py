"""`python -m pipeline.press`: the press in a process of its own, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from pipeline.press.server import Press


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pipeline.press", description="A small press on loopback.")
    parser.add_argument("--log", type=Path, metavar="PATH", help="one JSON line for each request")
    parser.add_argument(
        "--cycle-file", type=Path, metavar="PATH", help="holds the cycle; write it to move the press on"
    )
    parser.add_argument("--ports-file", type=Path, metavar="PATH", help='gets {"cycle", "hosts", "feeds"} as JSON')
    parser.add_argument("--feeds-file", type=Path, metavar="PATH", help="gets the list of feeds as TOML")
    parser.add_argument("--now", type=_moment, metavar="ISO", help="the moment that all dates are relative to")
    args = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Press(args.log, now=args.now, cycle_file=args.cycle_file) as press:
        if args.feeds_file:
            press.write_feeds_toml(args.feeds_file)
        if args.ports_file:
            new = args.ports_file.with_name(args.ports_file.name + ".new")
            new.write_text(json.dumps(press.state(), ensure_ascii=False), encoding="utf-8")
            new.replace(args.ports_file)  # whoever waits for the file finds it whole
        print(json.dumps(press.state(), ensure_ascii=False), flush=True)
        stop.wait()
    sys.exit(0)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
