"""Draft -> Draft without what is no text of its author; ends in: too_short.

Lines are the unit. What goes is whole lines, or the part of a line that a rule marks, and each part that goes is kept
as a Removal; the rest is never rewritten. Leftovers are better than an author's line lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec

from schemas.flow import Draft, DraftBody, Outcome, pack, unpack
from schemas.ports import World
from schemas.records import Removal, Span
from schemas.rules import CUTS, Rule, RuleBook, bare
from schemas.words import Disposition
from transforms.contributors import names_of
from transforms.fold import fold
from transforms.links import canonical
from transforms.reading import day_of
from transforms.refuse import size
from transforms.step import StepDoFn, outcome, two_outputs

STEP = "clean"
BATCH = 32
MIN_ANCHOR = 3  # characters of a link's text that may name the source inside a longer line
_URL = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;]")


class Cleaned(NamedTuple):
    """A cleaned text. Removals are in the order of the text and point into the text as it was extracted."""

    text: str
    removals: tuple[Removal, ...] = ()
    contributors: tuple[str, ...] = ()
    source_url: str = ""
    headings: tuple[Span, ...] = ()
    flags: tuple[str, ...] = ()
    origins: Mapping[str, str] = {}  # field -> the rule that filled it


class Line(NamedTuple):
    start: int
    text: str
    bare: str
    number: int  # among lines that are not empty; -1 for an empty one

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Taken(NamedTuple):
    """What one rule takes of one line."""

    rule: Rule
    start: int
    end: int
    groups: Mapping[str, str]


def clean(
    text: str, book: RuleBook, *, links: Sequence[tuple[str, str]] = (), headings: Sequence[Span] = ()
) -> Cleaned:
    """Take out what the rules mean. `links` are (anchor text, url) of the page's main part."""
    lines = list(_lines(text))
    taken = _by_lines(lines, book)
    _by_cuts(lines, book, taken)
    source, source_rule = _source(lines, book, taken, links)
    if not taken:
        origins = {"source_url": source_rule} if source else {}
        return Cleaned(text, source_url=source, headings=tuple(headings), origins=origins)
    kept, pieces = _kept(text, lines, taken)
    names, flags, origins = _metadata(taken)
    return Cleaned(
        kept,
        tuple(
            Removal(rule=t.rule.id, stage=STEP, exact=text[t.start : t.end], start=t.start, end=t.end)
            for _, t in sorted(taken.items())
        ),
        names,
        source,
        tuple(_moved(headings, pieces)),
        flags,
        origins | ({"source_url": source_rule} if source else {}),
    )


def _lines(text: str) -> Iterator[Line]:
    start = number = 0
    for line in text.split("\n"):
        filled = bool(line.strip())
        yield Line(start, line, bare(line), number if filled else -1)
        start += len(line) + 1
        number += filled


def _by_lines(lines: Sequence[Line], book: RuleBook) -> dict[int, Taken]:
    """What each line is taken for by the first rule that means it, by its place in `lines`; a block comes with it."""
    total = max((line.number for line in lines), default=-1) + 1
    taken: dict[int, Taken] = {}
    for rule in book.rules:
        if rule.action in CUTS:
            continue
        for at, line in enumerate(lines):
            if at in taken or not _in_scope(rule, line.number, total):
                continue
            if (found := rule.match_bare(line.text, line.bare)) is None:
                continue
            if rule.field == "contributors" and not names_of(found.get("value", "")):
                continue
            start, end = line.start, line.end
            if part := found.get("cut"):
                start = line.start + line.text.rindex(part)
                end = start + len(part)
            taken[at] = Taken(rule, start, end, found)
            for other in range(at + 1, min(at + 1 + rule.block, len(lines))):
                if lines[other].number < 0:
                    break
                taken.setdefault(other, Taken(rule, lines[other].start, lines[other].end, {}))
    return taken


def _in_scope(rule: Rule, number: int, total: int) -> bool:
    if number < 0 or (rule.first and number >= rule.first):
        return False
    return not rule.last or number >= total - rule.last


def _by_cuts(lines: Sequence[Line], book: RuleBook, taken: dict[int, Taken]) -> None:
    """Cuts see what the other rules have left: a line that they took does not stop a cut."""
    for rule in book.rules:
        if rule.action not in CUTS:
            continue
        filled = [at for at, line in enumerate(lines) if line.number >= 0]
        if rule.action == "cut_before":
            filled.reverse()
        left = [at for at in filled if at not in taken]
        reach = rule.last or rule.first
        edge = filled.index(left[-reach]) if len(left) >= reach else 0
        for place in range(edge, len(filled)):
            first, *others = filled[place:]
            rest = [at for at in others if at not in taken]
            if rule.match_bare(lines[first].text, lines[first].bare) is None:
                continue
            if rule.takes_rest([lines[at].text for at in rest]):
                for at in (first, *rest):
                    taken.setdefault(at, Taken(rule, lines[at].start, lines[at].end, {}))
                break


