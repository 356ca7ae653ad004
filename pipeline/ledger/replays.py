"""Another try: dead letters are sent through again from their step, and single entries are visited again.

Nothing is done here but to make entries pending and feeds due; the next run does the work. What is archived of an entry
is read from there (`leases._captures`), so a page that failed behind Fetch is not asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.letters import OPEN, POLL, VISIT
from pipeline.ledger.sql import chunks
from pipeline.ledger.units import log
from schemas.words import Disposition, EntryState, Event, Why

FROM_ARCHIVE = frozenset({Disposition.DEAD, Disposition.NOT_ARTICLE, Disposition.TOO_SHORT})
"""After a visit that ended so, another try reads the page that is archived: its site has answered well enough."""


def replay_dead(connection: Connection, now: float, *, kind: str = "", step: str = "") -> tuple[int, int]:
    """Every open dead letter, or those of a kind of error and of a step: its entry is pending, its feed is due.

    Gives (entries, feeds). The letters stay open until what they tell of succeeds.
    """
    query = select(t.dead_letters).where(OPEN)
    if kind:
        query = query.where(t.dead_letters.c.kind == kind)
    if step:
        query = query.where(t.dead_letters.c.step == step)
    letters = connection.execute(query).all()
    entries = sorted({letter.entry_id for letter in letters if letter.subject == VISIT})
    feeds = sorted({letter.subject_id for letter in letters if letter.subject == POLL})
    _pending(connection, entries, Why.REPLAY)
    all_due(connection, feeds)
    for letter in letters:
        mine = t.dead_letters.c.dead_id == letter.dead_id
        connection.execute(update(t.dead_letters).where(mine).values(replayed_at=now))
        log(connection, now, Event.REPLAYED, letter.dead_id, letter.url)
    return len(entries), len(feeds)


def retry(connection: Connection, entry_ids: Iterable[str], now: float) -> int:
    """Visit these entries again, those that are done; gives how many. `FROM_ARCHIVE` says which are not fetched."""
    count = 0
    for ids in chunks(entry_ids):
        done = t.entries.c.state == EntryState.DONE.value
        query = select(t.entries.c.entry_id, t.entries.c.url, t.entries.c.disposition)
        rows = connection.execute(query.where(t.entries.c.entry_id.in_(ids), done)).all()
        for why in (Why.REPLAY, Why.REVISIT):
            mine = [row.entry_id for row in rows if (row.disposition in FROM_ARCHIVE) is (why is Why.REPLAY)]
            _pending(connection, mine, why)
        for row in rows:
            log(connection, now, Event.REPLAYED, row.entry_id, row.url)
        count += len(rows)
    return count


def _pending(connection: Connection, entry_ids: Iterable[str], why: Why) -> None:
    for ids in chunks(entry_ids):
        mine = (t.entries.c.entry_id.in_(ids)) & (t.entries.c.state == EntryState.DONE.value)
        again = {"state": EntryState.PENDING.value, "why": why.value, "deaths": 0}
        connection.execute(update(t.entries).where(mine).values(again))


def all_due(connection: Connection, feed_ids: Iterable[str]) -> None:
    """These feeds are due now, whatever their interval: for `feeds check`."""
    for ids in chunks(feed_ids):
        connection.execute(update(t.feeds).where(t.feeds.c.feed_id.in_(ids)).values(next_check=0.0))
