"""The ledger: feeds, entries, units, visits and the committed index, in SQLite or PostgreSQL.

`SqlLedger` implements `schemas.ports.Ledger` for the transforms and adds what only the driver does: open a unit,
recover, give back. Each method is one transaction; the SQL stands in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Connection

from pipeline.ledger import index, leases, lines, polls, settling, tombstones, units
from pipeline.ledger.engine import engine, sqlite_path
from schemas.commits import IndexRow
from schemas.config import Lease as LeaseSettings
from schemas.errors import Deadlock
from schemas.flow import LeasedEntry, Settled
from schemas.ports import NO_BUDGETS, Before, Budgets, Clock, DueFeed, Neighbours, PollReport, Segment
from schemas.records import RawPage
from schemas.words import UnitKind

T = TypeVar("T")
TRIES = 5  # of a transaction that the database gives up because of another one


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

    def writing(self, work: Callable[[Connection], T]) -> T:
        """One transaction. Where the database broke a deadlock with another one, it is made again from its start."""
        for _ in range(TRIES - 1):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except Deadlock:
                continue
        with self.engine.begin() as connection:
            return work(connection)

    # what transforms do (schemas.ports.Ledger)

    def due_feeds(self, unit_id: str, feeds: Mapping[str, str]) -> dict[str, str]:
        return self.writing(lambda c: polls.lease_feeds(c, unit_id, feeds, now := self.now(), now + self.lease_s))

    def feeds_of(self, unit_id: str, feed_ids: Iterable[str]) -> list[DueFeed]:
        with self.reading() as connection:
            return polls.leased_feeds(connection, unit_id, feed_ids)

    def sighted(self, feed_id: str, entry_ids: Iterable[str]) -> set[str]:
        with self.reading() as connection:
            return polls.sighted(connection, feed_id, entry_ids)

    def commit_poll(self, unit_id: str, report: PollReport) -> None:
        self.writing(lambda c: polls.commit(c, unit_id, report, self.now()))

    def commit_quiet(self, unit_id: str, reports: Sequence[PollReport]) -> None:
        self.writing(lambda c: polls.commit_many(c, unit_id, reports, self.now()))

    def lease(self, unit_id: str, settings: LeaseSettings, budgets: Budgets = NO_BUDGETS) -> list[LeasedEntry]:
        return self.writing(lambda c: leases.lease(c, unit_id, settings, budgets, self.now()))

    def register(self, unit_id: str, segment: Segment, pages: Mapping[str, Sequence[RawPage]]) -> None:
        self.writing(lambda c: leases.register(c, unit_id, segment, dict(pages), self.now()))

    def registered(self, unit_id: str, entry_ids: Iterable[str]) -> dict[str, tuple[RawPage, ...]]:
        with self.reading() as connection:
            return leases.registered(connection, unit_id, entry_ids)

    def archived(self, unit_id: str, digests: Iterable[str]) -> dict[str, RawPage]:
        with self.reading() as connection:
            return leases.archived(connection, unit_id, digests)

    def known(self, article_ids: Iterable[str]) -> dict[str, IndexRow]:
        with self.reading() as connection:
            return index.known(connection, article_ids)

    def forgotten(self, places: Mapping[str, str]) -> dict[str, str]:
        with self.reading() as connection:
            return tombstones.of_places(connection, places)

    def neighbours(self, samples: Mapping[str, bytes], named: Iterable[str], since: float) -> Neighbours:
        with self.reading() as connection:
            return index.neighbours(connection, samples, named, since)

    def texts(self, revision_ids: Iterable[str]) -> dict[str, Before]:
        with self.reading() as connection:
            return index.texts(connection, revision_ids)

    def repeated(self, site: str, keys: Iterable[str], at: float) -> set[str]:
        with self.reading() as connection:
            return lines.repeated(connection, site, keys, at)

    def prepare(self, settled: Settled) -> Settled:
        return self.writing(lambda c: settling.prepare(c, settled, self.now()))

    def mark(self, unit_id: str) -> None:
        self.writing(lambda c: settling.mark(c, unit_id, self.now()))

    # what the driver does

    def open_unit(self, unit_id: str, holder: str, kind: UnitKind = UnitKind.PASS) -> None:
        self.writing(lambda c: units.open_unit(c, unit_id, holder, kind, now := self.now(), now + self.lease_s))

    def due(self, feed_ids: Iterable[str]) -> units.Due:
        with self.reading() as connection:
            return units.due(connection, list(feed_ids), self.now())

    def give_back(self, unit_id: str) -> bool:
        """End an open unit on purpose: nothing is counted against its entries. False if it is not open."""
        return self.writing(lambda c: units.release(c, unit_id, self.now(), max_deaths=0, guilty=False))

    def bury(self, unit_id: str, max_deaths: int) -> bool:
        """End an open unit whose graph failed: a death is counted on each of its entries. False if it is not open."""
        return self.writing(lambda c: units.release(c, unit_id, self.now(), max_deaths=max_deaths, guilty=True))

    def recover(
        self, finish: Callable[[Settled], None], max_deaths: int, *, guilty: bool = True
    ) -> tuple[list[str], list[str]]:
        """Roll prepared units forward through `finish`, then release units that died. Gives (finished, died).

        `guilty`: their deaths are counted on their entries.
        """
        with self.reading() as connection:
            prepared = units.unfinished(connection)
            gone = units.died(connection, self.now(), exclusive=self.exclusive)
        for settled in prepared:
            finish(settled)
        end = (lambda unit: self.bury(unit, max_deaths)) if guilty else self.give_back
        return [settled.unit_id for settled in prepared], [unit for unit in gone if end(unit)]

    def lately_died(self) -> list[str]:
        """Units that ended without a result within the time of a lease: what they left may still lie about."""
        with self.reading() as connection:
            return units.lately_died(connection, self.now() - self.lease_s)


@lru_cache(maxsize=8)
def ledger(url: str, clock: Clock, lease_s: float) -> SqlLedger:
    """The ledger of this process for an address."""
    return SqlLedger(url, clock, lease_s)
