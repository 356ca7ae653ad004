"""Quotations in a text: where words stand between marks, whichever marks an outlet uses.

Straight and curly, double and British single (with a sense for apostrophes), guillemets both ways round and low-high
marks; a quotation may run over several paragraphs (each begins with a mark, only the last one ends with one) and may
lack its end. Marks inside another quotation belong to its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_CLOSERS = {"“": "”", "„": "“”", "‟": "”", "«": "»", "»": "«", '"': '"', "‘": "’", "'": "'"}
_OPENING = re.compile("[“„‟«»\"‘']")
_SINGLE = frozenset("‘'")
_BEFORE_OPEN = frozenset(" \t\u00a0\u202f\u2009([{—–-/:;,…\"“‘'")
_LINE = re.compile(r"[^\n]+")
_REACH = 2_000  # characters that a quotation in single marks may run; behind them an apostrophe is likelier than an end


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
        following = text[lines[number + 1][0] : lines[number + 1][1]].lstrip() if number + 1 < len(lines) else ""
        first = True
        for a, b in _pairs(text, start, end):
            mark = text[a]
            lead = not text[start:a].strip()
            takes_up = first and bool(carried) and lead and mark == carried
            first = False
            if b < 0:
                goes_on = following.startswith(mark)
                if not goes_on and not takes_up and not _introduced(text, start, a):
                    continue
                stop = _rstrip(text, a + 1, end)
                out.append(Quote(a + 1, stop, a, stop, number, takes_up, goes_on))
            else:
                out.append(Quote(a + 1, b, a, b + 1, number, takes_up))
        last = out[-1] if out else None
        carried = text[last.open] if last and last.paragraph == number and last.continued else ""
    return [q for q in out if q.end > q.start and not text[q.start : q.end].isspace()]


def _pairs(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """(opening mark, closing mark) of one paragraph; -1 where the end is missing."""
    at = start
    while match := _OPENING.search(text, at, end):
        a = match.start()
        at = a + 1
        if not _opens(text, a, start, end):
            continue
        b = _closing(text, a, end)
        if b < 0 and text[a] in _SINGLE and text[start:a].rstrip()[-1:] not in ("", ".", "?", "!", ",", ":"):
            continue  # an apostrophe after all
        yield a, b
        at = b + 1 if b >= 0 else end


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


def _closing(text: str, a: int, end: int) -> int:
    """Where the quotation that opens at `a` closes; -1 if nowhere in its paragraph."""
    mark = text[a]
    closers = _CLOSERS[mark]
    if mark in _SINGLE:
        return _closing_single(text, a, end, closers)
    if mark == '"':
        return _closing_straight(text, a, end)
    depth = 0
    for i in range(a + 1, end):
        if text[i] in closers:
            if not depth:
                return i
            depth -= 1
        elif text[i] == mark:
            depth += 1  # the same mark again, inside: one more to close
            if not any(c in text[i + 1 : end] for c in closers):
                return -1
    return -1 if depth <= 0 else next((i for i in range(end - 1, a, -1) if text[i] in closers), -1)


def _closing_straight(text: str, a: int, end: int) -> int:
    """A straight mark closes where words end before it; one that only can open is an inner or a new quotation."""
    i = text.find('"', a + 1, end)
    while i >= 0:
        before, after = text[i - 1], text[i + 1] if i + 1 < end else " "
        if not (before in " \t(" and (after.isalnum() or after in "[…")):
            return i
        i = text.find('"', i + 1, end)
    return -1


def _closing_single(text: str, a: int, end: int, closers: str) -> int:
    """Single marks double as apostrophes: "the workers’ rights" does not end where "workers’" does."""
    spots: list[int] = []
    inner = ""
    if not any(closer in text[a + 1 : end] for closer in closers):
        return -1
    for i in range(a + 1, min(end, a + _REACH)):
        c = text[i]
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
    before = text[start:a].rstrip()
    return not before or before[-1] in ":,"


def _rstrip(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
