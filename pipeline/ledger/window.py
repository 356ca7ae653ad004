"""The bounded state of `relate`: by what claims and articles of the window are looked up and compared.

It holds what was placed in the last `window_days`, at most `window_claims` claims, and of a key its newest HOT claims;
what it leaves behind keeps its statement and is compared no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks
from transforms import stories
from transforms.statements.cluster import Placed, Window
from transforms.statements.facts import Facts
from transforms.statements.keys import keys
from transforms.stories import Told

HOT = 48  # claims under one key
AT_ONCE = 20_000  # claims that one unit lets go, so that no unit pays for a long pause
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_FACTS = msgspec.msgpack.Decoder(Facts)
_TOLD = msgspec.msgpack.Decoder(Told)


def packed(one: Facts | Told) -> bytes:
    return _ENCODER.encode(one)


def unpacked(body: bytes) -> Facts:
    return _FACTS.decode(body)


def window(connection: Connection, asked: Sequence[dict[int, int]]) -> Window:
    """The claims that those who ask by these keys (key -> what it counts) are to be compared with."""
    made = Window((connection.scalar(select(func.max(t.related_claims.c.n))) or 0) + 1)
    found: dict[int, list[int]] = defaultdict(list)
    for some in chunks(sorted({key for mine in asked for key in mine})):
        query = select(t.claim_keys.c.key, t.claim_keys.c.n).where(t.claim_keys.c.key.in_(some))
        for key, n in connection.execute(query.order_by(t.claim_keys.c.key, t.claim_keys.c.n)):
            found[key].append(n)
    _cool(connection, found)
    made.post((key, n) for key, numbers in found.items() for n in numbers[-HOT:])
    wanted = sorted({n for mine in asked for n in made.near(mine)})
    columns = (t.related_claims.c.n, t.related_claims.c.facts, t.related_claims.c.statement_id)
    for numbers in chunks(wanted):
        for n, body, statement in connection.execute(select(*columns).where(t.related_claims.c.n.in_(numbers))):
            made.hold(n, unpacked(body), statement)
    return made


def _cool(connection: Connection, found: dict[int, list[int]]) -> None:
    """A key that many claims share tells little: its oldest ones leave it."""
    for key, numbers in found.items():
        if len(numbers) > 2 * HOT:
            mine = (t.claim_keys.c.key == key) & (t.claim_keys.c.n < numbers[-HOT])
            connection.execute(delete(t.claim_keys).where(mine))


def post(connection: Connection, placed: Iterable[Placed]) -> None:
    rows = sorted((key, one.n) for one in placed for key in one.keys.posted)
    if rows:
        connection.execute(insert(t.claim_keys), [{"key": key, "n": n} for key, n in rows])


def leave(connection: Connection, rows: Iterable[tuple[int, bytes]]) -> None:
    """(number, facts) of claims that are compared no more."""
    held = [(n, body) for n, body in rows if body]
    gone = sorted((key, n) for n, body in held for key in keys(unpacked(body)).posted)
    for some in chunks(gone, 10_000):
        mine = (t.claim_keys.c.key == bindparam("a_key")) & (t.claim_keys.c.n == bindparam("a_number"))
        connection.execute(delete(t.claim_keys).where(mine), [{"a_key": key, "a_number": n} for key, n in some])
    for numbers in chunks(n for n, _ in held):
        mine = t.related_claims.c.n.in_(numbers)
        connection.execute(update(t.related_claims).where(mine).values(facts=b"", placed_at=0.0))


def prune(connection: Connection, before: float, most: int) -> None:
    """What was placed before an instant, or has more than `most` claims behind it, is compared no more.

    It reads what leaves and nothing that has left: that has no `placed_at`, by which both are looked up.
    """
    n, placed_at = t.related_claims.c.n, t.related_claims.c.placed_at
    last = (connection.scalar(select(func.max(n))) or 0) - most
    surplus = select(placed_at).where(n <= last, n > last - AT_ONCE, placed_at > 0).order_by(n.desc()).limit(1)
    until = max(before, connection.scalar(surplus) or 0.0 if last > 0 else 0.0)
    old = (placed_at > 0) & (placed_at <= until) & or_(placed_at < before, n <= last)
    query = select(n, t.related_claims.c.facts).where(old).order_by(placed_at, n).limit(AT_ONCE)
    leave(connection, connection.execute(query).tuples().all())
    late = (t.related_articles.c.placed_at > 0) & (t.related_articles.c.placed_at < before)
    leave_articles(connection, list(connection.scalars(select(t.related_articles.c.article_id).where(late))))


def leave_articles(connection: Connection, article_ids: Sequence[str]) -> None:
    for ids in chunks(article_ids):
        mine = t.related_articles.c.article_id.in_(ids)
        bodies = connection.scalars(select(t.related_articles.c.terms).where(mine, t.related_articles.c.terms != b""))
        gone = [(key, one.article_id) for one in map(_TOLD.decode, bodies) for key in sorted(stories.keys(one))]
        for some in chunks(gone, 10_000):
            its = (t.article_keys.c.key == bindparam("a_key")) & (t.article_keys.c.article_id == bindparam("an_id"))
            connection.execute(delete(t.article_keys).where(its), [{"a_key": key, "an_id": id_} for key, id_ in some])
        connection.execute(update(t.related_articles).where(mine).values(terms=b"", placed_at=0.0))


def articles_near(
    connection: Connection, new: Sequence[Told], named: Iterable[str]
) -> tuple[dict[str, Told], dict[str, str]]:
    """Articles of the window that share a key with new ones, those `named`, and the new ones as they were before.

    Gives them by id, and the story of each.
    """
    ids = {*named, *(one.article_id for one in new)}
    for some in chunks(sorted({key for one in new for key in stories.keys(one)})):
        ids.update(connection.scalars(select(t.article_keys.c.article_id).where(t.article_keys.c.key.in_(some))))
    held: dict[str, Told] = {}
    of: dict[str, str] = {}
    columns = (t.related_articles.c.article_id, t.related_articles.c.story_id, t.related_articles.c.terms)
    for some_ids in chunks(sorted(ids)):
        for id_, story, body in connection.execute(
            select(*columns).where(t.related_articles.c.article_id.in_(some_ids))
        ):
            of[id_] = story
            if body:
                held[id_] = _TOLD.decode(body)
    return held, of


def post_articles(connection: Connection, new: Iterable[Told]) -> None:
    rows = sorted((key, one.article_id) for one in new for key in stories.keys(one))
    if rows:
        connection.execute(insert(t.article_keys), [{"key": key, "article_id": id_} for key, id_ in rows])
