"""When a site's rules fit no more: pages that fail a check, weighed against the site's own past. Pure.

A check fails on a page where a rule matches nothing or a promise is broken. For each check the newest pages in a row
(3 to WINDOW of them) are compared with those before: an alarm is raised where so many failures, at the rate at which
the check failed before, would come about less than once in 10,000 times (binomial tail). So one odd page raises none,
three or four pages of a new layout are enough. An alarm ends when ENDS pages in a row pass. What need not hold on every
page raises an alarm only after it did hold: a rule that leaves something out, and that a page is an article at all, so
that a site with a video page among three has its own measure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import comb

from schemas.ids import make_id
from schemas.layouts import LayoutUse
from schemas.records import Record

WINDOW = 20  # pages, each of an article of its own
LEAST = 3  # failures that can be an alarm
CHANCE = 1e-4
ENDS = 5
MATCHED = 3  # pages on which an optional rule matched before it can be missed
OPTIONAL = ("drop:", "cut:", "rule:", "not_article")
_STRICT = (0.2, 5.0)  # failures and pages that are taken as seen before there are any: a rate of 4 %
_OPTIONAL = (1.0, 2.0)


class Seen(Record, frozen=True, array_like=True):
    """What one page came to. `page` is a mark of its entry: an article that is read again counts once."""

    page: str
    failed: tuple[str, ...] = ()


class Alarm(Record, frozen=True, kw_only=True):
    check: str
    since: float  # epoch seconds
    words: str


class LayoutHealth(Record, frozen=True, kw_only=True):
    """What is known of one layout of one site from the pages that were read by it."""

    version: str = ""  # of the rules: with others it begins anew
    pages: int = 0  # read in all
    fallbacks: int = 0  # of them read without the rules, since these did not find the article
    recent: tuple[Seen, ...] = ()  # the newest last
    before: int = 0  # pages before these ...
    failed_before: dict[str, int] = {}  # ... and how often each check failed on them
    alarms: tuple[Alarm, ...] = ()
    last_seen: float = 0.0


def mark_of(entry_id: str) -> str:
    return make_id("seen", entry_id)[:12]


def after(health: LayoutHealth, uses: Iterable[tuple[str, LayoutUse]], now: float) -> LayoutHealth:
    """The health after these pages (entry, what came of it), all read by the rules of one version."""
    recent, before = list(health.recent), health.before
    failed = Counter(health.failed_before)
    alarms = {alarm.check: alarm for alarm in health.alarms}
    pages, fallbacks, version = health.pages, health.fallbacks, health.version
    for entry, use in uses:
        version = use.version
        seen = Seen(mark_of(entry), use.failed)
        again = [one for one in recent if one.page == seen.page]
        recent = [one for one in recent if one.page != seen.page] + [seen]
        pages += not again
        fallbacks += not use.applied and not again
        while len(recent) > WINDOW:
            oldest = recent.pop(0)
            if not alarms:  # what a broken layout shows is no measure of a sound one
                before += 1
                failed.update(oldest.failed)
        checks = {check for one in recent for check in one.failed} | set(alarms)
        for check in sorted(checks):
            row = [check in one.failed for one in recent]
            if check in alarms:
                if len(row) >= ENDS and not any(row[-ENDS:]):
                    del alarms[check]
            elif words := _alarm(check, row, before, failed[check]):
                alarms[check] = Alarm(check=check, since=now, words=words)
    return LayoutHealth(
        version=version,
        pages=pages,
        fallbacks=fallbacks,
        recent=tuple(recent),
        before=before,
        failed_before=dict(sorted(failed.items())),
        alarms=tuple(alarms[check] for check in sorted(alarms)),
        last_seen=now,
    )


def _alarm(check: str, row: Sequence[bool], before: int, failed: int) -> str:
    """In words, why this row of pages (True: it failed, the newest last) is no chance; "" where it may be."""
    if not row or not row[-1]:
        return ""
    strict = not check.startswith(OPTIONAL)
    misses, pages = _STRICT if strict else _OPTIONAL
    for length in range(LEAST, len(row) + 1):
        count = sum(row[-length:])
        known, lost = before + len(row) - length, failed + sum(row[:-length])
        if count < LEAST or (not strict and known - lost < MATCHED):
            continue
        if tail(count, length, (lost + misses) / (known + pages)) < CHANCE:
            return f"{count} of the last {length} pages, {lost} of {known} before"
    return ""


def tail(count: int, of: int, rate: float) -> float:
    """The chance of `count` or more among `of` that each come about at this rate."""
    return sum(comb(of, n) * rate**n * (1 - rate) ** (of - n) for n in range(count, of + 1))


def told(check: str) -> str:
    """A check in words."""
    kind, _, name = check.partition(":")
    return {
        "select": "`select` matches nothing",
        "not_article": "pages are no articles any more",
        "too_dear": "the selectors are too dear",
        "promise": f"the promise {name} is broken",
        "rule": f"the rule for the {name} matches nothing any more",
        "drop": f"`drop` {name} matches nothing any more",
        "cut": f"`cut` {name} matches nothing any more",
    }[kind]
