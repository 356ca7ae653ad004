"""Text from the web is shown, never obeyed."""

from __future__ import annotations

import io
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminal import json_line, safe, table
from schemas.records import Span

ANYTHING = st.text(st.characters(exclude_categories=()))


def shown(rows: list[tuple[Any, ...]], *, as_json: bool = False, columns: tuple[str, ...] = ("a", "b")) -> str:
    stream = io.StringIO()
    table(columns, rows, json=as_json, stream=stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b]0;owned\x07\x1b[2J", r"\x1b]0;owned\x07\x1b[2J"),
        ("\x9b31m red", r"\x9b31m red"),
        ("bank\u202egnp.exe", r"bank\u202egnp.exe"),
        ("\u2066isolated\u2069", r"\u2066isolated\u2069"),
        ("over\rwritten", r"over\rwritten"),
        ("two\nlines\tand a tab", r"two\nlines\tand a tab"),
        ("pay\u200bpal", r"pay\u200bpal"),
        ("\U000e0041 tag", r"\U000e0041 tag"),
        ("\udcff broken", r"\udcff broken"),
        ("[bold red]markup[/]", "[bold red]markup[/]"),
        ("Fähre “日本” می‌خواهم 👩‍🚒 שלום", "Fähre “日本” می‌خواهم 👩‍🚒 שלום"),
    ],
)
def test_what_could_steer_or_hide_is_shown_and_the_rest_is_left_alone(text: str, seen: str) -> None:
    assert safe(text) == seen


def test_a_text_of_several_lines_keeps_its_lines_when_asked() -> None:
    assert safe("one\n\ttwo\x1b[A\r", lines=True) == "one\n\ttwo\\x1b[A\\r"


@given(ANYTHING)
def test_nothing_that_is_shown_is_a_control_or_a_bidi_character(text: str) -> None:
    for character in safe(text):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }
    assert safe(safe(text)) == safe(text)


@given(st.text())
def test_json_gives_the_exact_text_back_and_is_safe_to_look_at(text: str) -> None:
    line = json_line({"text": text, text: [text]})
    assert json.loads(line) == {"text": text, text: [text]}
    assert safe(line) == line


def test_json_lines_hold_one_object_per_row() -> None:
    rows = [
        ("x\x1b[A\x9b\n", 1),
        (None, {"k": [1.5, float("nan")]}),
        (datetime(2026, 3, 1, tzinfo=UTC), Span(0, 1, "x")),
    ]
    lines = shown(rows, as_json=True).splitlines()
    assert [json.loads(line) for line in lines] == [
        {"a": "x\x1b[A\x9b\n", "b": 1},
        {"a": None, "b": {"k": [1.5, None]}},
        {"a": "2026-03-01T00:00:00Z", "b": {"start": 0, "end": 1, "exact": "x"}},
    ]


def test_an_argument_that_is_no_unicode_does_not_break_the_listing() -> None:
    assert json.loads(shown([("caf\udce9", 1)], as_json=True)) == {"a": "caf\\udce9", "b": 1}
    assert r"caf\udce9" in shown([("caf\udce9", 1)])


def test_a_table_shows_each_row_in_one_line_without_markup_or_escapes() -> None:
    text = shown([("[red]alarm[/red] :bomb:\n\x1b[2Jfake row", None), ("two", ["x", 2])])
    header, _, first, second = text.splitlines()
    assert header.split() == ["a", "b"]
    assert r"[red]alarm[/red] :bomb:\n\x1b[2Jfake row" in first
    assert second.split(maxsplit=1) == ["two", '["x",2]']
    assert "\x1b" not in text, "a stream that is no terminal gets no colours"


def test_a_long_value_is_folded_never_cut() -> None:
    url = "https://ferry.test/" + "x" * 700
    text = shown([(url, 1)])
    assert text.count("x") == 700 and "…" not in text


def test_a_listing_without_rows_still_names_its_columns() -> None:
    assert shown([]).split()[:2] == ["a", "b"]
    assert shown([], as_json=True) == ""
