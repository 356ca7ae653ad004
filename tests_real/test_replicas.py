"""Replicas side by side on one PostgreSQL: nothing is leased twice, nothing is forgotten, nobody waits for ever."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text, update

from benchmarks.postgres import Server
from pipeline.ledger import SqlLedger, polls, settling
from pipeline.ledger import tables as t
from pipeline.ledger.backup import backup, restore
from pipeline.ledger.engine import _alembic, behind, engine, held, upgrade
from schemas.config import Lease
from schemas.errors import LedgerError, UnitLost, UsageError
from schemas.flow import Settled
from schemas.ports import PollReport, SeenItem, Segment
from schemas.records import Visit
from tests_real.replica import entry, feeds, poll, settle

ROOT = Path(__file__).parents[1]


class SetClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def ledger(url: str) -> SqlLedger:
    upgrade(url)
    return SqlLedger(url, SetClock(), lease_s=600)


def replicas(task: str, url: str, count: int = 2) -> list[list[dict[str, Any]]]:
    """What each of so many processes told that did the same at the same time."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests_real.replica", task, url, name], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for name in "abcdef"[:count]
    ]  # fmt: skip
    told = []
    for process in running:
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        told.append([json.loads(line) for line in out.splitlines()])
    return told


def test_no_entry_is_leased_twice_and_no_host_by_two_at_once(url, ledger):
    unit = "0" * 32
    ledger.open_unit(unit, "tester")
    poll(ledger, unit, feeds(1), [entry(number) for number in range(400)])
    ledger.give_back(unit)
    told = replicas("lease", url, 3)
    entries = Counter(one for replica in told for batch in replica for one in batch["entries"])
    assert set(entries.values()) == {1}
    assert len(entries) == 400
    assert sum(bool(replica) for replica in told) > 1, "one replica did it all: nothing was tested"
    spans = [(host, b["began"], b["ended"], n) for n, told_ in enumerate(told) for b in told_ for host in b["hosts"]]
    for host, began, ended, number in spans:
        assert not [s for s in spans if s[0] == host and s[3] != number and s[1] < ended and began < s[2]]
    with ledger.reading() as connection:
        ends = Counter(connection.scalars(select(t.visits.c.entry_id)))
    assert set(ends.values()) == {1}
    assert len(ends) == 400


def test_feeds_are_polled_by_one_and_their_common_entries_stored_once(url, ledger):
    """All feeds show the same items; one replica stores them in one order, the other in the opposite one."""
    told = replicas("poll", url)
    polled = Counter(feed for replica in told for line in replica for feed in line["feeds"])
    assert polled == dict.fromkeys(feeds(30), 1)
    with ledger.reading() as connection:
        assert len(connection.execute(select(t.entries.c.entry_id)).all()) == 60
        assert len(connection.execute(select(t.sightings.c.entry_id)).all()) == 30 * 60


def test_replicas_that_start_at_once_migrate_once(url):
    assert replicas("migrate", url, 4) == [[], [], [], []]
    assert not behind(url)


def test_a_ledger_of_the_first_version_is_brought_up_to_date_with_what_it_holds(url):
    with engine(url).connect() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO feeds (feed_id, url, last_success) VALUES ('f', 'https://x.test/', 7)"))
        connection.commit()
    assert behind(url)
    with held(url):
        ledger = SqlLedger(url, SetClock(), 600)
        [feed] = ledger.feeds_of("a" * 32, ledger.due_feeds("a" * 32, {"f": "https://x.test/"}))
    assert (feed.url, feed.health.last_success, feed.polled_before) == ("https://x.test/", 7, True)
    assert not behind(url)


