"""A unit's articles -> stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from pipeline.ledger import related, window
from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
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
    rows = [
        {
            "article_id": one.article_id,
            "story_id": placed[one.article_id],
            "revision_id": read.revision.revision_id,
            "site": read.revision.site,
            "title": read.revision.title,
            "at": one.at,
            "placed_at": done_at,
            "terms": window.packed(one),
        }
        for one, read in zip(new, reads, strict=True)
    ]
    upsert(connection, t.related_articles, rows, update=("revision_id", "title", "at", "placed_at", "terms"))
    window.post_articles(connection, new)
    return related.stories_of(connection, lines) | set(placed.values())


def _sharing(connection: Connection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Articles -> their statements: of these articles, and of those of the window that share one with them."""
    found: dict[str, set[str]] = defaultdict(set)
    mine = {row.statement_id for row in related.placed(connection, articles=ids)}
    for some in chunks(sorted(mine)):
        its = t.related_claims.c.statement_id.in_(some) & (t.related_claims.c.facts != b"")
        for article, statement in connection.execute(
            select(t.related_claims.c.article_id, t.related_claims.c.statement_id).where(its)
        ):
            found[article].add(statement)
    return {article: frozenset(some) for article, some in found.items()}
