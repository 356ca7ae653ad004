"""When a feed is polled again. Pure: what is known of a feed and what its last poll came to, in; its health, out.

A feed whose news come at a rate of L items an hour is asked every `interval_s / sqrt(L)` seconds: for a given number
of polls this square-root rule makes the mean delay of all items the least (what Lagrange's method gives for the sum
of L*t/2 under a fixed sum of 1/t). L is learnt per hour of the day (UTC), forgets with a half-life of a week, and is
higher for a while after news, because news come in bursts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

from msgspec.structs import replace

from schemas.config import Poll as PollSettings
from schemas.health import Health
from schemas.words import FeedState

HALF_LIFE_DAYS = 7.0
TRUST = 24.0  # items after which a feed's own hours weigh as much as an even day
BURST = 2.0  # how much likelier news are right after news
BURST_S = 1_800.0  # and for how long
TIMES = 16  # instants of news that are kept
QUIET = 3.0  # usual gaps without news after which a feed is called quiet
QUIET_LEAST_S = 86_400.0
JITTER = 0.1
NEVER = 253_402_300_000.0  # in the year 9999
HOUR, DAY = 3_600.0, 86_400.0

BACKOFF: dict[str, tuple[float, float]] = {
    "timeout": (0.25 * HOUR, 6 * HOUR),
    "connection": (0.25 * HOUR, 12 * HOUR),
    "dns": (0.5 * HOUR, DAY),
    "tls": (6 * HOUR, DAY),
    "protocol": (HOUR, DAY),
    "401": (6 * HOUR, DAY),
    "403": (6 * HOUR, DAY),
    "404": (HOUR, DAY),
    "429": (0.5 * HOUR, DAY),
    "5xx": (0.25 * HOUR, 6 * HOUR),
    "too_large": (6 * HOUR, DAY),
    "private_address": (DAY, DAY),
    "not_a_feed": (HOUR, DAY),
    "dead": (0.25 * HOUR, DAY),
    "other": (HOUR, DAY),
}
"""Cause of a failed poll -> (wait after the first in seconds, doubled by each further one; the longest wait)."""


class Hints(NamedTuple):
    """What a feed or its server asks of those who poll it."""

    wait_s: float = 0.0  # ttl, update period, max-age and Expires: the longest of them
    retry_s: float = 0.0  # Retry-After
    skip_hours: frozenset[int] = frozenset()  # UTC
    skip_days: frozenset[int] = frozenset()  # 0 is Monday


class Answer(NamedTuple):
    """What one poll came to."""

    cause: str = ""  # of a failure: a key of BACKOFF, or `410`
    reason: str = ""
    news: tuple[float, ...] = ()  # epoch seconds at which items that were not known before were published
    hints: Hints = Hints()
    whole: bool = False  # the body came
    read: bool = False  # and its items were read
    same: bool = False  # the server said that nothing had changed
    wishes: Hints | None = None  # of a document that was read: they hold until the next one is
    lied: bool = False  # news under the validators that were said to be unchanged


def decide(health: Health, answer: Answer, now: float, settings: PollSettings, chance: float) -> Health:
    """The feed's health after a poll. `chance` in [0, 1) spreads feeds that would be due together."""
    if answer.cause:
        return _failed(health, answer, now, settings)
    known = _learnt(_with_wishes(health, answer), answer.news, now)
    wish = max(known.wait_s, answer.hints.wait_s)
    wait = _interval(known, now, settings) * (1 + JITTER * (2 * chance - 1))
    wait = max(wait, min(wish, settings.longest_interval_s), min(answer.hints.retry_s, DAY))
    gap = known.median_gap_s
    quiet = gap > 0 and now - known.times[-1] > max(QUIET * gap, QUIET_LEAST_S)
    return replace(
        known,
        state=(FeedState.QUIET if quiet else FeedState.ACTIVE).value,
        checked_at=now,
        next_check=_skipped(now + wait, known),
        last_success=now,
        errors=0,
        last_error="",
        read=health.read or answer.read,
        same=answer.same,
        whole_at=now if answer.whole else health.whole_at,
        distrusted=health.distrusted or answer.lied,
    )


