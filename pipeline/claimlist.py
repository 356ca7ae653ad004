"""`newsbeam claims`: current claims and conflicts, found by who speaks, of whom, where and since when.

Kind, outlet and date are asked of the database; names are compared here, record by record, as `statements/speakers.py`
does: "Weatherby" and "dr lorna weatherby" are both Lorna Weatherby.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, or_, select

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks
from schemas.instants import iso
from schemas.records import Claim, Conflict, Entity, Revision, Span, Statement
from transforms.statements.facts import published
from transforms.statements.speakers import name_tokens, who

KINDS = ("direct", "indirect", "mixed")
TYPES = ("speech", "belief", "intent", "finding", "denial")


class Wanted(NamedTuple):
    """What is asked for; empty: everything. `since` in epoch seconds."""

    speaker: str = ""
    entity: str = ""
    kind: str = ""  # one of KINDS or of TYPES
    since: float = 0.0
    outlet: str = ""  # registrable domain


class Listed(NamedTuple):
    """A current claim with its article and its statement, if it was related already."""

    claim: Claim
    revision: Revision
    at: float  # when its outlet published it, as far as is known, else when it was read
    statement: Statement | None

    @property
    def who(self) -> str:
        return who(self.claim)

    @property
    def verb(self) -> str:
        """The words that attribute the claim, else what kind of claim it is."""
        return " ".join(span.exact for span in self.claim.cue) or self.claim.type

    @property
    def words(self) -> str:
        return " … ".join(span.exact for span in self.claim.content)


class Sides(NamedTuple):
    """A conflict, and the two claims of which one must be wrong; that which was published first stands first."""

    conflict: Conflict
    one: Listed
    other: Listed


def claims(connection: Connection, wanted: Wanted) -> Iterator[Listed]:
    """Those that fit, the newest first."""
    named = _named(connection, wanted.entity)
    query = _query(wanted).order_by(t.related_articles.c.at.desc(), t.read_claims.c.article_id, t.related_claims.c.n)
    with connection.execute(query.execution_options(yield_per=500)) as rows:
        for row in rows:
            found = _listed(row)
            if _fits(found, wanted, named):
                yield found


def conflicts(connection: Connection, wanted: Wanted) -> Iterator[Sides]:
    """Each once, the newest statement first; of those one side of which fits."""
    named = _named(connection, wanted.entity)
    newest = t.read_statements.c.last_seen.desc(), t.read_statements.c.statement_id
    query = select(t.read_statements.c.record).where(t.read_statements.c.conflicts > 0).order_by(*newest)
    told = set[tuple[str, str]]()
    for body in connection.scalars(query).all():
        made = msgspec.json.decode(body, type=Statement)
        new = [c for c in made.conflicts if (c.claim_id, c.other_claim_id) not in told]
        told |= {(c.claim_id, c.other_claim_id) for c in new}
        held = _by_id(connection, {id_ for c in new for id_ in (c.claim_id, c.other_claim_id)})
        for one in new:
            if one.claim_id in held and one.other_claim_id in held:
                found = Sides(one, held[one.claim_id], held[one.other_claim_id])
                if any(_within(side, wanted) and _fits(side, wanted, named) for side in found[1:]):
                    yield found


def as_json(one: Listed | Sides) -> dict[str, Any]:
    if isinstance(one, Sides):
        sides = ((one.one, one.conflict.span), (one.other, one.conflict.other_span))
        return {"conflict": one.conflict.kind, "sides": [as_json(side) | {"in_conflict": span} for side, span in sides]}
    statement = one.statement
    return {
        "claim_id": one.claim.claim_id,
        "who": one.who,
        "speaker": one.claim.speaker,
        "best_guess": one.claim.best_guess,
        "verb": one.verb,
        "kind": one.claim.kind,
        "type": one.claim.type,
        "words": one.words,
        "spans": one.claim.content,
        "confidence": one.claim.confidence,
        "outlet": one.revision.site,
        "at": iso(one.at),
        "url": one.revision.url,
        "title": one.revision.title,
        "statement": {
            "statement_id": statement.statement_id,
            "first_seen": statement.first_seen,
            "sites": statement.sites,
            "independent_outlets": statement.independent_outlets,
            "conflicts": len(statement.conflicts),
        }
        if statement
        else None,
    }


def describe(one: Listed | Sides) -> list[str]:
    """Lines for a person, not yet safe to print. A figure that is in conflict stands in brackets."""
    if isinstance(one, Sides):
        sides = (_block(one.one, one.conflict.span), _block(one.other, one.conflict.other_span))
        head = f"conflict ({one.conflict.kind}): {one.one.revision.site} and {one.other.revision.site}"
        return [head, *(f"  {line}" for side in sides for line in side)]
    lines = _block(one)
    made = one.statement
    if made and made.outlets > 1:
        own = "one speaks" if made.independent_outlets == 1 else f"{made.independent_outlets} speak"
        lines.append(
            f"  {made.outlets} outlets have it, {own} for themselves; first {made.sites[0]}, {made.first_seen}"
        )
    if made and made.conflicts:
        lines.append(f"  in conflict ({made.conflicts[0].kind}) with what others have; --conflicts shows both sides")
    return lines


def _block(one: Listed, marked: Span | None = None) -> list[str]:
    pieces = [_marked(span, marked) for span in one.claim.content]
    start, end = one.claim.content[0].start, one.claim.content[-1].end
    return [
        f"{_speaker(one)}: {one.verb} ({one.claim.kind}), {one.revision.site}, {iso(one.at)}",
        f"  “{' … '.join(pieces)}”",
        f"  characters {start} to {end} of {one.revision.url}",
    ]


def _speaker(one: Listed) -> str:
    """A name; else the source as the article has it, in quotation marks, and who that may be."""
    if one.claim.speaker:
        return one.claim.speaker
    source = f"“{one.who}”" if one.who else "somebody"
    return f"{source}, perhaps {one.claim.best_guess}" if one.claim.best_guess else source


def _marked(span: Span, marked: Span | None) -> str:
    if marked is None or not span.start <= marked.start < marked.end <= span.end or marked == span:
        return span.exact
    start, end = marked.start - span.start, marked.end - span.start
    return f"{span.exact[:start]}[{span.exact[start:end]}]{span.exact[end:]}"


def _query(wanted: Wanted) -> Select[Any]:
    """Current claims, with the records of their article and statement."""
    query = (
        select(
            t.read_claims.c.record,
            t.read_revisions.c.record.label("revision"),
            t.related_articles.c.at,
            t.read_statements.c.record.label("statement"),
        )
        .join(t.read_revisions, t.read_revisions.c.reading_id == t.read_claims.c.reading_id)
        .outerjoin(t.related_articles, t.related_articles.c.article_id == t.read_claims.c.article_id)
        .outerjoin(t.related_claims, t.related_claims.c.claim_id == t.read_claims.c.claim_id)
        .outerjoin(t.read_statements, t.read_statements.c.statement_id == t.related_claims.c.statement_id)
        .where(t.read_claims.c.current.is_(True))
    )
    if wanted.kind in KINDS:
        query = query.where(t.read_claims.c.kind == wanted.kind)
    if wanted.outlet:
        query = query.where(t.read_revisions.c.site == wanted.outlet)
    if wanted.since:  # of an article that is not related yet the date is looked at below
        query = query.where(or_(t.related_articles.c.at >= wanted.since, t.related_articles.c.at.is_(None)))
    return query


def _by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Listed]:
    found = {}
    for some in chunks(sorted(ids)):
        for row in connection.execute(_query(Wanted()).where(t.read_claims.c.claim_id.in_(some))):
            one = _listed(row)
            found[one.claim.claim_id] = one
    return found


def _listed(row: Any) -> Listed:
    revision = msgspec.json.decode(row.revision, type=Revision)
    statement = msgspec.json.decode(row.statement, type=Statement) if row.statement else None
    at = published(revision, "") if row.at is None else row.at
    return Listed(msgspec.json.decode(row.record, type=Claim), revision, at, statement)


def _named(connection: Connection, name: str) -> frozenset[str]:
    """Ids of the entities that go by a name."""
    wanted = set(name_tokens(name))
    if not wanted:
        return frozenset()
    found = set[str]()
    query = select(t.read_entities.c.record).where(t.read_entities.c.current.is_(True))
    for body in connection.scalars(query.execution_options(yield_per=500)):
        entity = msgspec.json.decode(body, type=Entity)
        if any(wanted <= set(name_tokens(known)) for known in (entity.name, *entity.aliases)):
            found.add(entity.entity_id)
    return frozenset(found)


def _within(one: Listed, wanted: Wanted) -> bool:
    """What `_query` asks of the database."""
    kind = wanted.kind not in KINDS or one.claim.kind == wanted.kind
    return kind and wanted.outlet in ("", one.revision.site)


def _fits(one: Listed, wanted: Wanted, named: frozenset[str]) -> bool:
    return (
        (wanted.kind not in TYPES or one.claim.type == wanted.kind)
        and one.at >= wanted.since
        and set(name_tokens(wanted.speaker)) <= set(name_tokens(one.who))
        and (not wanted.entity or bool(named & {one.claim.speaker_entity_id, *one.claim.about}))
    )
