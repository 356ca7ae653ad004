"""Reading what was committed, and dropping what a dead unit left behind."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from schemas.commits import FileInfo
from schemas.errors import NewsbeamError
from schemas.formats import from_arrow_table, from_json_line
from schemas.records import TABLES, Record
from transforms.sinks.files import DATA, MANIFESTS, read_manifest


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


def drop_rest(root: Path, units: Collection[str]) -> list[Path]:
    """Remove what these units left that no manifest names, half-written files among it; gives what was removed.

    What a unit's own manifest names stays, whatever a restored ledger says of the unit.
    """
    named = set()
    for unit in units:
        with suppress(FileNotFoundError):  # it never came to a manifest
            manifest = read_manifest(root / MANIFESTS / f"{unit}.json")
            named |= {root / file.path for file in manifest.files}
    left = [
        path
        for path in [*(root / DATA).glob("*/*"), *(root / MANIFESTS).glob(".*")]
        if unit_of(path) in units and path not in named
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return left


def unit_of(path: Path) -> str:
    """Of a data file, a segment or their half-written forms: the unit that its name begins with."""
    return path.name.removeprefix(".").partition("-")[0].partition(".")[0]
