"""Statements, stories, changes of claims and notices as they stand: rows of what `relate` placed, made into records.

A statement or story is made anew from the rows of its members whenever one of them comes or goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, or_, select, update

from pipeline.ledger import tables as t
from pipeline.ledger import window
from pipeline.ledger.sql import among, chunks, upsert
from schemas.ids import statement_id
from schemas.records import Claim, Entity, Lineage, Revision
from transforms.statements.amounts import Amount
from transforms.statements.cluster import Clash
from transforms.statements.facts import Facts, context, facts, people_of
from transforms.statements.made import Member, statement
from transforms.stories import Article, story

AT_ONCE = 2_000  # rows read, or records made, in one go


class PlacedRow(NamedTuple):
    """A claim that `relate` has placed."""

    n: int
    claim_id: str
    article_id: str
    statement_id: str
    speaker: str
    current: bool
    facts: bytes


_COLUMNS = tuple(t.related_claims.c[name] for name in PlacedRow._fields)


def placed(connection: Connection, *, articles: Iterable[str] = (), claims: Iterable[str] = ()) -> list[PlacedRow]:
    """The claims of articles that stand, or claims by their ids whether they stand or not; in the order of placing."""
    found: list[PlacedRow] = []
    for ids in chunks(sorted(articles), AT_ONCE):
        mine = among(connection, t.related_claims.c.article_id, ids) & t.related_claims.c.current.is_(True)
        found += [PlacedRow(*row) for row in connection.execute(select(*_COLUMNS).where(mine))]
    for ids in chunks(sorted(claims), AT_ONCE):
        found += [
            PlacedRow(*row)
            for row in connection.execute(select(*_COLUMNS).where(among(connection, t.related_claims.c.claim_id, ids)))
        ]
    return sorted(found)


def facts_of(
    connection: Connection, rows: Sequence[PlacedRow], known: Mapping[str, Facts] = MappingProxyType({})
) -> dict[str, Facts]:
    """By claim id; of claims that have left the window made anew from the read model, as far as it has them."""
    found = {row.claim_id: known.get(row.claim_id) or window.unpacked(row.facts) for row in rows if row.facts}
    lost = sorted(row.claim_id for row in rows if not row.facts)
    for ids in chunks(lost, AT_ONCE):
        query = (
            select(t.read_claims.c.record, t.read_revisions.c.record, t.related_articles.c.at)
            .join(t.read_revisions, t.read_revisions.c.reading_id == t.read_claims.c.reading_id)
            .join(t.related_articles, t.related_articles.c.article_id == t.read_claims.c.article_id)
            .where(among(connection, t.read_claims.c.claim_id, ids))
        )
        for claim, revision, at in connection.execute(query):
            one = _remade(connection, claim, revision, at)
            found[one.claim_id] = one
    return found


def _remade(connection: Connection, claim: str, revision: str, at: float) -> Facts:
    made, of = msgspec.json.decode(claim, type=Claim), msgspec.json.decode(revision, type=Revision)
    mine = t.read_entities.c.entity_id == made.speaker_entity_id
    if not made.speaker_entity_id:  # a guess is known by its name alone
        mine = (t.read_entities.c.reading_id == made.reading_id) & (t.read_entities.c.name == (made.best_guess or ""))
    bodies = connection.scalars(select(t.read_entities.c.record).where(mine))
    named = [msgspec.json.decode(body, type=Entity) for body in bodies]
    return facts(made, of, people_of({e.entity_id: e for e in named}), at, context(of))


def drop(connection: Connection, rows: Sequence[PlacedRow]) -> None:
    """Claims that stand no more: their readings were superseded."""
    window.leave(connection, [row.n for row in rows])
    for ids in chunks((row.claim_id for row in rows), AT_ONCE):
        mine = among(connection, t.related_claims.c.claim_id, ids)
        connection.execute(update(t.related_claims).where(mine).values(current=False))
        clashing = or_(
            among(connection, t.claim_clashes.c.claim_id, ids), among(connection, t.claim_clashes.c.other_claim_id, ids)
        )
        connection.execute(delete(t.claim_clashes).where(clashing))


def note_clashes(connection: Connection, clashes: Iterable[Clash]) -> None:
    rows = [
        {
            "claim_id": clash.one.claim_id,
            "other_claim_id": clash.other.claim_id,
            "kind": clash.kind,
            "figures": msgspec.json.encode(clash.figures).decode() if clash.figures else "",
        }
        for clash in clashes
    ]
    upsert(connection, t.claim_clashes, rows, update=("kind", "figures"))


def clashing(connection: Connection, claims: Iterable[str]) -> list[Row[Any]]:
    """Rows of `claim_clashes` that one of these claims stands in."""
    found: dict[tuple[str, str], Row[Any]] = {}
    for ids in chunks(sorted(claims), AT_ONCE):
        either = or_(
            among(connection, t.claim_clashes.c.claim_id, ids), among(connection, t.claim_clashes.c.other_claim_id, ids)
        )
        for row in connection.execute(select(t.claim_clashes).where(either)):
            found[row.claim_id, row.other_claim_id] = row
    return [found[key] for key in sorted(found)]


def copies_of(connection: Connection, articles: Iterable[str]) -> list[Lineage]:
    """Lineage rows on either side of which one of the articles stands."""
    found: dict[str, Lineage] = {}
    for ids in chunks(sorted(articles), AT_ONCE):
        either = or_(
            among(connection, t.read_lineage.c.article_id, ids),
            among(connection, t.read_lineage.c.original_article_id, ids),
        )
        for row in connection.execute(select(t.read_lineage.c.lineage_id, t.read_lineage.c.record).where(either)):
            found[row.lineage_id] = msgspec.json.decode(row.record, type=Lineage)
    return [found[key] for key in sorted(found)]


def make_statements(
    connection: Connection, touched: Iterable[str], new: Mapping[str, Facts] = MappingProxyType({})
) -> None:
    """The records of these statements anew; one of which no claim stands keeps its row, empty.

    `new`: claims by id that are at hand and need not be read.
    """
    for ids in chunks(sorted(touched), AT_ONCE):
        mine = among(connection, t.related_claims.c.statement_id, ids)
        query = select(*_COLUMNS).where(mine).order_by(t.related_claims.c.n)
        ever = [PlacedRow(*row) for row in connection.execute(query).tuples().all()]
        rows = [row for row in ever if row.current]
        clashes = clashing(connection, (row.claim_id for row in rows))
        others = {c for x in clashes for c in (x.claim_id, x.other_claim_id)} - {row.claim_id for row in rows}
        beyond = placed(connection, claims=others)
        known = facts_of(connection, [*rows, *beyond], new)
        statements = {row.claim_id: row.statement_id for row in [*rows, *beyond]}
        lineage = copies_of(connection, {row.article_id for row in rows})
        upsert(
            connection,
            t.read_statements,
            list(_statements(ids, rows, _first_claims(ever), known, clashes, statements, lineage)),
            update=("first_claim_id", "outlets", "conflicts", "last_seen", "record"),
        )


def _statements(
    ids: Sequence[str],
    rows: Sequence[PlacedRow],
    first: Mapping[str, str],
    known: Mapping[str, Facts],
    clashes: Sequence[Row[Any]],
    of: Mapping[str, str],
    lineage: Sequence[Lineage],
) -> Iterable[dict[str, Any]]:
    members: dict[str, list[Member]] = defaultdict(list)
    for row in rows:
        if row.claim_id in known:
            members[row.statement_id].append(Member(known[row.claim_id], row.speaker))
    pairs: dict[str, list[Clash]] = defaultdict(list)
    for pair in clashes:
        if pair.claim_id in known and pair.other_claim_id in known:
            clash = Clash(pair.kind, known[pair.claim_id], known[pair.other_claim_id], _figures(pair.figures))
            for id_ in {of[pair.claim_id], of[pair.other_claim_id]}:
                pairs[id_].append(clash)
    by_article: dict[str, list[Lineage]] = defaultdict(list)
    for line in lineage:
        for article in {line.article_id, line.original_article_id}:
            by_article[article].append(line)
    for id_ in ids:
        empty = {
            "statement_id": id_,
            "first_claim_id": first.get(id_, ""),
            "outlets": 0,
            "conflicts": 0,
            "last_seen": "",
        }
        if not members[id_]:
            yield {**empty, "record": ""}
            continue
        lines = {x.lineage_id: x for m in members[id_] for x in by_article[m.facts.article_id]}
        made = statement(id_, first[id_], members[id_], [lines[k] for k in sorted(lines)], pairs[id_], of)
        yield {
            **empty,
            "outlets": made.outlets,
            "conflicts": len(made.conflicts),
            "last_seen": made.last_seen,
            "record": msgspec.json.encode(made).decode(),
        }


def _figures(body: str) -> tuple[Amount, Amount] | None:
    return msgspec.json.decode(body, type=tuple[Amount, Amount]) if body else None


def _first_claims(rows: Sequence[PlacedRow]) -> dict[str, str]:
    """The claim that each statement has its id from: the first that was placed. `rows`: in the order of placing."""
    found = {row.statement_id: row.claim_id for row in reversed(rows)}
    return found | {r.statement_id: r.claim_id for r in reversed(rows) if statement_id(r.claim_id) == r.statement_id}


def make_stories(connection: Connection, touched: Iterable[str]) -> None:
    """The records of these stories anew; one without an article goes."""
    for ids in chunks(sorted(touched), AT_ONCE):
        members: dict[str, list[Article]] = defaultdict(list)
        mine = select(t.related_articles).where(among(connection, t.related_articles.c.story_id, ids))
        for row in connection.execute(mine):
            members[row.story_id].append(Article(row.article_id, row.site, row.title, row.at))
        lineage = copies_of(connection, {a.article_id for some in members.values() for a in some})
        made = [story(id_, some, lineage) for id_, some in sorted(members.items())]
        rows = [
            {"story_id": s.story_id, "last_seen": s.last_seen, "record": msgspec.json.encode(s).decode()} for s in made
        ]
        upsert(connection, t.read_stories, rows, update=("last_seen", "record"))
        gone = [id_ for id_ in ids if id_ not in members]
        connection.execute(delete(t.read_stories).where(among(connection, t.read_stories.c.story_id, gone)))


def erase(connection: Connection, articles: Sequence[str]) -> None:
    """All that stands of these articles; what others share with them, or counts them, is made anew."""
    statements: set[str] = set()
    stories: set[str] = set()
    for ids in chunks(sorted(articles)):
        mine = among(connection, t.related_claims.c.article_id, ids)
        rows = [PlacedRow(*row) for row in connection.execute(select(*_COLUMNS).where(mine))]
        tied = {id_ for line in copies_of(connection, ids) for id_ in (line.article_id, line.original_article_id)}
        clashed = {claim for pair in clashing(connection, (row.claim_id for row in rows)) for claim in pair[:2]}
        beside = [*placed(connection, articles=tied), *placed(connection, claims=clashed)]
        statements.update(row.statement_id for row in [*rows, *beside])
        stories.update(stories_of(connection, {*ids, *tied}))
        drop(connection, rows)
        connection.execute(delete(t.related_claims).where(mine))
        window.leave_articles(connection, ids)
        connection.execute(delete(t.related_articles).where(among(connection, t.related_articles.c.article_id, ids)))
        connection.execute(
            delete(t.read_claim_changes).where(among(connection, t.read_claim_changes.c.article_id, ids))
        )
        for table, other in ((t.read_notices, "corrects_article_id"), (t.read_lineage, "original_article_id")):
            connection.execute(
                delete(table).where(
                    or_(among(connection, table.c.article_id, ids), among(connection, table.c[other], ids))
                )
            )
    make_statements(connection, statements)
    for gone in chunks(sorted(statements)):
        bare = among(connection, t.read_statements.c.statement_id, gone) & (t.read_statements.c.record == "")
        connection.execute(delete(t.read_statements).where(bare))
    make_stories(connection, stories)


def stories_of(connection: Connection, articles: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for ids in chunks(sorted(articles), AT_ONCE):
        mine = among(connection, t.related_articles.c.article_id, ids)
        found.update(connection.scalars(select(t.related_articles.c.story_id).where(mine)))
    return found
