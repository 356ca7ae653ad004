"""The ledger is copied while it is written, and put back; the archive is what was registered, or says what is not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.archive import WarcArchive
from pipeline.ledger import SqlLedger
from pipeline.ledger import tables as t
from pipeline.ledger.backup import backup, restore
from pipeline.ledger.engine import held
from pipeline.segments import listed, pages_of, verify
from schemas.commits import Manifest
from schemas.errors import LedgerHeld, UsageError
from schemas.ports import Response
from schemas.records import Visit
from transforms.sinks.committed import drop_rest
from transforms.sinks.files import publish_manifest, write_unit

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://harbour.test/a"


class Clock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'out' / 'newsbeam.db'}"


def units(url: str) -> set[str]:
    with SqlLedger(url, Clock(), 60).reading() as connection:
        return {unit[:1] for unit in connection.scalars(select(t.units.c.unit_id))}


def newsbeam(tmp_path: Path, *args: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipeline.cli", *args, "--out", str(tmp_path / "out")]
    return subprocess.run(command, capture_output=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})


def test_a_backup_is_made_while_others_write_and_holds_a_whole_state(tmp_path, url):
    with held(url):
        ledger, stop = SqlLedger(url, Clock(), 60), threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                ledger.open_unit(f"{number:032d}", "tester")
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            sizes = [backup(url, tmp_path / f"copy{n}.db") for n in range(3)]
        finally:
            stop.set()
            writer.join()
    assert all(sizes)
    counts = []
    for number in range(3):
        with sqlite3.connect(tmp_path / f"copy{number}.db") as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            counts.append(copy.execute("SELECT count(*), max(unit_id) FROM units").fetchone())
    assert all(int(last or -1) == count - 1 for count, last in counts)  # no unit is missing in the middle
    assert [count for count, _ in counts] == sorted(count for count, _ in counts)


def test_a_restored_ledger_is_the_one_of_the_backup_and_the_other_is_kept(tmp_path, url):
    with held(url):
        SqlLedger(url, Clock(), 60).open_unit("a" * 32, "tester")
    backup(url, tmp_path / "copy.db")
    with held(url):
        SqlLedger(url, Clock(), 60).open_unit("b" * 32, "tester")
        with pytest.raises(LedgerHeld):
            restore(url, tmp_path / "copy.db")
    assert units(url) == {"a", "b"}
    restore(url, tmp_path / "copy.db")
    assert units(url) == {"a"}
    kept = tmp_path / "out" / "newsbeam.db.before-restore"
    assert units(f"sqlite:///{kept}") == {"a", "b"}
    restore(url, kept)  # and back
    assert units(url) == {"a", "b"}
    with pytest.raises(UsageError, match="the ledger itself"):
        restore(url, tmp_path / "out" / "newsbeam.db")


def test_a_damaged_ledger_is_what_a_backup_is_for(tmp_path, url):
    with held(url):
        SqlLedger(url, Clock(), 60).open_unit("a" * 32, "tester")
    backup(url, tmp_path / "copy.db")
    file = tmp_path / "out" / "newsbeam.db"
    file.write_bytes(b"\0" * 5_000 + file.read_bytes()[5_000:])
    restore(url, tmp_path / "copy.db")
    assert units(url) == {"a"}


def test_what_a_units_manifest_names_is_never_dropped_and_the_rest_of_it_is(tmp_path):
    """As when a backup was made while the unit was open, and put back after it had settled."""
    whole, dead = "a" * 32, "b" * 32
    visit = Visit(
        visit_id="v", entry_id="e", unit_id=whole, url=URL, at=NOW.isoformat(), why="new", disposition="gone",
        step="fetch", reason=""
    )  # fmt: skip
    files = write_unit(tmp_path, whole, "1", {"visits": [visit]}, ["jsonl"])
    publish_manifest(tmp_path, Manifest(unit_id=whole, files=files, counts={}, committed_at=NOW.isoformat()))
    write_unit(tmp_path, whole, "2", {"visits": [visit]}, ["jsonl"])
    write_unit(tmp_path, dead, "1", {"visits": [visit]}, ["jsonl"])
    (tmp_path / "data" / "visits" / f".{dead}-2.jsonl.0f0f").write_text("{")
    (tmp_path / "manifests" / f".{dead}.json.0f0f").write_text("{")
    drop_rest(tmp_path, {whole, dead})
    there = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(there) == [files[0].path, f"manifests/{whole}.json"]


def test_what_is_no_ledger_is_not_restored_and_a_backup_overwrites_nothing(tmp_path, url):
    with held(url):
        SqlLedger(url, Clock(), 60).open_unit("a" * 32, "tester")
    (tmp_path / "text").write_text("no database")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x (y)").connection.close()
    for name in ("text", "other.db", "nothing"):
        with pytest.raises(UsageError):
            restore(url, tmp_path / name)
    with pytest.raises(UsageError, match="exists"):
        backup(url, tmp_path / "text")
    with pytest.raises(UsageError, match="no ledger"):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")
    with pytest.raises(UsageError, match="pg_dump"):
        backup("postgresql://desk@localhost/x", tmp_path / "copy.db")
    assert units(url) == {"a"}


@pytest.fixture
def filled(tmp_path: Path, url: str) -> SqlLedger:
    """A ledger and an archive of two segments with three captures of one entry's page and another's."""
    with held(url):
        ledger, archive = SqlLedger(url, Clock(), 60), WarcArchive(str(tmp_path / "out" / "archive"))
        for number, body in enumerate((b"first", b"second \xff")):
            answer = Response(URL, f"{URL}?seen", status=200, headers=(("content-type", "text/html"),), body=body)
            other = Response("https://ridge.test/", status=200, body=b"other")
            at = NOW.replace(minute=number)
            segment, pages = archive.write(f"{number}" * 32, [(answer, at), (other, at)])
            ledger.register(f"{number}" * 32, segment, {"e" * 32: pages[:1], "o" * 32: pages[1:]})
        with ledger.engine.begin() as connection:
            row = {"entry_id": "e" * 32, "feed_id": "f" * 32, "url": URL, "state": "done", "why": "new"}
            connection.execute(t.entries.insert().values(row))
        yield ledger


def test_a_page_comes_out_as_it_was_fetched_the_newest_one(tmp_path, filled):
    assert [page.fetched_at[14:16] for page in pages_of(filled, URL)] == ["00", "01"]
    assert newsbeam(tmp_path, "archive", "cat", URL).stdout == b"second \xff"
    shown = newsbeam(tmp_path, "archive", "cat", URL, "--headers").stdout
    assert shown == b"HTTP/1.1 200\r\ncontent-type: text/html\r\n\r\nsecond \xff"
    assert newsbeam(tmp_path, "archive", "cat", URL, "--all", "--json").stdout.count(b"\n") == 2
    missing = newsbeam(tmp_path, "archive", "cat", "https://nobody.test/")
    assert (missing.returncode, b"nothing is archived" in missing.stderr) == (2, True)


def test_a_sound_archive_verifies_and_lists_its_segments(tmp_path, filled):
    assert [(row.records, row.unit_id[:1]) for row in listed(filled)] == [(2, "0"), (2, "1")]
    done = newsbeam(tmp_path, "archive", "verify", "--json")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"2 segments, 0 problems" in done.stderr
    assert newsbeam(tmp_path, "archive", "list", "--json").stdout.count(b"\n") == 2


def test_every_damage_is_named(tmp_path, filled):
    root = tmp_path / "out" / "archive"
    first, second = (root / row.path for row in listed(filled))
    whole = first.read_bytes()
    (root / "2026-03-01" / "stray.warc.gz").write_bytes(whole)
    assert list(verify(filled, root)) == [("2026-03-01/stray.warc.gz", "not registered")]
    assert newsbeam(tmp_path, "archive", "verify").returncode == 0

    at = len(whole) // 2
    first.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    assert next(path for path, _ in verify(filled, root)) == first.relative_to(root).as_posix()
    first.write_bytes(whole[:-40])
    second.unlink()
    problems = dict(verify(filled, root))
    assert problems[first.relative_to(root).as_posix()] == f"{len(whole) - 40} bytes long, not {len(whole)}"
    assert problems[second.relative_to(root).as_posix()] == "missing"
    assert newsbeam(tmp_path, "archive", "verify").returncode == 1
