"""Text -> keys by which texts are compared. The text itself is never rewritten by them."""

from __future__ import annotations

import re

from schemas.ids import make_id
from schemas.plain import disguised, plain

__all__ = ["disguised", "fold", "is_counter", "plain", "text_key"]

_NUMBER = r"(?:\d{1,3}(?:[.,' ]\d{3})+|\d+(?:[.,]\d+)?)(?: ?[km])?"
_UNIT = r"(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?"
_SPELL = rf"(?:(?:an?|about|over|\d+)(?: an?)? ?{_UNIT}|\d+ ?[smhdw]|moments?)"
_THING = (
    r"(?:comments?|replies|responses?|views?|reads?|shares?|likes?|reactions?|claps?|votes?|retweets?|reposts?"
    r"|followers?|recommendations?|bookmarks?)"
)
_DONE = r"(?:(?:last )?updated|published|posted|modified|first published)"
_COUNTER = re.compile(
    rf"(?:{_NUMBER} (?:people )?{_THING}"
    rf"|no {_THING}"
    rf"|(?:view|show|see|read|hide)(?: all)?(?: the)?(?: {_NUMBER})? comments"
    rf"|(?:share|tweet|like|save|view|{_THING})s?:? ?\(?{_NUMBER}\)?"
    rf"|\(?{_NUMBER} ?[- ]?min(?:ute)?s?(?: read| listen| watch| to read)\)?"
    rf"|(?:reading time|read time|estimated reading time|time to read):? ?{_NUMBER} ?min(?:ute)?s?"
    rf"|{_DONE}:? (?:{_SPELL}(?: ago)?|just now)"
    rf"|{_SPELL} ago)"
)
_PARTS = re.compile(r"\s*[|·•/,]\s+|\s+[|·•/-]\s+")
_SPACED_DASH = re.compile(r" ?-+ ?")
MAX_COUNTER = 80  # characters of a line that can be nothing but counters


def fold(text: str) -> str:
    """The comparison key of a text: `plain`, without case. Applied twice it changes nothing more."""
    if text.isascii():
        return " ".join(text.lower().split())
    return plain(plain(text).casefold())


def is_counter(line: str) -> bool:
    """A line of figures that change by themselves: comments, views, reading time, "updated 3 minutes ago"."""
    if len(line) > MAX_COUNTER:
        return False
    parts = [part for part in _PARTS.split(fold(line).strip(" .-|·•*")) if part]
    return bool(parts) and all(_COUNTER.fullmatch(part) for part in parts)


def text_key(text: str) -> str:
    """Equal for two texts that differ in no more than white space, typography or counter lines (32 hex digits).

    A number that changes inside a sentence changes the key.
    """
    lines = (line for line in text.split("\n") if not is_counter(line))
    return make_id("text", _SPACED_DASH.sub("-", fold(" ".join(lines))))
