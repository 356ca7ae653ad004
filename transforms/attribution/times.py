"""Words that tell a time, and the time that they mean, counted from the day of publication.

Only what the words and that day leave no doubt of is sure; the rest says that it is not, or stays without a value.
How often ("every Monday"), how long ("three years") and clock times are none of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from schemas.records import Span, TimeWords
from transforms.attribution.calendars import BACK, Meant, absolute, ago, day_word, month_word, period, weekday
from transforms.attribution.numerals import WORDED
from transforms.attribution.zones import Day

_MONTH = (
    "Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)|Apr(?:il|\\.)|May|June?|July?|Aug(?:ust|\\.)?|Sept?(?:ember|\\.)?"
    "|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?"
)
_DAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_YEAR = r"(?:1[6-9]|20)[0-9][0-9]"
_PART = r"(?:\ (?:morning|afternoon|evening|night))?"
_WORDED = WORDED.replace(" ", r"\ ")
_TIME = re.compile(
    r"(?<![\w-])(?:(?P<relation>(?i:since|until|till|by|before|after|from))\ (?:the\ (?:end|start|beginning)\ of\ )?)?"
    r"(?:"
    rf"(?P<iso>{_YEAR}-[01][0-9]-[0-3][0-9])"
    rf"|(?P<d1>[0-3]?[0-9])(?:st|nd|rd|th)?\ (?:of\ )?(?P<m1>{_MONTH})(?!\w)(?:,?\ (?P<y1>{_YEAR}))?"
    rf"|(?P<m2>{_MONTH})\ (?P<d2>[0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9:])(?:,?\ (?P<y2>{_YEAR}))?"
    rf"|(?P<m3>{_MONTH})(?:\ of|,)?\ (?P<y3>{_YEAR})"
    rf"|(?i:(?P<mod4>last|next|this|early|late|mid|in|every|each|since|until|by|during|of)[\ -])(?P<m4>{_MONTH})(?!\w)"
    rf"(?:(?:,|\ of)?\ (?P<y4>{_YEAR}))?"
    r"|(?:(?i:(?P<mod5>last|next|this\ coming|this|every|each)\ )|(?i:late|early|on)\ )?"
    rf"(?P<wd>{_DAY}){_PART}(?P<often>s)?"
    r"|(?i:(?P<day>the\ day\ before\ yesterday|the\ day\ after\ tomorrow|today|tonight|yesterday|tomorrow"
    r"|this\ (?:morning|afternoon|evening)|last\ night))"
    r"|(?i:(?P<narrow>earlier\ |later\ )?(?P<mod6>last|this|next|the\ past|the\ previous|the\ coming)\ "
    r"(?P<unit6>weekend|week|month|year|decade|century|spring|summer|autumn|fall|winter))"
    rf"|(?i:(?P<n>[0-9]+|{_WORDED}|an?|several|a\ few|a\ couple\ of)\ "
    r"(?P<unit7>day|week|fortnight|month|year|decade|hour|minute)s?\ (?P<ago>ago|from\ now|earlier|later))"
    r"|(?i:the\ )?(?:(?i:early|late|mid)[\ -])?(?P<decade>(?:1[6-9]|20)[0-9]0)s"
    rf"|(?P<year>{_YEAR})(?![0-9,.]*[0-9]|-[0-9]|%|\w|\ (?:people|men|women|troops|soldiers|homes|jobs))"
    r")(?![\w])",
    re.VERBOSE,
)
_RELATION = {"till": "until"}
_LINKS = {"since": "since", "until": "until", "by": "by", "in": "", "during": "", "of": ""}
_MONEY = re.compile(r"[$€£¥₹#,.:/-]$|\b(?:No\.|Rs\.?|number|page|room|flight|article|section) $", re.IGNORECASE)


def times(text: str, start: int, end: int, day: Day | None, way: Callable[[int], int]) -> tuple[TimeWords, ...]:
    """The times that `text[start:end]` tells, from left to right, counted from `day`.

    `way` says of a place in the text which way the verb looks there: `BACK`, `AHEAD`, or 0 where it does not say.
    """
    return tuple(_found(text, start, end, day, way))


def _found(text: str, start: int, end: int, day: Day | None, way: Callable[[int], int]) -> Iterator[TimeWords]:
    for match in _TIME.finditer(text, start, end):
        if match["often"] or match["mod5"] in {"every", "each"} or match["mod4"] in {"every", "each"}:
            continue
        if match["year"] and _MONEY.search(text, max(0, match.start() - 9), match.start("year")):
            continue
        meant = _meant(match, day, way)
        if meant is None:
            continue
        relation = (match["relation"] or "").lower()
        at = match.end("relation") + 1 if match["relation"] else match.start()
        if match["mod4"] and match["mod4"].lower() in _LINKS:
            relation, at = _LINKS[match["mod4"].lower()], match.start("m4")
        yield TimeWords(
            value=meant.value,
            precision=meant.precision,
            span=Span(at, match.end(), text[at : match.end()]),
            relation=_RELATION.get(relation, relation),
            sure=meant.sure,
            basis=day.basis if day and meant.counted else "",
        )


def _meant(match: re.Match[str], day: Day | None, way: Callable[[int], int]) -> Meant | None:
    """What the words mean: the same from every day that publication may have been on, or not sure."""
    since = "since" in {(match["relation"] or "").lower(), (match["mod4"] or "").lower()}
    looks = BACK if since else way(match.start())
    meant = _from_day(match, day.day if day else None, looks)
    if day is not None and meant is not None and meant.counted:
        others = (_from_day(match, other, looks) for other in day.others)
        if any(other is not None and other.value != meant.value for other in others):
            return meant._replace(sure=False)
    return meant


def _from_day(match: re.Match[str], day: date | None, way: int) -> Meant | None:
    if match["iso"] or match["year"] or match["decade"] or match["m3"]:
        return absolute(iso=match["iso"], year=match["year"] or match["y3"], month=match["m3"], decade=match["decade"])
    if month := match["m1"] or match["m2"] or match["m4"]:
        modifier = (match["mod4"] or "").lower()
        number, year = match["d1"] or match["d2"], match["y1"] or match["y2"] or match["y4"]
        return month_word(month, int(number) if number else 0, int(year) if year else 0, modifier, day, way)
    if match["wd"]:
        return weekday(match["wd"], (match["mod5"] or "").lower(), day, way)
    if match["day"]:
        return day_word(match["day"].lower(), day)
    if match["unit6"]:
        return period(match["unit6"].lower(), match["mod6"].lower(), day)
    return ago(match["n"].lower(), match["unit7"].lower(), match["ago"].lower(), day)
