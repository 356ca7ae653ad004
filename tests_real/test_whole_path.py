"""The demo press watched with a ledger on PostgreSQL: runs, questions, and five deaths of the torture."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.house import House, run
from benchmarks.judge import committed, judge
from benchmarks.postgres import Server
from benchmarks.promise import killed
from pipeline.press import Press


def test_a_run_and_what_one_can_ask_of_it(server: Server, tmp_path: Path):
    with Press(tmp_path / "log.jsonl", now=datetime.now(UTC)) as press:
        house = House(tmp_path, press, server)
        done = run("run", "--json", config=house.config)
        assert done.returncode == 0, done.stderr
        summary = json.loads(done.stdout)
        assert summary["balanced"]
        assert summary["total"] == summary["leased"] > 5
        found = judge(tmp_path, house.ask())
        assert (found.lost, found.twice, found.wrong) == (0, 0, ())
        url = committed(house.out, "visits")[0]["url"]
        assert url in run("explain", url, config=house.config).stdout
        for command in (["runs"], ["feeds", "list"], ["dead"], ["reindex"], ["archive", "verify"]):
            assert run(*command, config=house.config).returncode == 0, command
        refused = run("ledger", "backup", str(tmp_path / "copy"), config=house.config)
        assert refused.returncode == 2
        assert "pg_dump" in refused.stderr


@pytest.mark.timeout(900)
def test_killed_five_times_beside_a_second_replica(server: Server, tmp_path: Path, capsys):
    story = killed(tmp_path, 5, seed=2, server=server)
    with capsys.disabled():
        print(f"\n  {'; '.join(story.fell)}", end="")
    assert len(story.fell) == 5
    assert story.found.readings > 0
    assert (story.found.lost, story.found.twice, story.found.wrong) == (0, 0, ())
