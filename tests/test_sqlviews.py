"""SQL sees what is committed and what holds now, and can do nothing but look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from pipeline.sqlviews import IDS, connect, query
from schemas.commits import FileInfo, Manifest
from schemas.errors import NewsbeamError, UsageError
from schemas.formats import to_arrow_table
from schemas.records import TABLES, Article, Claim, Entity, Reading, Record, Revision, Span, Versions, Visit
from transforms.sinks.files import publish_manifest, write_unit

BOTH = ("jsonl", "parquet")


class Press:
    """Commits units, one after the other, as Settle would."""

    def __init__(self, root: Path) -> None:
        self.root, self.units = root, 0

    def commit(self, tables: dict[str, list[Record]], sinks: Sequence[str] = BOTH) -> tuple[FileInfo, ...]:
        self.units += 1
        unit = f"u{self.units}"
        files = write_unit(self.root, unit, "1", tables, sinks)
        at = f"2026-03-01T10:{self.units:02}:00+00:00"
        publish_manifest(self.root, Manifest(unit_id=unit, files=files, counts={}, committed_at=at))
        return files

    def column(self, sql: str) -> list[Any]:
        return [row[0] for row in query(self.root, sql)[1]]


@pytest.fixture
def press(tmp_path: Path) -> Press:
    return Press(tmp_path)


def written(
    article: str, revision: str, reading: str, supersedes: str = "", word: str = "Ja"
) -> dict[str, list[Record]]:
    """What one visit writes of an article in which one person says one word."""
    url = f"https://ferry.test/{article}"
    name = Entity(
        entity_id=f"e-{reading}",
        reading_id=reading,
        article_id=article,
        name="Ada Brandt",
        label="PERSON",
        aliases=(),
        mentions=(Span(0, 10, "Ada Brandt"),),
    )
    claim = Claim(
        claim_id=f"c-{reading}",
        reading_id=reading,
        article_id=article,
        kind="direct",
        type="speech",
        content=(Span(18, 18 + len(word), word),),
        speaker="Ada Brandt",
        speaker_status="named",
    )
    return {
        "articles": [Article(article_id=article, url=url, site="ferry.test", revision_id=revision)],
        "revisions": [
            Revision(
                revision_id=revision,
                article_id=article,
                url=url,
                site="ferry.test",
                title="Ferry",
                authors=(),
                published=None,
                language="en",
                text=f"Ada Brandt said: “{word}”",
                origins={"title": "json-ld"},
            )
        ],
        "readings": [
            Reading(
                reading_id=reading,
                revision_id=revision,
                article_id=article,
                versions=Versions(code="1", model="m", rules="r"),
                supersedes=supersedes,
            )
        ],
        "entities": [name],
        "claims": [claim],
    }


def test_an_empty_folder_gives_empty_views_with_every_column(press: Press) -> None:
    for table, kind in TABLES.items():
        for view in (table, f"{table}_all"):
            assert query(press.root, f"SELECT * FROM {view}") == (list(kind.__struct_fields__), [])


def test_every_table_says_what_identifies_its_rows() -> None:
    assert IDS.keys() == TABLES.keys()
    assert all(name in TABLES[table].__struct_fields__ for table, name in IDS.items())


@pytest.mark.parametrize("sinks", [("jsonl",), ("parquet",), BOTH])
def test_the_answers_do_not_depend_on_the_format(press: Press, sinks: tuple[str, ...]) -> None:
    press.commit(written("a1", "r1", "d1"), sinks)
    columns, rows = query(
        press.root,
        "SELECT speaker, content[1].exact AS words, origins['title'] AS title, published"
        " FROM claims JOIN revisions USING (article_id)",
    )
    assert columns == ["speaker", "words", "title", "published"]
    assert rows == [("Ada Brandt", "Ja", "json-ld", None)]


def test_units_of_different_formats_are_one_table(press: Press) -> None:
    press.commit(written("a1", "r1", "d1"), ("jsonl",))
    press.commit(written("a2", "r2", "d2"), ("parquet",))
    press.commit(written("a3", "r3", "d3"), BOTH)
    assert press.column("SELECT article_id FROM claims ORDER BY 1") == ["a1", "a2", "a3"]


def test_what_no_manifest_names_is_not_there(press: Press) -> None:
    press.commit(written("a1", "r1", "d1"))
    write_unit(press.root, "dead", "1", written("a2", "r2", "d2"), BOTH)
    assert press.column("SELECT article_id FROM claims_all") == ["a1"]


def test_an_edited_article_shows_its_newest_revision_and_its_claims_only(press: Press) -> None:
    press.commit(written("a1", "r1", "d1", word="Ja"))
    press.commit(written("a1", "r2", "d2", supersedes="d1", word="Nein"))
    for table in ("articles", "revisions"):
        assert press.column(f"SELECT revision_id FROM {table}") == ["r2"]
        assert press.column(f"SELECT revision_id FROM {table}_all ORDER BY 1") == ["r1", "r2"]
    for table in ("readings", "entities", "claims"):
        assert press.column(f"SELECT reading_id FROM {table}") == ["d2"]
        assert press.column(f"SELECT reading_id FROM {table}_all ORDER BY 1") == ["d1", "d2"]
    assert press.column("SELECT content[1].exact FROM claims") == ["Nein"]


def test_an_older_revision_is_out_even_if_nobody_says_that_it_is_superseded(press: Press) -> None:
    press.commit(written("a1", "r1", "d1"))
    press.commit(written("a1", "r2", "d2"))
    assert press.column("SELECT reading_id FROM claims") == ["d2"]


def test_a_text_that_was_read_anew_shows_the_new_reading_only(press: Press) -> None:
    press.commit(written("a1", "r1", "d1"))
    press.commit(written("a1", "r1", "d2", supersedes="d1"))
    assert press.column("SELECT reading_id FROM claims") == ["d2"]
    assert press.column("SELECT revision_id FROM revisions") == ["r1"]


def test_a_text_that_returns_to_an_earlier_wording_is_current_again_and_there_once(press: Press) -> None:
    press.commit(written("a1", "r1", "d1", word="Ja"))
    press.commit(written("a1", "r2", "d2", supersedes="d1", word="Nein"))
    press.commit(written("a1", "r1", "d1", supersedes="d2", word="Ja"))
    for table in ("articles", "revisions", "readings", "entities", "claims"):
        assert press.column(f"SELECT article_id FROM {table}") == ["a1"], table
    assert press.column("SELECT content[1].exact FROM claims") == ["Ja"]
    assert len(press.column("SELECT 1 FROM claims_all")) == 3


def test_one_article_says_nothing_about_another(press: Press) -> None:
    one, two = written("a1", "r1", "d1"), written("a2", "r2", "d2")
    press.commit({table: one[table] + two[table] for table in one})
    press.commit(written("a1", "r3", "d3", supersedes="d1"))
    assert press.column("SELECT reading_id FROM claims ORDER BY 1") == ["d2", "d3"]


def test_visits_that_ended_without_a_reading_are_all_there(press: Press) -> None:
    visits: list[Record] = [
        Visit(
            visit_id=f"v{n}",
            entry_id="e1",
            unit_id="u1",
            url="https://ferry.test/1",
            at="2026-03-01T10:00:00+00:00",
            why="new",
            disposition=disposition,
            step="fetch",
            reason="",
        )
        for n, disposition in enumerate(["gone", "gone", "written"])
    ]
    press.commit({"visits": visits})
    assert query(press.root, "SELECT disposition, count(*) AS n FROM visits GROUP BY 1 ORDER BY 1") == (
        ["disposition", "n"],
        [("gone", 2), ("written", 1)],
    )


def test_a_parquet_file_of_an_older_version_is_still_read(press: Press) -> None:
    """The columns `modality` and, inside the spans, `exact` are younger than this file."""
    (info,) = press.commit({"claims": written("a1", "r1", "d1")["claims"]}, ("parquet",))
    press.commit({name: rows for name, rows in written("a1", "r1", "d1").items() if name != "claims"})
    rows = to_arrow_table("claims", written("a1", "r1", "d1")["claims"])
    span = pa.struct([pa.field("start", pa.int64(), nullable=False), pa.field("end", pa.int64(), nullable=False)])
    old_type = pa.list_(pa.field("element", span, nullable=False))
    spans = pa.array([[{"start": 18, "end": 20}]], old_type)
    at = rows.schema.get_field_index("content")
    old = rows.set_column(at, pa.field("content", old_type, nullable=False), spans).drop_columns(["modality"])
    parquet.write_table(old, press.root / info.path)
    assert query(press.root, "SELECT speaker, modality, content[1].start, content[1].exact FROM claims_all")[1] == [
        ("Ada Brandt", None, 18, None)
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM 'https://ferry.test/1.parquet'",
        "COPY (SELECT 1) TO '{new}'",
        "COPY claims TO '{data}'",
        "ATTACH '{new}'",
        "EXPORT DATABASE '{new}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET enable_external_access",
    ],
)
def test_sql_reaches_no_file_no_network_and_no_setting(press: Press, sql: str) -> None:
    files = press.commit(written("a1", "r1", "d1"))
    secret, new = press.root / "secret.csv", press.root / "new"
    secret.write_text("password\nhunter2\n")
    before = {path: path.read_bytes() for path in press.root.rglob("*") if path.is_file()}
    statement = sql.format(secret=secret, new=new, data=press.root / files[-1].path)
    with connect(press.root) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)
    with pytest.raises(UsageError):
        query(press.root, statement)
    assert {path: path.read_bytes() for path in press.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT speakr FROM claims", "speakr"),
        ("SELECT * FROM claim", "claim"),
        ("SELEC 1", "syntax error"),
        ("", "one statement is needed, there are 0"),
        ("SELECT 1; SELECT 2", "one statement is needed, there are 2"),
        ("DROP VIEW claims", "DROP is not possible; records can only be read"),
        ("CREATE TABLE t (a INT)", "CREATE is not possible"),
        ("SELECT error('at run time')", "at run time"),
    ],
)
def test_bad_sql_is_a_usage_error_in_words(press: Press, sql: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        query(press.root, sql)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "sql", ["DESCRIBE claims", "SUMMARIZE claims", "SHOW TABLES", "EXPLAIN SELECT * FROM claims", "FROM claims",
            "WITH x AS (SELECT 1) SELECT * FROM x", "PIVOT visits ON disposition USING count(*)"],
)  # fmt: skip
def test_other_ways_to_ask_are_answered(press: Press, sql: str) -> None:
    press.commit(written("a1", "r1", "d1"))
    columns, _ = query(press.root, sql)
    assert columns


def test_columns_of_one_name_are_told_apart(press: Press) -> None:
    assert query(press.root, "SELECT 1 AS a, 2 AS a, 3 AS a, 4 AS a_2")[0] == ["a", "a_2", "a_3", "a_2_2"]


def test_a_file_that_is_gone_or_torn_is_named(press: Press) -> None:
    with pytest.raises(UsageError, match="there is no output folder"):
        query(press.root / "elsewhere", "SELECT 1")
    (info,) = press.commit({"claims": written("a1", "r1", "d1")["claims"]}, ("jsonl",))
    path = press.root / info.path
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(NewsbeamError, match=r"u1-1\.jsonl cannot be read"):
        query(press.root, "SELECT 1")
    path.unlink()
    with pytest.raises(NewsbeamError, match=r"u1-1\.jsonl is missing, though a manifest names it"):
        query(press.root, "SELECT 1")
