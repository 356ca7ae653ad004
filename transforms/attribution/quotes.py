"""Quotations in a text: where words stand between marks, whichever marks an outlet uses.

Straight and curly, double and British single (with a sense for apostrophes), guillemets both ways round and low-high
marks; a quotation may run over several paragraphs (each begins with a mark, only the last one ends with one) and may
lack its end. Marks inside another quotation belong to its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from transforms.attribution.places import last_before

_CLOSERS = {"“": "”", "„": "“”", "‟": "”", "«": "»", "»": "«", '"': '"', "‘": "’", "'": "'"}
_OPENING = re.compile("[“„‟«»\"‘']")
_OTHER = {"“": '"', '"': "”", "„": '"'}  # what a hand that mixes styles closes with
_EITHER = re.compile('[“”„"]')
_SINGLE = frozenset("‘'")
_IN_SINGLE = {mark: re.compile(f'[“”"{mark}{_CLOSERS[mark]}]') for mark in _SINGLE}
_BEFORE_OPEN = frozenset(" \t\u00a0\u202f\u2009([{—–-/:;,…\"“‘'")
_LINE = re.compile(r"[^\n]+")
_REACH = 2_000  # characters that a quotation in single marks, or one that is left open, may run


class Quote(NamedTuple):
    """Words between marks. `start:end` are the words, `open:close` includes the marks."""

    start: int
    end: int
    open: int
    close: int
    paragraph: int  # number among the paragraphs that are not blank
    continues: bool = False  # takes up a quotation that the paragraph before left open
    continued: bool = False  # goes on in the next paragraph


def quotations(text: str) -> list[Quote]:
    """All quotations, from left to right, without overlaps."""
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text) if not m.group().isspace()]
    out: list[Quote] = []
    carried = ""  # the mark that the paragraph before left open
    for number, (start, end) in enumerate(lines):
        following = text[lines[number + 1][0] : lines[number + 1][1]].lstrip()[:1] if number + 1 < len(lines) else ""
        first, after = True, start
        for a, b, alone in _pairs(text, start, end):
            if a < after:
                continue
            mark = text[a]
            takes_up = first and mark == carried and not last_before(text, a, start)
            first = False
            if b < 0:
                goes_on = following == mark
                if not goes_on and not takes_up and not (alone and end - a < _REACH and _introduced(text, start, a)):
                    continue  # a stray mark
                stop = _rstrip(text, a + 1, end)
                out.append(Quote(a + 1, stop, a, stop, number, takes_up, goes_on))
                after = end
            else:
                out.append(Quote(a + 1, b, a, b + 1, number, takes_up))
        last = out[-1] if out else None
        carried = text[last.open] if last and last.paragraph == number and last.continued else ""
    return [q for q in out if q.end > q.start and not text[q.start : q.end].isspace()]


def _pairs(text: str, start: int, end: int) -> Iterable[tuple[int, int, bool]]:
    """(opening mark, closing mark, whether it is the last quotation) of one paragraph; the closing mark is -1 where it
    is missing."""
    pairs: dict[str, dict[int, int]] = {}
    last: dict[str, int] = {}  # mark -> where the last of its quotations that close opens
    at = start
    while match := _OPENING.search(text, at, end):
        a = match.start()
        at = a + 1
        mark = text[a]
        if not _opens(text, a, start, end):
            continue
        if mark in _SINGLE:
            b, alone = _closing_single(text, a, end, _CLOSERS[mark]), True
            if b < 0 and last_before(text, a, start) not in ("", ".", "?", "!", ",", ":"):
                continue  # an apostrophe after all
        else:
            if mark not in pairs:
                pairs[mark] = _matched(text, start, end, mark)
                last[mark] = max(pairs[mark], default=-1)
            b = pairs[mark].get(a, -1)
            if b < 0 and mark in _OTHER:
                b = _closing_other(text, a, end, _OTHER[mark])
            alone = a >= last[mark] and not (b < 0 and _EITHER.search(text, a + 1, min(end, a + _REACH)))
        yield a, b, alone
        at = b + 1 if b >= 0 else at


def _matched(text: str, start: int, end: int, mark: str) -> dict[int, int]:
    """Opening -> closing mark of all quotations of one kind in a paragraph. One that is left open has none: what opens
    and closes behind it is no part of it."""
    closers = _CLOSERS[mark]
    found: dict[int, int] = {}
    open_: list[int] = []
    for match in re.compile(f"[{mark}{closers}]").finditer(text, start, end):
        i = match.start()
        if open_ and text[i] in closers and (mark != '"' or not _only_opens(text, i, end)):
            found[open_.pop()] = i
        elif text[i] == mark and _opens(text, i, start, end):
            open_.append(i)
    return found


def _closing_other(text: str, a: int, end: int, closer: str) -> int:
    """Where a quotation of one style ends in a mark of another: the next mark of either, if it stands where words
    end; else -1."""
    found = _EITHER.search(text, a + 1, min(end, a + _REACH))
    if found is None or found[0] != closer:
        return -1
    b = found.start()
    ends = not text[b - 1].isspace() and not (b + 1 < end and text[b + 1].isalnum())
    return b if ends else -1


def _only_opens(text: str, i: int, end: int) -> bool:
    """Whether a straight mark stands where words begin."""
    after = text[i + 1] if i + 1 < end else " "
    return text[i - 1] in " \t(" and (after.isalnum() or after in "[…")


def _opens(text: str, a: int, start: int, end: int) -> bool:
    """Whether the mark at `a` begins a quotation here."""
    mark, before, after = text[a], text[a - 1] if a > start else " ", text[a + 1] if a + 1 < end else " "
    if mark in "“„‟«":
        return True
    if before not in _BEFORE_OPEN or after.isspace():
        return False
    if mark in _SINGLE:
        return not re.match(r"\d0s|(?:em|tis|twas|til|cause|n)\b", text[a + 1 : a + 8], re.IGNORECASE) and (
            after.isalnum() or after in '[…$£€"“-—'
        )
    return True


def _closing_single(text: str, a: int, end: int, closers: str) -> int:
    """Single marks double as apostrophes: "the workers’ rights" does not end where "workers’" does."""
    spots: list[int] = []
    inner = ""
    reach = min(end, a + _REACH)
    if text.find(closers, a + 1, reach) < 0:
        return -1
    for match in _IN_SINGLE[text[a]].finditer(text, a + 1, reach):
        i, c = match.start(), match[0]
        if inner:
            inner = "" if c in inner else inner
        elif c in '“"':
            inner = "”" if c == "“" else '"'
        elif c in closers and i > a + 1:
            before, after = text[i - 1], text[i + 1] if i + 1 < end else " "
            if not after.isalnum() and not before.isspace():
                spots.append(i)
                if before in ",.?!…" or after in ",.;:?!)" or i + 1 >= end:
                    return i
        elif c == text[a] and spots and text[i - 1].isspace() and text[i + 1 : i + 2].isalnum():
            return spots[-1]  # the next quotation begins: this one has ended
    for i in spots:
        if text[i - 1] not in "sS":
            return i
    return spots[0] if spots else -1


def _introduced(text: str, start: int, a: int) -> bool:
    """Whether an unclosed quotation begins where quotations do: its paragraph, or after a colon or comma."""
    return last_before(text, a, start) in ("", ":", ",")


def _rstrip(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
