"""Text on a terminal: nothing that came from the web may steer it, hide, or stand in another order than it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import msgspec

# C0, DEL and C1 (escape sequences start there), lone surrogates (they cannot be printed), the bidirectional controls
# of UAX #9, line and paragraph separators, and what is invisible: zero-width space, word joiners, tags, annotations.
# What stays: U+200C and U+200D, which Persian, Indic scripts and emoji need, and the soft hyphen.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SHORT = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}
_FILE_WIDTH = 160  # columns of a table that is not shown on a terminal


def safe(text: str, *, lines: bool = False) -> str:
    """`text` with control, bidirectional and invisible characters shown as escapes such as `\\x1b` or `\\u202e`.

    With `lines`, line feeds and tabs stay; without, the result is one line.
    """
    return _UNSAFE.sub(lambda found: found[0] if lines and found[0] in "\n\t" else _escape(found[0]), text)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, json: bool, stream: TextIO) -> None:
    """Write rows for a person, or with `json` one JSON object per line; both are safe to look at.

    In JSON the escapes are those of JSON: what is read back is the exact value.
    """
    if json:
        for row in rows:
            stream.write(json_line(dict(zip(columns, row, strict=True))) + "\n")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for at, name in enumerate(columns):
        numbers = all(isinstance(row[at], int | float | None) and not isinstance(row[at], bool) for row in rows)
        grid.add_column(Text(safe(name)), justify="right" if numbers and rows else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(safe(_shown(value))) for value in row))
    width = None if stream.isatty() else _FILE_WIDTH
    Console(file=stream, width=width, markup=False, highlight=False, emoji=False).print(grid)


def json_line(value: Any) -> str:
    """`value` as JSON in one line without its end, with unsafe characters inside strings written as `\\uXXXX`."""
    return _UNSAFE.sub(_json_escape, msgspec.json.encode(_utf8(value), enc_hook=str).decode())


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json_line(value).strip('"')


def _escape(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))


def _utf8(value: Any) -> Any:
    """Lone surrogates, which an argument on a command line may hold, cannot be written as UTF-8: shown as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_utf8(key): _utf8(inner) for key, inner in value.items()}
    return [_utf8(inner) for inner in value] if isinstance(value, list | tuple) else value
