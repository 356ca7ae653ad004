"""Why is it here, why is it not: the story of one entry or claim, from the ledger and the read model.

Everything stands in one dictionary, which `--json` prints; `pipeline/telling.py` tells it to a person.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pipeline.ends import again, decided_by, left_out
from pipeline.ledger import SqlLedger, tombstones
from pipeline.ledger import tables as t
from pipeline.ledger.queries import feed_states, find_entries, sightings, story
from pipeline.telling import render
from schemas.ids import entry_id
from schemas.words import Disposition
from transforms.links import absolute, canonical

__all__ = ["explain", "render"]


def explain(ledger: SqlLedger, what: str, *, archive: str = "", options: str = "") -> list[dict[str, Any]]:
    """The stories that an address, a claim id or an entry id leads to; none when nothing is known of it.

    `archive` is the archive's root, for the names of its files; `options` goes behind each command that is told.
    """
    with ledger.reading() as connection:
        claim = connection.execute(select(t.read_claims).where(t.read_claims.c.claim_id == what)).one_or_none()
        if claim is not None:
            record = msgspec.json.decode(claim.record)
            mine = select(t.articles.c.entry_id).where(t.articles.c.article_id == record["article_id"])
            entries = connection.scalars(mine).all()
            found = _whole(connection, entries[0], archive, options) if entries else {}
            return [{"claim": record, "current": claim.current, **found}]
        names = [name for name in {what, canonical(what)} if name]
        stories = [_whole(connection, entry, archive, options) for entry in find_entries(connection, names)]
        fates = tombstones.told(connection, names, {one["entry_id"] for one in stories})
        if stories:
            return [{**one, "forgotten": fates} for one in stories]
        return [{"forgotten": fates}] if fates else _left_out(connection, what, options)


def _whole(connection: Connection, entry: str, archive: str, options: str) -> dict[str, Any]:
    found = story(connection, entry)
    states = feed_states(connection, [s["feed_id"] for s in found["sightings"]])
    kinds = {letter["subject_id"]: letter["kind"] for letter in found["dead_letters"]}
    for visit in found["visits"]:
        kind = kinds.get(visit["visit_id"], "")
        visit["decided_by"] = decided_by(visit["disposition"], visit["step"], visit["url"], kind)
    later = superseded(found["visits"])
    for visit in found["visits"]:
        after = later.get(visit["reading_id"])
        visit["superseded"] = {key: after[key] for key in ("at", "why", "reading_id")} if after else {}
    for page in found["pages"]:
        page["file"] = f"{archive}/{page['segment']}" if archive else page["segment"]
    last: dict[str, Any] = found["visits"][-1] if found["visits"] else {}
    letter: dict[str, Any] = found["dead_letters"][-1] if found["dead_letters"] else {}
    tried = again(
        found["state"],
        last.get("disposition", Disposition.WRITTEN),
        last.get("url") or found["url"],
        step=letter.get("step", last.get("step", "")),
        kind=letter.get("kind", ""),
        options=options,
    )
    feeds = [{"feed_id": feed, **seen} for feed, seen in states.items()]
    return {**found, "feeds": feeds, "again": tried._asdict(), **_results(connection, found["article_id"])}


def _results(connection: Connection, article: str) -> dict[str, Any]:
    if not article:
        return {}
    revisions = connection.execute(
        select(t.read_revisions).where(t.read_revisions.c.article_id == article).order_by(t.read_revisions.c.seq)
    ).all()
    claims = connection.scalars(
        select(t.read_claims.c.record).where(t.read_claims.c.article_id == article, t.read_claims.c.current.is_(True))
    )
    both = (t.read_lineage.c.article_id == article) | (t.read_lineage.c.original_article_id == article)
    lineage = connection.scalars(select(t.read_lineage.c.record).where(both))
    return {
        "revisions": [
            {**msgspec.json.decode(r.record), "reading_id": r.reading_id, "current": r.current} for r in revisions
        ],
        "claims": [msgspec.json.decode(c) for c in claims],
        "lineage": [msgspec.json.decode(x) for x in lineage],
    }


def _left_out(connection: Connection, what: str, options: str) -> list[dict[str, Any]]:
    """An item that a first poll saw and left out for good has no entry, only a sighting."""
    link = canonical(what)
    entry = entry_id(link=link, feed="", guid="", title="", summary="") if link else what
    seen = sightings(connection, entry)
    if not seen:
        return []
    states = feed_states(connection, [s["feed_id"] for s in seen])
    feeds = [{"feed_id": feed, **found} for feed, found in states.items()]
    url = absolute(what) or what
    return [
        {
            "entry_id": entry,
            "url": link,
            "asked": url,
            "state": "left_out",
            "deaths": 0,
            "article_id": "",
            "sightings": seen,
        }
        | {"visits": [], "pages": [], "dead_letters": [], "feeds": feeds, "again": left_out(url, options)._asdict()}
    ]


def superseded(visits: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Reading -> the later visit whose reading took its place. A text that came back is current again."""
    written = [visit for visit in visits if visit["reading_id"]]
    return {a["reading_id"]: b for a, b in pairwise(written) if a["reading_id"] != written[-1]["reading_id"]}
