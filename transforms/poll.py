"""Begin -> Begin, once per unit: feed state and pending entries are in the ledger before it is emitted.

Each poll of a feed ends in one PollResult and is committed in one transaction. Nothing else leaves this step:
a retried bundle polls again and does nothing twice.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import apache_beam as beam
import msgspec

from schemas.config import Poll as PollSettings
from schemas.feeds import FeedIntent
from schemas.flow import Begin, pack
from schemas.ids import make_id
from schemas.ports import DueFeed, PollReport, Request, Response, SeenItem, World
from schemas.records import DeadLetter
from schemas.words import PollResult
from transforms.feed.parse import ParsedFeed, body_hash, parse_feed, select_first_poll
from transforms.step import TRACE_CHARS, pack_by_host, register_row

REPEATS = 2  # a permanent redirect is believed when it is met in this many polls in a row


class FeedBatch(NamedTuple):
    """Feeds to poll side by side; all feeds of one host are in one batch."""

    unit_id: str
    body: bytes  # msgpack of list[DueFeed]


register_row(FeedBatch)


def of_feed(settings: PollSettings, feed: FeedIntent | None) -> PollSettings:
    """The settings with the interval that the feed's line in `feeds.toml` asks for."""
    return settings if feed is None or feed.interval_s is None else replace(settings, interval_s=feed.interval_s)


def refusal(response: Response) -> tuple[PollResult, str] | None:
    """How a poll ends that brought no feed to read; None when there is a body."""
    if response.failure:
        known = {"too_large": PollResult.TOO_LARGE, "private_address": PollResult.PRIVATE_ADDRESS}
        return known.get(response.failure, PollResult.UNREACHABLE), response.reason
    status = response.status
    if status == 304:
        return PollResult.UNCHANGED, "the server says it is not modified"
    if status in (404, 410):
        return PollResult.GONE, f"status {status}"
    if status in (401, 403, 429):
        return PollResult.BLOCKED, f"status {status}"
    if status != 200:
        return PollResult.UNREACHABLE, f"status {status}"
    return None


def next_check(result: PollResult, errors: int, now: datetime, settings: PollSettings) -> datetime:
    """After an answer the set interval, after each error twice as long, up to the ceiling; `gone` waits that long."""
    if result is PollResult.GONE:
        wait = settings.max_interval_s
    else:
        wait = min(settings.interval_s * 2.0 ** min(errors, 20), settings.max_interval_s)
    return now + timedelta(seconds=wait)


def report(
    feed: DueFeed, response: Response, parsed: ParsedFeed | None, now: datetime, settings: PollSettings
) -> PollReport:
    """Decide one poll. `parsed` is None when there was nothing new to read."""
    refused = refusal(response)
    if refused is not None and refused[0] is not PollResult.UNCHANGED:
        failed = feed._replace(errors=feed.errors + 1, moves=0)
        return PollReport(failed, refused[0], refused[1], next_check(refused[0], failed.errors, now, settings))
    if parsed is not None and parsed.result == "not_a_feed":  # nor is its redirect believed
        failed = feed._replace(errors=feed.errors + 1, moves=0)
        check = next_check(PollResult.NOT_A_FEED, failed.errors, now, settings)
        return PollReport(failed, PollResult.NOT_A_FEED, parsed.reason, check)
    feed = _moved(feed, response)
    result, words = refused or (PollResult.UNCHANGED, "the same body as before")
    if feed.moves >= REPEATS:
        feed = feed._replace(url=feed.moved_to, moves=0, moved_to="")
        result, words = PollResult.MOVED, f"it now lives at {feed.url}"
    feed = feed._replace(errors=0)
    if parsed is None:
        return PollReport(feed, result, words, next_check(result, 0, now, settings))
    if parsed.result == "malformed":
        result, words = PollResult.MALFORMED, parsed.reason
    elif result is not PollResult.MOVED:
        result, words = PollResult.NEW, ""
    feed = feed._replace(
        etag=response.header("etag"),
        last_modified=response.header("last-modified"),
        body_hash=body_hash(response.body),
    )
    items = _items(feed, parsed, now, settings)
    return PollReport(
        feed, result, words, next_check(result, 0, now, settings), items, title=parsed.title, site=parsed.link
    )


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


