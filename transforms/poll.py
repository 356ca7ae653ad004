"""Begin -> Begin, once per unit: feed state and pending entries are in the ledger before it is emitted.

Each poll of a feed ends in one PollResult; one that brings something is committed in a transaction of its own, the
others of a batch, nearly all of them, together. Nothing else leaves this step: a retried bundle polls what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import apache_beam as beam
import msgspec

from schemas.flow import Begin, pack
from schemas.ports import DueFeed, PollReport, World
from transforms.feed.parse import ParsedFeed, body_hash, with_children
from transforms.feed.parts import remembered, same_body, to_ask
from transforms.feed.report import dead_poll, of_feed, parse, refusal, report, request_for
from transforms.step import pack_by_host, register_row


class FeedBatch(NamedTuple):
    """Feeds to poll side by side; all feeds of one host are in one batch. What is known of them stays in the ledger
    until then: of a hundred thousand feeds no process holds more than the addresses."""

    unit_id: str
    body: bytes  # msgpack of the feeds' ids


register_row(FeedBatch)


class FindDue(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger = self.world.ledger()

    def process(self, begin: Begin) -> Iterator[FeedBatch]:
        feeds = {feed.feed_id: feed.url for feed in self.world.feeds.values() if feed.enabled}
        due = self.ledger.due_feeds(begin.unit_id, feeds)
        size = self.world.settings.lease.batch_entries
        for batch in pack_by_host(due, lambda feed: urlsplit(due[feed]).hostname or "", size):
            yield FeedBatch(begin.unit_id, pack(batch))


class PollFeeds(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger, self.web = self.world.ledger(), self.world.web()
        self.guard, self.clock = self.world.guard(), self.world.clock()

    def process(self, batch: FeedBatch) -> Iterator[tuple[str, int]]:
        ids = msgspec.msgpack.decode(batch.body, type=list[str])
        feeds = self.ledger.feeds_of(batch.unit_id, ids)
        settings, limit = self.world.settings.poll, self.world.settings.network.max_feed_bytes
        asked_at = self.clock.now()
        responses = self.web.get([request_for(feed, asked_at, limit) for feed in feeds])
        readable = [
            (f, r)
            for f, r in zip(feeds, responses, strict=True)
            if refusal(r) is None and body_hash(r.body) != f.body_hash
        ]
        now = self.clock.now()
        work = [(r.body, r.header("content-type"), r.final_url or f.url, f.feed_id, now, f.marks) for f, r in readable]
        parsed = self.guard.map(parse, work, timeout_s=settings.timeout_s)
        by_feed = {f.feed_id: self._whole(f, p, now) for (f, _), p in zip(readable, parsed, strict=True)}
        quiet: list[PollReport] = []
        for asked, response in zip(feeds, responses, strict=True):
            feed, read = by_feed.get(asked.feed_id, (asked, None))
            mine = of_feed(settings, self.world.feeds.get(feed.feed_id))
            if isinstance(read, Exception):
                done = dead_poll(feed, batch.unit_id, read, now, mine)
            else:
                known = self.ledger.sighted(feed.feed_id, [e.entry_id for e, _ in read.items]) if read else ()
                done = report(feed, response, read, now, mine, known)
            if done.brings_nothing:
                quiet.append(done)
                continue
            self.ledger.commit_poll(batch.unit_id, done)
            yield batch.unit_id, 1
        if quiet:
            self.ledger.commit_quiet(batch.unit_id, quiet)
        for _ in range(len(ids) - len(feeds) + len(quiet)):  # and those that an earlier try committed
            yield batch.unit_id, 1

    def _whole(
        self, feed: DueFeed, read: ParsedFeed | Exception, now: datetime
    ) -> tuple[DueFeed, ParsedFeed | Exception]:
        """A feed that is an index (a sitemap of sitemaps) with the items of those of its documents that changed."""
        if isinstance(read, Exception) or not read.children:
            return feed, read
        settings, at = self.world.settings, now.timestamp()
        asked = to_ask(read, feed.parts, at, settings.network.max_feed_bytes)
        answers = dict(zip(asked, self.web.get(list(asked.values())), strict=True))
        known = {part.url: part for part in feed.parts}
        new = {url: r for url, r in answers.items() if refusal(r) is None and not same_body(known.get(url), r)}
        work = [(r.body, r.header("content-type"), r.final_url, feed.feed_id, now, ()) for r in new.values()]
        parsed = dict(zip(new, self.guard.map(parse, work, timeout_s=settings.poll.timeout_s), strict=True))
        failed = [
            ParsedFeed("not_a_feed", f"{r.url}: {said[1]}")
            for r in answers.values()
            if (said := refusal(r)) and r.status != 304
        ]
        parts = remembered(read, feed.parts, answers, parsed, at)
        return feed._replace(parts=parts), with_children(read, [*parsed.values(), *failed])


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