def test_what_changes_while_it_is_settled_comes_again(ledger):
    """A poll that stores a change and the mark of the entry's unit meet; whoever is first, the change is not lost."""
    unit, watched = "a" * 32, feeds(1)
    for number, mark_first in enumerate((True, False)):
        ledger.clock.at += timedelta(hours=1)
        unit = f"{number}".ljust(32, "a")
        ledger.open_unit(unit, "tester")
        poll(ledger, unit, watched, [entry(number)])
        [leased] = [e for e in ledger.lease(unit, Lease()) if e.entry.title == str(number)]
        visit = Visit(visit_id=leased.visit_id, entry_id=leased.entry.entry_id, unit_id=unit, url="", why="new",
                      at=ledger.clock.now().isoformat(), disposition="written", step="claims", reason="")  # fmt: skip
        ledger.prepare(Settled(unit_id=unit, visits=(visit,)))
        ledger.clock.at += timedelta(hours=1)
        other = f"{number}".ljust(32, "b")
        ledger.open_unit(other, "tester")
        [feed] = ledger.feeds_of(other, ledger.due_feeds(other, watched))
        changed = PollReport(feed, "new", "", (SeenItem(entry(number, "2"), entry(number).link),))

        def marks(connection, unit=unit):
            settling.mark(connection, unit, ledger.now())

        def polls_(connection, other=other, changed=changed):
            polls.commit(connection, other, changed, ledger.now())

        first, second = (marks, polls_) if mark_first else (polls_, marks)
        with ledger.engine.begin() as connection:
            first(connection)
            behind_it = threading.Thread(target=ledger.writing, args=(second,))
            behind_it.start()
            time.sleep(0.3)
        behind_it.join()
        ledger.give_back(other)
        with ledger.reading() as connection:
            mine = select(t.entries.c.state, t.entries.c.why).where(t.entries.c.entry_id == visit.entry_id)
            assert connection.execute(mine).one() == ("pending", "revisit")
        again = "c" * 31 + str(number)
        ledger.open_unit(again, "tester")
        settle(ledger, again, ledger.lease(again, Lease()))


def test_of_two_that_recover_one_counts_the_death(ledger):
    unit = "a" * 32
    ledger.open_unit(unit, "tester")
    poll(ledger, unit, feeds(1), [entry(1)])
    ledger.lease(unit, Lease())
    assert ledger.recover(lambda settled: None, 3) == ([], []), "its lease has not ended: it may be alive"
    ledger.clock.at += timedelta(hours=1)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(ledger.recover(lambda s: None, 3)[1])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [[], [unit]]
    with ledger.reading() as connection:
        assert connection.scalars(select(t.entries.c.deaths)).all() == [1]
    with pytest.raises(UnitLost):
        ledger.register(unit, Segment("late", 1, 1), {})


def test_a_deadlock_is_broken_and_what_lost_is_made_again(ledger):
    """Two transactions take two rows in opposite orders: PostgreSQL gives one of them up."""
    with ledger.engine.begin() as connection:
        for host in ("one", "two"):
            connection.execute(t.hosts.insert().values(host=host))
    both, tries = threading.Barrier(2), Counter[str]()

    def take(first: str, second: str) -> None:
        def work(connection: Any) -> None:
            tries[first] += 1
            for host in (first, second):
                connection.execute(update(t.hosts).where(t.hosts.c.host == host).values(unit_id=first))
                if host == first and tries[first] == 1:
                    both.wait(10)

        ledger.writing(work)

    threads = [threading.Thread(target=take, args=names) for names in (("one", "two"), ("two", "one"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(tries.values()) == 3
    with ledger.reading() as connection:
        assert len(set(connection.scalars(select(t.hosts.c.unit_id)))) == 1


def test_a_nul_in_a_feed_is_stored_as_the_replacement_character(ledger):
    unit = "a" * 32
    ledger.open_unit(unit, "tester")
    [feed] = ledger.feeds_of(unit, ledger.due_feeds(unit, feeds(1)))
    item = SeenItem(entry(1), "guid\x00with nul")
    ledger.commit_poll(unit, PollReport(feed, "new", "a\x00b", (item,), title="t\x00"))
    with ledger.reading() as connection:
        assert connection.scalar(select(t.sightings.c.guid)) == "guid\ufffdwith nul"
        assert connection.scalar(select(t.feeds.c.title)) == "t\ufffd"


def test_backup_and_restore_name_the_tools_of_the_database(url, tmp_path):
    with pytest.raises(UsageError, match="pg_dump"):
        backup(url, tmp_path / "copy")
    with pytest.raises(UsageError, match="pg_restore"):
        restore(url, tmp_path / "copy")


def test_a_server_that_is_away_is_named_in_words(server: Server):
    with (
        pytest.raises(LedgerError, match=r"the ledger \(postgresql\) cannot be used: "),
        held(server.admin.replace("port=5432", "port=1")),
    ):
        pass
