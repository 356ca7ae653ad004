"""The time zone of a named place, where all of the place has one; and the day on which something was published there.

Countries and their zones are those of the IANA database, read through Babel and `zoneinfo`. A country with several
zones has one here only while they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale
from babel.core import get_global

from schemas.records import DateValue

_CITIES = {
    "America/New_York": """Washington Boston Philadelphia Atlanta Miami Baltimore Pittsburgh Cleveland Charlotte Orlando
        Tampa Brooklyn Manhattan Cincinnati""",
    "America/Chicago": "Houston Dallas Austin Minneapolis Milwaukee Memphis Nashville Omaha",
    "America/Denver": "Albuquerque Cheyenne",
    "America/Los_Angeles": "Seattle Oakland Sacramento",
    "America/Toronto": "Ottawa Montreal",
    "Europe/London": "Manchester Birmingham Liverpool Leeds Glasgow Edinburgh Cardiff Westminster",
    "Australia/Sydney": "Canberra",
    "America/Sao_Paulo": "Brasilia",
    "Asia/Shanghai": "Beijing",
    "Asia/Kolkata": "Mumbai Bengaluru Bangalore Chennai Hyderabad",
    "Asia/Jakarta": "Bandung",
}
_NAMED = {"New Delhi": "Asia/Kolkata", "San Francisco": "America/Los_Angeles", "Rio de Janeiro": "America/Sao_Paulo"}
_NAMED |= {city: zone for zone, cities in _CITIES.items() for city in cities.split()}
_WEST, _EAST = timedelta(hours=-10), timedelta(hours=13)  # between them nearly all people live


class Day(NamedTuple):
    """The day that an article counts from. `others` are the days that it may have been elsewhere, where the place's
    zone is not known."""

    day: date
    basis: str
    others: tuple[date, ...] = ()
    placed: bool = False  # whether it is the day at a place whose clocks are known


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """City or country -> names of its zones."""
    known = available_timezones()
    out: dict[str, tuple[str, ...]] = {}
    by_land: dict[str, list[str]] = {}
    for zone, land in get_global("zone_territories").items():
        if zone in known:
            by_land.setdefault(land, []).append(zone)
    for code, name in Locale.parse("en").territories.items():
        if code in by_land:
            out[name] = tuple(by_land[code])
    for zone in known:
        area, _, city = zone.rpartition("/")
        if area and not area.startswith(("Etc", "SystemV", "US", "Canada", "Brazil", "Mexico", "Chile")):
            out.setdefault(city.replace("_", " "), (zone,))
    return out | {city: (zone,) for city, zone in _NAMED.items() if zone in known}


def offset_of(place: str, at: datetime) -> timedelta | None:
    """What the clocks of a place are ahead of UTC by at a moment; None where that is not known or not one."""
    found = set()
    for zone in _zones().get(place, ()):
        try:
            found.add(at.astimezone(ZoneInfo(zone)).utcoffset())
        except (ZoneInfoNotFoundError, OverflowError):
            return None
    return found.pop() if len(found) == 1 else None


def day_of_article(published: DateValue | None, modified: DateValue | None, places: Sequence[str]) -> Day | None:
    """The day of publication, at the first of the places whose clocks are known; where the text was changed on a later
    day, it may count from that one, too."""
    days = (published_day(published, place) for place in places)
    day = next((found for found in days if found and found.placed), None) or published_day(published)
    later = published_day(modified)
    if day is None or later is None or later.day <= day.day + timedelta(days=1):
        return day
    return day._replace(basis=f"{day.basis}, changed on {later.day.isoformat()}", others=(*day.others, later.day))


def published_day(published: DateValue | None, place: str = "") -> Day | None:
    """The day of publication at a place, else where the site wrote its date, else in UTC; None without a day."""
    if published is None or published.precision in {"year", "month"}:
        return None
    try:
        moment = datetime.fromisoformat(published.value)
    except ValueError:
        return None
    if published.precision == "day" or len(published.value) <= 10:
        return Day(moment.date(), f"published on {moment:%Y-%m-%d}")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        ahead = offset_of(place, moment) if place else None
        if ahead is not None:
            local = moment.astimezone(timezone(ahead)).date()
            return Day(local, f"published on {local.isoformat()} in {place}", placed=True)
        if published.zone and published.zone != "+00:00":
            local = moment.astimezone(datetime.fromisoformat(f"2000-01-01T00:00:00{published.zone}").tzinfo).date()
            return Day(local, f"published on {local.isoformat()} by the site's clock ({published.zone})")
        utc = moment.astimezone(UTC).date()
        edges = {(moment.astimezone(UTC) + shift).date() for shift in (_WEST, _EAST)} - {utc}
    except (ValueError, OverflowError):
        return None
    return Day(utc, f"published on {utc.isoformat()} (UTC; the place's time zone is not known)", tuple(sorted(edges)))
