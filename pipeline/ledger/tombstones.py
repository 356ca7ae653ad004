"""Tombstones: what was forgotten, when, by whom and why. They stop it from being taken in again.

Of an entry (its canonical link), an article (its canonical address, whatever link leads there), or a whole site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, delete, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
from schemas.instants import iso
from schemas.records import FeedEntry
from schemas.words import Disposition, EntryState, TombstoneKind, Why
from transforms.links import registrable_domain

ENTRY, ARTICLE, SITE = TombstoneKind.ENTRY.value, TombstoneKind.ARTICLE.value, TombstoneKind.SITE.value


class Stone(NamedTuple):
    """What is not taken in again. `key`: an entry's or article's id, or a registrable domain."""

    kind: str
    key: str
    url: str = ""


def raise_stones(connection: Connection, stones: Iterable[Stone], who: str, why: str, now: float) -> None:
    """A stone that stands already keeps its date and its words; what it names is to be removed (again)."""
    for some in chunks(stones):
        rows = [{**stone._asdict(), "at": now, "who": who, "why": why, "done_at": 0.0} for stone in some]
        upsert(connection, t.tombstones, rows, update=("done_at",))


def close_stones(connection: Connection, stones: Iterable[Stone], readings: int, pages: int, now: float) -> None:
    """What they name is gone: so many readings and pages of all that was forgotten with it."""
    for stone in stones:
        mine = (t.tombstones.c.kind == stone.kind) & (t.tombstones.c.key == stone.key)
        sums = {"readings": t.tombstones.c.readings + readings, "pages": t.tombstones.c.pages + pages}
        connection.execute(update(t.tombstones).where(mine).values(**sums, done_at=now))


def close_all(connection: Connection, readings: int, pages: int, now: float) -> None:
    """Those whose `forget` died are finished."""
    rows = connection.execute(select(t.tombstones).where(t.tombstones.c.done_at == 0)).all()
    close_stones(connection, [Stone(row.kind, row.key) for row in rows], readings, pages, now)


def lift(connection: Connection, *, urls: list[str], site: str) -> int:
    """Take tombstones away, of an address or of a site with all that stands on it; gives how many."""
    rows = connection.execute(select(t.tombstones)).all() if site else []
    gone = [(r.kind, r.key) for r in rows if site in (r.key, registrable_domain(r.url) if r.url else "")]
    named = select(t.tombstones).where(t.tombstones.c.url.in_(urls))
    gone += [(r.kind, r.key) for r in connection.execute(named)]
    for kind, key in gone:
        connection.execute(delete(t.tombstones).where(t.tombstones.c.kind == kind, t.tombstones.c.key == key))
        if kind == ENTRY:  # what its feed shows may be visited again, though it does not change
            mine = (t.entries.c.entry_id == key) & (t.entries.c.disposition == Disposition.FORGOTTEN.value)
            again = {"state": EntryState.PENDING.value, "why": Why.NEW.value}
            connection.execute(
                update(t.entries).where(mine & (t.entries.c.state == EntryState.DONE.value)).values(again)
            )
    return len(gone)


def of_places(connection: Connection, places: Mapping[str, str]) -> dict[str, str]:
    """Of articles (id -> site), those that were forgotten, with how in words."""
    found = _words(connection, {(ARTICLE, a) for a in places} | {(SITE, s) for s in places.values() if s})
    both = {article: found.get((ARTICLE, article)) or found.get((SITE, site)) for article, site in places.items()}
    return {article: words for article, words in both.items() if words}


def of_entries(connection: Connection, entries: Iterable[Row[Any]]) -> dict[str, str]:
    """Of these rows of entries, those that were forgotten, with how in words."""
    rows = list(entries)
    if not _any(connection):
        return {}
    homes = _homes(connection, {row.feed_id for row in rows if not row.host})
    return _of_links(connection, {r.entry_id: (r.host or homes.get(r.feed_id, ""), r.url) for r in rows})


def of_items(connection: Connection, feed_id: str, items: Iterable[FeedEntry]) -> set[str]:
    """Of what a feed shows, the ids of what was forgotten."""
    if not _any(connection):
        return set()
    home = _homes(connection, {feed_id}).get(feed_id, "")
    hosts = {e.entry_id: ((urlsplit(e.url).hostname or "") if e.url else home, e.link) for e in items}
    return set(_of_links(connection, hosts))


def bare(entry: FeedEntry) -> FeedEntry:
    """An entry without anything that was written: its names stay, so that it is known again."""
    kept = {name: getattr(entry, name) for name in ("entry_id", "link", "url", "fingerprint", "first_seen")}
    return FeedEntry(**kept)


def words_of(row: Row[Any]) -> str:
    why = f": {row.why}" if row.why else ""
    return f"forgotten on {iso(row.at)} by {row.who}{why}"


def standing(connection: Connection) -> list[dict[str, Any]]:
    """Every tombstone, the newest first."""
    rows = connection.execute(select(t.tombstones).order_by(t.tombstones.c.at.desc(), t.tombstones.c.key)).mappings()
    return [{**row, "at": iso(row["at"]), "done_at": iso(row["done_at"])} for row in rows]


def told(connection: Connection, urls: list[str], entries: set[str]) -> list[dict[str, Any]]:
    """What tombstones say of an address: its entries, its article, its site."""
    sites = {registrable_domain(url) for url in urls if "://" in url} - {""}
    wanted = {(ENTRY, entry) for entry in entries} | {(SITE, site) for site in sites}
    rows = [*_rows(connection, wanted), *connection.execute(select(t.tombstones).where(t.tombstones.c.url.in_(urls)))]
    return [
        {"kind": r.kind, "key": r.key, "url": r.url, "words": words_of(r), "readings": r.readings, "pages": r.pages}
        for r in {(row.kind, row.key): row for row in rows}.values()
    ]


def _any(connection: Connection) -> bool:
    return connection.execute(select(t.tombstones.c.key).limit(1)).first() is not None


def _homes(connection: Connection, feeds: set[str]) -> dict[str, str]:
    """Where feeds are at home, whose items have no address."""
    found: dict[str, str] = {}
    for some in chunks(sorted(feeds)):
        query = select(t.feeds.c.feed_id, t.feeds.c.configured_url).where(t.feeds.c.feed_id.in_(some))
        found |= {row.feed_id: urlsplit(row.configured_url).hostname or "" for row in connection.execute(query)}
    return found


def _of_links(connection: Connection, hosts: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """`hosts`: entry -> (its host, its canonical link)."""
    sites = {entry: registrable_domain(host) if host else "" for entry, (host, _) in hosts.items()}
    found = _words(connection, {(ENTRY, e) for e in hosts} | {(SITE, s) for s in sites.values() if s})
    both = {entry: found.get((ENTRY, entry)) or found.get((SITE, sites[entry])) for entry in hosts}
    return {entry: words for entry, words in both.items() if words}


def _words(connection: Connection, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    return {(row.kind, row.key): words_of(row) for row in _rows(connection, wanted)}


def _rows(connection: Connection, wanted: set[tuple[str, str]]) -> Iterator[Row[Any]]:
    for some in chunks(sorted(wanted)):
        for kind in sorted({kind for kind, _ in some}):
            keys = [key for of, key in some if of == kind]
            yield from connection.execute(
                select(t.tombstones).where(t.tombstones.c.kind == kind, t.tombstones.c.key.in_(keys))
            )
