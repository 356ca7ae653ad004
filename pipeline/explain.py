"""Why is it here, why is it not: the story of one entry or claim, from the ledger and the read model."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pipeline.ledger import SqlLedger, tombstones
from pipeline.ledger import tables as t
from pipeline.ledger.queries import find_entries, story
from pipeline.terminal import safe
from transforms.links import canonical


def explain(ledger: SqlLedger, what: str) -> list[dict[str, Any]]:
    """The stories that an address, a claim id or an entry id leads to; none when nothing is known of it."""
    with ledger.reading() as connection:
        claim = connection.execute(select(t.read_claims).where(t.read_claims.c.claim_id == what)).one_or_none()
        if claim is not None:
            return [_of_claim(connection, msgspec.json.decode(claim.record), current=claim.current)]
        names = [name for name in {what, canonical(what)} if name]
        found = [_with_results(connection, story(connection, entry)) for entry in find_entries(connection, names)]
        fates = tombstones.told(connection, names, {story["entry_id"] for story in found})
        if not found:
            return [{"forgotten": fates}] if fates else []
        return [{**story, "forgotten": fates} for story in found]


def _of_claim(connection: Connection, claim: dict[str, Any], *, current: bool) -> dict[str, Any]:
    entries = connection.scalars(
        select(t.articles.c.entry_id).where(t.articles.c.article_id == claim["article_id"])
    ).all()
    found = _with_results(connection, story(connection, entries[0])) if entries else {}
    return {"claim": claim, "current": current, **found}


def _with_results(connection: Connection, found: dict[str, Any]) -> dict[str, Any]:
    article = found["article_id"]
    if not article:
        return found
    revisions = connection.execute(
        select(t.read_revisions).where(t.read_revisions.c.article_id == article).order_by(t.read_revisions.c.seq)
    ).all()
    claims = connection.scalars(
        select(t.read_claims.c.record).where(t.read_claims.c.article_id == article, t.read_claims.c.current.is_(True))
    )
    both = (t.read_lineage.c.article_id == article) | (t.read_lineage.c.original_article_id == article)
    lineage = connection.scalars(select(t.read_lineage.c.record).where(both))
    return {
        **found,
        "revisions": [
            {**msgspec.json.decode(r.record), "reading_id": r.reading_id, "current": r.current} for r in revisions
        ],
        "claims": [msgspec.json.decode(c) for c in claims],
        "lineage": [msgspec.json.decode(x) for x in lineage],
    }


def superseded(visits: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Reading -> the later visit whose reading took its place. A text that came back is current again."""
    written = [visit for visit in visits if visit["reading_id"]]
    return {a["reading_id"]: b for a, b in pairwise(written) if a["reading_id"] != written[-1]["reading_id"]}


def _told(visit: dict[str, Any], later: dict[str, dict[str, Any]]) -> str:
    words = f"  visit {visit['at']} ({visit['why']}): {visit['disposition']} at {visit['step']}: {visit['reason']}"
    if (next_one := later.get(visit["reading_id"])) is None:
        return words
    return f"{words}; superseded on {next_one['at']} ({next_one['why']}) by reading {next_one['reading_id']}"


def render(found: dict[str, Any]) -> str:
    """The story in lines for a terminal; text from the web is made safe."""
    lines = [
        f"{fate['kind']} {fate['url'] or fate['key']}: {fate['words']}; {fate['readings']} readings and "
        f"{fate['pages']} archived pages were removed with it, and it is not taken in again"
        for fate in found.get("forgotten", [])
    ]
    if claim := found.get("claim"):
        words = " … ".join(span["exact"] for span in claim["content"])
        who = claim["speaker"] or claim["speaker_status"]
        lines += [f"claim {claim['claim_id']}{'' if found['current'] else ' (of an earlier reading)'}"]
        lines += [
            f"  {who}: {words}",
            f"  {claim['kind']} {claim['type']}, {claim['reason']}, {claim['confidence']:.2f}",
        ]
        lines += [f"  at {span['start']}-{span['end']} of the revision's text" for span in claim["content"]]
    if "entry_id" in found:
        lines += [f"{found['url'] or found['entry_id']}: {found['state']}"]
        lines += [f"  seen {s['seen_at']} in {s['feed']}: {s['title']}" for s in found["sightings"]]
        lines += [f"  {event['at']}: {event['words']}" for event in found["events"]]
        lines += [_told(visit, superseded(found["visits"])) for visit in found["visits"]]
        lines += [f"  archived {p['fetched_at']} {p['segment']}@{p['offset']} ({p['status']})" for p in found["pages"]]
        lines += [f"  dead at {d['step']}: {d['error']} (letter {d['dead_id']})" for d in found["dead_letters"]]
    for revision in found.get("revisions", []):
        mark = "current" if revision["current"] else "earlier"
        lines += [f"  {mark} revision: {revision['title']!r}, {revision['word_count']} words, {revision['language']}"]
        lines += [f"    removed by {r['rule']}: {r['exact']}" for r in revision["removals"]]
    for row in found.get("lineage", []):
        lines += [f"  {row['url']} is a copy ({row['kind']}, {row['containment']:.0%}) of {row['original_url']}"]
    for one in found.get("claims", []):
        words = " … ".join(span["exact"] for span in one["content"])
        lines += [f"  claim {one['claim_id']} {one['speaker'] or one['speaker_status']}: {words}"]
    return "\n".join(safe(line) for line in lines)
