"""Arithmetic of dates as news tells them: which day "Tuesday" is, which month "last March", seen from a day.

Values are ISO 8601, as coarse as the words: a week is `2024-W18`, a weekend or a decade an interval.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from transforms.attribution.numerals import number

BACK, AHEAD = -1, 1
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHIFTS = {
    "today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "last night": -1, "the day before yesterday": -2,
    "the day after tomorrow": 2,
}  # fmt: skip
_STEPS = {"last": -1, "the past": -1, "the previous": -1, "this": 0, "next": 1, "the coming": 1}
_SEASONS = frozenset({"spring", "summer", "autumn", "fall", "winter"})
_VAGUE = frozenset({"several", "a few", "a couple of"})
_DAYS = {"day": 1, "hour": 0, "minute": 0}
_AROUND = 3  # days: nearer than that, "last Friday" may be the one of last week


class Meant(NamedTuple):
    value: str
    precision: str
    sure: bool = True
    counted: bool = True  # from the day of publication


def absolute(*, iso: str | None, year: str | None, month: str | None, decade: str | None) -> Meant | None:
    if iso:
        try:
            return Meant(date.fromisoformat(iso).isoformat(), "day", counted=False)
        except ValueError:
            return None
    if decade:
        return Meant(f"{decade}/{int(decade) + 9}", "decade", counted=False)
    if month:
        return Meant(f"{year}-{_month(month):02}", "month", counted=False)
    return Meant(str(year), "year", counted=False)


def month_word(written: str, number_: int, year: int, modifier: str, day: date | None, way: int) -> Meant | None:
    """ "March 11", "5 May 2024", "last November", "in June"."""
    month = _month(written)
    if year:
        return _exact(year, month, number_)
    if number_ > 31:
        return None
    if day is None:
        return Meant("", "day" if number_ else "month")
    if modifier in {"last", "next", "this"}:
        way = {"last": BACK, "next": AHEAD, "this": 0}[modifier]
    return _dated(month, number_, day, way, modifier) if number_ else _monthly(month, day, way, modifier)


def _exact(year: int, month: int, number_: int) -> Meant | None:
    if not number_:
        return Meant(f"{year}-{month:02}", "month", counted=False)
    try:
        return Meant(date(year, month, number_).isoformat(), "day", counted=False)
    except ValueError:
        return None


def _monthly(month: int, day: date, way: int, modifier: str) -> Meant:
    gap = month - day.month
    if modifier == "this":
        return Meant(f"{day.year}-{month:02}", "month")
    if way == BACK:
        year = day.year if gap < 0 or (gap == 0 and modifier != "last") else day.year - 1
        return Meant(f"{year}-{month:02}", "month", sure=modifier != "last" or gap > 0 or gap < -_AROUND)
    if way == AHEAD:
        year = day.year if gap > 0 or (gap == 0 and modifier != "next") else day.year + 1
        return Meant(f"{year}-{month:02}", "month", sure=modifier != "next" or gap < 0)
    return Meant(f"{_nearest(day, month, 15).year}-{month:02}", "month", sure=False)


def _dated(month: int, number_: int, day: date, way: int, modifier: str) -> Meant | None:
    try:
        here = date(day.year, month, number_)
        if way == BACK and here > day:
            here = here.replace(year=day.year - 1)
        elif way == AHEAD and here < day:
            here = here.replace(year=day.year + 1)
        elif way == 0:
            here = _nearest(day, month, number_)
    except ValueError:
        return None
    return Meant(here.isoformat(), "day", sure=way != 0 or abs((here - day).days) < 120)


def _nearest(day: date, month: int, number_: int) -> date:
    found = [date(year, month, number_) for year in (day.year - 1, day.year, day.year + 1) if 1 <= year <= 9999]
    return min(found, key=lambda one: abs((one - day).days))


def weekday(written: str, modifier: str, day: date | None, way: int) -> Meant:
    """News means the nearest one: behind where the verbs look back, ahead where they look forward."""
    if day is None:
        return Meant("", "day")
    back = (day.weekday() - _WEEKDAYS.index(written.lower())) % 7
    ahead = (-back) % 7
    if modifier == "last":
        return _day(day, -(back or 7), sure=back >= _AROUND or back == 0)
    if modifier in {"next", "this coming"}:
        return _day(day, ahead or 7, sure=day.weekday() + ahead > 6 or modifier != "next")
    if modifier == "this":
        return _day(day, ahead if way != BACK else -back, sure=way != 0 or back == 0)
    if way == AHEAD:
        return _day(day, ahead, sure=ahead > 0)
    return _day(day, -back, sure=way == BACK or back == 0)


def day_word(written: str, day: date | None) -> Meant:
    return Meant("", "day") if day is None else _day(day, _SHIFTS.get(written, 0))


def period(unit: str, modifier: str, day: date | None) -> Meant | None:
    """ "last week", "this year", "next summer"."""
    step = _STEPS[modifier]
    precision = {"weekend": "day", "century": ""}.get(unit, "season" if unit in _SEASONS else unit)
    if not precision or (modifier.startswith("the ") and unit in {"decade", "weekend"}):
        return None
    if day is None:
        return Meant("", precision)
    rolling = modifier.startswith("the ")  # "the past week" ends today, and is not the week before
    try:
        value, sure = _period(unit, step, day)
    except (OverflowError, ValueError):
        return None
    return Meant(value, precision, sure=sure and not rolling)


def _period(unit: str, step: int, day: date) -> tuple[str, bool]:
    if unit == "week":
        year, week, _ = (day + timedelta(weeks=step)).isocalendar()
        return f"{year}-W{week:02}", True
    if unit == "weekend":
        saturday = day + timedelta(days=5 - day.weekday() + 7 * step)
        return f"{saturday.isoformat()}/{(saturday + timedelta(days=1)).isoformat()}", day.weekday() < 5
    if unit == "month":
        months = day.year * 12 + day.month - 1 + step
        return f"{months // 12}-{months % 12 + 1:02}", True
    if unit == "decade":
        begin = day.year // 10 * 10 + 10 * step
        return f"{begin}/{begin + 9}", True
    sure = unit not in _SEASONS or step == 0  # "last summer" may be that of this year
    return str(day.year + step), sure and unit != "winter"


def ago(count: str, unit: str, way: str, day: date | None) -> Meant | None:
    """ "three days ago": as coarse as its unit. "A week earlier" counts from another time of the text."""
    fine = {"fortnight": "week", "hour": "day", "minute": "day"}.get(unit, unit)
    if way in {"earlier", "later"} or day is None:
        return Meant("", fine, sure=way in {"ago", "from now"}, counted=False)
    if count in _VAGUE:
        return Meant("", fine, sure=False)
    steps = int(number(count)) * (BACK if way == "ago" else AHEAD)
    try:
        return _stepped(day, steps, unit, fine)
    except (OverflowError, ValueError):
        return None


def _stepped(day: date, steps: int, unit: str, fine: str) -> Meant:
    if fine == "day":
        return _day(day, steps * _DAYS[unit], sure=unit == "day")
    if fine == "week":
        year, week, _ = (day + timedelta(weeks=steps * (2 if unit == "fortnight" else 1))).isocalendar()
        return Meant(f"{year}-W{week:02}", "week", sure=abs(steps) < 5)
    if fine == "month":
        months = day.year * 12 + day.month - 1 + steps
        return Meant(f"{date(months // 12, months % 12 + 1, 1):%Y-%m}", "month", sure=abs(steps) < 12)
    year = date(day.year + steps * (10 if fine == "decade" else 1), 1, 1).year
    begin = year // 10 * 10
    return Meant(f"{begin}/{begin + 9}", "decade", sure=False) if fine == "decade" else Meant(str(year), "year")


def _day(day: date, shift: int, *, sure: bool = True) -> Meant:
    try:
        return Meant((day + timedelta(days=shift)).isoformat(), "day", sure)
    except OverflowError:
        return Meant("", "day", sure=False)


def _month(written: str) -> int:
    return _MONTHS.index(written[:3].lower()) + 1
