"""A unit's corrections and retractions, tied to the article and the claims that they speak of."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select

from pipeline.ledger import related
from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
from pipeline.relating.reads import Read
from schemas.ids import notice_id
from schemas.records import Notice, Span
from transforms.notices import Found, notices, spoken_of
from transforms.statements.facts import Facts


def relate_notices(connection: Connection, reads: Sequence[Read]) -> None:
    for ids in chunks(one.article_id for one in reads):
        connection.execute(delete(t.read_notices).where(t.read_notices.c.article_id.in_(ids)))
    for one in reads:
        found = notices(one.revision.title, one.revision.text)
        if not found:
            continue
        elsewhere = any(notice.title for notice in found)
        made = [_notice(connection, one, notice, elsewhere=elsewhere) for notice in found]
        rows = [
            {
                "notice_id": notice.notice_id,
                "article_id": notice.article_id,
                "corrects_article_id": notice.corrects_article_id,
                "record": msgspec.json.encode(notice).decode(),
            }
            for notice in made
        ]
        upsert(connection, t.read_notices, rows, update=("corrects_article_id", "record"))


def _notice(connection: Connection, one: Read, notice: Found, *, elsewhere: bool) -> Notice:
    """`elsewhere`: the article is a notice itself, of an earlier article of its site."""
    text = one.revision.title if notice.title else one.revision.text
    of, spoken = one.article_id, spoken_of(text, notice, [*one.before_facts, *one.facts])
    if elsewhere:
        of, spoken = _corrected(connection, one)
    return Notice(
        notice_id=notice_id(one.revision.revision_id, "title" if notice.title else "text", notice.span.start),
        article_id=one.article_id,
        revision_id=one.revision.revision_id,
        kind=notice.kind,
        span=notice.span,
        corrects_article_id=of,
        claim_ids=tuple(c.claim_id for c in spoken),
        at=one.read_at,
    )


def _corrected(connection: Connection, one: Read) -> tuple[str, list[Facts]]:
    """The earlier article of the site in the same story of whose claims the notice speaks most, and these claims."""
    mine = t.related_articles
    story = select(mine.c.story_id).where(mine.c.article_id == one.article_id).scalar_subquery()
    same = (mine.c.story_id == story) & (mine.c.site == one.revision.site) & (mine.c.article_id != one.article_id)
    ids = list(
        connection.scalars(select(mine.c.article_id).where(same & (mine.c.at <= one.at)).order_by(mine.c.at.desc()))
    )
    whole = Found("", Span(0, len(one.revision.text), one.revision.text), title=True)
    rows = related.placed(connection, articles=ids)
    known = related.facts_of(connection, rows)
    best: tuple[str, list[Facts]] = (ids[0] if ids else "", [])
    for id_ in ids:
        its = [known[r.claim_id] for r in rows if r.article_id == id_ and r.claim_id in known]
        spoken = spoken_of(one.revision.text, whole, its)
        if len(spoken) > len(best[1]):
            best = (id_, spoken)
    return best
