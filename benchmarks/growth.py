"""What a unit costs the ledger when it holds a thousand entries, and when it holds a million.

    python -m benchmarks.growth [--entries 1000000] [--units 40]

One unit polls a feed that shows 50 items, 25 of them new, leases what is pending, and settles it; CPU of this process
per leased entry, the median over the units. Both ledgers are SQLite files with the same rows per entry (entry,
sighting, visit, article and four shingles), filled by the driver of the database, not by the ledger.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.figures import CpuClock, table
from benchmarks.rows import HEAD, Row, cells
from pipeline.ledger import SqlLedger
from pipeline.ledger.engine import held
from schemas.commits import IndexRow
from schemas.config import Lease
from schemas.flow import Settled
from schemas.health import Health
from schemas.ids import entry_id, feed_id
from schemas.ports import PollReport, SeenItem
from schemas.records import FeedEntry, Visit
from transforms.shingles import KEY, SAMPLING, keys

FEED = "https://growth.test/feed"
SHOWN, NEW = 50, 25
SHINGLES = 4
SMALL = 1_000
FILLED_AT = 1.0


class SetClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def item(number: int) -> FeedEntry:
    link = f"https://h{number % 500}.test/{number}"
    identity = entry_id(link=link, feed="", guid="", title="", summary="")
    return FeedEntry(entry_id=identity, link=link, url=link, title=f"Item {number}", fingerprint="1")


def sample(number: int) -> bytes:
    """So many shingles that are no other text's, each a key."""
    return b"".join(((number * SHINGLES + k) * KEY).to_bytes(8, "little") for k in range(SHINGLES))


def filled(path: Path, entries: int) -> None:
    """The rows of so many entries that were visited once."""
    feed, done = feed_id(FEED), "d" * 32
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        for table_name, columns, rows in _rows(feed, done, entries):
            marks = ", ".join("?" * len(columns))
            raw.executemany(f"INSERT INTO {table_name} ({', '.join(columns)}) VALUES ({marks})", rows)


def _rows(feed: str, unit: str, entries: int) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[object, ...]]]]:
    body = msgspec.json.encode(item(0)).decode()

    def each() -> Iterator[tuple[int, FeedEntry]]:
        return ((number, item(number)) for number in range(entries))

    yield (
        "entries",
        ("entry_id", "feed_id", "url", "host", "entry", "first_seen", "state", "why", "unit_id", "disposition"),
        (
            (e.entry_id, feed, e.link, f"h{n % 500}.test", body, float(n), "done", "new", "", "written")
            for n, e in each()
        ),
    )
    yield (
        "sightings",
        ("feed_id", "entry_id", "guid", "fingerprint", "taken", "sighting", "seen_at"),
        ((feed, e.entry_id, e.link, "1", 1, body, float(n)) for n, e in each()),
    )
    yield (
        "visits",
        ("visit_id", "entry_id", "unit_id", "url", "at", "disposition"),
        ((f"v{e.entry_id[1:]}", e.entry_id, unit, e.link, float(n), "written") for n, e in each()),
    )
    yield (
        "articles",
        ("article_id", "url", "entry_id", "unit_id"),
        ((f"a{e.entry_id[1:]}", e.link, e.entry_id, unit) for _, e in each()),
    )
    yield (
        "prints",
        ("doc", "article_id", "sampling", "at", "sample"),
        ((n + 1, f"a{e.entry_id[1:]}", SAMPLING, FILLED_AT, sample(n)) for n, e in each()),
    )
    yield (
        "shingles",
        ("shingle", "doc"),
        ((key, n + 1) for n in range(entries) for key in keys([sample(n)])[0].tolist()),
    )


def cost_ms(entries: int, units: int) -> float:
    """CPU milliseconds per leased entry."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        url = f"sqlite:///{path}"
        with held(url):
            filled(path, entries)
            ledger, times = SqlLedger(url, clock := SetClock(), lease_s=3_600), []
            for number in range(units + 1):
                clock.at += timedelta(hours=1)
                used = CpuClock()
                _unit(ledger, number, entries)
                times.append(used.ms() / NEW)
    return median(times[1:])  # the first one opens files and compiles statements


def _unit(ledger: SqlLedger, number: int, entries: int) -> None:
    unit, feed = f"{number:032d}", feed_id(FEED)
    ledger.open_unit(unit, "growth")
    [due] = ledger.feeds_of(unit, ledger.due_feeds(unit, {feed: FEED}))
    first = entries + number * NEW
    shown = [item(n) for n in range(first - (SHOWN - NEW), first + NEW)]
    ledger.sighted(feed, [one.entry_id for one in shown])
    health = Health(last_success=1.0, next_check=0.0)
    ledger.commit_poll(
        unit, PollReport(due._replace(health=health), "new", "", tuple(SeenItem(e, e.link) for e in shown))
    )
    leased = ledger.lease(unit, Lease())
    assert len(leased) == NEW
    ledger.known([f"a{e.entry.entry_id[1:]}" for e in leased])
    ledger.neighbours({f"a{e.entry.entry_id[1:]}": sample(first + n) for n, e in enumerate(leased)}, [], FILLED_AT)
    index = tuple(
        IndexRow(
            article_id=f"a{e.entry.entry_id[1:]}", url=e.entry.link, site="s", entry_id=e.entry.entry_id,
            revision_id="r", reading_id="x", text_key="k",
            sample=sample(first + n), sampling=SAMPLING,
        )
        for n, e in enumerate(leased)
    )  # fmt: skip
    ended = tuple(
        Visit(visit_id=e.visit_id, entry_id=e.entry.entry_id, unit_id=unit, url=e.entry.link,
              at=ledger.clock.now().isoformat(), why=e.why, disposition="written", step="claims", reason="")
        for e in leased
    )  # fmt: skip
    ledger.prepare(Settled(unit_id=unit, visits=ended, index=index))
    ledger.mark(unit)


def rows(entries: int = 1_000_000, units: int = 40) -> list[Row]:
    few, many = cost_ms(SMALL, units), cost_ms(entries, units)
    name = f"ledger, CPU ms per entry at {entries:,} stored entries"
    return [Row(name, many, f"at {SMALL:,}", few, "python -m benchmarks.growth")]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--units", type=int, default=40)
    options = parser.parse_args()
    print(table([cells(row) for row in rows(options.entries, options.units)], HEAD))
    return 0


if __name__ == "__main__":
    sys.exit(main())
