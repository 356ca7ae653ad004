"""The committed index that Dedupe reads: known articles, and samples of their shingles, by which copies are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Connection, Row, Select, select, text

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks
from schemas.commits import IndexRow
from schemas.ports import Before, Neighbours
from schemas.records import Revision
from transforms.nearness import COMMON, likely
from transforms.shingles import SAMPLING, Keys, asked, samples

HOLDERS = """
    SELECT {shingles}, {docs} FROM {listed} AS asked JOIN shingles ON shingles.shingle = asked.value
    WHERE (SELECT doc FROM shingles AS others WHERE others.shingle = asked.value LIMIT 1 OFFSET {most}) IS NULL
"""  # two columns of numbers in one row: so many rows would take longer than all else
JOINED = {"sqlite": "group_concat({0})", "postgresql": "string_agg(CAST({0} AS text), ',' ORDER BY shingle, doc)"}
LISTED = {
    "sqlite": "json_each(:keys)",
    "postgresql": "(SELECT CAST(value AS bigint) AS value FROM json_array_elements_text(CAST(:keys AS json)) AS value)",
}
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
    wanted, whose = asked(list(samples.values()))
    found = likely(wanted, whose, len(samples), *_holders(connection, wanted))
    rows: dict[int, IndexRow] = {}
    fresh = (t.prints.c.at >= since) & (t.prints.c.sampling == SAMPLING)
    for some in chunks(sorted({doc for docs in found for doc in docs})):
        rows |= {row.doc: _row(row) for row in connection.execute(_printed().where(t.prints.c.doc.in_(some), fresh))}
    of = {
        id_: tuple(other for doc in docs if doc in rows and (other := rows[doc].article_id) != id_)
        for id_, docs in zip(samples, found, strict=True)
        if docs
    }
    by_id = {row.article_id: row for row in rows.values()}
    return Neighbours(by_id | _named(connection, set(named) - set(by_id)), of)


def _holders(connection: Connection, wanted: Keys) -> tuple[Keys, Keys]:
    """Of these keys those that some prints hold, but not too many: each with each print, in ascending order."""
    dialect = connection.dialect.name
    row = [JOINED[dialect].format(column) for column in ("shingle", "doc")]
    statement = text(HOLDERS.format(shingles=row[0], docs=row[1], listed=LISTED[dialect], most=COMMON))
    rows: list[Any] = []
    distinct = np.unique(wanted)
    for at in range(0, len(distinct), KEYS):
        some = msgspec.json.encode(distinct[at : at + KEYS].tolist()).decode()
        rows.append(connection.execute(statement, {"keys": some}).one())
    shingles, docs = (_numbers([row[column] for row in rows if row[column]]) for column in (0, 1))
    order = np.argsort(shingles, kind="stable")
    return shingles[order], docs[order]


def _numbers(lists: Sequence[str]) -> Keys:
    return np.fromstring(",".join(lists), np.int64, sep=",") if lists else np.empty(0, np.int64)


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
