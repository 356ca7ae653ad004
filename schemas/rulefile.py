"""Rules as people write them: TOML -> `Rule`, every mistake with its file, its line and the way out.

site = "daily.example"        # a file for one site; left out: every site
[pieces]
network = 'facebook|twitter'  # stands for %network% in patterns
[[rule]]
id = "share"                  # in small letters, unique over all files
action = "drop"               # drop, cut_after, cut_before, metadata, lineage
pattern = ['share', 'share on (?:%network%)']   # or a single text; the whole line must match one of them
scope = "last 10"             # or "first 3"; left out: anywhere
why = "buttons are no text"
removes = ["Share on Facebook", ...]   # lines of our own that show what goes: 5, in a site's file 1
keeps = ["Share prices fell", ...]     # lines that look alike and must stay: 3, in a site's file 1
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NoReturn

import re2

from schemas import tomlfile
from schemas.errors import ConfigError
from schemas.kindfile import parse_kinds
from schemas.rules import ACTIONS, CUTS, FIELDS, Rule, RuleBook, compiled, make_book

MAX_SCOPE = 40
MIN_REMOVES, MIN_KEEPS = 5, 3  # of a rule for every site
_ID = re.compile(r"[a-z][a-z0-9_]*")
_SCOPE = re.compile(r"(first|last) ([1-9]\d*)")
_SITE = re.compile(r"(?=.{4,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PIECE = re.compile(r"%([a-z_]+)%")
_GROUP = re.compile(r"\(\?P<(value|cut)>")
_TOP = ("site", "pieces", "rule", "collect", "layout", "lexicon", "kind")  # the last four are read elsewhere
_TEXTS = ("pattern", "unless", "rest")  # a pattern, or a list of alternatives
_NUMBERS = {"block": (1, 20), "max_chars": (1, 600), "rest_lines": (0, 20), "linked_before": (1, 40)}
_SWITCHES = ("fold", "disguised", "rest_open")
_DAYS = ("valid_from", "valid_until")
_LISTS = {"removes": MIN_REMOVES, "keeps": MIN_KEEPS}
_KEYS = ("id", "action", "scope", "field", "why", *_TEXTS, *_NUMBERS, *_SWITCHES, *_DAYS, *_LISTS)


def parse_rules(texts: Mapping[str, str]) -> RuleBook:
    """The rules of these files (name -> TOML), in their order. Raises ConfigError with file, line and remedy."""
    return make_book(rules_of(texts), parse_kinds(texts))


def rules_of(texts: Mapping[str, str]) -> Iterator[Rule]:
    """The rules of these files in their order. Raises ConfigError."""
    seen: dict[str, str] = {}
    for file, text in texts.items():
        document = tomlfile.parse(text, file)
        tomlfile.check_keys(document, _TOP, text=text, file=file, table="")
        head = _Head(document, text, file)
        for index, table in enumerate(head.tables):
            rule = _Reader(head, table, index).rule()
            place = f"{rule.file}:{rule.line}"
            if rule.id in seen:
                raise ConfigError(
                    f"the id {rule.id!r} is taken",
                    file=file,
                    line=tomlfile.line_of(text, "rule", "id", index),
                    remedy=f"the rule at {seen[rule.id]} has it; give this one another",
                )
            seen[rule.id] = place
            yield rule


class _Head:
    """What a file says once for all of its rules."""

    def __init__(self, document: Mapping[str, Any], text: str, file: str) -> None:
        self.text, self.file = text, file
        self.site = document.get("site", "")
        if "site" in document and not (isinstance(self.site, str) and _SITE.fullmatch(self.site)):
            self.fail("site", f"site = {self.site!r} is no site", 'a registrable domain such as "daily.example"')
        self.pieces = document.get("pieces", {})
        if not isinstance(self.pieces, dict) or not all(isinstance(piece, str) for piece in self.pieces.values()):
            self.fail("pieces", "`pieces` is not a table of texts", "write name = 'pattern' under [pieces]")
        self.tables: list[dict[str, Any]] = document.get("rule", [])
        if not isinstance(self.tables, list) or not all(isinstance(table, dict) for table in self.tables):
            self.fail("rule", "`rule` is not a list of tables", "write [[rule]] over each rule")

    def fail(self, key: str, what: str, remedy: str) -> NoReturn:
        line = tomlfile.line_of(self.text, "", key) or tomlfile.line_of(self.text, key)
        raise ConfigError(what, file=self.file, line=line, remedy=remedy)


class _Reader:
    """One [[rule]] table."""

    def __init__(self, head: _Head, table: dict[str, Any], index: int) -> None:
        self.head, self.table, self.index = head, table, index
        tomlfile.check_keys(table, _KEYS, text=head.text, file=head.file, table="rule", index=index)

    def fail(self, key: str, what: str, remedy: str) -> NoReturn:
        line = tomlfile.line_of(self.head.text, "rule", key if key in self.table else "", self.index)
        raise ConfigError(what, file=self.head.file, line=line, remedy=remedy)

    def rule(self) -> Rule:
        for key in ("id", "action", "pattern", "why", *_LISTS):
            if key not in self.table:
                self.fail(key, f"this rule has no {key}", f"add {key} = ...")
        given: dict[str, Any] = {key: self._words(key) for key in ("id", "action", "field", "why") if key in self.table}
        if not _ID.fullmatch(given["id"]):
            self.fail("id", f"id = {given['id']!r} is no name", "small letters, digits and _, a letter first")
        if given["action"] not in ACTIONS:
            self.fail("action", f"unknown action {given['action']!r}", f"one of {', '.join(ACTIONS)}")
        given |= {key: self._number(key, *_NUMBERS[key]) for key in _NUMBERS if key in self.table}
        given |= {key: self._switch(key) for key in _SWITCHES if key in self.table}
        given |= {key: self._day(key) for key in _DAYS if key in self.table}
        given |= {key: self._pattern(key, given.get("fold", True)) for key in _TEXTS if key in self.table}
        given |= {key: self._examples(key) for key in _LISTS} | self._scope()
        line = tomlfile.line_of(self.head.text, "rule", index=self.index)
        rule = Rule(**given, site=self.head.site, file=self.head.file, line=line)
        self._check(rule)
        return rule

    def _check(self, rule: Rule) -> None:
        groups = {name.partition("_")[0] for name in compiled(rule.pattern, rule.fold).groupindex}
        if rule.action in CUTS:
            side = "last" if rule.action == "cut_after" else "first"
            if not getattr(rule, side):
                self.fail("scope", f"a {rule.action} may not reach into an article", f'add scope = "{side} 10"')
            if not rule.rest:
                self.fail("rest", "a cut must say what may go with its line", "add rest = '...'")
        elif {"rest", "rest_lines", "rest_open"} & self.table.keys():
            self.fail("rest", f"`rest` means nothing to {rule.action}", "use it with cut_after or cut_before")
        if (rule.action == "metadata") != (rule.field in FIELDS):
            self.fail("field", "`metadata` names the field it fills, no other action does", f"{' or '.join(FIELDS)}")
        if rule.field == "contributors" and "value" not in groups:
            self.fail("pattern", "the names are not marked", "put (?P<value>...) around them")
        if "cut" in groups and (rule.fold or rule.action in CUTS):
            self.fail("pattern", "a part of a line is found in the line as it is", "add fold = false; no cut_ action")
        if rule.valid_from and rule.valid_until and rule.valid_from > rule.valid_until:
            self.fail("valid_until", "this rule ends before it begins", "swap the two days")

    def _words(self, key: str) -> str:
        value = self.table[key]
        if not isinstance(value, str) or not value.strip():
            self.fail(key, f"{key} = {value!r} is no text", "a text in quotes")
        return value

    def _number(self, key: str, low: int, high: int) -> int:
        value = self.table[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fail(key, f"{key} = {value!r} is no good", f"a whole number from {low} to {high}")
        return value

    def _switch(self, key: str) -> bool:
        value = self.table[key]
        if not isinstance(value, bool):
            self.fail(key, f"{key} = {value!r} is no good", "true or false")
        return value

    def _day(self, key: str) -> str:
        value = self.table[key]
        try:
            return (value if type(value) is date else date.fromisoformat(value)).isoformat()
        except (TypeError, ValueError):
            self.fail(key, f"{key} = {value!r} is no day", "a day such as 2024-05-31")

    def _scope(self) -> dict[str, int]:
        if "scope" not in self.table or self.table["scope"] == "anywhere":
            return {}
        found = _SCOPE.fullmatch(str(self.table["scope"]))
        if not found or int(found[2]) > MAX_SCOPE:
            what = f"scope = {self.table['scope']!r} is no good"
            self.fail("scope", what, f'"anywhere", "first N" or "last N", N to {MAX_SCOPE}')
        return {found[1]: int(found[2])}

    def _examples(self, key: str) -> tuple[str, ...]:
        value, least = self.table[key], 1 if self.head.site else _LISTS[key]
        if not isinstance(value, list) or not all(isinstance(line, str) and line.strip() for line in value):
            self.fail(key, f"{key} is no list of lines", 'write ["...", "..."]')
        if len(set(value)) < least:
            self.fail(key, f"{len(set(value))} different lines in {key} prove too little", f"write at least {least}")
        return tuple(value)

    def _pattern(self, key: str, any_case: bool) -> str:
        value = self.table[key]
        parts = value if isinstance(value, list) else [value]
        if not parts or not all(isinstance(part, str) and part for part in parts):
            self.fail(key, f"{key} is no pattern", "a text, or a list of alternatives")
        expanded = [self._expand(key, part) for part in parts]
        # A group's name may stand once in a pattern of RE2, so each alternative numbers its own.
        pattern = "|".join(_GROUP.sub(rf"(?P<\1_{n}>", part) for n, part in enumerate(expanded))
        try:
            compiled(pattern, any_case)
        except re2.error as error:
            words = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
            self.fail(key, f"{key} is not RE2: {words[:200]}", "no look-around, no back-references; mind the brackets")
        return pattern

    def _expand(self, key: str, part: str) -> str:
        for _ in range(5):  # a piece may hold pieces
            for name in _PIECE.findall(part):
                if name not in self.head.pieces:
                    self.fail(key, f"there is no piece %{name}%", "define it under [pieces]")
            part = _PIECE.sub(lambda found: f"(?:{self.head.pieces[found[1]]})", part)
        return part
