"""What the index keeps of the texts of articles: written with a unit, dropped, expired, and made anew.

A print is a text's whole sample; `shingles` leads from the keys among it to prints. A copy has neither: what it holds
is found by way of its original. Prints older than the window are passed over, and `expire` removes them; those of
another sampling are unknown, until `renew` has made them anew of the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.sql import ColumnElement

from pipeline.ledger import counters
from pipeline.ledger import tables as t
from pipeline.ledger.index import texts
from pipeline.ledger.sql import chunks, upsert
from schemas.commits import IndexRow
from transforms.shingles import SAMPLING, keys, samples

MARK = "sampling"  # counter: the sampling that every print was brought to
EVIDENCE = (
    "url", "site", "revision_id", "reading_id", "text_key", "copy_of", "source_url", "source_by", "agency", "published",
    "first_seen",
)  # fmt: skip


def write(connection: Connection, index: Sequence[IndexRow], unit_id: str, now: float) -> None:
    """What a unit brought; an article's print takes the place of the one before."""
    rows = [
        {name: getattr(item, name) for name in ("article_id", "entry_id", *EVIDENCE)} | {"unit_id": unit_id}
        for item in index
    ]
    upsert(connection, t.articles, rows, update=(*EVIDENCE, "unit_id"))
    drop(connection, [item.article_id for item in index])
    made = {item.article_id: item for item in index if item.sample and not item.copy_of}
    _print(connection, [(id_, item.sampling, now, item.sample) for id_, item in made.items()])


def _print(connection: Connection, prints: Iterable[tuple[str, int, float, bytes]]) -> None:
    """Rows (article, sampling, when it was written, sample) of articles that have no print."""
    for some in chunks(prints):
        names = ("article_id", "sampling", "at", "sample")
        connection.execute(insert(t.prints), [dict(zip(names, one, strict=True)) for one in some])
        mine = t.prints.c.article_id.in_([one[0] for one in some])
        docs = dict(connection.execute(select(t.prints.c.article_id, t.prints.c.doc).where(mine)).all())
        held = {(key, docs[id_]) for id_, _, _, sample in some for key in keys([sample])[0].tolist()}
        upsert(connection, t.shingles, [{"shingle": key, "doc": doc} for key, doc in held])


def drop(connection: Connection, article_ids: Iterable[str]) -> None:
    """The prints of these articles, with their keys."""
    for ids in chunks(article_ids):
        _remove(connection, t.prints.c.article_id.in_(ids))


def expire(connection: Connection, before: float) -> int:
    """The prints that were written before an instant; gives how many."""
    return _remove(connection, t.prints.c.at < before)


def _remove(connection: Connection, which: ColumnElement[bool]) -> int:
    rows = connection.execute(select(t.prints).where(which)).all()
    shingle, doc = t.shingles.c.shingle, t.shingles.c.doc
    ours = [row for row in rows if row.sampling == SAMPLING]
    pairs = [{"k": key, "d": row.doc} for row in ours for key in keys([row.sample])[0].tolist()]
    if pairs:
        connection.execute(delete(t.shingles).where(shingle == bindparam("k"), doc == bindparam("d")), pairs)
    for some in chunks(row.doc for row in rows if row.sampling != SAMPLING):  # whose keys nobody knows any more
        connection.execute(delete(t.shingles).where(doc.in_(some)))
    connection.execute(delete(t.prints).where(which))
    return len(rows)


def renew(connection: Connection, since: float) -> int:
    """Prints of the articles written since an instant that have none of this sampling, of the texts that are held.

    Gives how many. Afterwards the ledger is marked (`stale`).
    """
    held = t.prints.c.article_id == t.articles.c.article_id
    query = (
        select(t.articles.c.article_id, t.articles.c.revision_id, t.units.c.done_at)
        .join(t.units, t.units.c.unit_id == t.articles.c.unit_id)
        .outerjoin(t.prints, held)
        .where(t.articles.c.copy_of == "", t.articles.c.reading_id != "", t.units.c.done_at >= since)
        .where(t.prints.c.doc.is_(None) | (t.prints.c.sampling != SAMPLING))
    )
    made = 0
    for some in chunks(connection.execute(query).all()):
        told = texts(connection, [row.revision_id for row in some])
        found = [row for row in some if row.revision_id in told]
        sampled = samples([told[row.revision_id].text for row in found])
        drop(connection, [row.article_id for row in found])
        _print(
            connection,
            [(row.article_id, SAMPLING, row.done_at, s) for row, s in zip(found, sampled, strict=True) if s],
        )
        made += len(found)
    counters.put(connection, MARK, SAMPLING)
    return made


def stale(connection: Connection) -> bool:
    """Whether prints of another sampling may be about: after an upgrade."""
    return counters.value(connection, MARK) != SAMPLING
