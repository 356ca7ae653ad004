"""A unit's articles -> stories."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from pipeline.ledger import related, window
from pipeline.ledger import tables as t
from pipeline.ledger.sql import among, chunks, upsert
from pipeline.relating.reads import Read
from transforms import stories


def relate_articles(connection: Connection, reads: Sequence[Read], lines: Iterable[str], done_at: float) -> set[str]:
    """Puts the articles into stories; gives the stories that are no longer what they were."""
    new = [stories.told(one.revision, one.entities, one.at) for one in reads]
    ids = [one.article_id for one in new]
    sharing = _sharing(connection, ids)
    held, of = window.articles_near(connection, new, sharing)
    placed = stories.place(new, held, of, sharing)
    window.leave_articles(connection, ids)
    last = connection.scalar(select(func.max(t.related_articles.c.n))) or 0
    rows = [
        {
            "article_id": one.article_id,
            "n": n,
            "story_id": placed[one.article_id],
            "revision_id": read.revision.revision_id,
            "site": read.revision.site,
            "title": read.revision.title,
            "at": one.at,
            "placed_at": done_at,
            "terms": window.packed(one),
        }
        for n, (one, read) in enumerate(zip(new, reads, strict=True), last + 1)
    ]
    upsert(connection, t.related_articles, rows, update=("n", "revision_id", "title", "at", "placed_at", "terms"))
    window.post_articles(connection, dict(enumerate(new, last + 1)))
    return related.stories_of(connection, lines) | set(placed.values())


def _sharing(connection: Connection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Articles -> their statements: of these articles, and of the newest of the window that share one with them."""
    found: dict[str, set[str]] = defaultdict(set)
    sharing: Counter[str] = Counter()
    table = t.related_claims
    mine = {row.statement_id for row in related.placed(connection, articles=ids)}
    for some in chunks(sorted(mine), window.AT_ONCE):
        its = among(connection, table.c.statement_id, some) & (table.c.facts != b"")
        query = select(table.c.article_id, table.c.statement_id).where(its).order_by(table.c.n.desc())
        for article, statement in connection.execute(query).tuples().all():
            if sharing[statement] <= stories.COMPARED:
                found[article].add(statement)
                sharing[statement] += 1
    return {article: frozenset(some) for article, some in found.items()}
