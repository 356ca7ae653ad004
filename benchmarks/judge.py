"""What a house has in its committed output, judged from the press's own log by code that reads plain JSON and SQL."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
EXPECTED = json.loads((ROOT / "seeds/demo/expected.json").read_text(encoding="utf-8"))
SOME = ("newsgrid.test", "tern-letter.test")
Ask = Callable[[str], list[tuple[Any, ...]]]  # a query of the ledger -> its rows


class Verdict(NamedTuple):
    """Of one house: readings in the committed output, those lost and those there twice, and what else is wrong."""

    readings: int
    lost: int
    twice: int
    wrong: tuple[str, ...]


def sqlite(file: Path) -> Ask:
    """How a SQLite ledger is asked; nothing is written."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as ledger:
            return ledger.execute(query).fetchall()

    return ask


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


def judge(folder: Path, ask: Ask | None = None) -> Verdict:
    """The output against the press's log and its own list of what should come of each link in the first cycle.

    The ledger is the SQLite file of the house unless `ask` leads to another.
    """
    out = folder / "out"
    visits, readings = committed(out, "visits"), committed(out, "readings")
    wrong = [] if ask else [*_integrity(out / "newsbeam.db")]
    ask = ask or sqlite(out / "newsbeam.db")
    wrong += [*_ledger(ask), *_strays(out, ask)]
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


def _integrity(file: Path) -> Iterator[str]:
    [[said]] = sqlite(file)("PRAGMA integrity_check")
    if said != "ok":
        yield f"the ledger: {said}"


def _ledger(ask: Ask) -> Iterator[str]:
    sums = "SELECT u.unit_id, u.leased, count(v.visit_id) FROM units u LEFT JOIN visits v ON v.unit_id = u.unit_id"
    for unit, leased, ended in ask(f"{sums} WHERE u.state = 'done' GROUP BY u.unit_id, u.leased"):
        if leased != ended:
            yield f"unit {unit} leased {leased} entries and ended {ended}"
    for state, count in ask("SELECT state, count(*) FROM entries WHERE state <> 'done' GROUP BY state"):
        yield f"{count} entries are still {state}"
    for state, count in ask("SELECT state, count(*) FROM units GROUP BY state"):
        if state not in ("done", "died"):
            yield f"{count} units are still {state}"
    for what in ("feeds", "hosts"):
        [(held,)] = ask(f"SELECT count(*) FROM {what} WHERE unit_id <> ''")
        if held:
            yield f"{held} {what} are still held"
    [(dead,)] = ask("SELECT count(*) FROM entries WHERE disposition = 'dead'")
    if dead:
        yield f"{dead} entries ended dead, and none is to blame"


def _strays(out: Path, ask: Ask) -> Iterator[str]:
    """Files that no manifest names and nobody registered, half-written ones among them; registered ones not there."""
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in (out / "manifests").glob("[!.]*.json")]
    named = {file["path"] for manifest in manifests for file in manifest["files"]}
    named |= {f"manifests/{manifest['unit_id']}.json" for manifest in manifests}
    named |= {f"archive/{path}" for (path,) in ask("SELECT path FROM segments")}
    folders = [out / name for name in ("data", "manifests", "archive")]
    there = {path.relative_to(out).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()}
    yield from (f"{path} is an orphan" for path in sorted(there - named))
    yield from (f"{path} is not there" for path in sorted(named - there))
