"""The promise, tried to be broken: newsbeam is killed again and again; afterwards nothing is lost or there twice.

    python -m benchmarks.promise [--kills 200] [--chain 5] [--seed 1]

Each house watches two outlets of the demo press and dies `--chain` times in a row: at a commit point (`POINTS` of
`benchmarks/killed.py`, before or after a call of it) or at a random moment. Between two deaths the press may publish
anew, so that revisions fall among them. Then one run goes to its end, and the committed output is judged from the
press's own log and from `seeds/demo/expected.json`, by code that reads plain JSON and SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.press import Press

ROOT = Path(__file__).parents[1]
EXPECTED = json.loads((ROOT / "seeds/demo/expected.json").read_text(encoding="utf-8"))
SOME = ("newsgrid.test", "tern-letter.test")
POINTS = ("poll", "lease", "archive", "register", "files", "prepare", "manifest", "mark", "walk")
LONGEST_S = 6.0  # of a random moment
PATIENCE_S = 120.0
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


class Verdict(NamedTuple):
    """Of one house: readings in the committed output, those lost and those there twice, and what else is wrong."""

    readings: int
    lost: int
    twice: int
    wrong: tuple[str, ...]


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


def run(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *arguments, "--config", str(config)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=ENVIRONMENT)


def kill_at(config: Path, point: str, when: str, count: int = 1) -> str:
    """Run until the process dies at a commit point. Gives "" when it came to its end before."""
    command = [sys.executable, "-m", "benchmarks.killed", point, when, str(count), "run", "--config", str(config)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE_S, env=ENVIRONMENT)
    return f"{when} {point} {count}" if done.returncode == -signal.SIGKILL else ""


def kill_after(config: Path, seconds: float) -> str:
    """Kill a run at a moment. Gives "" when it had ended."""
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(config)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.kill()
    return f"{seconds:.2f} s after start" if process.wait() == -signal.SIGKILL else ""


def all_due(folder: Path) -> None:
    """Every feed is to be asked again, as if its time had come."""
    file = folder / "out" / "newsbeam.db"
    if file.exists():
        with closing(sqlite3.connect(file, timeout=30)) as ledger, ledger:
            if ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'feeds'").fetchone():
                ledger.execute("UPDATE feeds SET next_check = 0")


def committed(out: Path, table: str) -> list[dict[str, Any]]:
    """Rows of the JSON Lines files that manifests name."""
    rows: list[dict[str, Any]] = []
    for manifest in sorted((out / "manifests").glob("*.json")):
        for file in json.loads(manifest.read_text(encoding="utf-8"))["files"]:
            if file["table"] == table and file["format"] == "jsonl":
                lines = (out / file["path"]).read_text(encoding="utf-8").splitlines()
                if len(lines) != file["rows"]:
                    raise ValueError(f"{file['path']} has {len(lines)} lines, its manifest says {file['rows']}")
                rows += [json.loads(line) for line in lines]
    return rows


def bare(url: str) -> str:
    """A link as it is compared: no scheme, no trackers."""
    return url.rpartition("://")[2].partition("?utm_")[0]


def judge(folder: Path) -> Verdict:
    """The output against the press's log and its own list of what should come of each link in the first cycle."""
    out = folder / "out"
    visits, readings = committed(out, "visits"), committed(out, "readings")
    wrong = [*_ledger(out / "newsbeam.db"), *_strays(out)]
    ends = Counter(visit["visit_id"] for visit in visits)
    wrong += [f"visit {visit} ended {count} times" for visit, count in ends.items() if count > 1]
    written = [v["reading_id"] for v in visits if v["disposition"] == "written"]
    if sorted(written) != sorted(row["reading_id"] for row in readings):
        wrong.append(f"{len(written)} visits ended written and {len(readings)} readings stand in the output")
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    served = {bare(row["host"] + row["path"]) for row in log if row["status"] == 200}
    expected = {bare(link): ends["cycle_1"] for link, ends in EXPECTED["entries"].items() if ends["cycle_1"]}
    mine = {url: end for url, end in expected.items() if url.startswith(SOME) and url in served}
    got: dict[str, set[str]] = {}
    for visit in visits:
        got.setdefault(bare(visit["url"]).removeprefix("www."), set()).add(visit["disposition"])
    lost = [url for url, end in mine.items() if not _came(end, got.get(url.removeprefix("www."), set()))]
    twice = sum(count - 1 for count in Counter(row["reading_id"] for row in readings).values())
    return Verdict(len(readings), len(lost), twice, tuple(wrong))


