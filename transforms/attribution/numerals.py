"""Numbers as English writes them: in figures, in words, with a scale behind them, as a fraction."""

from __future__ import annotations

import re

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "a": 1, "an": 1, "half": 0.5,
}  # fmt: skip
_GROUPS = {"hundred": 100, "dozen": 12, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
SCALE = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "tn": 1e12, "trn": 1e12, "lakh": 1e5, "crore": 1e7,
}  # fmt: skip
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "tenth": 10}

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNIT = rf"(?:(?:{_TENS})(?:[- ](?:{_ONES}))?|{_TEENS}|zero|{_ONES})(?![^\W\d_])"
_BLOCK = rf"(?:(?:{_UNIT}|an?) hundred(?:(?: and)? {_UNIT})?|{_UNIT})"
_HALVED = (
    "million|billion|trillion|dozen|per ?cent|percentage|point|second|minute|hour|day|week|month|year|decade|century"
)
_HALVED += "|inch|foot|yard|mile|kilo|cent|milli|met|lit|gram|ton|ounce|pound|acre|hectare|degree|dollar|euro"
WORDED = rf"(?:{_BLOCK}(?: thousand(?:,?(?: and)? {_BLOCK})?)?|half an?(?= (?:{_HALVED}))"
WORDED += r"|an?(?= (?:dozen|thousand|million|billion|trillion)\b))"
FIGURES = r"(?:\d{1,3}(?:,\d{2,3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
NUMBER = rf"(?:{FIGURES}|{WORDED})"
SCALED = r"(?:[ \u00a0-]?(?:hundred|thousand|million|billion|trillion|crore|lakh|dozen|bn|mln|mn|trn|tn|[mk])(?![\w]))"
SHARE = re.compile(
    rf"(?<![\w-])(?:(?P<count>an?|{_ONES})[ -](?P<part>third|quarter|fifth|sixth|seventh|eighth|tenth)s?"
    r"|(?P<half>half))"
    r"(?= (?:of|the|its|their|his|her|all)\b)"
    rf"|(?<![\w-])(?P<num>{FIGURES}|{_UNIT}) in (?P<den>{FIGURES}|a hundred|a thousand|{_UNIT})(?![\w-])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def number(written: str) -> float:
    """The value of a number in figures or in words: "1,250", "twenty-one", "three hundred and twelve"."""
    if written[0].isdigit() or written[0] == ".":
        return float(written.replace(",", ""))
    total = group = 0.0
    for word in re.split(r"[\s,-]+", written.lower()):
        if word in _GROUPS and word in {"thousand", "million", "billion"}:
            total, group = total + max(group, 1) * _GROUPS[word], 0.0
        elif word in _GROUPS:
            group = max(group, 1) * _GROUPS[word]
        elif word == "half":
            group = 0.5
        elif not (group == 0.5 and word in {"a", "an"}):
            group += _SMALL.get(word, 0)
    return total + group


def share(match: re.Match[str]) -> float | None:
    """The value of what `SHARE` found, 0 to 1; None where it is no share ("two in 2019")."""
    if match["half"]:
        return 0.5
    if match["part"]:
        return number(match["count"]) / _PARTS[match["part"].lower()]
    below = match["den"]
    if _YEAR.fullmatch(below) or number(below) < 2 or number(match["num"]) > number(below):
        return None
    return number(match["num"]) / number(below)
