"""Where an outlet says that it was wrong, and of which claims: corrections, clarifications, retractions. Pure.

A notice is a paragraph of an article, or a title ("Correction: ..."). It speaks of the claims whose figures it names,
or whose words it shares; one whose title is a notice speaks of an earlier article of its site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.records import Span
from transforms.attribution.quantities import quantities
from transforms.statements.amounts import alike, amounts
from transforms.statements.facts import Facts
from transforms.statements.words import total, words

LONGEST = 900  # characters of a notice
SHARED = 0.35  # share of a claim's words that a notice has, where it names no figure of it
FIGURED = 0.15  # ... where it names one

_PIECE = r"(?:article|story|report|piece|post|page|headline|version|item|column|dispatch|obituary|caption)"
_WRONG = (
    r"(?:mis(?:stated|identified|spelled|spelt|quoted|attributed)|incorrectly|wrongly|erroneously|mistakenly|inaccurately"
    r"|gave (?:the|an?) (?:wrong|incorrect)|said .{1,200}?\bin fact\b|got .{1,40} wrong)"
)
_PATTERNS = {
    "retraction": (
        r"^(?:retract(?:ion|ed)|withdrawn)\b\s*[:.–—-]",
        r"\b(?:we|the \w+) (?:has |have )?(?:retract(?:s|ed)?|withdr[ae]wn?|withdrew) (?:the |this |our |an? )"
        rf"(?:\w+ )?{_PIECE}\b",
        rf"\b(?:this|our|an earlier) (?:\w+ )?{_PIECE} (?:has been|was|is) (?:retracted|withdrawn|removed)\b",
    ),
    "correction": (
        r"^(?:corrections?|corrected|erratum|amended)\b\s*[:.–—(-]",
        r"^editor.?s.? (?:note|correction)\b[^.]*\bcorrect",
        rf"\b(?:earlier|previous|original|first|prior) (?:\w+ )?{_PIECE}s?\b.{{0,60}}?\b{_WRONG}",
        rf"\bthis {_PIECE} (?:has been|was) (?:corrected|amended)\b|\bupdated to correct\b",
        r"\bwe (?:apologi[sz]e|regret) (?:for )?(?:the|this|our) (?:error|mistake)",
    ),
    "clarification": (
        r"^clarifications?\b\s*[:.–—-]",
        rf"\bthis {_PIECE} (?:has been|was) (?:updated|changed|edited) to clarify\b",
    ),
}
_KINDS = {kind: re.compile("|".join(rows), re.IGNORECASE) for kind, rows in _PATTERNS.items()}


class Found(NamedTuple):
    """`title`: the words are the article's title; then it speaks of another article."""

    kind: str
    span: Span
    title: bool = False


def notices(title: str, text: str) -> list[Found]:
    """The title first, then in the order of the text; each paragraph is at most one."""
    found = [Found(kind, Span(0, len(title), title), title=True) for kind in _kind(title.strip(), bare=True)]
    for line in re.finditer(r"[^\n]+", text):
        words_ = line.group().strip()
        if len(words_) <= LONGEST:
            start = line.start() + line.group().index(words_) if words_ else line.start()
            found += [Found(kind, Span(start, start + len(words_), words_)) for kind in _kind(words_, bare=False)]
    return found


def _kind(words_: str, *, bare: bool) -> Iterator[str]:
    """The first kind that fits; a title counts by its first word alone."""
    for kind, pattern in _KINDS.items():
        match = pattern.search(words_)
        if match and not (bare and match.start()):
            yield kind
            return


def spoken_of(text: str, notice: Found, claims: Sequence[Facts]) -> list[Facts]:
    """The claims that a notice speaks of, in their order. `text` holds the notice: the title, or the article's text."""
    mine = frozenset(word.stem for word in words(text, notice.span.start, notice.span.end))
    figures = quantities(text, notice.span.start, notice.span.end)
    bare = [figure.value for figure in figures if not (figure.unit or figure.what)]
    named = amounts(text, figures)

    def fits(claim: Facts) -> bool:
        if any(a.low <= value <= a.high and a.what in mine for a in claim.amounts for value in bare):
            return True  # "the number of people ... as 430"
        return total(claim.stems & mine) / claim.mass >= (FIGURED if alike(claim.amounts, named) else SHARED)

    return [claim for claim in claims if claim.mass and not _within(claim, notice) and fits(claim)]


def _within(claim: Facts, notice: Found) -> bool:
    return not notice.title and any(notice.span.start <= s.start < notice.span.end for s in claim.spans)
