"""A date as a site writes it -> DateValue, by the formats, months and time zone of its layout. Pure; never raises."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.layouts import Layout
from schemas.records import DateValue
from transforms.page.dates import parse_date

_ENGLISH = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MAX_CHARS = 120
_DAY_LONG = timedelta(hours=14)  # between a day here and the same day in the farthest zone


def read_date(raw: str, layout: Layout, source: str) -> DateValue | None:
    """`raw` by the layout's own formats, else as machines write dates."""
    text = " ".join(raw.split())[:_MAX_CHARS]
    for form in layout.date_format:
        if found := _by_format(text, form, layout, source):
            return found
    return _local(text, layout, source) or parse_date(text, source)


def finer(mine: DateValue, other: DateValue | None) -> bool:
    """Whether `other` tells the same day more precisely."""
    if other is None or mine.precision != "day" or other.precision not in ("minute", "second"):
        return False
    day = datetime.fromisoformat(mine.value).replace(tzinfo=UTC)
    return day - _DAY_LONG <= datetime.fromisoformat(other.value) < day + timedelta(days=1) + _DAY_LONG


def _by_format(text: str, form: str, layout: Layout, source: str) -> DateValue | None:
    """The first part of the text that has this form: what stands around a date is no part of its format."""
    pattern = _pattern(form, layout)
    found = re.search(pattern, text, re.IGNORECASE)
    if found is None:
        return None
    plain, wanted = found[0], form
    if "%B" in form:  # `strptime` knows the names of this process's locale only
        name = found["month"].casefold()
        number = next(n for n, month in enumerate(layout.months or _ENGLISH, 1) if month.casefold() == name)
        plain = f"{text[found.start() : found.start('month')]}{number:02}{text[found.end('month') : found.end()]}"
        wanted = form.replace("%B", "%m", 1)
    try:
        moment = datetime.strptime(plain, wanted)
    except ValueError:
        return None
    timed = any(hour in form for hour in ("%H", "%I"))
    return _value(moment, layout, source) if timed else _day(moment.date(), source)


def _local(text: str, layout: Layout, source: str) -> DateValue | None:
    """A date for machines that names no zone, where the layout does."""
    if not layout.time_zone or not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?", text):
        return None
    try:
        return _value(datetime.fromisoformat(text), layout, source)
    except ValueError:
        return None


def _value(moment: datetime, layout: Layout, source: str) -> DateValue | None:
    if moment.tzinfo is None and not layout.time_zone:
        return _day(moment.date(), source)
    whole = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(layout.time_zone))
    return parse_date(whole.isoformat(timespec="minutes"), source)


def _day(day: date, source: str) -> DateValue | None:
    return parse_date(day.isoformat(), source)


_PARTS = {
    "Y": r"\d{4}", "y": r"\d\d", "m": r"\d{1,2}", "d": r"\d{1,2}", "H": r"\d{1,2}", "I": r"\d{1,2}", "M": r"\d\d",
    "S": r"\d\d", "p": r"[ap]m", "z": r"[+-]\d\d:?\d\d|Z", "Z": r"UTC|GMT", "j": r"\d{1,3}", "b": r"[a-z]{3}",
    "a": r"[a-z]{3}", "A": r"[a-z]{6,9}", "%": "%",
}  # fmt: skip


def _pattern(form: str, layout: Layout) -> str:
    """A format of `strptime` as a pattern that finds such a date inside a line."""
    parts = []
    for literal, name in re.findall(r"([^%]+)|%(.)", form):
        if literal:
            parts.append(r"\s+".join(re.escape(word) for word in re.split(r"\s+", literal)))
        elif name == "B":
            months = sorted(layout.months or _ENGLISH, key=len, reverse=True)
            group = "" if "(?P<month>" in "".join(parts) else "?P<month>"
            parts.append(f"({group}{'|'.join(map(re.escape, months))})")
        else:
            parts.append(f"(?:{_PARTS[name]})")
    return rf"(?<!\w){''.join(parts)}(?!\w)"
