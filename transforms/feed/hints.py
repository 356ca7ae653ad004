"""What a feed and its server ask of those who poll it: how long to wait, and when to stay away.

Cache-Control and Expires: RFC 9111; Retry-After: RFC 9110; ttl, skipHours, skipDays: RSS 2.0; sy: the RSS 1.0
syndication module (read by `transforms/feed/xml.py` into the same minutes as ttl).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schemas.ports import Response
from transforms.policy import Hints

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_FRESH = re.compile(r"no-store|no-cache", re.IGNORECASE)
_HEAD = 65_536  # bytes of a feed in which its channel's own elements are looked for
_SKIP_HOURS = re.compile(rb"<skipHours\s*>(.{0,2000}?)</skipHours\s*>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(rb"<skipDays\s*>(.{0,2000}?)</skipDays\s*>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(rb"<hour\s*>\s*(\d{1,2})\s*</hour\s*>", re.IGNORECASE)
_DAY = re.compile(rb"<day\s*>\s*([A-Za-z]{6,9})\s*</day\s*>", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def of_answer(response: Response, now: datetime) -> Hints:
    """What the server asks, with a body or without."""
    return Hints(wait_s=fresh_for(response, now), retry_s=retry_after(response.header("retry-after"), now))


def of_document(body: bytes, ttl_minutes: int) -> Hints:
    """What a feed asks. `ttl_minutes` is its ttl, or the syndication module's period."""
    head = body[:_HEAD]
    return Hints(
        wait_s=ttl_minutes * 60.0,
        skip_hours=frozenset(int(hour) % 24 for hour in _inside(_SKIP_HOURS, _HOUR, head) if int(hour) <= 24),
        skip_days=frozenset(
            _DAYS.index(day) for found in _inside(_SKIP_DAYS, _DAY, head) if (day := found.decode().lower()) in _DAYS
        ),
    )


def _inside(outer: re.Pattern[bytes], inner: re.Pattern[bytes], head: bytes) -> list[bytes]:
    found = outer.search(head)
    return inner.findall(found[1]) if found else []


def fresh_for(response: Response, now: datetime) -> float:
    """Seconds for which the server calls its answer fresh: max-age, else Expires after Date. 0 if it does not say."""
    control = response.header("cache-control")
    if _FRESH.search(control):
        return 0.0
    if found := _MAX_AGE.search(control):
        age = response.header("age")
        return max(0.0, float(found[1]) - (float(age[:9]) if age.isdecimal() else 0.0))
    expires = _http_date(response.header("expires"))
    sent = _http_date(response.header("date")) or now
    return max(0.0, (expires - sent).total_seconds()) if expires else 0.0


def retry_after(value: str, now: datetime) -> float:
    """Seconds to wait, from a number of seconds or an HTTP date; 0 for anything else."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    until = _http_date(value)
    return max(0.0, (until - now).total_seconds()) if until else 0.0


def _http_date(value: str) -> datetime | None:
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value[:64])
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
