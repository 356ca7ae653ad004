"""What people ask of the ledger: counts of a run, the story of an entry, feeds, runs and dead letters. Reading only."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, or_, select

from pipeline.ledger import tables as t
from pipeline.ledger.letters import OPEN
from pipeline.ledger.sql import chunks
from schemas.health import Health
from schemas.instants import iso
from schemas.records import FeedEntry, RawPage
from schemas.words import FeedState, UnitState


def units_counted(connection: Connection, unit_ids: list[str]) -> tuple[int, int, dict[str, int]]:
    """Of these units: how many are settled, their entries as Lease counted them, their visits by disposition.

    An entry that was buried with its unit has a visit, too, and counts as leased.
    """
    units, leased, visits = 0, 0, dict[str, int]()
    for ids in chunks(unit_ids):
        mine = (t.units.c.unit_id.in_(ids)) & (t.units.c.state == UnitState.DONE.value)
        settled = select(func.count(), func.coalesce(func.sum(t.units.c.leased), 0)).where(mine)
        some, theirs = connection.execute(settled).one()
        units, leased = units + some, leased + int(theirs)
        died = (t.units.c.unit_id.in_(ids)) & (t.units.c.state == UnitState.DIED.value)
        buried = _visits_of(connection, select(t.units.c.unit_id).where(died))
        leased += sum(buried.values())
        for found in (_visits_of(connection, select(t.units.c.unit_id).where(mine)), buried):
            for word, count in found.items():
                visits[word] = visits.get(word, 0) + count
    return units, leased, dict(sorted(visits.items()))


def _visits_of(connection: Connection, units: Select[tuple[str]]) -> dict[str, int]:
    query = select(t.visits.c.disposition, func.count()).where(t.visits.c.unit_id.in_(units))
    return dict(connection.execute(query.group_by(t.visits.c.disposition)).all())


def polls_since(connection: Connection, since: float) -> dict[str, int]:
    """Feeds polled since an instant, by the result of their last poll."""
    query = (
        select(t.feeds.c.last_result, func.count())
        .where(t.feeds.c.checked_at >= since)
        .group_by(t.feeds.c.last_result)
        .order_by(t.feeds.c.last_result)
    )
    return dict(connection.execute(query).all())


def feed_states(connection: Connection, only: list[str] | None = None) -> dict[str, dict[str, Any]]:
    """Health of every feed the ledger has seen, or of some, by feed id."""
    query = select(t.feeds) if only is None else select(t.feeds).where(t.feeds.c.feed_id.in_(only))
    return {
        row["feed_id"]: {
            **{k: row[k] for k in ("url", "title", "state", "last_result", "last_error")},
            **{k: iso(row[k]) for k in ("checked_at", "last_success")},
            "next_check": iso(row["next_check"]) if row["state"] != FeedState.RETIRED else "",
            **_health(row["health"]),
        }
        for row in connection.execute(query).mappings()
    }


def _health(written: str) -> dict[str, Any]:
    health = msgspec.json.decode(written, type=Health) if written else Health()
    return {"errors": health.errors, "median_gap_s": round(health.median_gap_s)}


def runs(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The newest units, newest first."""
    query = select(t.units).order_by(t.units.c.opened_at.desc()).limit(limit)
    return [
        {
            "unit_id": row["unit_id"],
            "state": row["state"],
            "opened_at": iso(row["opened_at"]),
            "done_at": iso(row["done_at"]),
            "holder": row["holder"],
            "leased": row["leased"],
            "counts": msgspec.json.decode(row["counts"]) if row["counts"] else {},
            "seq": row["seq"],
        }
        for row in connection.execute(query).mappings()
    ]


def dead_letters(connection: Connection, *, open_only: bool = True) -> list[dict[str, Any]]:
    """Dead letters, newest failure first; those that are closed are left out unless asked for."""
    query = select(t.dead_letters).order_by(t.dead_letters.c.failed_at.desc(), t.dead_letters.c.dead_id)
    if open_only:
        query = query.where(OPEN)
    columns = ("dead_id", "subject", "url", "step", "kind", "error", "entry_id", "tries")
    instants = ("at", "failed_at", "replayed_at", "closed_at")
    return [
        {**{k: row[k] for k in columns}, **{k: iso(row[k]) for k in instants}}
        for row in connection.execute(query).mappings()
    ]


