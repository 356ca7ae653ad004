"""Numbers with their unit and what they count, read off a stretch of text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from schemas.records import Quantity, Span
from transforms.attribution.numerals import NUMBER, SCALE, SCALED, SHARE, number, share
from transforms.attribution.trees import Trees
from transforms.attribution.units import SIGN, SIGNS, unit_pattern, units
from transforms.wordlist import wordset

_ONE = rf"(?:(?P<cur>(?-i:{SIGN})) ?)?(?P<num>{NUMBER})(?P<scale>{SCALED})?"
_NUMBER = re.compile(rf"(?<![\w.,:/+-])(?P<minus>minus |−)?{_ONE}", re.IGNORECASE)
_RANGES = re.compile(r"\b(?:rang(?:e|es|ed|ing)|anywhere) from $")
_TO = re.compile(r"(?P<join> ?[-–] ?| to | and )")
_SECOND = re.compile(_ONE, re.IGNORECASE)
_PER = re.compile(r" (?:an?|per|each) (second|minute|hour|day|night|week|month|quarter|year|person|head)\b")
_OF = re.compile(r" of (?:all |the |its |their |his |her |our |these |those )?(?!them\b|us\b|it\b)([^\W\d_]{3,})")
_COUNTED = re.compile(
    r"(?:(?:of|the|its|more|other|new|U\.S\.|[^\W\d_]+)\s+){0,3}?([^\W\d_]{3,}s)\b|\s*(people|men|women|children|police)\b"
)
_MONTHS = wordset(
    """January February March April May June July August September October November December Jan Feb Aug Sept Oct Nov
    Dec"""
)
_MONTH_BEFORE = re.compile(r"(?:[A-Z][a-z]+)\.? $")
_DATED = re.compile(r"(?:st|nd|rd|th)?\s+([A-Z][a-z]+)|:\d\d|\s?[ap]\.?m\b")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_UNIT_NEXT = re.compile(r"[ -]?(?:%|per|tonnes|people|km|miles|dollars)")
_NAMED = re.compile(r"\b[A-Z][\w.-]* $")
_NUMBERED = re.compile(
    r"\d $|\b(?:section|article|item|chapter|page|no\.|number|room|phase|part|rule|clause|figure|table|line|doi) $",
    re.IGNORECASE,
)  # a number that is a name, or a part of a telephone number
_MORE_DIGITS = re.compile(r" \d")
_AGE = re.compile(r"-old\b| years? old\b| of age\b")
_NAME = re.compile(r"\b[A-Z][^\W\d_]+, $")  # "Tomas Reyes, 44,"
_AGED = re.compile(r"\b(?:aged?|age of) $")
_BEFORE = re.compile(
    r"(?:(?P<least>at least|no (?:fewer|less) than|not less than|a minimum of|upwards of)"
    r"|(?P<more>more than|over|above|in excess of|exceed(?:s|ed|ing)?|greater than)"
    r"|(?P<most>at most|up to|as (?:many|much) as|no more than|not more than|a maximum of)"
    r"|(?P<less>less than|fewer than|under|below|nearly|almost|just short of|close to)"
    r"|(?P<about>about|around|some|roughly|approximately|(?:an )?estimated|circa|nearer))"
    r" (?:the |an? |between |from )?$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(?: [^\W\d_]+){0,2}? (?:(?P<least>or more|and more|at least)|(?P<about>or so|or thereabouts))\b")
_SCORE = re.compile(r"[\d.,:–-]*")
_NOUNS = frozenset({"NOUN", "PROPN", "NUM"})
_LOOK = 30  # characters beside a number in which words bound it
Stretch = tuple[int, int]


def quantities(
    text: str, start: int, end: int, trees: Trees | None = None, times: Sequence[Stretch] = ()
) -> tuple[Quantity, ...]:
    """The quantities that stand in `text[start:end]`; years, dates, clock times, scores and parts of names are none.

    `trees` tell what is counted where they know; `times` are stretches that tell a time.
    """
    shares = list(_shares(text, start, end, trees))
    taken = [*times, *((q.span.start, q.span.end) for q in shares)]
    found = [*shares, *_read(text, start, end, trees, taken)]
    return tuple(sorted(found, key=lambda q: q.span.start))


def _read(text: str, start: int, end: int, trees: Trees | None, taken: Sequence[Stretch]) -> Iterator[Quantity]:
    at = start
    while match := _NUMBER.search(text, at, end):
        at = max(match.end(), match.start() + 1)
        if any(a < match.end() and b > match.start() for a, b in taken) or _is_date(text, match, end):
            continue
        last = _last(text, match, end)
        if last is match and (score := _SCORE.match(text, match.end(), end)) and re.match(r"[-–]\d", score.group()):
            at = score.end()
            continue
        value, upper = _bounds(match, last)
        if not (math.isfinite(value) and math.isfinite(upper)):  # no JSON, no reader could hold more than 308 digits
            continue
        unit, stop = _unit(text, match, last, end)
        what = _counted(text, match.start(), stop, end, unit, trees)
        if not unit and what == "age":
            unit = "year"
        if unit or what or _stands(text, match):
            at = max(at, stop)
            per = _PER.match(text, stop, end)
            yield Quantity(
                value=value,
                unit=unit,
                what=what,
                span=Span(match.start(), stop, text[match.start() : stop]),
                upper=upper if last is not match else None,
                limit=limit_of(text, match.start(), stop),
                per=per[1] if per else "",
            )


def _stands(text: str, match: re.Match[str]) -> bool:
    """Whether a number without a unit or a thing counted is said for its own sake: not "52nd", "Boeing 737"."""
    if match["scale"]:
        return True
    if not (match["num"][0].isdigit() or match["num"][0] == ".") or text[match.end() : match.end() + 1].isalpha():
        return False
    before, after = text[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 3]
    if _NUMBERED.search(before) or _MORE_DIGITS.match(after) or (after[:2] == ". " and _opens(text, match.start())):
        return False
    named = _NAMED.search(text, max(0, match.start() - 24), match.start())
    return named is None or _opens(text, named.start())


def _opens(text: str, at: int) -> bool:
    """Whether a sentence begins at a place."""
    before = text[max(0, at - 3) : at].rstrip(" “\"'‘(")
    return at == 0 or not before or before[-1] in ".!?:\n"


def _scale(match: re.Match[str]) -> float:
    return SCALE.get((match["scale"] or "").strip(" -\u00a0").lower(), 1.0)


def _bounds(match: re.Match[str], last: re.Match[str]) -> tuple[float, float]:
    """The values of a number and of the end of its range. "$10 to $15 million" are both millions."""
    value, upper = number(match["num"]) * _scale(match), number(last["num"]) * _scale(last)
    if last is not match and not match["scale"] and value * _scale(last) < upper:
        value *= _scale(last)
    return (-value, -upper) if match["minus"] else (value, upper)


def _last(text: str, match: re.Match[str], end: int) -> re.Match[str]:
    """The number at the end of the range that a number begins; itself where it begins none.

    A hyphen or "to" joins a range only where something is counted behind it, not in a score or a vote; "and" only
    behind "between", "to" not behind "from", which tells a change.
    """
    joint = _TO.match(text, match.end(), end)
    second = _SECOND.match(text, joint.end(), end) if joint else None
    if joint is None or second is None or _DATED.match(text, second.end(), end):
        return match
    before = text[max(0, match.start() - 16) : match.start()].lower()
    change = before.endswith("from ") and not _RANGES.search(before)
    if (joint["join"].strip() == "and") != before.endswith("between ") or change:
        return match
    counted = unit_pattern().match(text, second.end(), end) or second["cur"] or match["cur"]
    counted = counted or _AGED.search(before)
    if not (counted or _COUNTED.match(text, second.end() + 1, end)):
        return match
    value, upper = _bounds(match, second)
    return second if abs(upper) > abs(value) else match


def _unit(text: str, match: re.Match[str], last: re.Match[str], end: int) -> tuple[str, int]:
    """The unit of a number, and where the number with its unit ends."""
    sign = match["cur"] or last["cur"] or ""
    unit = SIGNS.get(sign, SIGNS.get(sign.upper(), sign.upper())) if sign else ""
    after = unit_pattern().match(text, last.end(), end)
    if not after:
        return unit, last.end()
    return unit or units()[after[1].lower()], after.end()


def _counted(text: str, start: int, stop: int, end: int, unit: str, trees: Trees | None) -> str:
    """What is counted: the noun of the number, or what a measure is "of"."""
    aged = unit == "year" and _AGE.match(text, stop, end)
    if aged or (unit in {"", "year"} and _AGED.search(text, max(0, start - 8), start)):
        return "age"
    if unit == "" and _NAME.search(text, max(0, start - 24), start) and (stop >= end or text[stop] in ",.;)"):
        return "age"
    if unit:
        of = _OF.match(text, stop, end)
        return _head(text, of.span(1), trees) if of else ""
    if trees is not None and any(trees.tokens[i].dep for i in trees.between(start, stop)):
        return _noun(start, stop, end, trees)
    near = stop < end and text[stop] in " -"
    counted = _COUNTED.match(text, stop + 1, min(end, stop + 60)) if near else None
    return (counted[1] or counted[2]) if counted else ""


def _noun(start: int, stop: int, end: int, trees: Trees) -> str:
    """The noun that a number tells the number of: the tree's, where it is the number's neighbour or has none."""
    tokens = trees.tokens
    beside: list[int] = []  # the first unbroken run of nouns behind adjectives
    for i in trees.between(stop, min(end, stop + 60)):
        if tokens[i].pos in _NOUNS and tokens[i].text.isalpha():  # "NUM": a model may take "crowns" for one
            beside.append(i)
        elif beside or tokens[i].pos != "ADJ":
            break
    for i in trees.between(start, stop):
        head = min(tokens[i].head, len(tokens) - 1)
        counted = tokens[head].pos in _NOUNS and stop <= tokens[head].start < min(end, stop + 60)
        if tokens[i].dep == "nummod" and counted and (head in beside or not beside):
            return tokens[head].text
    return tokens[beside[-1]].text if beside and tokens[beside[-1]].pos != "PROPN" else ""


def _head(text: str, span: Stretch, trees: Trees | None) -> str:
    """The noun at the head of a phrase: the first one behind which no other noun follows."""
    if trees is None:
        return text[span[0] : span[1]].rpartition(" ")[2]
    inside = trees.between(span[0], span[1] + 40)
    noun = ""
    for i in inside:
        token = trees.tokens[i]
        if token.pos in {"NOUN", "PROPN"}:
            noun = token.text
        elif noun or token.pos not in {"ADJ", "NUM", "DET", "PRON", "ADV"}:
            break
    return noun


def limit_of(text: str, start: int, stop: int) -> str:
    """How exact the words beside a number say it is: a `Quantity.limit`."""
    before = _BEFORE.search(text, max(0, start - _LOOK), start)
    after = _AFTER.match(text, stop, stop + _LOOK)
    found = [name for match in (before, after) if match for name, word in match.groupdict().items() if word]
    return found[0] if found else ""


def _shares(text: str, start: int, end: int, trees: Trees | None) -> Iterable[Quantity]:
    """ "a third of voters", "one in ten people"."""
    for match in SHARE.finditer(text, start, end):
        value = share(match)
        of = _OF.match(text, match.end(), end)
        counted = _COUNTED.match(text, match.end() + 1, min(end, match.end() + 60)) if match["num"] else None
        if value is None or (match["num"] and not counted and not _tenfold(match["den"])):  # "two in three" of what?
            continue
        what = _head(text, of.span(1), trees) if of else (counted[1] or counted[2]) if counted else ""
        yield Quantity(
            value=round(value, 6),
            unit="share",
            what=what,
            span=Span(match.start(), match.end(), match.group()),
            limit=limit_of(text, match.start(), match.end()),
        )


def _tenfold(written: str) -> bool:
    return written.lower() in {"ten", "a hundred", "a thousand"} or re.fullmatch("1[0,]+", written) is not None


def _is_date(text: str, match: re.Match[str], end: int) -> bool:
    if match["cur"] or match["scale"]:
        return False
    month = _MONTH_BEFORE.search(text, max(0, match.start() - 12), match.start())
    if month and month.group().strip(" .") in _MONTHS:
        return True
    following = _DATED.match(text, match.end(), min(end, match.end() + 14))
    if following and (following[1] in _MONTHS or following[1] is None):
        return True
    return bool(_YEAR.fullmatch(match["num"])) and not _UNIT_NEXT.match(text, match.end(), end)
