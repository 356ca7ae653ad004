"""Reading what was committed, and dropping what a dead unit left behind."""

from __future__ import annotations

from pathlib import Path

import msgspec

from schemas.commits import FileInfo
from schemas.errors import NewsbeamError
from schemas.formats import from_arrow_table, from_json_line
from schemas.records import TABLES, Record
from transforms.sinks.files import DATA, MANIFESTS


def _json_lines(path: Path, kind: type[Record]) -> list[Record]:
    with path.open("rb") as lines:
        return [from_json_line(kind, line) for line in lines]


def _parquet(path: Path, kind: type[Record]) -> list[Record]:
    from pyarrow import parquet

    return from_arrow_table(kind, parquet.read_table(path))


READERS = {"jsonl": _json_lines, "parquet": _parquet}


def read_rows(root: Path, file: FileInfo) -> list[Record]:
    """The records of one committed file. Raises NewsbeamError when it is missing or is not what it says."""
    try:
        return READERS[file.format](root / file.path, TABLES[file.table])
    except (OSError, msgspec.MsgspecError) as error:
        raise NewsbeamError(f"the committed file {file.path} cannot be read: {error}") from error


def drop_unit(root: Path, unit_id: str) -> None:
    """Remove the data files of a unit that died. One that has a manifest did not, whatever a restored ledger says."""
    if (root / MANIFESTS / f"{unit_id}.json").exists():
        return
    for path in (root / DATA).glob(f"*/*{unit_id}-*"):
        path.unlink(missing_ok=True)
