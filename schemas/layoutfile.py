"""Layouts as people write them: TOML -> `Layout`, every mistake with its file, its line and the way out.

site = "daily.example"
[[layout]]
name = "2024"                       # needed where there are several
valid_from = "2024-03-01"           # days on which pages were fetched, both inclusive; left out: always
valid_until = "2026-01-31"
select = "article .entry-content"   # the elements that hold the text; in a list: the first that finds any
drop = [".share", "aside"]          # elements inside them that are no text of the article
cut = "#related"                    # from this element on nothing is text
title = "h1.entry-title"
author = [".byline a", "meta[name=author]::attr(content)"]
date = "time::attr(datetime)"
date_format = "%d %B %Y, %H:%M"     # where the page writes dates for people; several in a list
months = ["enero", ...]             # for %B: the twelve names; left out: the English ones
time_zone = "Europe/Madrid"         # of dates that name none; left out: such a date counts as its day
[layout.promises]
min_words = 80
author = true
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas import tomlfile
from schemas.errors import ConfigError
from schemas.layouts import PROMISES, Layout, Promises
from schemas.selectors import BadSelector, Css, compile_css
from schemas.values import is_count, shown

TABLE = "layout"
MAX_SELECTORS = 20  # of one key
_SELECTORS = ("select", "drop", "cut", "title", "author", "date")
_WHOLE = frozenset({"select", "drop", "cut"})  # these mean elements, never the value of an attribute
_DAYS = ("valid_from", "valid_until")
_KEYS = ("name", *_DAYS, *_SELECTORS, "date_format", "months", "time_zone", "promises")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}")
_SITE = re.compile(r"(?=.{4,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DIRECTIVES = frozenset("aAbBdHIjmMpSyYzZ%")


def parse_layouts(texts: Mapping[str, str]) -> dict[str, tuple[Layout, ...]]:
    """The layouts of these files (name -> TOML) by site, the oldest first. Raises ConfigError with file and line."""
    found: dict[str, list[Layout]] = {}
    for file, text in texts.items():
        document = tomlfile.parse(text, file)
        tables = document.get(TABLE, [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            line = tomlfile.line_of(text, "", TABLE)
            raise ConfigError(f"`{TABLE}` is no list of tables", file=file, line=line, remedy=f"write [[{TABLE}]]")
        for index, table in enumerate(tables):
            layout = _Reader(document, table, index, len(tables), text, file).layout()
            found.setdefault(layout.site, []).append(layout)
    return {site: _in_time(layouts) for site, layouts in found.items()}


def _in_time(layouts: list[Layout]) -> tuple[Layout, ...]:
    ordered = sorted(layouts, key=lambda one: (one.valid_from, one.valid_until or "9"))
    for before, after in pairwise(ordered):
        if not before.valid_until or before.valid_until >= after.valid_from:
            what = f"layout {after.name!r} of {after.site} holds on days on which {before.name!r} holds"
            remedy = f"end that one ({before.file}:{before.line}) the day before: valid_until"
            raise ConfigError(what, file=after.file, line=after.line, remedy=remedy)
    names: set[str] = set()
    for one in ordered:
        if one.name in names:
            what = f"two layouts of {one.site} are {one.name!r}"
            raise ConfigError(what, file=one.file, line=one.line, remedy="rename one")
        names.add(one.name)
    return tuple(ordered)


class _Reader:
    """One `[[layout]]` of a file."""

    def __init__(self, document: Mapping[str, Any], table: dict[str, Any], index: int, of: int, text: str, file: str):
        self.document, self.table, self.index, self.of = document, table, index, of
        self.text, self.file = text, file

    def fail(self, key: str, what: str, remedy: str) -> NoReturn:
        line = tomlfile.line_of(self.text, TABLE, key if key in self.table else "", self.index)
        raise ConfigError(what, file=self.file, line=line, remedy=remedy)

    def layout(self) -> Layout:
        tomlfile.check_keys(self.table, _KEYS, text=self.text, file=self.file, table=TABLE, index=self.index)
        site = self.document.get("site")
        if not isinstance(site, str) or not _SITE.fullmatch(site):
            self.fail("", f"a layout is of one site, and {shown(site)} is none", 'add site = "daily.example" on top')
        first, last = (self._day(key) for key in _DAYS)
        if first and last and last < first:
            self.fail("valid_until", "it ends before it begins", "mend valid_from or valid_until")
        selectors = {key: self._selectors(key) for key in _SELECTORS}
        if not selectors["select"]:
            self.fail("select", "this layout has no select", "say which element holds the text: select = ...")
        formats, months = self._formats(), self._months()
        return Layout(
            site=site,
            name=self._name(),
            date_format=formats,
            months=months,
            time_zone=self._zone(),
            promises=self._promises(),
            valid_from=first,
            valid_until=last,
            file=self.file,
            line=tomlfile.line_of(self.text, TABLE, index=self.index),
            **selectors,
        )

    def _name(self) -> str:
        if self.of > 1 and "name" not in self.table:
            self.fail("", "of several layouts each needs a name", 'add name = "2026"')
        name = self.table.get("name", "1")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self.fail("name", f"name = {shown(name)} is no good", "small letters, digits, dots and dashes")
        return name

    def _day(self, key: str) -> str:
        value = self.table.get(key, "")
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        try:
            return date.fromisoformat(value).isoformat() if value != "" else ""
        except (TypeError, ValueError):
            self.fail(key, f"{key} = {shown(value)} is no day", 'write "2026-03-01"')

    def _texts(self, key: str, most: int) -> list[str]:
        value = self.table.get(key, [])
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(one, str) and one.strip() for one in texts):
            self.fail(key, f"{key} = {shown(value)} is no good", "a text in quotes, or a list of them")
        if len(texts) > most:
            self.fail(key, f"{len(texts)} entries in {key} are too many", f"at most {most}")
        return texts

    def _selectors(self, key: str) -> tuple[Css, ...]:
        found: list[Css] = []
        for text in self._texts(key, MAX_SELECTORS):
            try:
                made = compile_css(text)
            except BadSelector as error:
                self.fail(key, f"{key}: {shown(text)}: {error.what}", error.remedy)
            if key in _WHOLE and any(one.attribute for one in made):
                self.fail(key, f"{key}: {shown(text)} is the value of an attribute", "leave out ::attr(...)")
            found += made
        return tuple(found)

    def _formats(self) -> tuple[str, ...]:
        formats = self._texts("date_format", 10)
        for one in formats:
            named = re.findall(r"%(.?)", one)
            if wrong := [name for name in named if name not in _DIRECTIVES]:
                self.fail("date_format", f"%{wrong[0]} is not known", "such as %d %B %Y %H:%M, see strptime")
            if "y" not in (name.lower() for name in named):
                self.fail("date_format", f"{shown(one)} has no year", "a date without its year is no date")
        return tuple(formats)

    def _months(self) -> tuple[str, ...]:
        months = self._texts("months", 12)
        if months and len({one.casefold() for one in months}) != 12:
            self.fail("months", "these are not twelve different months", "write all twelve names, in their order")
        return tuple(months)

    def _zone(self) -> str:
        zone = self.table.get("time_zone", "")
        try:
            if zone != "":
                ZoneInfo(zone)
        except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):
            self.fail("time_zone", f"there is no time zone {shown(zone)}", "a name such as Europe/Madrid")
        return str(zone)

    def _promises(self) -> Promises:
        given = self.table.get("promises", {})
        if not isinstance(given, dict):
            self.fail("promises", "promises are no table", "write [layout.promises] above them")
        for key, value in given.items():
            line = self._promise_line(key)
            if key not in PROMISES:
                remedy = f"what can be promised: {', '.join(PROMISES)}"
                raise ConfigError(f"unknown promise {key!r}", file=self.file, line=line, remedy=remedy)
            holds, remedy = _CHECKS[key]
            if not holds(value):
                what = f"{key} = {shown(value)} is no good"
                raise ConfigError(what, file=self.file, line=line, remedy=remedy)
        found = Promises(**given)
        if found.max_words and found.max_words < found.min_words:
            self.fail("promises", "max_words is less than min_words", "mend one of the two")
        return found

    def _promise_line(self, key: str) -> int:
        """Where a promise of this layout stands: under its own `[layout.promises]`, or in one line."""
        layouts, mine = -1, False
        for number, line in enumerate(self.text.splitlines(), 1):
            if line.lstrip().startswith("["):
                header = line.partition("#")[0].strip().strip("[]").replace(" ", "")
                layouts += header == TABLE
                mine = layouts == self.index and header == f"{TABLE}.promises"
            elif mine and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
                return number
        return tomlfile.line_of(self.text, TABLE, "promises", self.index)


_A_NUMBER: tuple[Callable[[object], bool], str] = (is_count, "a whole number, at least 1")
_A_SWITCH: tuple[Callable[[object], bool], str] = (lambda value: isinstance(value, bool), "true or false")
_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "min_words": _A_NUMBER,
    "max_words": _A_NUMBER,
    "min_paragraphs": _A_NUMBER,
    "language": (lambda value: isinstance(value, str) and bool(_LANGUAGE.fullmatch(value)), 'a code such as "en"'),
    "title": _A_SWITCH,
    "author": _A_SWITCH,
    "date": _A_SWITCH,
}
