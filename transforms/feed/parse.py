"""The body of a feed -> what it says: its own fields and its items, with the word that the poll ends in. Pure.

`parse_feed` runs in the guarded pool, since a stranger's document can be slow: everything here is at module level and
pickles. RSS, RDF and Atom go through feedparser (`feed_xml`), JSON Feed through a reader of ours (`jsonfeed`); what
comes before any parser (charset, document types, what is no feed at all) stands in `feed_text`.
Ends in: ok (there may be no items), malformed (what could be read was read), not_a_feed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from schemas import ids
from schemas.records import FeedEntry
from transforms.feed import jsonfeed, sitemap
from transforms.feed import text as feed_text
from transforms.feed import xml as feed_xml
from transforms.feed.dates import is_future, mark_future, moment
from transforms.feed.html import clean
from transforms.feed.items import Channel, RawFeed, RawItem, entry, language
from transforms.feed.little import only_new
from transforms.links import absolute, canonical

Item = tuple[FeedEntry, str]
"""An entry with the guid that the feed gave it ("" if none)."""

_FIRST_ITEM = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_VOLATILE = re.compile(
    rb"<(lastBuildDate|pubDate|ttl|generator|updated|modified|dc:date)(?:\s[^<>]{0,500})?>[^<>]{0,500}</\1\s*>"
    rb"|<!--(?:[^-]|-(?!->)){0,1000}-->",
    re.IGNORECASE,
)
_HEAD_BYTES = 65_536


class ParsedFeed(NamedTuple):
    result: str  # `ok`, `malformed`, `not_a_feed`
    reason: str = ""  # in words; "" when ok
    title: str = ""
    link: str = ""  # the page that the feed calls its own, absolute
    language: str = ""
    ttl_minutes: int = 0
    items: tuple[Item, ...] = ()
    children: tuple[str, ...] = ()  # of an index: addresses whose items are this feed's
    marks: tuple[str, ...] = ()  # of all its items, for `known` of the next parse
    skipped: int = 0  # items that were known, and are not among `items`
    changed: tuple[str, ...] = ()  # of an index: when each child changed last, as written


def parse_feed(
    body: bytes,
    *,
    content_type: str,
    url: str,
    feed: str = "",
    now: datetime | None = None,
    known: Collection[str] = (),
) -> ParsedFeed:
    """Read a feed that was fetched from `url`.

    `feed` is the feed's id, which the identity of an entry without a link rests on (that of `url` if it is not given:
    wrong for a feed that moved). With `now`, dates that lie ahead are marked (`feed_dates.FUTURE`).
    Items whose marks are `known` are left out where the format allows (`transforms/feed/little.py`).
    An item that is shown twice is given once; an item without any text, link or guid is left out.
    """
    text = feed_text.prepare(body, content_type)
    if not text.kind:
        return ParsedFeed(text.result, text.reason)
    little = only_new(text, known)
    read = _read(little.text)
    link = absolute(read.link, url)
    channel = Channel(
        feed_id=feed or ids.feed_id(url),
        base=absolute(read.base, url) if read.base else url,
        language=language(read.language),
        homes=frozenset({canonical(link), canonical(url)}),
    )
    reason = "; ".join(filter(None, (text.reason, read.reason)))
    items = _entries(read.items, channel, now)
    named = dict(zip((absolute(child, channel.base) for child in read.children), read.changed, strict=True))
    named.pop("", None)
    result = "malformed" if reason and read.result == "ok" else read.result
    return ParsedFeed(
        result,
        reason,
        clean(read.title),
        link,
        channel.language,
        read.ttl_minutes,
        items,
        tuple(named),
        little.marks,
        little.skipped,
        tuple(named.values()),
    )


def _read(text: feed_text.FeedText) -> RawFeed:
    if text.kind == "json":
        return jsonfeed.read(text.body)
    return sitemap.read(text) if text.name in sitemap.ROOTS else feed_xml.read(text)


def with_children(index: ParsedFeed, children: Iterable[ParsedFeed | Exception]) -> ParsedFeed:
    """An index with the items of its documents; one that cannot be read makes it malformed, and costs no other."""
    items: dict[str, Item] = {}
    lost = []
    for child in children:
        if isinstance(child, Exception) or child.result == "not_a_feed":
            lost.append(str(child) if isinstance(child, Exception) else child.reason)
            continue
        if child.reason or child.children:
            lost.append(child.reason or "an index in an index is not followed")
        for item in child.items:
            items.setdefault(item[0].entry_id, item)
    reason = "; ".join(filter(None, (index.reason, *lost)))
    return index._replace(result="malformed" if reason else index.result, reason=reason, items=tuple(items.values()))


def _entries(raw_items: Iterable[RawItem], channel: Channel, now: datetime | None) -> tuple[Item, ...]:
    made: dict[str, Item] = {}
    for raw in raw_items:
        dated = raw._replace(published=mark_future(raw.published, now), updated=mark_future(raw.updated, now))
        if found := entry(dated, channel):
            made.setdefault(found[0].entry_id, found)
    return tuple(made.values())


def select_first_poll(items: Iterable[Item], now: datetime, limit: int, max_age_days: float) -> tuple[Item, ...]:
    """What the first poll of a feed takes: at most `limit` items, none older than `max_age_days`, the newest first.

    An item without a date, or with one that lies ahead, counts as new. Later polls take every item.
    """
    oldest = now - timedelta(days=max_age_days)
    dated = [(_moment(item[0], now), item) for item in items]
    young = [pair for pair in dated if pair[0] >= oldest]
    young.sort(key=lambda pair: pair[0], reverse=True)  # stable: the feed's own order decides among equals
    return tuple(item for _, item in young[: max(limit, 0)])


def _moment(item: FeedEntry, now: datetime) -> datetime:
    if item.published is None or is_future(item.published):
        return now
    at = moment(item.published)
    if item.published.precision == "day":
        at += timedelta(days=1)  # it may mean the end of its day
    return min(at, now.astimezone(UTC))


def body_hash(body: bytes) -> str:
    """A hash of a feed's body that does not change with the time of its making.

    What generators write anew each time (build date, ttl, generator, comments) is cut out of the part before the first
    item. In any doubt (no item in sight, UTF-16, JSON) the whole body is hashed: a change is never hidden.
    """
    head, rest = b"", body
    found = _FIRST_ITEM.search(body, 0, _HEAD_BYTES)
    if found and b"\x00" not in body[: found.end()] and body.lstrip()[:1] not in b"{[":
        head, rest = _VOLATILE.sub(b"", body[: found.start()]), body[found.start() :]
    digest = blake2b(head, digest_size=16)
    digest.update(b"\x1f" + rest)
    return digest.hexdigest()
