"""The committed schemas are those of the records, and every notation gives the records back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from schemas import formats
from schemas.commits import FileInfo
from schemas.records import (
    TABLES,
    Claim,
    Conflict,
    Contradiction,
    DateValue,
    Quantity,
    Record,
    Removal,
    Span,
    Variant,
    Versions,
)

ROOT = Path(__file__).parents[1]


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that a field of this type may hold."""
    plain = {
        str: st.text(max_size=12),
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        NoneType: st.none(),
    }
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return records(hint)
    arms = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return st.one_of([values(arm) for arm in arms])
    if get_origin(hint) is tuple:
        return st.lists(values(arms[0]), max_size=2).map(tuple)
    return st.dictionaries(values(arms[0]), values(arms[1]), max_size=2)


def records(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    parts = {field.name: values(field.type) for field in msgspec.structs.fields(kind)}
    return st.fixed_dictionaries(parts).map(lambda fields: kind(**fields))


def test_the_committed_schemas_are_those_of_the_records() -> None:
    names = [f"schemas/{name}" for name in formats.changed()]
    assert not names, f"changed: {', '.join(names)}; run python -m schemas.formats --write and review the difference"


def test_a_schema_that_was_edited_lost_or_left_over_is_named(tmp_path: Path) -> None:
    formats.write(tmp_path)
    assert formats.changed(tmp_path) == []
    edited = tmp_path / "arrow" / "claims.txt"
    edited.write_text(edited.read_text().replace("negated: bool", "negated: string"))
    (tmp_path / "json" / "visits.json").unlink()
    (tmp_path / "json" / "gone.json").write_text("{}")
    assert formats.changed(tmp_path) == ["arrow/claims.txt", "json/gone.json", "json/visits.json"]
    formats.write(tmp_path)
    assert formats.changed(tmp_path) == []


def test_the_command_compares_and_knows_one_flag() -> None:
    compared = subprocess.run(
        [sys.executable, "-m", "schemas.formats"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (compared.returncode, compared.stdout, compared.stderr) == (0, "", "")
    assert formats.main(["--wirte"]) == 2


@pytest.mark.parametrize("name", formats.FORMATS)
def test_a_json_schema_stands_alone_and_names_every_field(name: str) -> None:
    schema = json.loads((formats.HERE / "json" / f"{name}.json").read_text(encoding="utf-8"))
    fields = msgspec.structs.fields(formats.FORMATS[name])
    assert list(schema["properties"]) == [field.name for field in fields]
    assert schema["required"] == [field.name for field in fields if field.required]
    assert "$ref" not in json.dumps(schema)
    assert "additionalProperties" not in schema, "an older reader must accept the fields of a newer writer"


def test_only_what_may_be_absent_is_nullable_in_arrow() -> None:
    schema = formats.arrow_schema(Claim)
    assert {field.name for field in schema if field.nullable} == {"speaker", "best_guess", "stated_at"}


@pytest.mark.parametrize("name", formats.FORMATS)
def test_records_come_back_from_parquet_and_from_json_lines(name: str, tmp_path: Path) -> None:
    kind: type[Record] = formats.FORMATS[name]
    path = tmp_path / "rows.parquet"

    @settings(max_examples=15, deadline=None, database=None)
    @given(st.lists(records(kind), max_size=3))
    def round_trip(rows: list[Record]) -> None:
        parquet.write_table(formats.to_arrow_table(name, rows), path)
        assert formats.from_arrow_table(kind, parquet.read_table(path)) == rows
        assert [formats.from_json_line(kind, formats.to_json_line(row)) for row in rows] == rows

    round_trip()


PARTS: tuple[type[Record], ...] = (
    Span,
    DateValue,
    Contradiction,
    Removal,
    Versions,
    Quantity,
    Variant,
    Conflict,
    FileInfo,
)


def in_words(hint: Any) -> str:
    """A field's type as the documentation writes it."""
    plain = {str: "text", int: "integer", float: "number", bool: "true or false"}
    if hint in plain:
        return plain[hint]
    arms = [arm for arm in get_args(hint) if arm is not NoneType]
    if get_origin(hint) in (Union, UnionType):
        return f"{in_words(arms[0])} or null"
    if get_origin(hint) is tuple:
        return f"list of {in_words(arms[0])}"
    return f"table of {in_words(arms[0])} to {in_words(arms[1])}" if arms else hint.__name__


def test_every_record_and_field_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "records.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (.+?)$(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL))
    named = {f"`{name}`: {kind.__name__}": kind for name, kind in formats.FORMATS.items()}
    named |= {kind.__name__: kind for kind in PARTS}
    assert [title for title in sections if title in named] == list(named)
    for title, kind in named.items():
        rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\S.*) \|$", sections[title], re.MULTILINE)
        fields = [(field.name, in_words(field.type)) for field in msgspec.structs.fields(kind)]
        assert [(name, type_) for name, type_, _ in rows] == fields, f"docs/reference/records.md: {title}"


def test_a_line_feed_in_a_text_does_not_break_a_json_line() -> None:
    line = formats.to_json_line(Span(0, 3, "a\n\u2028b"))
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert formats.from_json_line(Span, line) == Span(0, 3, "a\n\u2028b")


OLD = {  # a claim as the first version wrote it, before anything that has a default was there
    "claim_id": "c1",
    "reading_id": "d1",
    "article_id": "a1",
    "kind": "direct",
    "type": "speech",
    "content": [{"start": 0, "end": 2, "exact": "Ja"}],
    "speaker_status": "unresolved",
}
READ = Claim(
    claim_id="c1",
    reading_id="d1",
    article_id="a1",
    kind="direct",
    type="speech",
    content=(Span(0, 2, "Ja"),),
    speaker_status="unresolved",
)


def test_an_old_file_is_read_with_defaults_and_a_newer_one_without_what_is_not_known() -> None:
    newer = OLD | {"sarcasm": 0.4, "content": [{"start": 0, "end": 2, "exact": "Ja", "lang": "de"}]}
    assert formats.from_json_line(Claim, json.dumps(OLD).encode()) == READ
    assert formats.from_json_line(Claim, json.dumps(newer).encode()) == READ
    assert formats.from_arrow_table(Claim, pa.Table.from_pylist([OLD])) == [READ]
    assert formats.from_arrow_table(Claim, pa.Table.from_pylist([newer])) == [READ]


def test_every_field_of_every_table_after_the_first_version_needs_a_default() -> None:
    """The required fields of version 1, counted: one more would make the files written so far unreadable."""
    required = {name: sum(f.required for f in msgspec.structs.fields(kind)) for name, kind in TABLES.items()}
    assert required == {
        "pages": 7,
        "articles": 4,
        "revisions": 9,
        "readings": 4,
        "entities": 7,
        "claims": 7,
        "lineage": 7,
        "visits": 9,
        "dead_letters": 11,
    }


def test_a_row_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="a Removal does not belong in the table 'claims'"):
        formats.to_arrow_table("claims", [Removal(rule="r", stage="clean", exact="x", start=0, end=1)])
    with pytest.raises(KeyError):
        formats.to_arrow_table("opinions", [])


def test_an_unknown_type_of_field_is_an_error_not_a_guess() -> None:
    class Odd(Record, frozen=True):
        when: complex

    with pytest.raises(TypeError, match="complex"):
        formats.arrow_schema(Odd)


def test_arrow_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, schemas.formats, transforms.sinks.files; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_date_value_keeps_its_three_parts() -> None:
    date = DateValue(value="2026-03-01", precision="day", source="feed")
    assert formats.from_json_line(DateValue, formats.to_json_line(date)) == date
