"""Text -> keys by which texts are compared. The text itself is never rewritten by them."""

from __future__ import annotations

import re

from schemas.ids import make_id
from schemas.plain import disguised, plain

__all__ = ["disguised", "fold", "is_counter", "plain", "steady", "text_key"]

_NUMBER = r"(?:\d{1,3}(?:[.,' ]\d{3})+|\d+(?:[.,]\d+)?)(?: ?[km])?"
_UNIT = r"(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?"
_SPELL = rf"(?:(?:an?|about|over|\d+)(?: an?)? ?{_UNIT}|\d+ ?[smhdw]|moments?)"
_THING = (
    r"(?:comments?|replies|responses?|views?|reads?|shares?|likes?|reactions?|claps?|votes?|retweets?|reposts?"
    r"|followers?|recommendations?|bookmarks?)"
)
_DONE = r"(?:(?:last )?updated|published|posted|modified|first published)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_DATE = (
    rf"(?:(?:{_WEEKDAY},? )?(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)(?:,? \d{{4}})?"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)|today|yesterday)"
)
_CLOCK = r"(?:\d{1,2}(?:[:.]\d\d){1,2}(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?)(?: (?:utc|gmt|[a-z]{2,4}t))?"
_STAMP = rf"(?:{_DATE}(?:,? (?:at )?{_CLOCK})?|{_CLOCK}(?:,? (?:on )?{_DATE})?)"
_COUNTER = re.compile(
    rf"(?:{_NUMBER} (?:people )?{_THING}"
    rf"|no {_THING}"
    rf"|(?:view|show|see|read|hide)(?: all)?(?: the)?(?: {_NUMBER})? comments"
    rf"|(?:share|tweet|like|save|view|{_THING})s?:? ?\(?{_NUMBER}\)?"
    rf"|\(?{_NUMBER} ?[- ]?min(?:ute)?s?(?: read| listen| watch| to read)\)?"
    rf"|(?:reading time|read time|estimated reading time|time to read):? ?{_NUMBER} ?min(?:ute)?s?"
    rf"|{_DONE}:? (?:{_SPELL}(?: ago)?|just now|(?:at |on )?{_STAMP})"
    rf"|{_SPELL} ago)"
)
_PARTS = re.compile(r"\s*[|·•]\s+|\s+[|·•/-]\s+")
_LISTED = re.compile(r"\s*[/,]\s+")
_SPACED_DASH = re.compile(r" ?-+ ?")
_EDGES = " .-|·•*"
MAX_COUNTER = 80  # characters of a line that can have counters


def fold(text: str) -> str:
    """The comparison key of a text: `plain`, without case. Applied twice it changes nothing more."""
    if text.isascii():
        return " ".join(text.lower().split())
    return plain(plain(text).casefold())


def is_counter(line: str) -> bool:
    """A line of figures that change by themselves: comments, views, reading time, "updated at 10:45"."""
    return len(line) <= MAX_COUNTER and bool(line.strip()) and not steady(line)


def steady(line: str) -> str:
    """The comparison key of a line without what changes by itself: "By Ann Lee | 12 comments" is "by ann lee".

    Counters count as such in short lines only, and where they stand alone between bars, bullets or dashes.
    """
    folded = _SPACED_DASH.sub("-", fold(line))
    if len(line) > MAX_COUNTER:
        return folded
    parts = [part for part in _PARTS.split(fold(line).strip(_EDGES)) if part.strip(_EDGES)]
    kept = [part for part in parts if not _counts(part.strip(_EDGES))]
    if not parts or len(kept) == len(parts):
        return folded
    return " ".join(_SPACED_DASH.sub("-", part) for part in kept)


def _counts(part: str) -> bool:
    if _COUNTER.fullmatch(part):
        return True
    listed = [one for one in _LISTED.split(part) if one]
    return len(listed) > 1 and all(_COUNTER.fullmatch(one) for one in listed)


def text_key(text: str) -> str:
    """Equal for two texts that differ in no more than white space, typography or counters (32 hex digits).

    A number that changes inside a sentence changes the key.
    """
    return make_id("text", _SPACED_DASH.sub("-", " ".join(filter(None, map(steady, text.split("\n"))))))
