"""What a unit writes is either whole and named by its manifest, or invisible."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyarrow import parquet

from schemas.commits import FileInfo, Manifest
from schemas.errors import NewsbeamError
from schemas.formats import from_arrow_table, from_json_line
from schemas.records import Article, Claim, RawPage, Record, Span
from transforms.sinks import SINKS
from transforms.sinks.files import (
    drop_files,
    orphans,
    publish_manifest,
    read_manifest,
    read_manifests,
    write_unit,
)

ARTICLES = (
    Article(article_id="a1", url="https://ferry.test/1", site="ferry.test", revision_id="r1"),
    Article(article_id="a2", url="https://ferry.test/2", site="ferry.test", revision_id="r2"),
)
CLAIM = Claim(
    claim_id="c1",
    reading_id="d1",
    article_id="a1",
    kind="direct",
    type="speech",
    content=(Span(3, 21, "Die Fähre fährt 🚢\u2028"),),
    speaker_status="unresolved",
)
PAGE = RawPage(
    page_id="p1",
    url="https://ferry.test/1",
    final_url="https://ferry.test/1",
    headers={"content-type": "text/html", "x-robots-tag": "noai"},
    fetched_at="2026-03-01T10:00:00+00:00",
    sha256="00",
    segment="s.warc.gz",
    offset=12,
)
TABLES: dict[str, Sequence[Record]] = {"claims": [CLAIM], "articles": ARTICLES, "pages": [PAGE], "lineage": []}
BOTH = ("jsonl", "parquet")


def manifest(unit: str, files: tuple[FileInfo, ...], at: str = "2026-03-01T10:00:00+00:00") -> Manifest:
    return Manifest(unit_id=unit, files=files, counts={"written": 2}, committed_at=at)


def test_a_unit_is_written_once_per_table_and_sink_and_empty_tables_leave_nothing(tmp_path: Path) -> None:
    files = write_unit(tmp_path, "u1", "1", TABLES, BOTH)
    assert [file.path for file in files] == [
        f"data/{table}/u1-1.{format}" for table in ("pages", "articles", "claims") for format in BOTH
    ]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["articles", "claims", "pages"]
    for file in files:
        written = (tmp_path / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(written), hashlib.sha256(written).hexdigest())
        assert file.rows == len(TABLES[file.table])


def test_both_formats_give_back_the_records(tmp_path: Path) -> None:
    for file in write_unit(tmp_path, "u1", "1", TABLES, BOTH):
        path, kind = tmp_path / file.path, type(TABLES[file.table][0])
        if file.format == "jsonl":
            back = [from_json_line(kind, line) for line in path.read_bytes().split(b"\n")[:-1]]
        else:
            back = from_arrow_table(kind, parquet.read_table(path))
        assert back == list(TABLES[file.table])


def test_the_same_records_make_the_same_bytes(tmp_path: Path) -> None:
    first = write_unit(tmp_path / "one", "u1", "1", TABLES, BOTH)
    assert write_unit(tmp_path / "two", "u1", "1", TABLES, BOTH) == first


class Broken:
    """A disk that is full at the second table."""

    suffix = "broken"

    def write(self, table: str, records: Sequence[Record], path: Path) -> None:
        path.write_bytes(b"half")
        if table == "articles":
            raise OSError(28, "No space left on device")


def test_a_unit_that_fails_half_way_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SINKS, "broken", Broken())
    with pytest.raises(OSError, match="No space left"):
        write_unit(tmp_path, "u1", "1", TABLES, ("jsonl", "broken"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("unit", "tables", "sinks", "error"),
    [
        ("../u1", TABLES, BOTH, ValueError),
        ("u1", {"articels": ARTICLES}, BOTH, ValueError),
        ("u1", TABLES, ("csv",), ValueError),
        ("u1", {"claims": ARTICLES}, BOTH, TypeError),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, unit: str, tables: dict[str, Sequence[Record]], sinks: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        write_unit(tmp_path, unit, "1", tables, sinks)
    assert list(tmp_path.iterdir()) == []


def test_files_are_orphans_until_a_manifest_names_them(tmp_path: Path) -> None:
    files = write_unit(tmp_path, "u1", "1", TABLES, ("jsonl",))
    assert orphans(tmp_path) == sorted(tmp_path / file.path for file in files)
    assert read_manifests(tmp_path) == []
    assert publish_manifest(tmp_path, manifest("u1", files))
    assert orphans(tmp_path) == []
    (unit,) = read_manifests(tmp_path)
    assert unit.files == files


def test_the_rest_of_an_attempt_that_was_killed_is_an_orphan(tmp_path: Path) -> None:
    files = write_unit(tmp_path, "u1", "2", TABLES, ("jsonl",))
    publish_manifest(tmp_path, manifest("u1", files))
    half = tmp_path / "data" / "claims" / ".u1-1.jsonl.0123"
    half.write_bytes(b"{")
    torn = tmp_path / "manifests" / ".u1.json.0123"
    torn.write_bytes(b"{")
    assert orphans(tmp_path) == [half, torn]
    assert [unit.unit_id for unit in read_manifests(tmp_path)] == ["u1"]


def test_dropped_files_are_gone_and_may_be_dropped_again(tmp_path: Path) -> None:
    files = write_unit(tmp_path, "u1", "1", TABLES, BOTH)
    drop_files(tmp_path, files)
    drop_files(tmp_path, files)
    assert orphans(tmp_path) == []


def test_publishing_twice_is_one_commit(tmp_path: Path) -> None:
    files = write_unit(tmp_path, "u1", "1", TABLES, ("jsonl",))
    assert publish_manifest(tmp_path, manifest("u1", files))
    later = manifest("u1", files, at="2026-03-01T11:00:00+00:00")
    assert not publish_manifest(tmp_path, later), "the one who comes second finds it done"
    assert read_manifest(tmp_path / "manifests" / "u1.json").committed_at == "2026-03-01T10:00:00+00:00"
    assert os.listdir(tmp_path / "manifests") == ["u1.json"]  # noqa: PTH208 - hidden names count


def test_of_two_attempts_only_one_can_be_published(tmp_path: Path) -> None:
    first = write_unit(tmp_path, "u1", "1", TABLES, ("jsonl",))
    second = write_unit(tmp_path, "u1", "2", TABLES, ("jsonl",))
    publish_manifest(tmp_path, manifest("u1", first))
    with pytest.raises(NewsbeamError, match=r"u1 was committed with other files: .*u1-1.* instead of .*u1-2"):
        publish_manifest(tmp_path, manifest("u1", second))
    assert read_manifests(tmp_path) == [manifest("u1", first)]


def test_many_publishers_at_once_make_one_commit(tmp_path: Path) -> None:
    files = write_unit(tmp_path, "u1", "1", TABLES, ("jsonl",))
    start, created = threading.Barrier(8), []

    def publish() -> None:
        start.wait()
        created.append(publish_manifest(tmp_path, manifest("u1", files)))

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False] * 7 + [True]


def test_a_manifest_never_promises_a_file_that_is_not_there(tmp_path: Path) -> None:
    files = write_unit(tmp_path, "u1", "1", TABLES, ("jsonl",))
    drop_files(tmp_path, files[:1])
    with pytest.raises(NewsbeamError, match=r"u1 cannot be committed: data/pages/u1-1\.jsonl"):
        publish_manifest(tmp_path, manifest("u1", files))
    assert read_manifests(tmp_path) == []


def test_manifests_come_in_commit_order(tmp_path: Path) -> None:
    for unit, at in (("b", "2026-03-01T10:00:00+00:00"), ("a", "2026-03-01T12:00:00+00:00")):
        publish_manifest(tmp_path, manifest(unit, (), at))
    assert [unit.unit_id for unit in read_manifests(tmp_path)] == ["b", "a"]


def test_a_manifest_of_a_newer_version_is_read_and_a_torn_one_is_named(tmp_path: Path) -> None:
    publish_manifest(tmp_path, manifest("u1", ()))
    path = tmp_path / "manifests" / "u1.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"signed_by": "someone"}))
    assert read_manifests(tmp_path) == [manifest("u1", ())]
    path.write_text('{"unit_id": "u1"')
    with pytest.raises(NewsbeamError, match=r"u1\.json: this manifest cannot be read"):
        read_manifests(tmp_path)