def _source(
    lines: Sequence[Line], book: RuleBook, taken: Mapping[int, Taken], links: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    """(address, rule) of the first "source link" that leads anywhere.

    An extractor may have dropped a paragraph that is nothing but a link: a link's text alone is read by the same rules.
    """
    for at, found in sorted(taken.items()):
        if found.rule.action == "lineage" and (url := _address(lines[at].text, links)):
            return url, f"rule:{found.rule.id}"
    rules = [rule for rule in book.rules if rule.action == "lineage"]
    for anchor, url in reversed(links):
        for rule in rules:
            if rule.match(anchor) is not None:
                return url, f"rule:{rule.id}"
    return "", ""


def _address(line: str, links: Sequence[tuple[str, str]]) -> str:
    """The address written in the line, else that of the link whose text is the line, else of the longest link in it."""
    if written := _URL.search(line):
        return written[0]
    shown = fold(bare(line))
    best, best_url = "", ""
    for anchor, url in links:
        name = fold(bare(anchor))
        if name == shown or (len(name) >= MIN_ANCHOR and f" {name} " in f" {shown} "):
            best, best_url = max((best, best_url), (name, url), key=lambda pair: len(pair[0]))
    return best_url


def _kept(text: str, lines: Sequence[Line], taken: Mapping[int, Taken]) -> tuple[str, list[tuple[int, int, int]]]:
    """The text that stays, and its pieces as (start in the old text, end, start in the new text).

    Between two lines that stay, the longest of the gaps around what went stays too; at the text's ends none does.
    """
    out: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    gap: list[str] = []  # the empty lines since the last line that stayed
    gaps: list[list[str]] = []
    went = False
    length = 0
    for at, line in enumerate(lines):
        found = taken.get(at)
        if line.number < 0:
            gap.append(line.text)
            continue
        parts = [(line.start, line.end)]
        if found:
            parts = [(a, b) for a, b in ((line.start, found.start), (found.end, line.end)) if text[a:b].strip()]
        if not parts:
            gaps.append(gap)
            gap, went = [], True
            continue
        between = max([*gaps, gap], key=len)
        if went and not out:
            between = []
        lead = "".join(f"{blank}\n" for blank in between)
        lead = f"\n{lead}" if out else lead
        out.append(lead)
        length += len(lead)
        for a, b in parts:
            out.append(text[a:b])
            pieces.append((a, b, length))
            length += b - a
        gap, gaps, went = [], [], False
    if not went:
        out += [f"\n{blank}" for blank in gap]
    return "".join(out), pieces


def _metadata(taken: Mapping[int, Taken]) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    names: dict[str, None] = {}
    flags: dict[str, None] = {}
    origins: dict[str, str] = {}
    for _, found in sorted(taken.items()):
        if found.rule.field == "contributors":
            names.update(dict.fromkeys(names_of(found.groups.get("value", ""))))
            origins.setdefault("contributors", f"rule:{found.rule.id}")
        elif found.rule.field:
            flags[found.rule.field] = None
    return tuple(names), tuple(flags), origins


def _moved(headings: Sequence[Span], pieces: Sequence[tuple[int, int, int]]) -> Iterator[Span]:
    """The headings that stay, where they stand now."""
    for heading in headings:
        for start, end, new in pieces:
            if start <= heading.start and heading.end <= end:
                yield Span(heading.start - start + new, heading.end - start + new, heading.exact)


def cleaned_body(body: DraftBody, book: RuleBook) -> DraftBody:
    """The draft with its text cleaned, and what the removed lines told of it."""
    found = clean(body.text, book, links=body.links, headings=body.headings)
    source, origins = found.source_url, dict(found.origins)
    if source and canonical(source) in {"", canonical(body.canonical_url)}:  # a page that names itself has no source
        source = ""
        origins.pop("source_url")
    return msgspec.structs.replace(
        body,
        text=found.text,
        headings=found.headings,
        removals=(*body.removals, *found.removals),
        contributors=tuple(dict.fromkeys((*body.contributors, *found.contributors))),
        source_url=source or body.source_url,
        flags=tuple(dict.fromkeys((*body.flags, *found.flags))),
        origins=body.origins | origins,
    )


class CleanDoFn(StepDoFn):
    step = STEP

    def many(self, rows: Sequence[Draft]) -> list[Any]:
        return [self._one(row) for row in rows]

    def _one(self, row: Draft) -> Draft | Outcome:
        body = unpack(row.body, DraftBody)
        book = self.world.rules.for_site(body.site, day_of(body, self.clock.now()))
        done = cleaned_body(body, book)
        words, least = size(done.text), self.world.settings.extract.min_words
        if words < least:
            return outcome(row, Disposition.TOO_SHORT, self.step, f"{words} words are left, {least} are wanted")
        return row._replace(body=pack(done))


class Clean(beam.PTransform):
    """(drafts, earlier outcomes) -> (drafts, outcomes)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        return two_outputs(flow, CleanDoFn(self.world), batch=BATCH)
