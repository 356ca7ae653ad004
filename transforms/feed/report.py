"""How one poll of a feed ends, and what of the feed is then known. Pure: no network, no ledger, no Beam.

`parse` runs in the guarded pool; `report` decides; `dead_poll` is the door for what we could not read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from schemas.config import Poll as PollSettings
from schemas.errors import trace_of
from schemas.feeds import FeedIntent
from schemas.health import Health
from schemas.ids import make_id
from schemas.ports import DueFeed, PollReport, Request, Response, SeenItem
from schemas.records import DeadLetter, FeedEntry
from schemas.words import PollResult
from transforms.feed.dates import is_future, moment
from transforms.feed.hints import of_answer, of_document
from transforms.feed.parse import ParsedFeed, body_hash, parse_feed, select_first_poll
from transforms.policy import Answer, Hints, chance_of, decide

GONE_OR_BLOCKED = {
    404: PollResult.GONE,
    410: PollResult.GONE,
    401: PollResult.BLOCKED,
    403: PollResult.BLOCKED,
    429: PollResult.BLOCKED,
}
NOTHING_HELD: dict[str, Any] = {"etag": "", "last_modified": "", "body_hash": "", "marks": ()}
REPEATS = 2  # a permanent redirect is believed when it is met in this many polls in a row


def of_feed(settings: PollSettings, feed: FeedIntent | None) -> PollSettings:
    """The settings with what the feed's line in `feeds.toml` asks for: a fixed interval, or bounds of its own.

    A bound of the feed's own pushes the other one, where only that is a setting for all.
    """
    if feed is None:
        return settings
    if feed.interval_s is not None:
        return replace(settings, shortest_interval_s=feed.interval_s, longest_interval_s=feed.interval_s)
    shortest = settings.shortest_interval_s if feed.shortest_interval_s is None else feed.shortest_interval_s
    longest = settings.longest_interval_s if feed.longest_interval_s is None else feed.longest_interval_s
    if feed.longest_interval_s is None:
        longest = max(longest, shortest)
    return replace(settings, shortest_interval_s=min(shortest, longest), longest_interval_s=longest)


def request_for(feed: DueFeed, now: datetime, limit: int) -> Request:
    """The next request of a feed. Feeds are meant to be polled: robots.txt is not asked."""
    asked = feed if feed.health.conditional(now.timestamp()) else DueFeed("", "")
    return Request(feed.url, asked.etag, asked.last_modified, max_bytes=limit, robots=False)


def refusal(response: Response) -> tuple[PollResult, str, str] | None:
    """(result, reason in words, cause for the back-off) of a poll that brought no feed to read; None with a body.

    A 304 has no cause: it is an answer.
    """
    if response.failure:
        known = {"too_large": PollResult.TOO_LARGE, "private_address": PollResult.PRIVATE_ADDRESS}
        result = known.get(response.failure, PollResult.UNREACHABLE)
        return result, response.reason, response.cause or response.failure
    status = response.status
    if status == 200:
        return None
    if status == 304:
        return PollResult.UNCHANGED, "the server says it is not modified", ""
    result = GONE_OR_BLOCKED.get(status, PollResult.UNREACHABLE)
    cause = str(status) if status in GONE_OR_BLOCKED else "5xx" if status >= 500 else "other"
    return result, f"status {status}", cause


def report(
    feed: DueFeed,
    response: Response,
    parsed: ParsedFeed | None,
    now: datetime,
    settings: PollSettings,
    sighted: Collection[str] = (),
) -> PollReport:
    """Decide one poll. `parsed` is None when there was nothing new to read; `sighted` are entries known before."""
    refused = refusal(response)
    if refused is not None and refused[2]:
        return _failed(feed, *refused, of_answer(response, now), now, settings)
    if parsed is not None and parsed.result == "not_a_feed":  # nor is its redirect believed
        return _failed(feed, PollResult.NOT_A_FEED, parsed.reason, "not_a_feed", Hints(), now, settings)
    fresh = [] if parsed is None else [entry for entry, _ in parsed.items if entry.entry_id not in sighted]
    news = tuple(at for entry in fresh if (at := _published(entry, now, first=not feed.polled_before)) is not None)
    told = Answer(
        news=news,
        hints=of_answer(response, now),
        whole=response.status == 200,
        read=parsed is not None and (parsed.result == "ok" or bool(parsed.items)),
        same=response.status == 304,
        wishes=of_document(response.body, parsed.ttl_minutes) if parsed else None,
        lied=feed.polled_before and _lied(feed, response, news, now),
    )
    items = () if parsed is None else _items(feed, parsed, now, settings)
    feed = _moved(feed, response)
    result, words = (refused or (PollResult.UNCHANGED, "the same body as before"))[:2]
    if feed.moves >= REPEATS:
        feed = feed._replace(url=feed.moved_to, moves=0, moved_to="")
        result, words = PollResult.MOVED, f"it now lives at {feed.url}"
    feed = feed._replace(health=_health(feed, told, now, settings))
    if parsed is None:
        if response.status == 200:
            feed = _with_validators(feed, response)  # of the same items, which are stored
        return PollReport(feed, result, words)
    if parsed.result == "malformed":
        result, words = PollResult.MALFORMED, parsed.reason
    elif result is not PollResult.MOVED:
        result, words = PollResult.NEW, ""
    if parsed.children:
        feed = feed._replace(**NOTHING_HELD)  # the documents of an index may change while it does not
    else:
        feed = _with_validators(feed, response)._replace(body_hash=body_hash(response.body), marks=parsed.marks)
    return PollReport(feed, result, words, items, title=parsed.title, site=parsed.link)


def _failed(
    feed: DueFeed, result: PollResult, words: str, cause: str, asked: Hints, now: datetime, settings: PollSettings
) -> PollReport:
    told = Answer(cause=cause, reason=words, hints=asked)
    return PollReport(feed._replace(moves=0, health=_health(feed, told, now, settings)), result, words)


def _health(feed: DueFeed, told: Answer, now: datetime, settings: PollSettings) -> Health:
    at = now.timestamp()
    return decide(feed.health, told, at, settings, chance_of(feed.feed_id, f"{at:.0f}"))


def _with_validators(feed: DueFeed, response: Response) -> DueFeed:
    return feed._replace(etag=response.header("etag"), last_modified=response.header("last-modified"))


def _lied(feed: DueFeed, response: Response, news: tuple[float, ...], now: datetime) -> bool:
    """Whether these news show that the server's `not modified` was untrue.

    Either it sends the very validators that we have, under which it would have said so again; or it said so in the poll
    before, an hour and more after some of these were published.
    """
    before = feed.health
    hidden = before.same and any(before.whole_at < at < before.checked_at - 3_600 for at in news)
    return bool(news) and (_same_validators(feed, response) or (hidden and not before.conditional(now.timestamp())))


def _same_validators(feed: DueFeed, response: Response) -> bool:
    if feed.etag:
        return response.header("etag") == feed.etag
    return bool(feed.last_modified) and response.header("last-modified") == feed.last_modified


def _published(entry: FeedEntry, now: datetime, *, first: bool) -> float | None:
    """When an item was news: its own instant, or the end of its day; else now, but on a first poll nobody knows."""
    at = entry.published
    if at is None or is_future(at):
        return None if first else now.timestamp()
    late = timedelta(days=1) if at.precision == "day" else timedelta()
    return min(moment(at) + late, now).timestamp()


def _moved(feed: DueFeed, response: Response) -> DueFeed:
    if response.permanent and response.redirects and response.final_url != feed.url:
        same = response.final_url == feed.moved_to
        return feed._replace(moves=feed.moves + 1 if same else 1, moved_to=response.final_url)
    return feed._replace(moves=0, moved_to="")


def _items(feed: DueFeed, parsed: ParsedFeed, now: datetime, settings: PollSettings) -> tuple[SeenItem, ...]:
    """All items; on a first poll the newest ones are taken and the others are only remembered."""
    taken = None
    if not feed.polled_before:
        chosen = select_first_poll(
            parsed.items, now, limit=settings.first_poll_entries, max_age_days=settings.first_poll_max_age_days
        )
        taken = {entry.entry_id for entry, _ in chosen}
    seen_at = now.isoformat()
    return tuple(
        SeenItem(
            msgspec.structs.replace(entry, first_seen=seen_at),
            guid,
            take=taken is None or entry.entry_id in taken,
        )
        for entry, guid in parsed.items
    )


def parse(args: tuple[bytes, str, str, str, datetime, tuple[str, ...]]) -> ParsedFeed:
    """For the guarded pool: (body, content type, url, feed id, now, marks of items that need not be read)."""
    body, content_type, url, feed, now, known = args
    return parse_feed(body, content_type=content_type, url=url, feed=feed, now=now, known=known)


def dead_poll(feed: DueFeed, unit_id: str, error: Exception, now: datetime, settings: PollSettings) -> PollReport:
    """A poll that we could not read: the door for failures, feed side. What the feed had is asked for again."""
    words = f"{type(error).__name__}: {error}"
    letter = DeadLetter(
        dead_id=make_id("dead", feed.feed_id, unit_id),
        subject="poll",
        subject_id=feed.feed_id,
        unit_id=unit_id,
        url=feed.url,
        step="poll",
        kind=type(error).__name__,
        error=words,
        trace=trace_of(error),
        input=msgspec.json.encode(feed._replace(health=Health(), marks=())._asdict()).decode(),
        at=now.isoformat(),
    )
    done = _failed(feed, PollResult.DEAD, words, "dead", Hints(), now, settings)
    return done._replace(feed=done.feed._replace(moves=feed.moves), letter=letter)
