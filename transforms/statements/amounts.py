"""Figures in a claim as what they allow, and whether two figures of one thing can both be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from schemas.records import Quantity
from transforms.attribution.quantities import limit_of
from transforms.naming.people import GROUPS, PEOPLE
from transforms.statements.words import stem
from transforms.wordlist import wordset

ABOUT = 0.1  # share by which an "about" may be off
_PEOPLE = frozenset(map(stem, ("person", "man", "woman")))  # who stands for people of any kind
_KINDS = _PEOPLE | frozenset(
    map(
        stem,
        GROUPS | PEOPLE | wordset(
            """child pupil patient passenger miner sailor fisherman victim casualty migrant refugee evacuee hostage
            prisoner inmate protester demonstrator striker member crew guest holidaymaker pensioner mourner rescuer
            firefighter paramedic nurse doctor driver cyclist pedestrian swimmer climber hiker applicant candidate
            customer client subscriber reader viewer spectator fan player recruit volunteer civilian fighter militant
            infant baby adult citizen inhabitant tenant owner householder staff colleague supporter signatory"""
        ),
    )
)  # fmt: skip
"""Kinds of people."""
_BASE = {
    "km": ("m", 1e3), "mile": ("m", 1609.344), "m": ("m", 1.0), "foot": ("m", 0.3048), "inch": ("m", 0.0254),
    "cm": ("m", 0.01), "mm": ("m", 0.001), "kg": ("kg", 1.0), "g": ("kg", 0.001), "tonne": ("kg", 1e3),
    "ton": ("kg", 907.185), "pound": ("kg", 0.45359), "ha": ("ha", 1.0), "acre": ("ha", 0.40469),
    "GW": ("MW", 1e3), "MW": ("MW", 1.0), "week": ("day", 7.0), "day": ("day", 1.0), "hour": ("day", 1 / 24),
    "minute": ("day", 1 / 1440), "second": ("day", 1 / 86400), "year": ("month", 12.0), "month": ("month", 1.0),
}  # fmt: skip
_CHANGE = re.compile(
    r"\b(?:ris(?:en|es|e|ing)|rose|grown|grew|climb(?:ed|s)|increased|raised|gone up|went up|fallen|fell|dropped"
    r"|lowered|reduced|reached|revised|corrected)(?:\s+[^\W\d]+){0,2}?\s+to\b"
    r"|\b(?:now|so far|earlier|previously|originally|initially|meanwhile|by then|since then|up from|down from)\b",
    re.IGNORECASE,
)


class Amount(NamedTuple):
    """A figure: between `low` and `high` in `unit` (of a base, where it is a measure), of what it counts."""

    low: float
    high: float
    unit: str
    what: str  # stem
    start: int  # in the article's text
    end: int


def amounts(text: str, found: Iterable[Quantity]) -> tuple[Amount, ...]:
    """The figures with a unit or a thing that they count; others say too little to be compared."""
    return tuple(_amount(text, one) for one in found if one.unit or one.what)


def _amount(text: str, one: Quantity) -> Amount:
    unit, factor = _BASE.get(one.unit, (one.unit, 1.0))
    decimal = bool(re.search(r"\d[.,]?\d*", one.span.exact)) and "." in one.span.exact
    low, high = _limits(one.value, limit_of(text, one.span.start, one.span.end), decimal)
    return Amount(low * factor, high * factor, unit, stem(one.what) if one.what else "", one.span.start, one.span.end)


def _limits(value: float, limit: str, decimal: bool) -> tuple[float, float]:
    """What a figure allows. One that ends in two zeros or more was rounded: half of its last digit either way."""
    step = 0.0 if decimal else _rounded(value)
    if decimal and abs(value) >= 1e3:  # "1.3 billion"
        step = 10 ** (len(str(int(abs(value)))) - 1) / 20
    low, high = value - step, value + step
    slack = ABOUT * abs(value)
    match limit:
        case "least" | "more":
            return low, inf
        case "most":
            return 0.0, high
        case "less":
            return value - 2 * slack, high
        case "about":
            return min(low, value - slack), max(high, value + slack)
    return low, high


def _rounded(value: float) -> float:
    """Half of the place of the last digit that is no zero, where at least two zeros follow it."""
    if value != int(value) or value == 0:
        return 0.0
    digits = str(int(abs(value)))
    zeros = len(digits) - len(digits.rstrip("0"))
    return 10**zeros / 2 if zeros >= 2 else 0.0


def comparable(one: Amount, other: Amount) -> bool:
    """Whether two figures measure or count the same kind of thing."""
    if one.unit or other.unit:
        return one.unit == other.unit
    return one.what == other.what or (bool(_PEOPLE & {one.what, other.what}) and {one.what, other.what} <= _KINDS)


def agree(one: Amount, other: Amount) -> bool:
    """Whether both can be right of one thing."""
    slack = 1e-6 * max(1.0, abs(one.low))
    return one.low <= other.high + slack and other.low <= one.high + slack


def unmoved(one: Amount, other: Amount) -> bool:
    """Whether both are one figure, more or less exact: "at least 14" and "at least 17" can be right of one thing, and
    are not."""
    if not (comparable(one, other) and agree(one, other)):
        return False
    if inf in (one.high, other.high):
        return one.low == other.low
    return one.high == other.high if 0.0 in (one.low, other.low) else True


def alike(ours: Sequence[Amount], theirs: Sequence[Amount]) -> int:
    """How many of our figures stand among theirs."""
    return sum(any(comparable(a, b) and agree(a, b) for b in theirs) for a in ours)


def clash(ours: Sequence[Amount], theirs: Sequence[Amount]) -> tuple[Amount, Amount] | None:
    """The first two figures of one kind that cannot both be right, where neither has its like on the other side."""
    lonely = [a for a in ours if not any(comparable(a, b) and agree(a, b) for b in theirs)]
    other = [b for b in theirs if not any(comparable(a, b) and agree(a, b) for a in ours)]
    return next(((a, b) for a in lonely for b in other if comparable(a, b)), None)


def told_as_change(content: str) -> bool:
    """Whether the words say that a figure is not what it was: "has risen to", "so far", "earlier"."""
    return bool(_CHANGE.search(content))
