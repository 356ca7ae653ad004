"""SQL over what is committed: DuckDB, in memory, with a view for every table of records.

Views are built from the files that manifests name; a glob over the folder would show what no unit committed.

    articles, revisions, readings, entities, claims    what holds now: current readings of newest revisions
    pages, visits, lineage, dead_letters               one row per id, the newest
    {table}_all                                        every committed row

SQL cannot leave the room: the files reach DuckDB as Arrow datasets that this module opened, so DuckDB's own access to
files, network and extensions is switched off for good, and nothing it could write to exists beyond its memory.
Parquet is streamed from disk; a unit that has only JSON Lines is read into memory. A column that is younger than a
Parquet file is NULL for its rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from schemas.commits import FileInfo
from schemas.errors import NewsbeamError, UsageError
from schemas.formats import arrow_schema, from_json_line, to_arrow_table
from schemas.records import TABLES
from transforms.sinks.files import read_manifests

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from pyarrow.dataset import Dataset

IDS = {
    "pages": "page_id",
    "articles": "article_id",
    "revisions": "revision_id",
    "readings": "reading_id",
    "entities": "entity_id",
    "claims": "claim_id",
    "lineage": "lineage_id",
    "visits": "visit_id",
    "dead_letters": "dead_id",
}
"""What makes a row of each table the same row when it is committed again."""

_QUESTIONS = {"SELECT", "EXPLAIN", "MULTI"}  # DESCRIBE, SHOW and SUMMARIZE count as SELECT, PIVOT as MULTI
_COMMIT = "_commit"  # number of the unit in commit order; on the tables below the views

# A text may return to an earlier wording: its reading is then committed again and supersedes the one that superseded
# it. So a reading counts from its last commit, and only a commit that is not older supersedes it.
_CURRENT = """
CREATE VIEW _current AS
WITH latest AS (SELECT reading_id, max(_commit) AS _commit FROM _readings GROUP BY reading_id),
     readings AS (SELECT * FROM _readings SEMI JOIN latest USING (reading_id, _commit)),
     newest AS (SELECT article_id, arg_max(revision_id, _commit) AS revision_id FROM _articles GROUP BY article_id)
SELECT reading_id, revision_id, _commit
FROM readings AS reading SEMI JOIN newest USING (article_id, revision_id)
WHERE NOT EXISTS (
    SELECT 1 FROM readings AS later
    WHERE later.supersedes = reading.reading_id AND later.reading_id <> reading.reading_id
      AND later._commit >= reading._commit)
"""


def connect(out: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the views over the output folder `out`, closed off from everything else.

    Raises UsageError if the folder is not there, NewsbeamError if a manifest or a file that it names is broken.
    """
    import duckdb

    if not out.is_dir():
        raise UsageError(f"there is no output folder {out}; `newsbeam run` makes it")
    files = [(n, file) for n, manifest in enumerate(read_manifests(out)) for file in _best(manifest.files)]
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    for table in TABLES:
        connection.register(f"_{table}", _dataset(out, table, [(n, file) for n, file in files if file.table == table]))
    connection.execute(_CURRENT)
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table}_all AS SELECT * EXCLUDE ({_COMMIT}) FROM _{table}")
        connection.execute(f"CREATE VIEW {table} AS SELECT * EXCLUDE ({_COMMIT}) FROM _{table} {_which(table)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def query(out: Path, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names (each once) and rows of one question. Raises UsageError, in DuckDB's words, for bad SQL."""
    import duckdb

    with connect(out) as connection:
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1:
                raise UsageError(f"SQL: one statement is needed, there are {len(statements)}")
            if statements[0].type.name not in _QUESTIONS:
                raise UsageError(f"SQL: {statements[0].type.name} is not possible; records can only be read (SELECT)")
            result = connection.execute(statements[0])
            rows = result.fetchall()
        except duckdb.Error as error:
            raise UsageError(f"SQL: {str(error).strip()}") from error
        return _once([column[0] for column in result.description or ()]), rows


def _which(table: str) -> str:
    if "reading_id" in TABLES[table].__struct_fields__ and table != "visits":
        return f"SEMI JOIN _current USING (reading_id, {_COMMIT})"
    if table == "revisions":
        return f"SEMI JOIN _current USING (revision_id, {_COMMIT})"
    return f"QUALIFY row_number() OVER (PARTITION BY {IDS[table]} ORDER BY {_COMMIT} DESC) = 1"


def _best(files: Iterable[FileInfo]) -> list[FileInfo]:
    """One file for each table of a unit: Parquet where there is one."""
    best: dict[str, FileInfo] = {}
    for file in files:
        if file.format == "parquet" or (file.format == "jsonl" and file.table not in best):
            best[file.table] = file
    return list(best.values())


def _dataset(out: Path, table: str, files: list[tuple[int, FileInfo]]) -> Dataset:
    """The rows of one table with their commit number, read when they are asked for."""
    import pyarrow as pa
    from pyarrow import dataset, fs

    schema = _nullable(arrow_schema(TABLES[table])).append(pa.field(_COMMIT, pa.int64()))
    parquet, local = dataset.ParquetFileFormat(), fs.LocalFileSystem()
    fragments, lines = [], []
    for number, file in files:
        path = out / file.path
        if not path.is_file():
            raise NewsbeamError(f"{path} is missing, though a manifest names it; was it moved or deleted?")
        if file.format == "parquet":
            mark = dataset.field(_COMMIT) == number
            fragments.append(parquet.make_fragment(str(path), local, partition_expression=mark))
        else:
            lines.append(_from_lines(path, table, number).cast(schema))
    parts: list[Dataset] = [dataset.FileSystemDataset(fragments, schema, parquet, local)] if fragments else []
    if lines or not fragments:
        parts.append(dataset.dataset(pa.concat_tables(lines) if lines else schema.empty_table()))
    return parts[0] if len(parts) == 1 else dataset.dataset(parts)


def _from_lines(path: Path, table: str, number: int) -> pa.Table:
    import pyarrow as pa

    try:
        with path.open("rb") as file:
            rows = to_arrow_table(table, [from_json_line(TABLES[table], line) for line in file])
    except msgspec.DecodeError as error:
        raise NewsbeamError(f"{path} cannot be read: {error}") from error
    return rows.append_column(_COMMIT, pa.array([number] * len(rows), pa.int64()))


def _nullable(schema: pa.Schema) -> pa.Schema:
    """The schema for reading: a file of an older version lacks fields, at any depth, that are written today."""
    import pyarrow as pa

    def loose(field: pa.Field) -> pa.Field:
        return field.with_type(loose_type(field.type)).with_nullable(True)

    def loose_type(kind: pa.DataType) -> pa.DataType:
        if pa.types.is_struct(kind):
            return pa.struct([loose(kind.field(n)) for n in range(kind.num_fields)])
        return pa.list_(loose(kind.value_field)) if pa.types.is_list(kind) else kind

    return pa.schema([loose(field) for field in schema])


def _once(names: list[str]) -> list[str]:
    """`SELECT 1 AS a, 2 AS a` gives a and a_2, so that a row can be an object of JSON."""
    taken: set[str] = set()
    for number, name in enumerate(names):
        count = 1
        while names[number] in taken:
            count += 1
            names[number] = f"{name}_{count}"
        taken.add(names[number])
    return names
