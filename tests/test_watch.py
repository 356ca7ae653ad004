"""`newsbeam watch` as a service manager runs it: passes, sleep, and a SIGTERM at any time, against the real press."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from test_path import NOW

from benchmarks.house import run as newsbeam
from benchmarks.house import settings
from benchmarks.judge import ROOT, SOME, committed, judge
from pipeline.press import Press

PATIENCE_S = 60.0  # a condition that does not come true by then never will


class House:
    """A press, the settings that watch it, and what both of them have written so far."""

    def __init__(self, folder: Path, press: Press) -> None:
        self.folder, self.out = folder, folder / "out"
        self.press = press
        self.config = settings(press, folder, SOME)
        self.feeds = [feed.url for feed in press.feeds if any(host in feed.url for host in SOME)]

    def watch_only(self, host: str) -> None:
        settings(self.press, self.folder, (host,))

    def asked(self) -> list[dict[str, Any]]:
        """The press's log; its last line may be on its way."""
        text = (self.folder / "log.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def polls(self) -> dict[str, list[datetime]]:
        """When each feed was asked for, by address."""
        times: dict[str, list[datetime]] = {}
        for row in self.asked():
            times.setdefault(f"http://{row['host']}{row['path']}", []).append(datetime.fromisoformat(row["at"]))
        return {url: times.get(url, []) for url in self.feeds}

    def articles(self) -> list[str]:
        """Addresses that were asked for beside the feeds and what a site says of machines."""
        asked = [f"http://{row['host']}{row['path']}" for row in self.asked()]
        return [url for url in asked if url not in self.feeds and not url.endswith(("/robots.txt", "/tdmrep.json"))]

    def ledger(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.out / "newsbeam.db", timeout=90)) as connection:
            return connection.execute(query).fetchall()

    def asleep(self) -> bool:
        """A pass is over, the read model has followed, and nothing is due."""
        if not self.archived():
            return False
        states = dict(self.ledger("SELECT state, count(*) FROM units GROUP BY state"))
        counters = dict(self.ledger("SELECT name, value FROM counters"))
        pending = self.ledger("SELECT 1 FROM entries WHERE state <> 'done'")
        return set(states) == {"done"} and not pending and counters["commit"] == counters.get("read_model")

    def archived(self) -> bool:
        return bool(self.asked() and self.ledger("SELECT 1 FROM segments"))

    def in_hand(self) -> dict[str, int]:
        """What somebody still holds."""
        queries = {
            "units": "SELECT count(*) FROM units WHERE state IN ('open', 'prepared')",
            "entries": "SELECT count(*) FROM entries WHERE state IN ('leased', 'prepared') OR unit_id <> ''",
            "hosts": "SELECT count(*) FROM hosts WHERE unit_id <> ''",
            "feeds": "SELECT count(*) FROM feeds WHERE unit_id <> ''",
        }
        return {name: self.ledger(query)[0][0] for name, query in queries.items()}

    def pending(self) -> int:
        return int(self.ledger("SELECT count(*) FROM entries WHERE state = 'pending'")[0][0])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Press(tmp_path / "log.jsonl", now=NOW) as press:
        yield House(tmp_path, press)


@contextmanager
def watching(house: House, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`newsbeam watch` in a process group of its own, with all that it starts."""
    command = [sys.executable, "-m", "pipeline.cli", "watch", "--json", "--config", str(house.config), *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(condition: Callable[[], Any], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, f"it ended with {process.returncode}: {process.communicate()[1]}"
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Its summary, once it has ended well. The wait is shorter than the sleep that a signal must break."""
    stdout, stderr = process.communicate(timeout=90)
    assert process.returncode == 0, stderr
    return json.loads(stdout)


def test_it_polls_again_when_the_next_feed_is_due_and_not_before(house):
    """A feed that is switched off is never due: it neither keeps a round from ending nor is it asked for."""
    house.watch_only("tern-letter.test")
    with (house.folder / "feeds.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[feed]]\nurl = "http://newsgrid.test/feed/"\nenabled = false\n')
    often = ("--set", "poll.shortest_interval_s=2", "--set", "poll.longest_interval_s=2")
    with watching(house, "--cycles", "2", *often) as process:
        summary = ended(process)
    times = house.polls()
    assert times.pop("http://newsgrid.test/feed/") == []
    [polls] = times.values()
    assert len(polls) >= 2
    assert all(later - earlier >= timedelta(seconds=1.8) for earlier, later in pairwise(polls))
    assert house.ledger("SELECT count(*) FROM units") == [(len(polls),)]  # no pass found nothing to do
    assert summary["polls"] == {"unchanged": 1}
    assert summary["balanced"]
    assert summary["leased"] == summary["total"] == len(committed(house.out, "visits")) > 0


def test_sigterm_ends_its_sleep(house):
    house.watch_only("tern-letter.test")
    with watching(house) as process:
        until(house.asleep, process)
        process.terminate()
        summary = ended(process)
    assert summary["balanced"]
    assert summary["leased"] == summary["total"] == len(committed(house.out, "visits")) > 0
    assert house.in_hand() == {"units": 0, "entries": 0, "hosts": 0, "feeds": 0}
    assert sum(len(at) for at in house.polls().values()) == 1


def test_sigterm_in_a_pass_finishes_it_and_what_is_left_is_for_the_next_run(house):
    """A service manager may signal the whole group, more than once: what a worker has in hand does not die of it."""
    with watching(house, "--set", "lease.unit_entries=4") as process:
        until(house.articles, process)
        while house.in_hand()["units"]:
            os.killpg(process.pid, signal.SIGTERM)
            time.sleep(0.2)
        summary = ended(process)
    assert (summary["units"], summary["leased"], summary["total"], summary["balanced"]) == (1, 4, 4, True)
    assert house.in_hand() == {"units": 0, "entries": 0, "hosts": 0, "feeds": 0}
    assert house.pending() > 0
    assert "dead" not in summary["visits"]
    first = Counter(visit["disposition"] for visit in committed(house.out, "visits"))
    assert first == Counter(summary["visits"])

    done = newsbeam("run", "--json", config=house.config)
    assert done.returncode == 0, done.stderr
    rest = json.loads(done.stdout)
    assert (rest["recovered"], rest["died"], rest["balanced"]) == (0, 0, True)
    assert house.pending() == 0
    visits = committed(house.out, "visits")
    assert Counter(v["disposition"] for v in visits) == first + Counter(rest["visits"])
    found = judge(house.folder)
    assert (found.lost, found.twice, found.wrong) == (0, 0, ())
