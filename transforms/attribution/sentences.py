"""Sentences as a reader of claims needs them: a quotation counts as one word of the sentence that carries it.

The parser's own sentences break inside inverted attributions; these are read off the punctuation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from transforms.attribution.cues import FORMS
from transforms.attribution.quotes import Quote

_LINE = re.compile(r"[^\n]+")
_END = re.compile(r"[.!?…]+[)\]”’\"']*\s+(?=[A-ZÀ-ÖØ-Þ0-9\x00(\[“‘\"'•–—-])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\x00–—-])(?:[A-Z]|(?:[A-Z]\.)+[A-Z]|Mr|Mrs|Ms|Dr|Prof|Gen|Brig|Lt|Col|Maj|Capt|Cpl|Sgt|Adm|Rear|Rev|Fr|Sen|"
    r"Reps?|Sens|Gov|Lt|Hon|St|Ste|Mt|Jr|Sr|Inc|Corp|Co|Ltd|Bros|vs|No|Nos|approx|est|Det|Insp|Supt|Const|Msgr|Engr|Ma|Mme|Fn|"
    r"Barr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|"
    r"La|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|e\.g|i\.e|a\.m|p\.m|al|fig|pp?)$"
)
_DATELINE = re.compile(
    r"(?:Mc)?[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ .'’-]{2,30}(?:, [^()—–\n]{2,30})?(?: ?\([^)\n]{2,40}\))? ?(?:[—–]|-(?= )) ?"
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[.;:?!\x00\n]")


class Sentence(NamedTuple):
    start: int
    end: int
    paragraph: int
    quotes: tuple[Quote, ...]


def sentences(text: str, quotes: Sequence[Quote]) -> list[Sentence]:
    """The sentences of every paragraph, in order."""
    out = []
    by_paragraph: dict[int, list[Quote]] = {}
    for quote in quotes:
        by_paragraph.setdefault(quote.paragraph, []).append(quote)
    lines = [m for m in _LINE.finditer(text) if not m.group().isspace()]
    for number, line in enumerate(lines):
        mine = by_paragraph.get(number, [])
        opens = [q.open for q in mine]
        start = line.start()
        if dateline := _DATELINE.match(text, line.start(), line.end()):
            start = dateline.end()
        for end in [*sorted(set(_boundaries(text, line.start(), line.end(), mine))), line.end()]:
            a, b = _trim(text, start, end)
            if b > a:
                out.append(Sentence(a, b, number, tuple(mine[bisect_left(opens, a) : bisect_left(opens, b)])))
            start = end
    return out


def datelines(text: str) -> Iterable[tuple[int, int]]:
    """Where a place and an agency stand before the first words of one of the first lines."""
    for line, _ in zip(_LINE.finditer(text), range(4), strict=False):
        if found := _DATELINE.match(text, line.start(), line.end()):
            yield found.span()


def mask(text: str, start: int, end: int, quotes: Iterable[Quote]) -> str:
    """The stretch with every quotation, marks and all, blotted out by NUL; the same length."""
    out = list(text[start:end].replace("\x00", " "))
    for q in quotes:
        for i in range(max(0, q.open - start), min(len(out), q.close - start)):
            out[i] = "\x00"
    return "".join(out)


def _boundaries(text: str, start: int, end: int, quotes: Sequence[Quote]) -> Iterable[int]:
    masked = mask(text, start, end, quotes)
    for match in _END.finditer(masked):
        if masked[match.start()] == "." and _ABBREVIATION.search(masked, max(0, match.start() - 12), match.start()):
            continue
        yield start + match.end()
    for quote in quotes:
        if text[quote.end - 1] in ".!?…" and (after := _after_quote(text, masked, quote, start, end)):
            yield after


def _after_quote(text: str, masked: str, quote: Quote, start: int, end: int) -> int:
    """Where the sentence after a quotation with its own full stop begins; 0 if the sentence goes on."""
    at = quote.close
    while at < end and text[at].isspace():
        at += 1
    if at >= end or at == quote.close:
        return 0
    follows = masked[at - start]
    if follows == "\x00":
        return at
    if not follows.isupper() and not follows.isdigit():
        return 0
    if text[quote.end - 1] != "." and _carried(masked, at - start):
        return 0
    return at


def _carried(masked: str, at: int) -> bool:
    """Whether what follows "...?" is the quotation's own attribution: a cue within a few words, then a stop."""
    for count, match in enumerate(_WORDS.finditer(masked, at)):
        word = match.group()
        if word == "." and _ABBREVIATION.search(masked, max(0, match.start() - 12), match.start()):
            continue
        if count > 8 or not word[0].isalpha():
            return False
        if count and word.lower() in FORMS:
            return True
    return False


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
