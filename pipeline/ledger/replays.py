"""Replay: what ended dead comes again. Its letter stays, marked with the moment of the replay."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks
from pipeline.ledger.units import log
from schemas.words import EntryState, Event, Why


def replay_dead(connection: Connection, now: float) -> tuple[int, int]:
    """Every open dead letter: its entry is pending, its feed is due. Gives (entries, feeds)."""
    letters = connection.execute(select(t.dead_letters).where(t.dead_letters.c.replayed_at == 0)).all()
    entries = sorted({letter.entry_id for letter in letters if letter.subject == "visit"})
    feeds = sorted({letter.subject_id for letter in letters if letter.subject == "poll"})
    for ids in chunks(entries):
        mine = (t.entries.c.entry_id.in_(ids)) & (t.entries.c.state == EntryState.DONE.value)
        again = {"state": EntryState.PENDING.value, "why": Why.REPLAY.value, "deaths": 0}
        connection.execute(update(t.entries).where(mine).values(again))
    for ids in chunks(feeds):
        connection.execute(update(t.feeds).where(t.feeds.c.feed_id.in_(ids)).values(next_check=0.0))
    for letter in letters:
        connection.execute(
            update(t.dead_letters).where(t.dead_letters.c.dead_id == letter.dead_id).values(replayed_at=now)
        )
        log(connection, now, Event.REPLAYED, letter.dead_id, letter.url)
    return len(entries), len(feeds)


def all_due(connection: Connection) -> None:
    """Every feed is due now, whatever its interval: for `feeds check`."""
    connection.execute(update(t.feeds).values(next_check=0.0))
