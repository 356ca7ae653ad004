"""Text -> its lines, what rules take of them, and the text that stays. Pure; `clean` puts it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from schemas.records import Paragraph, Span
from schemas.rules import CUTS, Rule, RuleBook, bare
from transforms.contributors import names_of


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


def lines_of(text: str) -> Iterator[Line]:
    start = number = 0
    for line in text.split("\n"):
        filled = bool(line.strip())
        yield Line(start, line, bare(line), number if filled else -1)
        start += len(line) + 1
        number += filled


def take_lines(lines: Sequence[Line], book: RuleBook) -> dict[int, Taken]:
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


def take_cuts(lines: Sequence[Line], book: RuleBook, taken: dict[int, Taken]) -> None:
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


def what_stays(text: str, lines: Sequence[Line], taken: Mapping[int, Taken]) -> tuple[str, list[tuple[int, int, int]]]:
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


def moved(headings: Sequence[Span], pieces: Sequence[tuple[int, int, int]]) -> Iterator[Span]:
    """The headings that stay, where they stand now."""
    for heading in headings:
        for start, end, new in pieces:
            if start <= heading.start and heading.end <= end:
                yield Span(heading.start - start + new, heading.end - start + new, heading.exact)


def placed(paragraphs: Sequence[Paragraph], pieces: Sequence[tuple[int, int, int]]) -> Iterator[Paragraph]:
    """The lines of which something stays, where it stands now."""
    for paragraph in paragraphs:
        parts = [
            (max(start, paragraph.start) - start + new, min(end, paragraph.end) - start + new)
            for start, end, new in pieces
            if start < paragraph.end and paragraph.start < end
        ]
        if parts:
            yield msgspec.structs.replace(paragraph, start=parts[0][0], end=parts[-1][1])
