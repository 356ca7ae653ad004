"""The whole path over HTTP: the demo press, the command line, the local runner, and what stands in the output.

What came out is judged against `seeds/demo/expected.json` and the press's own log, by code that reads plain JSON.
"""

from __future__ import annotations

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from benchmarks.house import kill_after, kill_at, settings
from benchmarks.house import run as newsbeam
from benchmarks.judge import EXPECTED, SOME, bare, committed, judge
from pipeline.press import Press

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def cycles(tmp_path_factory):
    """Two cycles of the whole press, each followed by a run that finds nothing to do."""
    folder = tmp_path_factory.mktemp("press")
    with Press(folder / "log.jsonl", now=NOW) as press:
        config = settings(press, folder)
        summaries = []
        for number in (1, 2):
            if number == 2:
                press.next_cycle()
                assert newsbeam("feeds", "check", config=config).returncode == 0
            done = newsbeam("run", "--json", config=config)
            assert done.returncode == 0, done.stderr
            summaries.append(json.loads(done.stdout))
            idle = newsbeam("run", "--json", config=config)
            assert json.loads(idle.stdout)["total"] == 0
        yield folder, config, summaries


def test_every_entry_ends_as_the_press_expects(cycles):
    folder, _, summaries = cycles
    visits = committed(folder / "out", "visits")
    by_unit = {}
    for visit in visits:
        by_unit.setdefault(bare(visit["url"]), []).append(visit["disposition"])
    wanted = {}
    for link, ends in EXPECTED["entries"].items():
        wanted[bare(link)] = [ends[c] for c in ("cycle_1", "cycle_2") if ends[c]]
    got = {url.removeprefix("www."): sorted(ends) for url, ends in by_unit.items() if not url.startswith("urn:")}
    want = {url.removeprefix("www."): sorted(ends) for url, ends in wanted.items() if ends}
    assert got == want
    assert sum(s["total"] for s in summaries) == len(visits)


def test_the_summary_is_balanced_and_shows_every_disposition_but_dead(cycles):
    _, _, summaries = cycles
    words = {word for s in summaries for word in s["visits"]}
    from schemas.words import Disposition

    assert words == set(Disposition) - {Disposition.DEAD, Disposition.FORGOTTEN}
    assert all(s["balanced"] and s["leased"] == s["total"] for s in summaries)


def test_the_planted_conflict_is_found_and_nothing_else(cycles):
    _, config, _ = cycles
    done = newsbeam("claims", "--conflicts", "--json", config=config)
    [found] = [json.loads(line) for line in done.stdout.splitlines()]
    assert found["conflict"] == "quantity"
    sides = {side["url"].rpartition("/")[2]: side for side in found["sides"]}
    assert {url: side["in_conflict"]["exact"] for url, side in sides.items()} == {
        "tarrow-flood": "nine hours",
        "2201-saltmere-water": "six hours",
    }
    assert {side["speaker"] or side["best_guess"] for side in found["sides"]} == {"Lorna Weatherby"}
    shown = newsbeam("claims", "--conflicts", config=config).stdout
    assert shown.count("conflict (") == 1
    assert "[nine hours]" in shown and "[six hours]" in shown


def test_every_reading_stands_once_and_every_span_holds(cycles):
    folder, _, _ = cycles
    out = folder / "out"
    readings = committed(out, "readings")
    assert len({r["reading_id"] for r in readings}) == len(readings) == 23
    by_revision = {v["revision_id"]: v["text"] for v in committed(out, "revisions")}
    texts = {r["reading_id"]: by_revision[r["revision_id"]] for r in readings}
    claims, entities = committed(out, "claims"), committed(out, "entities")
    assert len(claims) > 100
    spans = [(c["reading_id"], s) for c in claims for part in ("content", "cue", "source") for s in c[part]]
    spans += [(e["reading_id"], s) for e in entities for s in e["mentions"]]
    assert all(texts[reading][s["start"] : s["end"]] == s["exact"] for reading, s in spans)


def test_one_can_ask_why(cycles):
    _, config, _ = cycles
    refused = next(link for link, ends in EXPECTED["entries"].items() if ends["cycle_1"] == "robots_refused")
    told = newsbeam("explain", refused, config=config)
    assert "robots_refused" in told.stdout
    asked = newsbeam("sql", "SELECT claim_id FROM claims LIMIT 1", "--json", config=config)
    claim = json.loads(asked.stdout.splitlines()[0])
    claim_id = claim["claim_id"] if isinstance(claim, dict) else claim[0]
    assert claim_id in newsbeam("explain", claim_id, config=config).stdout
    assert newsbeam("explain", "http://nowhere.test/x", config=config).returncode == 1
    assert newsbeam("runs", "--json", config=config).stdout.count("\n") >= 2


def test_a_run_that_others_hold_exits_5_and_names_the_holder(cycles):
    folder, config, _ = cycles
    from pipeline.ledger.engine import held

    with held(f"sqlite:///{folder}/out/newsbeam.db"):
        refused = newsbeam("run", config=config)
    assert refused.returncode == 5
    assert f"pid {os.getpid()}" in refused.stderr


def test_a_typo_in_the_settings_names_file_line_and_remedy(tmp_path):
    file = tmp_path / "newsbeam.toml"
    file.write_text("[network]\nretrys = 3\n", encoding="utf-8")
    wrong = newsbeam("config", config=file)
    assert wrong.returncode == 4
    assert f"{file}:2" in wrong.stderr
    assert "retries" in wrong.stderr


@pytest.mark.timeout(280)
def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(tmp_path, capsys):
    """Three kills at named steps of settling and seven at random moments, each followed by one run to the end."""
    chance = random.Random(20260301)
    moments = [("before", "prepare"), ("after", "prepare"), ("after", "manifest"), *([None] * 7)]
    waits = [chance.uniform(0.8, 6.0) for _ in moments]

    def one(number: int) -> str:
        folder, moment = tmp_path / str(number), moments[number]
        folder.mkdir()
        with Press(folder / "log.jsonl", now=NOW) as press:
            config = settings(press, folder, SOME)
            fell = kill_at(config, moment[1], moment[0]) if moment else kill_after(config, waits[number])
            assert fell or not moment
            done = newsbeam("run", "--json", config=config)
            assert done.returncode == 0, done.stderr
        found = judge(folder)
        assert found.readings > 0
        assert (found.lost, found.twice, found.wrong) == (0, 0, ())
        return f"\n  kill {number}: {fell or f'{waits[number]:.2f} s after start: it had ended'}"

    with ThreadPoolExecutor(3) as pool, capsys.disabled():
        for told in pool.map(one, range(len(moments))):
            print(told, end="")
