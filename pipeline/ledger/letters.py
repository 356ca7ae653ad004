"""Dead letters: one is open from the first failure of an entry or a feed until that succeeds, and is never deleted.

What fails again while its letter is open counts on it: the letter then tells of the newest failure, and how many there
were. A replay only asks for another try; what comes of it decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks
from schemas.records import DeadLetter

OPEN = t.dead_letters.c.closed_at == 0.0
POLL, VISIT = "poll", "visit"


def write(connection: Connection, letters: Iterable[DeadLetter], entries: Mapping[str, str], now: float) -> None:
    """Keep these failures; `entries` gives the entry of each visit. The failure of one unit counts once."""
    for letter in letters:
        entry = entries.get(letter.subject_id, "")
        mine = t.dead_letters.c.entry_id == entry if entry else t.dead_letters.c.subject_id == letter.subject_id
        query = select(t.dead_letters.c.dead_id, t.dead_letters.c.letter).where(mine, OPEN).limit(1)
        before = connection.execute(query).one_or_none()
        if before is None:
            _insert(connection, letter, entry, now)
            continue
        if msgspec.json.decode(before.letter, type=DeadLetter).unit_id == letter.unit_id:
            continue
        told = msgspec.structs.replace(letter, dead_id=before.dead_id)
        values = {"step": letter.step, "kind": letter.kind, "error": letter.error, "letter": _json(told)}
        counted = {**values, "url": letter.url, "failed_at": now, "tries": t.dead_letters.c.tries + 1}
        connection.execute(update(t.dead_letters).where(t.dead_letters.c.dead_id == before.dead_id).values(counted))


def _insert(connection: Connection, letter: DeadLetter, entry: str, now: float) -> None:
    row = {name: getattr(letter, name) for name in ("dead_id", "subject", "subject_id", "url", "step", "kind", "error")}
    connection.execute(
        t.dead_letters.insert().values(**row, entry_id=entry, letter=_json(letter), at=now, failed_at=now, tries=1)
    )


def _json(letter: DeadLetter) -> str:
    return msgspec.json.encode(letter).decode()


def close_entries(connection: Connection, entry_ids: Iterable[str], now: float) -> None:
    """Their visits ended otherwise than dead."""
    for some in chunks(entry_ids):
        _close(connection, and_(t.dead_letters.c.entry_id.in_(some), t.dead_letters.c.subject == VISIT), now)


def close_feeds(connection: Connection, ids: list[str], now: float) -> None:
    """Their polls ended otherwise than dead."""
    _close(connection, and_(t.dead_letters.c.subject_id.in_(ids), t.dead_letters.c.subject == POLL), now)


def _close(connection: Connection, mine: ColumnElement[bool], now: float) -> None:
    connection.execute(update(t.dead_letters).where(mine, OPEN).values(closed_at=now))