def dead_letter(connection: Connection, prefix: str) -> dict[str, Any] | None:
    """One letter whole, by its id or the start of it; None when none or several begin so."""
    query = select(t.dead_letters.c.letter).where(t.dead_letters.c.dead_id.startswith(prefix, autoescape=True))
    found = list(connection.scalars(query.limit(2)))
    return msgspec.json.decode(found[0]) if len(found) == 1 else None


def find_entries(connection: Connection, urls: list[str]) -> list[str]:
    """Entries that a URL (in any of these forms) names: by their own link or id, which come first; by the article they
    led to; or by where a visit went."""
    own = own_entries(connection, urls)
    led = (
        select(t.entries.c.entry_id)
        .join(t.articles, t.articles.c.article_id == t.entries.c.article_id)
        .where(t.articles.c.url.in_(urls))
    )
    visited = select(t.visits.c.entry_id).where(t.visits.c.url.in_(urls))
    others = set(connection.scalars(led)) | set(connection.scalars(visited))
    return [*own, *sorted(others - set(own))]


def own_entries(connection: Connection, urls: list[str]) -> list[str]:
    """Entries whose own link or id this is."""
    mine = or_(t.entries.c.url.in_(urls), t.entries.c.entry_id.in_(urls))
    return sorted(connection.scalars(select(t.entries.c.entry_id).where(mine)))


def sightings(connection: Connection, entry_id: str) -> list[dict[str, Any]]:
    """Where an item was seen, in order; `taken` is False where a first poll left it out."""
    query = (
        select(t.sightings.c.sighting, t.sightings.c.taken, t.feeds.c.url)
        .outerjoin(t.feeds, t.feeds.c.feed_id == t.sightings.c.feed_id)
        .where(t.sightings.c.entry_id == entry_id)
        .order_by(t.sightings.c.seen_at)
    )
    return [
        {**(seen := msgspec.json.decode(row.sighting)), "taken": row.taken, "feed": row.url or seen["feed_id"]}
        for row in connection.execute(query)
    ]


def story(connection: Connection, entry_id: str) -> dict[str, Any]:
    """All that the ledger knows of one entry, in the order in which it happened."""
    entry = connection.execute(select(t.entries).where(t.entries.c.entry_id == entry_id)).mappings().one()
    visits = connection.execute(
        select(t.visits, t.units.c.holder)
        .outerjoin(t.units, t.units.c.unit_id == t.visits.c.unit_id)
        .where(t.visits.c.entry_id == entry_id)
        .order_by(t.visits.c.at)
    ).mappings()
    pages = connection.execute(
        select(t.captures.c.page, t.captures.c.part)
        .where(t.captures.c.entry_id == entry_id)
        .order_by(t.captures.c.registered_at, t.captures.c.unit_id, t.captures.c.part)
    )
    letters = connection.execute(
        select(t.dead_letters).where(t.dead_letters.c.entry_id == entry_id).order_by(t.dead_letters.c.at)
    )
    events = connection.execute(select(t.events).where(t.events.c.subject_id == entry_id).order_by(t.events.c.at))
    return {
        "entry_id": entry_id,
        "url": entry["url"],
        "asked": msgspec.json.decode(entry["entry"], type=FeedEntry).url,
        "state": entry["state"],
        "deaths": entry["deaths"],
        "article_id": entry["article_id"],
        "sightings": sightings(connection, entry_id),
        "visits": [{**{k: v for k, v in row.items() if k != "entry_id"}, "at": iso(row["at"])} for row in visits],
        "pages": [
            {**msgspec.to_builtins(msgspec.json.decode(row.page, type=RawPage)), "part": row.part} for row in pages
        ],
        "dead_letters": [
            msgspec.json.decode(row.letter)
            | {"tries": row.tries, "failed_at": iso(row.failed_at), "closed_at": iso(row.closed_at)}
            for row in letters
        ],
        "events": [{"at": iso(e.at), "kind": e.kind, "words": e.words} for e in events],
    }
