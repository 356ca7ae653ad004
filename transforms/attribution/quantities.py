"""Numbers with their unit and what they count, read off a stretch of text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from schemas.records import Quantity, Span
from transforms.wordlist import wordset

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALE = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12, "lakh": 1e5, "crore": 1e7,
}  # fmt: skip
_CURRENCY = {
    "$": "USD", "US$": "USD", "A$": "AUD", "C$": "CAD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₦": "NGN",
}  # fmt: skip
_UNITS = {
    "percent": "percent", "per cent": "percent", "%": "percent", "percentage points": "percentage point",
    "percentage point": "percentage point", "basis points": "basis point", "km": "km", "kilometres": "km",
    "kilometers": "km", "kilometre": "km", "kilometer": "km", "miles": "mile", "mile": "mile", "metres": "m",
    "meters": "m", "feet": "foot", "inches": "inch", "cm": "cm", "mm": "mm", "kg": "kg", "kilograms": "kg",
    "grams": "g",
    "tonnes": "tonne", "tonne": "tonne", "tons": "ton", "pounds": "pound", "litres": "l", "liters": "l",
    "hectares": "ha", "acres": "acre", "degrees": "degree", "barrels": "barrel", "megawatts": "MW",
    "MW": "MW", "gigawatts": "GW",
    "years": "year", "year": "year", "months": "month", "month": "month", "weeks": "week", "week": "week",
    "days": "day", "day": "day", "hours": "hour", "hour": "hour", "minutes": "minute", "minute": "minute",
    "seconds": "second", "dollars": "USD", "euros": "EUR", "euro": "EUR", "yen": "JPY", "rupees": "INR", "yuan": "CNY",
    "pesos": "peso", "naira": "NGN", "rand": "ZAR",
}  # fmt: skip
_NUMBER_WORD = "|".join([*_SMALL, *_TENS])
_NUMBER = re.compile(
    rf"(?<![\w.,:-])(?P<cur>US\$|A\$|C\$|[$€£¥₹₦])?"
    rf"(?P<num>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:{_NUMBER_WORD})(?:-(?:{_NUMBER_WORD}))?)"
    r"(?:[ -]?(?P<scale>hundred|thousand|million|billion|trillion|crore|lakh|bn|mn|tn|[mk])(?![\w]))?",
    re.IGNORECASE,
)
_UNIT = re.compile(r"[ -]?(%|percentage points?|basis points|per cent|[^\W\d_]+)")
_COUNTED = re.compile(
    r"(?:(?:of|the|its|more|other|new|U\.S\.|[^\W\d_]+)\s+){0,3}?([^\W\d_]{3,}s)\b|\s*(people|men|women|children|police)\b"
)
_MONTHS = wordset(
    """January February March April May June July August September October November December Jan Feb Aug Sept Oct Nov
    Dec"""
)
_MONTH_BEFORE = re.compile(r"(?:[A-Z][a-z]+)\.? $")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def quantities(text: str, start: int, end: int) -> tuple[Quantity, ...]:
    """The quantities that stand in `text[start:end]`; years, dates and clock times are none."""
    return tuple(_read(text, start, end))


def _read(text: str, start: int, end: int) -> Iterable[Quantity]:
    for match in _NUMBER.finditer(text, start, end):
        if _is_date(text, match, end):
            continue
        value = number(match["num"]) * _SCALE.get((match["scale"] or "").lower(), 1)
        if not math.isfinite(value):  # more than 308 digits are no quantity that JSON or a reader could hold
            continue
        stop = match.end()
        unit = _CURRENCY.get((match["cur"] or "").upper(), "") if match["cur"] else ""
        after = _UNIT.match(text, stop, end)
        if after and (named := _UNITS.get(after[1])):
            unit = unit or named
            stop = after.end()
        counted = (
            _COUNTED.match(text, stop + 1, min(end, stop + 60))
            if not unit and stop < end and text[stop] in " -"
            else None
        )
        what = (counted[1] or counted[2]) if counted else ""
        if match["num"].isalpha() and not (unit or what or match["scale"]):
            continue
        if unit or what or match["num"][0].isdigit():
            yield Quantity(
                value=value, unit=unit, what=what, span=Span(match.start(), stop, text[match.start() : stop])
            )


def number(written: str) -> float:
    """The value of a number in figures or in words: "1,250", "twenty-one"."""
    if written[0].isdigit():
        return float(written.replace(",", ""))
    return float(sum(_SMALL.get(w, _TENS.get(w, 0)) for w in written.lower().split("-")))


def _is_date(text: str, match: re.Match[str], end: int) -> bool:
    if match["cur"] or match["scale"]:
        return False
    month = _MONTH_BEFORE.search(text, max(0, match.start() - 12), match.start())
    if month and month.group().strip(" .") in _MONTHS:
        return True
    following = re.match(
        r"(?:st|nd|rd|th)?\s+([A-Z][a-z]+)|:\d\d|\s?[ap]\.?m\b|-?[A-Za-z]\w",
        text[match.end() : min(end, match.end() + 14)],
    )
    if following and (
        following[1] in _MONTHS or following.group()[0] in ":" or re.match(r"\s?[ap]\.?m", following.group())
    ):
        return True
    return bool(_YEAR.fullmatch(match["num"])) and not _UNIT_NEXT.match(text, match.end(), end)


_UNIT_NEXT = re.compile(r"[ -]?(?:%|per|tonnes|people|km|miles|dollars)")