def parse(args: tuple[bytes, str, str, str, datetime]) -> ParsedFeed:
    """For the guarded pool: (body, content type, url, feed id, now)."""
    body, content_type, url, feed, now = args
    return parse_feed(body, content_type=content_type, url=url, feed=feed, now=now)


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
        trace="".join(traceback.format_exception(error))[-TRACE_CHARS:],
        input=msgspec.json.encode(feed._asdict()).decode(),
        at=now.isoformat(),
    )
    failed = feed._replace(errors=feed.errors + 1)
    check = next_check(PollResult.DEAD, failed.errors, now, settings)
    return PollReport(failed, PollResult.DEAD, words, check, letter=letter)


class FindDue(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger = self.world.ledger()

    def process(self, begin: Begin) -> Iterator[FeedBatch]:
        feeds = {feed.feed_id: feed.url for feed in self.world.feeds.values() if feed.enabled}
        due = self.ledger.due_feeds(begin.unit_id, feeds)
        size = self.world.settings.lease.batch_entries
        for batch in pack_by_host(due, lambda feed: urlsplit(feed.url).hostname or "", size):
            yield FeedBatch(begin.unit_id, pack(batch))


class PollFeeds(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger, self.web = self.world.ledger(), self.world.web()
        self.guard, self.clock = self.world.guard(), self.world.clock()

    def process(self, batch: FeedBatch) -> Iterator[tuple[str, int]]:
        feeds = msgspec.msgpack.decode(batch.body, type=list[DueFeed])
        settings, limit = self.world.settings.poll, self.world.settings.network.max_feed_bytes
        requests = [Request(f.url, f.etag, f.last_modified, max_bytes=limit, robots=False) for f in feeds]
        responses = self.web.get(requests)
        readable = [
            (f, r)
            for f, r in zip(feeds, responses, strict=True)
            if refusal(r) is None and body_hash(r.body) != f.body_hash
        ]
        now = self.clock.now()
        work = [(r.body, r.header("content-type"), r.final_url or f.url, f.feed_id, now) for f, r in readable]
        parsed = self.guard.map(parse, work, timeout_s=settings.timeout_s)
        by_feed = {f.feed_id: p for (f, _), p in zip(readable, parsed, strict=True)}
        for feed, response in zip(feeds, responses, strict=True):
            read = by_feed.get(feed.feed_id)
            mine = of_feed(settings, self.world.feeds.get(feed.feed_id))
            if isinstance(read, Exception):
                done = dead_poll(feed, batch.unit_id, read, now, mine)
            else:
                done = report(feed, response, read, now, mine)
            self.ledger.commit_poll(batch.unit_id, done)
            yield batch.unit_id, 1


class Poll(beam.PTransform):
    """Begin -> Begin when every due feed of the unit is committed."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, begin: Any) -> Any:
        polled = (
            begin
            | "Find due feeds" >> beam.ParDo(FindDue(self.world)).with_output_types(FeedBatch)
            | "Spread feeds" >> beam.Reshuffle()
            | "Poll feeds" >> beam.ParDo(PollFeeds(self.world)).with_output_types(tuple[str, int])
        )
        started = begin | "Unit" >> beam.Map(lambda b: (b.unit_id, 0)).with_output_types(tuple[str, int])
        return (
            (started, polled)
            | "Started and polled" >> beam.Flatten()
            | "All polled" >> beam.GroupByKey()
            | "Polled" >> beam.MapTuple(lambda unit_id, _: Begin(unit_id)).with_output_types(Begin)
        )
