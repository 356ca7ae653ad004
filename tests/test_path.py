"""The whole path over HTTP: the demo press, the command line, the local runner, and what stands in the output.

What came out is judged against `seeds/demo/expected.json` and the press's own log, by code that reads plain JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.press import Press

ROOT = Path(__file__).parents[1]
EXPECTED = json.loads((ROOT / "seeds/demo/expected.json").read_text(encoding="utf-8"))
NOW = datetime.now(UTC)
SOME = ("newsgrid.test", "tern-letter.test")


def settings(press: Press, folder: Path, hosts: tuple[str, ...] = ()) -> Path:
    """A settings file beside a feeds file; `hosts` narrows what is watched."""
    press.write_feeds_toml(folder / "feeds.toml")
    if hosts:
        blocks = (folder / "feeds.toml").read_text(encoding="utf-8").split("[[feed]]")
        kept = [block for block in blocks[1:] if any(host in block for host in hosts)]
        (folder / "feeds.toml").write_text("".join("[[feed]]" + block for block in kept), encoding="utf-8")
    resolve = "".join(f'"{host}" = "{address}"\n' for host, address in press.hosts.items())
    file = folder / "newsbeam.toml"
    file.write_text(
        "[network]\nhost_gap_s = 0\nretries = 1\nmax_retry_wait_s = 0.2\nconnect_timeout_s = 2\n"
        f"[guard]\nworkers = 1\n[network.test.resolve]\n{resolve}",
        encoding="utf-8",
    )
    return file


def newsbeam(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *arguments, "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def committed(out: Path, table: str) -> list[dict]:
    """Rows of the JSON Lines files that manifests name."""
    rows = []
    for manifest in sorted((out / "manifests").glob("*.json")):
        for file in json.loads(manifest.read_text(encoding="utf-8"))["files"]:
            if file["table"] == table and file["format"] == "jsonl":
                lines = (out / file["path"]).read_text(encoding="utf-8").splitlines()
                assert len(lines) == file["rows"]
                rows += [json.loads(line) for line in lines]
    return rows


def bare(url: str) -> str:
    """A link as the test compares it: no scheme, no trackers."""
    return url.rpartition("://")[2].partition("?utm_")[0]


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

    assert words == set(Disposition) - {Disposition.DEAD}
    assert all(s["balanced"] and s["leased"] == s["total"] for s in summaries)


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
    moments = ["before-prepare", "after-prepare", "after-manifest", *(chance.uniform(0.8, 6.0) for _ in range(7))]

    def one(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        with Press(folder / "log.jsonl", now=NOW) as press:
            config = settings(press, folder, SOME)
            fell = kill(config, moments[number])
            done = newsbeam("run", "--json", config=config)
            assert done.returncode == 0, done.stderr
        judge(folder)
        return f"\n  kill {number}: {fell}"

    with ThreadPoolExecutor(3) as pool, capsys.disabled():
        for told in pool.map(one, range(len(moments))):
            print(told, end="")


def kill(config: Path, moment: str | float) -> str:
    step = moment if isinstance(moment, str) else "none"
    command = [sys.executable, str(ROOT / "tests/torture.py"), step, "run", "--config", str(config)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if isinstance(moment, str):
        assert process.wait(timeout=60) == -signal.SIGKILL
        return moment
    time.sleep(moment)
    process.kill()
    return f"{moment:.2f} s after start" + (", after its end" if process.wait() == 0 else "")


def judge(folder: Path) -> None:
    """The output against the press's log and its own list of what should come of each link."""
    out = folder / "out"
    visits = committed(out, "visits")
    ended = Counter(visit["entry_id"] for visit in visits)
    assert set(ended.values()) == {1}
    readings = Counter(row["reading_id"] for row in committed(out, "readings"))
    assert set(readings.values()) == {1}
    written = [v for v in visits if v["disposition"] == "written"]
    assert len(written) == len(readings)
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    served = {bare(row["host"] + row["path"]) for row in log if row["status"] == 200}
    ends = {bare(link): ends["cycle_1"] for link, ends in EXPECTED["entries"].items() if ends["cycle_1"]}
    wanted = {url: end for url, end in ends.items() if url.startswith(SOME)}  # a redirect may lead beyond these
    got = {bare(v["url"]).removeprefix("www."): v["disposition"] for v in visits if not v["url"].startswith("urn:")}
    assert served
    lost = [url for url in wanted if url in served and url.removeprefix("www.") not in got]
    assert lost == []
