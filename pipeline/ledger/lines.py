"""Lines that a site repeats: counted in the mark of a unit, read by Clean. Only their hashes are held.

A line counts once for each article, and once for all articles that share a text: a wire story that two sections carry
bears witness once. NEEDED witnesses make it boilerplate from that moment on; in articles first seen before it stays
text, so later visits and replays read a page as it was read. A line that no article has shown for a while is forgotten:
DECAY_S for one that was learned, TRIAL_S for one that was not. A site holds at most MAX_LINES.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
from schemas.commits import IndexRow
from schemas.config import DAY_S
from schemas.ids import make_id
from transforms.shingles import numbers

NEEDED = 5
TRIAL_S, DECAY_S = 30 * DAY_S, 120 * DAY_S
MAX_LINES = 2_000
_CHANGES = ("witnesses", "articles", "learned_at", "last_seen")


def repeated(connection: Connection, site: str, keys: Iterable[str], at: float) -> set[str]:
    """Of these lines, those that were boilerplate of the site when an entry was first seen (`at`)."""
    found: set[str] = set()
    for some in chunks(sorted(keys)):
        mine = select(t.site_lines.c.line).where(
            t.site_lines.c.site == site,
            t.site_lines.c.line.in_(some),
            t.site_lines.c.learned_at > 0,
            t.site_lines.c.learned_at <= at,
            t.site_lines.c.last_seen >= at - DECAY_S,
        )
        found.update(connection.scalars(mine))
    return found


def learn(connection: Connection, index: Iterable[IndexRow], now: float) -> None:
    """Count the lines of newly written articles; copies of others bear no witness."""
    shown: defaultdict[str, defaultdict[str, list[IndexRow]]] = defaultdict(lambda: defaultdict(list))
    for row in index:
        for key in () if row.copy_of else row.edges:
            shown[row.site][key].append(row)
    for site in sorted(shown):
        _learn_site(connection, site, shown[site], now)
        _forget(connection, site, now)


def _learn_site(connection: Connection, site: str, shown: Mapping[str, list[IndexRow]], now: float) -> None:
    rows: list[dict[str, Any]] = []
    for keys in chunks(sorted(shown)):
        mine = and_(t.site_lines.c.site == site, t.site_lines.c.line.in_(keys))
        held = {row.line: row for row in connection.execute(select(t.site_lines).where(mine).with_for_update())}
        for key in keys:
            before = held.get(key)
            witnesses, count, learned = [], 0, 0.0
            if before is not None and before.last_seen >= now - (DECAY_S if before.learned_at else TRIAL_S):
                witnesses, count, learned = before.witnesses.split(), before.articles, before.learned_at
            for row in sorted(shown[key], key=lambda row: row.article_id):
                marks = _marks(row)
                if not learned and not any(mark in witness for witness in witnesses for mark in marks):
                    witnesses.append(":".join(marks))
                    count += 1
                    learned = now if count >= NEEDED else 0.0
            rows.append(
                {
                    "site": site,
                    "line": key,
                    "witnesses": "" if learned else " ".join(witnesses),
                    "articles": count,
                    "learned_at": learned,
                    "last_seen": now,
                }
            )
    upsert(connection, t.site_lines, rows, update=_CHANGES)


def _marks(row: IndexRow) -> tuple[str, str]:
    """By what an article is known again, and by what its text is: texts alike share their least sampled shingle."""
    text = str(numbers(row.sample).min()) if row.sample else row.text_key
    return make_id("article", row.article_id)[:12], make_id("text", text)[:12]


def _forget(connection: Connection, site: str, now: float) -> None:
    mine = t.site_lines.c.site == site
    trial, learned = t.site_lines.c.learned_at == 0, t.site_lines.c.learned_at > 0
    old = or_(
        and_(trial, t.site_lines.c.last_seen < now - TRIAL_S), and_(learned, t.site_lines.c.last_seen < now - DECAY_S)
    )
    connection.execute(delete(t.site_lines).where(mine, old))
    over = (connection.scalar(select(func.count()).select_from(t.site_lines).where(mine)) or 0) - MAX_LINES
    if over > 0:  # those go first that have the least behind them, and of these the ones seen longest ago
        order = (learned, t.site_lines.c.articles, t.site_lines.c.last_seen, t.site_lines.c.line)
        least = connection.scalars(select(t.site_lines.c.line).where(mine).order_by(*order).limit(over)).all()
        for some in chunks(least):
            connection.execute(delete(t.site_lines).where(mine, t.site_lines.c.line.in_(some)))
