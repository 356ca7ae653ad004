"""The committed index that Dedupe reads: known articles, and samples of their shingles, by which copies are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, select, text

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks
from schemas.commits import IndexRow
from schemas.ports import Before, Neighbours
from schemas.records import Revision
from transforms.nearness import COMMON, likely
from transforms.shingles import SAMPLING, asked, samples

LISTED = {
    "sqlite": "json_each(:keys)",
    "postgresql": "(SELECT CAST(value AS bigint) AS value FROM json_array_elements_text(CAST(:keys AS json)))",
}
JOINED = {"sqlite": "group_concat(doc)", "postgresql": "string_agg(CAST(doc AS text), ',')"}
HOLDERS = """
    WITH answers AS MATERIALIZED (
        SELECT asked.value AS shingle,
            (SELECT {joined} FROM (SELECT doc FROM shingles WHERE shingle = asked.value LIMIT {most}) AS some) AS docs
        FROM {listed} AS asked
    )
    SELECT shingle, docs FROM answers WHERE docs IS NOT NULL
"""
KEYS = 20_000  # of one statement


def known(connection: Connection, article_ids: Iterable[str]) -> dict[str, IndexRow]:
    found: dict[str, IndexRow] = {}
    for ids in chunks(article_ids):
        for row in connection.execute(select(t.articles).where(t.articles.c.article_id.in_(ids))):
            found[row.article_id] = _row(row)
    return found


def texts(connection: Connection, revision_ids: Iterable[str]) -> dict[str, Before]:
    found: dict[str, Before] = {}
    for ids in chunks(revision_ids):
        records = select(t.read_revisions.c.record).where(t.read_revisions.c.revision_id.in_(ids))
        for body in connection.scalars(records):
            one = msgspec.json.decode(body, type=Revision)
            found[one.revision_id] = Before(revision_id=one.revision_id, text=one.text, page_id=one.page_id)
    return found


def neighbours(connection: Connection, samples: Mapping[str, bytes], named: Iterable[str], since: float) -> Neighbours:
    """See `schemas.ports.Ledger`. One statement for some thousand keys, and one for some hundred articles."""
    asking = {article: asked(sample) for article, sample in samples.items()}
    holders = _holders(connection, sorted({key for ones in asking.values() for key in ones}))
    docs = {id_: [int(doc) for doc in found] for id_, ones in asking.items() if (found := likely(ones, holders))}
    rows: dict[int, IndexRow] = {}
    fresh = (t.prints.c.at >= since) & (t.prints.c.sampling == SAMPLING)
    for some in chunks(sorted({doc for found in docs.values() for doc in found})):
        rows |= {row.doc: _row(row) for row in connection.execute(_printed().where(t.prints.c.doc.in_(some), fresh))}
    of = {id_: tuple(rows[doc].article_id for doc in found if doc in rows) for id_, found in docs.items()}
    of = {id_: tuple(other for other in found if other != id_) for id_, found in of.items()}
    by_id = {row.article_id: row for row in rows.values()}
    return Neighbours(by_id | _named(connection, set(named) - set(by_id)), of)


def _holders(connection: Connection, wanted: Sequence[int]) -> dict[int, list[str]]:
    """Of these keys, the prints that hold them; without those that too many hold to mean anything."""
    dialect = connection.dialect.name
    statement = text(HOLDERS.format(joined=JOINED[dialect], listed=LISTED[dialect], most=COMMON + 1))
    found: dict[int, list[str]] = {}
    for some in chunks(wanted, KEYS):
        for key, docs in connection.execute(statement, {"keys": msgspec.json.encode(some).decode()}).all():
            holders = docs.split(",")
            if len(holders) <= COMMON:
                found[key] = holders
    return found


def _printed() -> Select[Any]:
    joined = t.prints.join(t.articles, t.articles.c.article_id == t.prints.c.article_id)
    return select(t.articles, t.prints.c.doc, t.prints.c.sample, t.prints.c.sampling).select_from(joined)


def _named(connection: Connection, ids: Iterable[str]) -> dict[str, IndexRow]:
    """These articles with their samples, however old, by the ids that were asked for: of a copy it is its original."""
    rows = known(connection, sorted(ids))
    originals = known(connection, sorted({row.copy_of for row in rows.values() if row.copy_of}))
    rows = {id_: originals.get(row.copy_of, row) for id_, row in rows.items()}
    told = texts(connection, sorted({row.revision_id for row in rows.values()}))
    made = dict(zip(told, samples([one.text for one in told.values()]), strict=True))
    return {
        id_: msgspec.structs.replace(row, sample=made.get(row.revision_id, b""), sampling=SAMPLING)
        for id_, row in rows.items()
    }


def _row(row: Row[Any]) -> IndexRow:
    values = {name: value for name, value in row._mapping.items() if name not in ("unit_id", "doc")}
    return IndexRow(**values)
