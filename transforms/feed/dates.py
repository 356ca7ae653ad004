"""What a feed says about time -> DateValue. Pure.

feedparser's own date parser reads most of what feeds write (RFC 822 with its many mistakes, W3C-DTF, asctime and some
national forms) and is fast; what it gives is UTC, a date without a zone taken as UTC. Added here: the precision as
written, dates that mean "not set", and the mark on dates that lie ahead.

`source` says which element spoke: `feed:published`, `feed:created`, `feed:updated` (Atom's `updated`, Dublin Core's
`dc:date`; of an item that has no other date it is also the best guess of when it was published).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import struct_time

import msgspec

from schemas.records import DateValue

FUTURE = ":future"
"""Ends the source of a date more than `FUTURE_SLACK` ahead of the poll: kept as evidence, not to be believed."""
FUTURE_SLACK = timedelta(days=1)  # the widest error that a wrong zone makes

_UNSET = {date(1, 1, 1), date(1899, 12, 30), date(1900, 1, 1), date(1969, 12, 31), date(1970, 1, 1)}
"""The zero of .NET, OLE, Excel and Unix (and Unix west of Greenwich)."""

# feedparser reads these all the same, as some other day.
_IMPOSSIBLE = re.compile(
    r"\s*(?:[0-9]{5,}-|[0-9]{4}-(?:00|1[3-9]|[2-9][0-9])(?![0-9])|[0-9]{4}-[0-9]{2}-(?:00|3[2-9]|[4-9]))"
)
_SECOND = re.compile(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}|T[0-9]{6}")
_MINUTE = re.compile(r"[0-9]{1,2}:[0-9]{2}|T[0-9]{4}")
_ZONE = re.compile(r"[0-9]{2}\s?(?:(?:Z|GMT|UTC?)|([+-])([0-9]{2}):?([0-9]{2})?)$", re.IGNORECASE)
_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{1,2}")


def from_struct(written: str, parsed: struct_time | None, source: str) -> DateValue | None:
    """A date that feedparser read (`parsed`, UTC) from the text `written`; None if it is none or means "not set"."""
    if parsed is None or _IMPOSSIBLE.match(written):
        return None
    try:
        moment = datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, OverflowError):  # the year 0, the 31st of June
        return None
    return _value(moment, precision(written), source, zone(written))


def from_rfc3339(written: object, source: str) -> DateValue | None:
    """A JSON Feed's date (RFC 3339; RFC 822 is read too, since generators write it); None if it is none."""
    if not isinstance(written, str) or not written.strip():
        return None
    text = written.strip()[:64]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    try:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # year 1 with a zone east of Greenwich
        return None
    return _value(moment, precision(text), source, zone(text))


def precision(written: str) -> str:
    """How exact a date is as written: `second`, `minute`, `day`, `month` or `year`."""
    text = written.strip()
    if _SECOND.search(text):
        return "second"
    if _MINUTE.search(text):
        return "minute"
    if _YEAR.fullmatch(text):
        return "year"
    return "month" if _MONTH.fullmatch(text) else "day"


def zone(written: str) -> str:
    """The offset from UTC that ends a date and time as written: `+02:00`; "" for none, and for names such as EST."""
    found = _ZONE.search(written.strip())
    if not found:
        return ""
    sign, hours, minutes = found.groups()
    return f"{sign}{hours}:{minutes or '00'}" if sign else "+00:00"


def moment(value: DateValue) -> datetime:
    """The first moment that a date may mean, in UTC."""
    text = value.value + {"year": "-01-01", "month": "-01"}.get(value.precision, "")
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def mark_future(value: DateValue | None, now: datetime | None) -> DateValue | None:
    """The date, its source marked if it lies ahead of `now`; unchanged if there is no `now`."""
    if value is None or now is None or moment(value) <= now + FUTURE_SLACK:
        return value
    return msgspec.structs.replace(value, source=value.source + FUTURE)


def is_future(value: DateValue) -> bool:
    return value.source.endswith(FUTURE)


def _value(at: datetime, exact: str, source: str, zone: str = "") -> DateValue | None:
    if at.date() in _UNSET:
        return None
    length = {"year": 4, "month": 7, "day": 10}.get(exact)
    text = at.replace(microsecond=0).isoformat()
    if length:
        return DateValue(value=text[:length], precision=exact, source=source)
    return DateValue(value=text, precision=exact, source=source, zone=zone)
