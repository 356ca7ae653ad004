"""A replica in a process of its own: `python -m tests_real.replica lease|poll|migrate URL NAME [COUNT]`.

Tells on stdout, as JSON lines, what it held and when; the clock of all processes of a machine is one.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pipeline.ledger import SqlLedger
from pipeline.ledger.engine import held
from pipeline.world import SystemClock
from schemas.config import Lease
from schemas.flow import Settled
from schemas.health import Health
from schemas.ids import entry_id, feed_id
from schemas.ports import PollReport, SeenItem
from schemas.records import FeedEntry, Visit


def entry(number: int, fingerprint: str = "1") -> FeedEntry:
    link = f"https://h{number % 20}.test/{number}"
    identity = entry_id(link=link, feed="", guid="", title="", summary="")
    return FeedEntry(entry_id=identity, link=link, url=link, title=str(number), fingerprint=fingerprint)


def feeds(count: int) -> dict[str, str]:
    return {feed_id(url): url for url in (f"https://feeds.test/{number}" for number in range(count))}


def poll(ledger: SqlLedger, unit: str, watched: dict[str, str], items: list[FeedEntry]) -> list[str]:
    """Polls what is due; every feed shows the same items. Gives the feeds that were this unit's."""
    due = ledger.feeds_of(unit, ledger.due_feeds(unit, watched))
    for feed in due:
        health = Health(read=True, last_success=ledger.now(), next_check=ledger.now() + 900)
        seen = tuple(SeenItem(item, item.link) for item in items)
        ledger.commit_poll(unit, PollReport(feed._replace(etag="1", health=health), "new", "", seen))
    return [feed.feed_id for feed in due]


def settle(ledger: SqlLedger, unit: str, leased: list[Any]) -> None:
    ended = tuple(
        Visit(visit_id=e.visit_id, entry_id=e.entry.entry_id, unit_id=unit, url=e.entry.link, why=e.why, step="claims",
              at=ledger.clock.now().isoformat(), disposition="written", reason="")
        for e in leased
    )  # fmt: skip
    ledger.prepare(Settled(unit_id=unit, visits=ended))
    ledger.mark(unit)


def lease_until_nothing_is_left(ledger: SqlLedger, name: str) -> None:
    empty = 0
    for number in range(1_000):
        unit = f"{name}{number:04}".ljust(32, "0")
        ledger.open_unit(unit, name)
        leased = ledger.lease(unit, Lease(unit_entries=12, host_entries=3))
        began = time.monotonic()
        if leased:
            time.sleep(0.01)
            hosts = sorted({e.entry.url.split("/")[2] for e in leased})
            ended = time.monotonic()
            settle(ledger, unit, leased)
            tell(entries=[e.entry.entry_id for e in leased], hosts=hosts, began=began, ended=ended)
        empty = 0 if leased else empty + 1
        if empty > 20:
            return
        time.sleep(0 if leased else 0.02)


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    task, url, name = sys.argv[1:4]
    with held(url):  # brings the tables up to date
        ledger = SqlLedger(url, SystemClock(), lease_s=600)
        if task == "lease":
            lease_until_nothing_is_left(ledger, name)
        elif task == "poll":
            items = [entry(number) for number in range(60)]
            unit = name.ljust(32, "0")
            ledger.open_unit(unit, name)
            tell(feeds=poll(ledger, unit, feeds(30), items if name < "b" else items[::-1]))


if __name__ == "__main__":
    main()
