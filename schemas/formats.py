"""The records in other notations, derived from `schemas/records.py` and from nothing else: JSON Schema and Arrow.

Copies are committed in `schemas/json/` and `schemas/arrow/`, so that a change of a record shows in review;
`python -m schemas.formats` says which copy differs, with `--write` it writes them anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin

import msgspec

from schemas.commits import Manifest
from schemas.records import RELATED, TABLES, FeedEntry, Record, Sighting

if TYPE_CHECKING:
    import pyarrow as pa

R = TypeVar("R", bound=Record)

FORMATS: dict[str, type[Record]] = (
    TABLES
    | RELATED
    | {
        "feed_entries": FeedEntry,
        "sightings": Sighting,
        "manifests": Manifest,
    }
)
"""Every record that has a committed schema, by name."""

HERE = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: type[Record]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record, with nested records written out where they stand.

    Unknown fields are allowed: a file of a newer version is valid for an older reader.
    """
    schema = msgspec.json.schema(kind)
    parts = schema.pop("$defs")

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return inline(parts[node["$ref"].rpartition("/")[2]])
        return {key: inline(value) for key, value in node.items()}

    return {"$schema": DIALECT, **inline(schema)}


def arrow_schema(kind: type[Record]) -> pa.Schema:
    """The Arrow schema of a record: a column per field, in the record's order; only `X | None` may be null."""
    import pyarrow as pa  # 0.1 s that a worker without sinks should not pay

    return pa.schema(_fields(kind))


def _fields(kind: type[msgspec.Struct]) -> list[pa.Field]:
    return [_field(field.name, field.type) for field in msgspec.structs.fields(kind)]


def _field(name: str, hint: Any) -> pa.Field:
    import pyarrow as pa

    if get_origin(hint) in (Union, UnionType):
        (inner,) = (arm for arm in get_args(hint) if arm is not NoneType)
        return pa.field(name, _type(inner), nullable=True)
    return pa.field(name, _type(hint), nullable=False)


def _type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return pa.struct(_fields(hint))
    match get_origin(hint), get_args(hint):
        case (origin, (inner, *rest)) if origin is tuple and rest == [Ellipsis]:
            return pa.list_(_field("element", inner))  # the name that Parquet's specification gives to list items
        case (origin, (key, value)) if origin is dict:
            return pa.map_(_type(key), _field("value", value))
    raise TypeError(f"no Arrow type stands for {hint!r}")


def to_arrow_table(table: str, records: Sequence[Record]) -> pa.Table:
    """The records of one table as Arrow. Raises KeyError for an unknown table, TypeError for another kind of record."""
    import pyarrow as pa

    kind = FORMATS[table]
    for record in records:  # Arrow itself would fill the columns of a strange row with nulls
        if type(record) is not kind:
            raise TypeError(f"a {type(record).__name__} does not belong in the table {table!r}")
    return pa.Table.from_pylist(msgspec.to_builtins(list(records)), schema=arrow_schema(kind))


def from_arrow_table(kind: type[R], rows: pa.Table) -> list[R]:
    """The records of an Arrow table, of this version or an older one: a missing column gets the field's default."""
    return msgspec.convert(rows.to_pylist(maps_as_pydicts="strict"), list[kind])  # type: ignore[valid-type]


def to_json_line(record: Record) -> bytes:
    """The record as one line of JSON, with its line end."""
    return msgspec.json.encode(record) + b"\n"


def from_json_line(kind: type[R], line: bytes) -> R:
    """The record of a line of this version or another: missing fields get defaults, unknown ones are passed over.

    Raises msgspec.DecodeError (ValidationError for a wrong type or a missing field that has no default).
    """
    return msgspec.json.decode(line, type=kind)


def committed() -> dict[str, str]:
    """What the committed copies have to be: path below `schemas/` -> text."""
    files = {}
    for name, kind in FORMATS.items():
        files[f"json/{name}.json"] = json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
        files[f"arrow/{name}.txt"] = "".join(f"{_line(field)}\n" for field in arrow_schema(kind))
    return files


def _line(field: pa.Field) -> str:
    return f"{field.name}: {field.type}{'' if field.nullable else ' not null'}"


def changed(here: Path = HERE) -> list[str]:
    """The committed copies below `here` that differ from the records, are missing, or belong to no record."""
    want = committed()
    have = {path.relative_to(here).as_posix(): path for glob in ("json/*", "arrow/*") for path in here.glob(glob)}
    return sorted(
        name
        for name in want | have
        if name not in want or name not in have or have[name].read_text(encoding="utf-8") != want[name]
    )


def write(here: Path = HERE) -> list[str]:
    """Write the copies that differ, remove those that belong to no record; returns their names."""
    want, names = committed(), changed(here)
    for name in names:
        path = here / name
        if name in want:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(want[name], encoding="utf-8")
        else:
            path.unlink()
    return names


def main(arguments: Sequence[str]) -> int:
    """0 if the committed copies are those of the records (with `--write`: from now on), else 1."""
    if list(arguments) not in ([], ["--write"]):
        print("usage: python -m schemas.formats [--write]", file=sys.stderr)
        return 2
    names = write() if arguments else changed()
    for name in names:
        print(f"schemas/{name} {'written' if arguments else 'differs: run python -m schemas.formats --write'}")
    return 0 if arguments or not names else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
