"""Feeds in the ledger: which are due, and one poll committed: the feed's new state together with its entries.

An ETag is never advanced past entries that are not stored: a later 304 would hide them for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from pipeline.ledger import letters
from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
from pipeline.ledger.tombstones import bare, of_items
from pipeline.ledger.units import log
from schemas.health import Health
from schemas.instants import epoch, iso
from schemas.ports import DueFeed, Part, PollReport, SeenItem
from schemas.records import Sighting
from schemas.words import EntryState, Event, PollResult, Why

ANSWERED = {PollResult.NEW, PollResult.UNCHANGED, PollResult.MOVED, PollResult.MALFORMED}
_DOCUMENT = ("url", "etag", "last_modified", "body_hash", "moves", "moved_to")  # where and what a feed's document is
SOUND = ANSWERED - {PollResult.MALFORMED}  # nothing to complain of


def lease_feeds(
    connection: Connection, unit_id: str, feeds: Mapping[str, str], now: float, lease_until: float
) -> dict[str, str]:
    """Lease what is due of `feeds` to the unit; the address of each. What it holds already comes back again."""
    for some in chunks(sorted(feeds)):
        rows = [{"feed_id": feed, "configured_url": feeds[feed], "url": feeds[feed]} for feed in some]
        upsert(connection, t.feeds, rows)
    mine = t.feeds.c.unit_id == unit_id
    due = or_(t.feeds.c.next_check <= now, t.feeds.c.checked_at > now)  # a clock that went back starves no feed
    free = and_(or_(t.feeds.c.unit_id == "", t.feeds.c.lease_until < now), due)
    for ids in chunks(feeds):
        wanted = and_(t.feeds.c.feed_id.in_(ids), free)
        # Another replica may be leasing them at this moment: those it has locked are left to it.
        mine_now = list(connection.scalars(select(t.feeds.c.feed_id).where(wanted).with_for_update(skip_locked=True)))
        leased = update(t.feeds).where(t.feeds.c.feed_id.in_(mine_now))
        connection.execute(leased.values(unit_id=unit_id, lease_until=lease_until))
    held = select(t.feeds.c.feed_id, t.feeds.c.url).where(mine).order_by(t.feeds.c.feed_id)
    return {row.feed_id: row.url for row in connection.execute(held)}


def leased_feeds(connection: Connection, unit_id: str, ids: Iterable[str]) -> list[DueFeed]:
    """What is known of these feeds, as far as the unit still has them."""
    rows: list[Row[Any]] = []
    for some in chunks(ids):
        mine = select(t.feeds).where(t.feeds.c.feed_id.in_(some), t.feeds.c.unit_id == unit_id)
        rows += connection.execute(mine.order_by(t.feeds.c.feed_id))
    return [
        DueFeed(
            feed_id=row.feed_id,
            url=row.url,
            etag=row.etag,
            last_modified=row.last_modified,
            body_hash=row.body_hash,
            moves=row.moves,
            moved_to=row.moved_to,
            health=_health(row),
            marks=tuple(row.marks.split()),
            parts=msgspec.json.decode(row.parts, type=tuple[Part, ...]) if row.parts else (),
        )
        for row in rows
    ]


def _health(row: Row[Any]) -> Health:
    """What was written; of a feed from a ledger that knew no health yet, when it last answered."""
    return (
        msgspec.json.decode(row.health, type=Health)
        if row.health
        else Health(last_success=row.last_success, read=row.last_success > 0)
    )


def sighted(connection: Connection, feed_id: str, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(ids):
        seen = select(t.sightings.c.entry_id).where(t.sightings.c.feed_id == feed_id, t.sightings.c.entry_id.in_(some))
        found.update(connection.scalars(seen))
    return found


def commit(connection: Connection, unit_id: str, report: PollReport, now: float) -> None:
    """One poll in one transaction. A poll whose unit lost the feed changes nothing: its holder polls again."""
    feed = report.feed
    held = _held(connection, unit_id, [feed.feed_id])
    if not held:
        return
    news = _store_items(connection, feed.feed_id, report.items, now)
    values = _state(report, held[feed.feed_id], now, news) | _document(feed)
    if report.title:
        values |= {"title": report.title, "site": report.site}
    connection.execute(update(t.feeds).where(t.feeds.c.feed_id == feed.feed_id).values(values))
    _tell_moves(connection, [feed], held, now)
    if report.letter is not None:
        letters.write(connection, [report.letter], {}, now)
    else:
        letters.close_feeds(connection, [feed.feed_id], now)


def commit_many(connection: Connection, unit_id: str, reports: Sequence[PollReport], now: float) -> None:
    """Polls that bring nothing, nearly all polls of nearly all feeds, in one transaction: `commit` of each, in bulk."""
    for some in chunks(reports):
        held = _held(connection, unit_id, [report.feed.feed_id for report in some])
        mine = [report for report in some if report.feed.feed_id in held]
        if not mine:
            continue
        rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        for report in mine:
            feed, before = report.feed, held[report.feed.feed_id]
            same = _is_as_before(feed, before)
            state = _state(report, before, now, 0) | ({} if same else _document(feed))
            rows[same].append({"of": feed.feed_id} | state)
        for some_rows in filter(None, rows.values()):
            named: dict[str, Any] = {name: bindparam(name) for name in some_rows[0] if name != "of"}
            connection.execute(update(t.feeds).where(t.feeds.c.feed_id == bindparam("of")).values(named), some_rows)
        _tell_moves(connection, [report.feed for report in mine], held, now)
        letters.close_feeds(connection, [report.feed.feed_id for report in mine], now)


def _held(connection: Connection, unit_id: str, ids: list[str]) -> dict[str, Row[Any]]:
    """The feeds that the unit still has, locked until the commit, always in the same order."""
    columns = [t.feeds.c[name] for name in ("feed_id", "last_success", *_DOCUMENT)]
    mine = select(*columns).where(t.feeds.c.feed_id.in_(ids), t.feeds.c.unit_id == unit_id)
    rows: list[Row[Any]] = list(connection.execute(mine.order_by(t.feeds.c.feed_id).with_for_update()))
    return {row.feed_id: row for row in rows}


def _is_as_before(feed: DueFeed, held: Row[Any]) -> bool:
    """Whether a poll found the very document that the ledger knows: its marks are those of that body. The documents of
    an index may be others while it is the same."""
    return not feed.parts and all(getattr(feed, name) == getattr(held, name) for name in _DOCUMENT)


def _document(feed: DueFeed) -> dict[str, Any]:
    """Where and what the feed's document is, and what need not be read of it again."""
    known = {name: getattr(feed, name) for name in _DOCUMENT}
    parts = msgspec.json.encode(feed.parts).decode() if feed.parts else ""
    return known | {"marks": " ".join(feed.marks), "parts": parts}


