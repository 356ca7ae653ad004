"""Upkeep: what was kept long enough goes, by the same way as what is forgotten, and what a `forget` left over, too.

`newsbeam upkeep` does it; so does each `run` or `watch` at the end of its passes, once a day.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.ledger import SqlLedger, counters, expiry, prints
from pipeline.ledger import forgetting as f
from pipeline.ledger.tombstones import ENTRY, Stone, close_all, close_stones, raise_stones
from pipeline.ledger.units import log as note
from pipeline.removal import remove, remove_pages
from pipeline.world import RealWorld
from schemas.config import DAY_S, Dedupe
from schemas.words import Disposition, Event

log = logging.getLogger(__name__)
MARK = "upkeep"  # counter: when retention was last looked at, in epoch seconds
PRINTS_MARK = "prints"  # counter: when old prints were last removed, in epoch seconds


class Gone(NamedTuple):
    """What went, or would go."""

    readings: int = 0
    pages: int = 0
    segments: int = 0


def upkeep(world: RealWorld, *, dry_run: bool = False) -> Gone:
    """Everything that is due. The ledger is held, and units that died are recovered."""
    ledger, kept = world.ledger(), world.settings.retention
    now = ledger.now()
    with ledger.reading() as connection:
        expired = f.holdings(connection, expiry.old_entries(connection, expiry.readings(kept), now))
        pages = [
            one for one in expiry.old_pages(connection, expiry.pages(kept), now) if one.entry_id not in expired.entries
        ]
    gone = Gone(
        len(expired.readings),
        len(pages) + len(expired.captures),
        len({one.page.segment for one in (*pages, *expired.captures)}),
    )
    if dry_run:
        return gone
    finish_forgetting(world)
    drop_forgotten_pages(world)
    if expired.in_hand:
        log.warning("%s is in hand: what has expired goes at the next upkeep", expired.in_hand[0])
    elif expired.entries:
        _expire(world, expired)
    if pages:
        remove_pages(world, pages)
    expire_prints(world)
    return gone


def expire_prints(world: RealWorld) -> None:
    """What is older than the window finds no copies any more."""
    ledger = world.ledger()
    if since := world.settings.dedupe.since(ledger.now()):
        ledger.writing(lambda c: prints.expire(c, since))


def renew_prints(ledger: SqlLedger, kept: Dedupe, *, stale_only: bool = False) -> int:
    """Samples that the index of copies lacks are made anew; gives how many. `stale_only`: where texts may have been
    sampled in another way, as after an upgrade."""
    if stale_only:
        with ledger.reading() as connection:
            if not prints.stale(connection):
                return 0
    return ledger.writing(lambda c: prints.renew(c, kept.since(ledger.now())))


def at_end_of_passes(world: RealWorld, since: float, forgotten: int) -> None:
    """What a run leaves in order: pages that turned out to be `forgotten` ones, a `forget` that died; once a day
    what has expired, and all that was left lying."""
    ledger = world.ledger()
    if forgotten:
        drop_forgotten_pages(world, since)
    finish_forgetting(world)
    kept = world.settings.retention
    wanted = expiry.pages(kept).shortest_s or expiry.readings(kept).shortest_s or forgotten
    if wanted and _once_a_day(ledger, MARK):
        upkeep(world)
        _mark(ledger, MARK)
    if _once_a_day(ledger, PRINTS_MARK):
        expire_prints(world)
        _mark(ledger, PRINTS_MARK)


def drop_forgotten_pages(world: RealWorld, since: float = 0.0) -> None:
    """Pages that were archived before it was seen that what they hold was forgotten."""
    with world.ledger().reading() as connection:
        archived = f.visited_forgotten(connection, since)
    if archived:
        remove_pages(world, archived)


def finish_forgetting(world: RealWorld) -> None:
    """Remove what tombstones name that stand before a `forget` which died."""
    ledger = world.ledger()
    with ledger.reading() as connection:
        found = f.holdings(connection, left) if (left := expiry.half_forgotten(connection)) else f.Holdings()
    if not left or found.in_hand:
        return
    remove(world, found, disposition=Disposition.FORGOTTEN.value)
    with ledger.engine.begin() as connection:
        close_all(connection, len(found.readings), len(found.captures), ledger.now())


def _expire(world: RealWorld, expired: f.Holdings) -> None:
    ledger, kept = world.ledger(), world.settings.retention
    stones: Sequence[Stone] = []
    if kept.tombstones:
        stones = [Stone(ENTRY, entry, link) for entry, link in expired.entries.items()]
        with ledger.engine.begin() as connection:
            raise_stones(connection, stones, "retention", "it was kept long enough", ledger.now())
    remove(world, expired, disposition=Disposition.FORGOTTEN.value if stones else "")
    with ledger.engine.begin() as connection:
        close_stones(connection, stones, len(expired.readings), len(expired.captures), ledger.now())
        for entry in expired.entries:
            note(connection, ledger.now(), Event.EXPIRED, entry, "its readings were kept long enough")


def _once_a_day(ledger: SqlLedger, mark: str) -> bool:
    with ledger.reading() as connection:
        return ledger.now() - (counters.value(connection, mark) or 0) >= DAY_S


def _mark(ledger: SqlLedger, mark: str) -> None:
    with ledger.engine.begin() as connection:
        counters.put(connection, mark, int(ledger.now()))
