"""TOML that a person wrote: parse it, and say file and line of what is wrong."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.errors import ConfigError

_SYNTAX_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*[=.]""")


def parse(text: str, file: str) -> dict[str, Any]:
    """The document as a dict. Raises ConfigError with file and line on a syntax error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        what = _SYNTAX_LINE.sub("", str(error)).strip()
        raise ConfigError(f"not valid TOML: {what}", file=file, line=line, remedy="mend this line") from None


def line_of(text: str, table: str, key: str = "", index: int = 0) -> int:
    """The line (from 1) where `key` of `table` stands, or the table's header without a key; 0 if it is not found.

    `table` is "" for the top of the file; `index` counts the occurrences of an array table such as `[[feed]]`.
    """
    at, seen, header = "", -1, 0
    for number, line in enumerate(text.splitlines(), 1):
        if found := _HEADER.match(line):
            at = found[2].replace(" ", "")
            if not table and key and at.partition(".")[0] == key:
                return number  # a key of the file that is a table
            if at == table:
                seen += 1
                if seen == index:
                    header = number
                    if not key:
                        return number
            continue
        inside = at == table and (table == "" or seen == index)
        if inside and key and (found := _KEY.match(line)) and found[1].strip("\"'") == key:
            return number
    return header


def check_keys(
    given: Mapping[str, Any], allowed: Iterable[str], *, text: str, file: str, table: str, index: int = 0
) -> None:
    """Raise ConfigError, with file, line and the nearest allowed key, for the first unknown key."""
    known = sorted(allowed)
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            remedy = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
            where = f" in [{table}]" if table else ""
            raise ConfigError(
                f"unknown key {key!r}{where}", file=file, line=line_of(text, table, key, index), remedy=remedy
            )