def _with_wishes(health: Health, answer: Answer) -> Health:
    if answer.wishes is None:
        return health
    hours, days = tuple(sorted(answer.wishes.skip_hours)), tuple(sorted(answer.wishes.skip_days))
    return replace(health, wait_s=answer.wishes.wait_s, skip_hours=hours, skip_days=days)


def _failed(health: Health, answer: Answer, now: float, settings: PollSettings) -> Health:
    errors = health.errors + 1
    retired = answer.cause == "410"
    first, longest = BACKOFF.get(answer.cause, BACKOFF["other"])
    wait = max(min(first * 2.0 ** min(errors - 1, 20), longest), min(answer.hints.retry_s, DAY))
    return replace(
        health,
        state=(FeedState.RETIRED if retired else FeedState.FAILING).value,
        checked_at=now,
        next_check=NEVER if retired else now + min(wait, settings.max_interval_s),
        errors=errors,
        last_error=answer.reason,
    )


def _learnt(health: Health, news: Sequence[float], now: float) -> Health:
    """With the news of this poll; what was observed before fades."""
    fresh = sorted(min(t, now) for t in news if now - t < 2 * HALF_LIFE_DAYS * DAY)
    since = health.last_success or min([now - DAY, *fresh[:1]])
    passed = max(0.0, now - since) / DAY
    fade = 0.5 ** (passed / HALF_LIFE_DAYS)
    hours = [count * fade for count in health.hours or (0.0,) * 24]
    for at in fresh:
        hours[int(at % DAY // HOUR)] += 0.5 ** ((now - at) / DAY / HALF_LIFE_DAYS)
    observed = HALF_LIFE_DAYS / math.log(2) * (1 - fade)  # days that have passed, fading as the items do
    return replace(
        health,
        times=tuple(sorted({*(t for t in health.times if t <= now), *fresh})[-TIMES:]),
        hours=tuple(round(count, 4) for count in hours),
        days=health.days * fade + observed,
    )


def rate(health: Health, at: float) -> float:
    """Items an hour that are to be expected at an instant."""
    total, days = sum(health.hours), max(health.days, 0.05)
    hour = int(at % DAY // HOUR)
    near = (health.hours[hour - 1] + 2 * health.hours[hour] + health.hours[(hour + 1) % 24]) / 4 if total else 0.0
    usual = (total * near + TRUST * total / 24) / (total + TRUST) / days
    floor = 0.5 / (24 * (days + 1))  # of a feed that showed nothing yet: half an item in all that time
    since = max(0.0, at - health.times[-1]) if health.times else math.inf
    return max(usual, floor) * (1 + BURST * math.exp(-since / BURST_S))


def _interval(health: Health, now: float, settings: PollSettings) -> float:
    """Walks ahead in steps until sqrt(rate) has summed up to what one poll is worth."""
    left, at, step = settings.interval_s / HOUR, now, 300.0
    while at - now < settings.longest_interval_s:
        part = math.sqrt(rate(health, at + step / 2)) * step / HOUR
        if part >= left:
            at += step * left / part
            break
        left -= part
        at += step
        step = min(step * 1.25, HOUR)
    return min(max(at - now, settings.shortest_interval_s), settings.longest_interval_s)


def _skipped(at: float, health: Health) -> float:
    """The first instant from `at` on whose hour and day the feed does not ask to be left alone in."""
    if len(health.skip_hours) >= 24 or len(health.skip_days) >= 7:
        return at
    for _ in range(24 * 8):
        moment = datetime.fromtimestamp(at, UTC)
        if moment.hour not in health.skip_hours and moment.weekday() not in health.skip_days:
            return at
        at = (at // HOUR + 1) * HOUR
    return at


def chance_of(*parts: str) -> float:
    """A number in [0, 1) that stays the same for the same words: jitter without a random source."""
    return int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=6).digest(), "big") / 2**48
