"""The ledger: feeds, entries, units, visits and the committed index, in SQLite or PostgreSQL.

`SqlLedger` implements `schemas.ports.Ledger` for the transforms and adds what only the driver does: open a unit,
recover, give back. Each method is one transaction; the SQL stands in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Connection

from pipeline.ledger import index, leases, polls, settling, tombstones, units
from pipeline.ledger.engine import engine, sqlite_path
from schemas.commits import IndexRow
from schemas.config import Lease as LeaseSettings
from schemas.flow import LeasedEntry, Settled
from schemas.ports import NO_BUDGETS, Budgets, Candidate, Clock, DueFeed, PollReport, Segment
from schemas.records import RawPage
from schemas.words import UnitKind


class SqlLedger:
    def __init__(self, url: str, clock: Clock, lease_s: float) -> None:
        self.url, self.clock, self.lease_s = url, clock, lease_s
        self.engine = engine(url)
        self.exclusive = sqlite_path(url) is not None  # one holder: an open unit that is not ours has died

    def now(self) -> float:
        return self.clock.now().timestamp()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading only: it never waits for a writer."""
        with self.engine.connect().execution_options(readonly=True) as connection:
            yield connection

    # what transforms do (schemas.ports.Ledger)

    def due_feeds(self, unit_id: str, feeds: Mapping[str, str]) -> list[DueFeed]:
        with self.engine.begin() as connection:
            return polls.lease_feeds(connection, unit_id, feeds, self.now(), self.now() + self.lease_s)

    def sighted(self, feed_id: str, entry_ids: Iterable[str]) -> set[str]:
        with self.reading() as connection:
            return polls.sighted(connection, feed_id, entry_ids)

    def commit_poll(self, unit_id: str, report: PollReport) -> None:
        with self.engine.begin() as connection:
            polls.commit(connection, unit_id, report, self.now())

    def lease(self, unit_id: str, settings: LeaseSettings, budgets: Budgets = NO_BUDGETS) -> list[LeasedEntry]:
        with self.engine.begin() as connection:
            return leases.lease(connection, unit_id, settings, budgets, self.now())

    def register(self, unit_id: str, segment: Segment, pages: Mapping[str, RawPage]) -> None:
        with self.engine.begin() as connection:
            leases.register(connection, unit_id, segment, dict(pages), self.now())

    def registered(self, unit_id: str, entry_ids: Iterable[str]) -> dict[str, RawPage]:
        with self.reading() as connection:
            return leases.registered(connection, unit_id, entry_ids)

    def archived(self, digests: Iterable[str]) -> dict[str, RawPage]:
        with self.reading() as connection:
            return leases.archived(connection, digests)

    def known(self, article_ids: Iterable[str]) -> dict[str, IndexRow]:
        with self.reading() as connection:
            return index.known(connection, article_ids)

    def forgotten(self, places: Mapping[str, str]) -> dict[str, str]:
        with self.reading() as connection:
            return tombstones.of_places(connection, places)

    def candidates(self, shingles: Iterable[int]) -> dict[str, Candidate]:
        with self.reading() as connection:
            return index.candidates(connection, shingles)

    def prepare(self, settled: Settled) -> Settled:
        with self.engine.begin() as connection:
            return settling.prepare(connection, settled, self.now())

    def mark(self, unit_id: str) -> None:
        with self.engine.begin() as connection:
            settling.mark(connection, unit_id, self.now())

    # what the driver does

    def open_unit(self, unit_id: str, holder: str, kind: UnitKind = UnitKind.PASS) -> None:
        with self.engine.begin() as connection:
            units.open_unit(connection, unit_id, holder, kind, self.now(), self.now() + self.lease_s)

    def due(self, feed_ids: Iterable[str]) -> units.Due:
        with self.reading() as connection:
            return units.due(connection, list(feed_ids), self.now())

    def give_back(self, unit_id: str) -> None:
        """End an open unit on purpose: nothing is counted against its entries."""
        with self.engine.begin() as connection:
            units.release(connection, unit_id, self.now(), max_deaths=0, guilty=False)

    def recover(self, finish: Callable[[Settled], None], max_deaths: int) -> tuple[list[str], list[str]]:
        """Roll prepared units forward through `finish`, then release units that died. Gives (finished, died)."""
        with self.reading() as connection:
            prepared = units.unfinished(connection)
        for settled in prepared:
            finish(settled)
        with self.engine.begin() as connection:
            gone = units.died(connection, self.now(), exclusive=self.exclusive)
            for unit_id in gone:
                units.release(connection, unit_id, self.now(), max_deaths=max_deaths, guilty=True)
        return [settled.unit_id for settled in prepared], gone


@lru_cache(maxsize=8)
def ledger(url: str, clock: Clock, lease_s: float) -> SqlLedger:
    """The ledger of this process for an address."""
    return SqlLedger(url, clock, lease_s)
