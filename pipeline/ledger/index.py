"""The committed index that Dedupe reads: known articles, and the sampled shingles of their texts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks
from schemas.commits import IndexRow
from schemas.ports import Candidate

COMMON = 50
"""A shingle that more articles than this hold is a phrase of the trade, not evidence of copying."""


def known(connection: Connection, article_ids: Iterable[str]) -> dict[str, IndexRow]:
    found: dict[str, IndexRow] = {}
    for ids in chunks(article_ids):
        for row in connection.execute(select(t.articles).where(t.articles.c.article_id.in_(ids))):
            fields = {name: value for name, value in row._mapping.items() if name != "unit_id"}
            found[row.article_id] = IndexRow(**fields)
    return found


def candidates(connection: Connection, shingles: Iterable[int]) -> dict[str, Candidate]:
    """Articles that hold any of the shingles, each with all of its own."""
    ids: set[str] = set()
    for some in chunks(sorted(set(shingles))):
        rare = (
            select(t.shingles.c.shingle)
            .where(t.shingles.c.shingle.in_(some))
            .group_by(t.shingles.c.shingle)
            .having(func.count() <= COMMON)
        )
        ids.update(connection.scalars(select(t.shingles.c.article_id).where(t.shingles.c.shingle.in_(rare))))
    held: dict[str, set[int]] = {article: set() for article in ids}
    for some_ids in chunks(sorted(ids)):
        query = select(t.shingles.c.article_id, t.shingles.c.shingle).where(t.shingles.c.article_id.in_(some_ids))
        for article, shingle in connection.execute(query):
            held[article].add(shingle)
    return {
        article: Candidate(article, row.url, row.source_url, row.published, frozenset(held[article]))
        for article, row in known(connection, sorted(ids)).items()
    }