def _state(report: PollReport, held: Row[Any], now: float, news: int) -> dict[str, Any]:
    """What every poll changes."""
    feed, result = report.feed, PollResult(report.result)
    if result is PollResult.NEW and not news:
        result = PollResult.UNCHANGED
    return {
        "checked_at": now,
        "next_check": feed.health.next_check,
        "last_result": result.value,
        "last_error": "" if result in SOUND else report.reason,
        "last_success": now if result in ANSWERED else held.last_success,
        "state": feed.health.state,
        "health": msgspec.json.encode(feed.health).decode(),
        "unit_id": "",
        "lease_until": 0.0,
    }


def _tell_moves(connection: Connection, feeds: Iterable[DueFeed], held: Mapping[str, Row[Any]], now: float) -> None:
    for feed in feeds:
        if feed.url != held[feed.feed_id].url:
            log(connection, now, Event.FEED_MOVED, feed.feed_id, f"from {held[feed.feed_id].url} to {feed.url}")


def _store_items(connection: Connection, feed_id: str, items: tuple[SeenItem, ...], now: float) -> int:
    """Gives how many entries became pending, or will."""
    changes = 0
    unique = {item.entry.entry_id: item for item in items}
    sightings, entries = _known(connection, feed_id, sorted(unique))
    forgotten = of_items(connection, feed_id, [item.entry for item in unique.values()])
    fresh, shown = [], []
    revised = sorted(
        entry_id
        for entry_id in sightings.keys() & entries.keys()
        if sightings[entry_id].fingerprint != unique[entry_id].entry.fingerprint
    )
    entries |= _locked(connection, revised)
    for entry_id, seen in unique.items():
        item = seen._replace(entry=bare(seen.entry)) if entry_id in forgotten else seen
        entry = item.entry
        before = sightings.get(entry_id)
        changed = before is not None and before.fingerprint != entry.fingerprint
        if before is None or changed:
            # An item that a first poll left out becomes news only when it changes.
            taken = changed or item.take or entry_id in entries
            shown.append(_sighting_row(feed_id, item, taken, before.seen_at if before is not None else now))
            if taken and entry_id not in entries:
                fresh.append(_entry_row(feed_id, item, now))
        if changed and entry_id in entries:
            _revisit(connection, entries[entry_id], feed_id, item)
            changes += 1
    upsert(connection, t.sightings, shown, update=("guid", "fingerprint", "taken", "sighting"))
    upsert(connection, t.entries, fresh)
    return len(fresh) + changes