def _came(expected: str, ended: set[str]) -> bool:
    """A reading that was to be written has to be there; of other ends any will do that is one."""
    return "written" in ended if expected == "written" else bool(ended)


def _ledger(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as ledger:
        [[said]] = ledger.execute("PRAGMA integrity_check").fetchall()
        if said != "ok":
            yield f"the ledger: {said}"
        sums = "SELECT u.unit_id, u.leased, count(v.visit_id) FROM units u LEFT JOIN visits v USING (unit_id)"
        for unit, leased, ended in ledger.execute(f"{sums} WHERE u.state = 'done' GROUP BY u.unit_id"):
            if leased != ended:
                yield f"unit {unit} leased {leased} entries and ended {ended}"
        for state, count in ledger.execute("SELECT state, count(*) FROM entries WHERE state <> 'done' GROUP BY state"):
            yield f"{count} entries are still {state}"
        for state, count in ledger.execute("SELECT state, count(*) FROM units GROUP BY state"):
            if state not in ("done", "died"):
                yield f"{count} units are still {state}"


def _strays(out: Path) -> Iterator[str]:
    """Data files that no manifest names."""
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in (out / "manifests").glob("*.json")]
    named = {file["path"] for manifest in manifests for file in manifest["files"]}
    there = {path.relative_to(out).as_posix() for path in (out / "data").rglob("*") if path.is_file()}
    yield from (f"{path} is an orphan" for path in sorted(there - named))


def house(folder: Path, kills: int, seed: int) -> tuple[list[str], Verdict]:
    """One house: so many deaths in a row, then a run to the end. (where each fell, what was found)"""
    chance, fell = random.Random(seed), list[str]()
    with Press(folder / "log.jsonl", now=datetime.now(UTC)) as press:
        config = settings(press, folder, SOME)
        while len(fell) < kills:
            all_due(folder)
            if fell and chance.random() < 0.2 and press.cycle < 2:
                press.next_cycle()
            at_point = chance.random() < 0.7
            place = (
                kill_at(config, chance.choice(POINTS), chance.choice(("before", "after")), chance.choice((1, 1, 1, 2)))
                if at_point
                else kill_after(config, chance.uniform(0.5, LONGEST_S))
            )
            if place:
                fell.append(place)
            elif all_asleep(folder):
                press.next_cycle()
        all_due(folder)
        done = run("run", "--json", config=config)
        verdict = judge(folder)
    if done.returncode:
        verdict = verdict._replace(wrong=(*verdict.wrong, f"the last run: {done.stderr.strip()[-200:]}"))
    return fell, verdict


def all_asleep(folder: Path) -> bool:
    """Whether nothing is left to do in a house, so that only news can wake it."""
    with closing(sqlite3.connect(folder / "out" / "newsbeam.db", timeout=30)) as ledger:
        return not ledger.execute("SELECT 1 FROM entries WHERE state <> 'done' LIMIT 1").fetchone()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promise", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--chain", type=int, default=5, help="deaths of one house in a row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side-by-side", type=int, default=3)
    options = parser.parse_args()
    houses = -(-options.kills // options.chain)
    places, lost, twice, readings, wrong = Counter[str](), 0, 0, 0, list[str]()
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(options.side_by_side) as pool:
        folders = [Path(root) / str(number) for number in range(houses)]
        for folder in folders:
            folder.mkdir()
        seeds = range(options.seed, options.seed + houses)
        for number, (fell, found) in enumerate(pool.map(house, folders, [options.chain] * houses, seeds)):
            print(f"house {number}: {'; '.join(fell)}: {found.readings} readings", flush=True)
            places.update(" ".join(place.split()[:2]) if place[0] in "ab" else "at a random moment" for place in fell)
            lost, twice, readings = lost + found.lost, twice + found.twice, readings + found.readings
            wrong += [f"house {number}: {words}" for words in found.wrong]
    for place, count in sorted(places.items()):
        print(f"{count:5}  {place}")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{places.total()} kills, {readings} readings, {lost} lost, {twice} twice, {len(wrong)} other faults")
    return 1 if lost or twice or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
