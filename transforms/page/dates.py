"""A date as a page or feed writes it -> DateValue. Pure; never raises; what is not understood is None.

An instant is kept only where its offset is written: `2024-05-03T15:47` without one could be any of 26 hours, so it
counts as its day. Formats: ISO 8601 / RFC 3339 as publishers write it, RFC 9110 dates, Unix seconds or milliseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from schemas.records import DateValue

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?"
    r"(?:[T ]\s?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_MAIL = re.compile(r"[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}(?::\d{2})? (GMT|UTC|UT|Z|[+-]\d{4})")
_UNIX = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)


def parse_date(raw: str, source: str) -> DateValue | None:
    """`raw` as a DateValue that names `source`: UTC for instants, `YYYY-MM-DD` or `YYYY-MM` for less."""
    raw = raw.strip()
    if _UNIX.fullmatch(raw):
        return _instant(datetime.fromtimestamp(int(raw[:10]), UTC), "second", source)
    if _MAIL.match(raw):
        try:
            moment = parsedate_to_datetime(raw)
        except ValueError:
            return None
        return _instant(moment, "second", source, written_zone(moment) or "+00:00")
    # What follows the date (`2024-05-03, updated`, a zone in brackets) is not looked at.
    if found := _ISO.match(raw) or _COMPACT.fullmatch(raw):
        return _from_parts(*(part or "" for part in found.groups()), source=source)
    return None


def _from_parts(
    year: str, month: str, day: str, hour: str, minute: str, second: str, offset: str, *, source: str
) -> DateValue | None:
    try:
        if not day:
            datetime(int(year), int(month), 1)
            return _plausible(DateValue(value=f"{year}-{int(month):02}", precision="month", source=source))
        local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    if not hour or not offset or abs(_shift(offset)) >= timedelta(days=1):  # an offset that cannot be is none
        return _plausible(DateValue(value=f"{local:%Y-%m-%d}", precision="day", source=source))
    shift = _shift(offset)
    zone = written_zone(local.replace(tzinfo=timezone(shift)))
    try:
        moment = local.replace(tzinfo=UTC) - shift
    except OverflowError:
        return None
    return _instant(moment, "second" if second else "minute", source, zone)


def _shift(offset: str) -> timedelta:
    if offset[0] not in "+-":
        return timedelta(0)
    digits = offset[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -shift if offset[0] == "-" else shift


def _instant(moment: datetime, precision: str, source: str, zone: str = "") -> DateValue | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        value = moment.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        return None
    return _plausible(DateValue(value=value, precision=precision, source=source, zone=zone))


def written_zone(moment: datetime) -> str:
    """`+02:00` of a moment whose offset was written."""
    offset = moment.utcoffset()
    if offset is None:
        return ""
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _plausible(date: DateValue) -> DateValue | None:
    """Zero dates (`0001-01-01`, 1970) mean that a field was never filled."""
    return date if "1980" <= date.value[:4] <= "2099" else None