def _known(connection: Connection, feed_id: str, ids: list[str]) -> tuple[dict[str, Row[Any]], dict[str, Row[Any]]]:
    sightings: dict[str, Row[Any]] = {}
    entries: dict[str, Row[Any]] = {}
    for some in chunks(ids):
        seen = select(t.sightings).where(t.sightings.c.feed_id == feed_id, t.sightings.c.entry_id.in_(some))
        sightings |= {row.entry_id: row for row in connection.execute(seen)}
        columns = (t.entries.c.entry_id, t.entries.c.state, t.entries.c.replay_unit)
        held = select(*columns).where(t.entries.c.entry_id.in_(some))
        entries |= {row.entry_id: row for row in connection.execute(held)}
    return sightings, entries


def _locked(connection: Connection, ids: list[str]) -> dict[str, Row[Any]]:
    """As they stand now and until the commit: a settlement that ends meanwhile must not miss that an item changed."""
    found: dict[str, Row[Any]] = {}
    for some in chunks(ids):
        held = select(t.entries).where(t.entries.c.entry_id.in_(some))
        rows = connection.execute(held.order_by(t.entries.c.entry_id).with_for_update())
        found |= {row.entry_id: row for row in rows}
    return found


def _revisit(connection: Connection, before: Row[Any], feed_id: str, item: SeenItem) -> None:
    """A changed item makes its entry pending again; one in hand, or about to be replayed, comes again after that."""
    mine = t.entries.c.entry_id == item.entry.entry_id
    entry = msgspec.json.encode(item.entry).decode()
    connection.execute(update(t.entries).where(and_(mine, t.entries.c.feed_id == feed_id)).values(entry=entry))
    if before.state == EntryState.DONE:
        change = {"state": EntryState.PENDING.value, "why": Why.REVISIT.value, "replay_unit": ""}
        connection.execute(update(t.entries).where(mine).values(change))
    elif before.state in (EntryState.LEASED, EntryState.PREPARED) or before.replay_unit:
        connection.execute(update(t.entries).where(mine).values(again=True))


def _sighting_row(feed_id: str, item: SeenItem, taken: bool, seen_at: float) -> dict[str, object]:
    entry = item.entry
    sighting = Sighting(
        entry_id=entry.entry_id,
        feed_id=feed_id,
        guid=item.guid,
        title=entry.title,
        published=entry.published,
        seen_at=iso(seen_at),
    )
    return {
        "feed_id": feed_id,
        "entry_id": entry.entry_id,
        "guid": item.guid,
        "fingerprint": entry.fingerprint,
        "taken": taken,
        "sighting": msgspec.json.encode(sighting).decode(),
        "seen_at": seen_at,
    }


def _entry_row(feed_id: str, item: SeenItem, now: float) -> dict[str, object]:
    entry = item.entry
    return {
        "entry_id": entry.entry_id,
        "feed_id": feed_id,
        "url": entry.link,
        "host": (urlsplit(entry.url).hostname or "") if entry.url else "",
        "entry": msgspec.json.encode(entry).decode(),
        "first_seen": epoch(entry.first_seen) or now,
        "state": EntryState.PENDING.value,
        "why": Why.NEW.value,
    }
