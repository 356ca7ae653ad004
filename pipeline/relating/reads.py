"""A unit's rows -> its articles, each with its claims as they are compared, and with those that stood of it before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from pipeline.ledger import related
from pipeline.ledger.related import PlacedRow
from schemas.instants import iso
from schemas.records import Claim, Entity, Reading, Revision
from transforms.statements.facts import Facts, context, facts, people_of, published


class Read(NamedTuple):
    """One article of a unit: what was read of it now, and the claims that stood of it before."""

    revision: Revision
    at: float  # when its outlet published it
    read_at: str
    entities: tuple[Entity, ...]
    claims: tuple[Claim, ...]
    facts: tuple[Facts, ...]
    before: tuple[PlacedRow, ...] = ()
    before_facts: tuple[Facts, ...] = ()

    @property
    def article_id(self) -> str:
        return self.revision.article_id


def reads(rows: Mapping[str, Sequence[Any]]) -> list[Read]:
    readings: dict[str, Reading] = {r.revision_id: r for r in rows["readings"]}
    entities: dict[str, list[Entity]] = defaultdict(list)
    claims: dict[str, list[Claim]] = defaultdict(list)
    for entity in rows["entities"]:
        entities[entity.reading_id].append(entity)
    for claim in rows["claims"]:
        claims[claim.reading_id].append(claim)
    found = []
    for revision in sorted(rows["revisions"], key=lambda r: r.article_id):
        reading = readings[revision.revision_id]
        at, about = published(revision, reading.read_at), context(revision)
        named = sorted(entities[reading.reading_id], key=lambda e: e.entity_id)
        mine = sorted(claims[reading.reading_id], key=lambda c: (c.content[0].start, c.claim_id))
        people = people_of({e.entity_id: e for e in named})
        known = tuple(facts(claim, revision, people, at, about) for claim in mine)
        found.append(Read(revision, at, reading.read_at or iso(at), tuple(named), tuple(mine), known))
    return found


def before(connection: Connection, some: Sequence[Read]) -> list[Read]:
    held: dict[str, list[PlacedRow]] = defaultdict(list)
    for row in related.placed(connection, articles=[one.article_id for one in some]):
        held[row.article_id].append(row)
    known = related.facts_of(connection, [row for some in held.values() for row in some])
    return [
        one._replace(
            before=tuple(held[one.article_id]),
            before_facts=tuple(known[row.claim_id] for row in held[one.article_id] if row.claim_id in known),
        )
        for one in some
    ]
