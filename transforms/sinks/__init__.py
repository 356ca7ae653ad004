"""Where committed records go. A new sink is one class and one row in `SINKS`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from schemas.formats import to_arrow_table, to_json_line
from schemas.records import Record


class Sink(Protocol):
    """A file format: writes the records of one table to one new file."""

    suffix: str

    def write(self, table: str, records: Sequence[Record], path: Path) -> None: ...


class JsonLines:
    """One JSON object per line, UTF-8."""

    suffix = "jsonl"

    def write(self, table: str, records: Sequence[Record], path: Path) -> None:
        with path.open("wb") as file:
            file.writelines(map(to_json_line, records))


class Parquet:
    """Apache Parquet, Zstandard-compressed; nested parts stay structs, lists and maps."""

    suffix = "parquet"

    def write(self, table: str, records: Sequence[Record], path: Path) -> None:
        from pyarrow import parquet  # 0.2 s that a run without this sink should not pay

        parquet.write_table(to_arrow_table(table, records), path, compression="zstd")


SINKS: dict[str, Sink] = {"jsonl": JsonLines(), "parquet": Parquet()}
