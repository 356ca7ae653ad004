"""Cleaning rules as data: what a rule is, which lines it means, and the book of those that apply.

A rule's pattern must match a whole line as `bare` shows it: in plain letters, without ornaments at its ends. Patterns
are RE2, so no rule can hang, whoever wrote it. `schemas/rulefile.py` reads rules from TOML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import re2

from schemas.errors import ConfigError
from schemas.ids import make_id
from schemas.kinds import Kind, KindBook
from schemas.plain import disguised, plain
from schemas.shapes import Place

ACTIONS = ("drop", "cut_after", "cut_before", "metadata", "lineage")
CUTS = ("cut_after", "cut_before")
FIELDS = ("contributors", "updated_note")
_ORNAMENT = re.compile(r"^(?:[^\w\"'(\[@#$€£¥©%]|_)+|(?:[^\w\"')\]!?:%]|_)+$")
_ENDS = frozenset('.!?…:;,"”’')
NO_KINDS = KindBook()
_OF_NO_WEIGHT = frozenset({"why", "removes", "keeps", "file", "line"})  # no cleaned text depends on them


class Rule(NamedTuple):
    """One rule. Lines are counted without empty ones; a line longer than `max_chars` is never matched."""

    id: str
    action: str
    pattern: str
    why: str
    removes: tuple[str, ...]
    keeps: tuple[str, ...]
    unless: str = ""  # a line in which this pattern finds anything is kept
    disguised: bool = False  # only lines in disguise alphabets
    fold: bool = True  # False: the line as it is, its case too
    first: int = 0  # only among the first N lines; 0: anywhere
    last: int = 0  # only among the last N lines
    max_chars: int = 200
    block: int = 0  # up to so many lines that follow without an empty line between belong to it
    rest: str = ""  # of a cut: every other line that goes must match this ...
    rest_lines: int = 8  # ... and there may be no more of them
    rest_open: bool = False  # ... and none may end like a sentence
    linked_before: int = 0  # further than so many lines from the end, the line must show the text of a link
    field: str = ""  # what a `metadata` rule fills
    site: str = ""  # registrable domain; "": every site
    valid_from: str = ""  # days, both inclusive
    valid_until: str = ""
    file: str = ""
    line: int = 0

    def match(self, line: str) -> Mapping[str, str] | None:
        """The pattern's named groups if this rule means the line, else None. A group `cut` is the part that goes."""
        return self.match_bare(line, bare(line))

    def match_bare(self, line: str, shown: str) -> Mapping[str, str] | None:
        """`match` for a line whose `bare` form is at hand."""
        shown = shown if self.fold else line.strip()
        if not shown or len(shown) > self.max_chars or (self.disguised and not disguised(line)):
            return None
        found = compiled(self.pattern, self.fold).fullmatch(shown)
        if found is None or (self.unless and compiled(self.unless, self.fold).search(shown)):
            return None
        return {name.partition("_")[0]: text for name, text in found.groupdict().items() if text}

    def takes_rest(self, lines: Sequence[str]) -> bool:
        """Whether the other lines of a cut look like what this rule means, so that no article is cut in two."""
        if len(lines) > self.rest_lines:
            return False
        if self.rest_open and any(line.rstrip()[-1:] in _ENDS for line in lines):
            return False
        shown = [bare(line) if self.fold else line.strip() for line in lines]
        pattern = compiled(self.rest, self.fold)
        return all(len(line) <= self.max_chars and pattern.fullmatch(line) for line in shown if line)

    def applies(self, site: str, day: str) -> bool:
        if self.site not in {"", site}:
            return False
        return (not self.valid_from or self.valid_from <= day) and (not self.valid_until or day <= self.valid_until)


class RuleBook(NamedTuple):
    """Rules in the order in which they are tried; `hash` is of all in them that cleaning depends on.

    `kinds` are for every site and day; they see what no rule has taken.
    """

    rules: tuple[Rule, ...]
    hash: str
    kinds: KindBook = NO_KINDS

    def for_site(self, site: str, day: str) -> RuleBook:
        """The rules that apply to a site (its registrable domain) on a day (ISO 8601)."""
        return _for_site(self, site, day)


def make_book(rules: Iterable[Rule], kinds: KindBook = NO_KINDS) -> RuleBook:
    """A book of these rules, in their order."""
    kept = tuple(rules)
    parts = [repr(value) for rule in kept for value in _weighty(rule)]
    if kinds.kinds:
        parts += [repr(value) for kind in kinds.kinds for value in _weighty(kind)] + [repr(kinds.lexicon)]
    return RuleBook(kept, make_id("rulebook", *parts), kinds)


def _weighty(rule: Rule | Kind) -> list[object]:
    return [value for name, value in zip(rule._fields, rule, strict=True) if name not in _OF_NO_WEIGHT]


@lru_cache(maxsize=512)
def _for_site(book: RuleBook, site: str, day: str) -> RuleBook:
    return make_book((rule for rule in book.rules if rule.applies(site, day)), book.kinds)


def bare(line: str) -> str:
    """The line in plain letters, without bullets, arrows, dashes, emoji and full stops at its ends."""
    return _ORNAMENT.sub("", plain(line))


@cache
def compiled(pattern: str, any_case: bool) -> Any:
    """An RE2 pattern, once per process. Raises re2.error."""
    options = re2.Options()
    options.log_errors = False  # the caller says what is wrong, and where
    options.case_sensitive = not any_case
    return re2.compile(pattern, options)


def check_examples(book: RuleBook) -> list[ConfigError]:
    """What the examples of rules and kinds disprove.

    An example of several lines shows a cut with all that goes with it; a kind's is judged as the last line of a text.
    """
    problems: list[ConfigError] = []
    for rule in book.rules:
        for wanted, examples in ((True, rule.removes), (False, rule.keeps)):
            for example in examples:
                if _means(rule, example) != wanted:
                    what = f"rule {rule.id!r} {'keeps' if wanted else 'removes'} its example {example!r}"
                    remedy = "widen the pattern" if wanted else "narrow the pattern, or say `unless`"
                    problems.append(ConfigError(what, file=rule.file, line=rule.line, remedy=remedy))
    for kind in book.kinds.kinds:
        for wanted, examples in ((True, kind.removes), (False, kind.keeps)):
            for example in examples:
                found = book.kinds.verdict(example, bare(example), Place())
                if (found is not None and found[0].id == kind.id) != wanted:
                    says = found[1] if found else "too few points"
                    what = f"kind {kind.id!r} {'keeps' if wanted else 'removes'} its example {example!r} ({says})"
                    remedy = "give its signals more points" if wanted else "give a signal of prose minus points"
                    problems.append(ConfigError(what, file=kind.file, line=kind.line, remedy=remedy))
    return problems


def _means(rule: Rule, example: str) -> bool:
    lines = [line for line in example.split("\n") if line.strip()]
    if rule.action == "cut_before":
        lines.reverse()
    found = rule.match(lines[0]) if lines else None
    if found is None or (rule.field == "contributors" and "value" not in found):
        return False
    return rule.action not in CUTS or rule.takes_rest(lines[1:])
