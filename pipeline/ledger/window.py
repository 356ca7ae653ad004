"""The bounded state of `relate`: by what claims and articles of the window are looked up and compared.

It holds what was placed in the last `window_days`, at most `window_claims` claims, and of a key its newest HOT claims;
what it leaves behind keeps its statement or story and is compared no more.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

import msgspec
from sqlalchemy import Connection, Table, delete, func, or_, select, update

from pipeline.ledger import tables as t
from pipeline.ledger.sql import among, chunks, many
from transforms import stories
from transforms.statements.cluster import Placed, Window
from transforms.statements.facts import Facts
from transforms.stories import Told

HOT = 32  # claims under one key
HOT_ARTICLES = 16
AT_ONCE = 20_000  # claims that one unit lets go, so that no unit pays for a long pause
_SETS_IN_ORDER = msgspec.msgpack.Encoder(order="deterministic")
_AS_IT_STANDS = msgspec.msgpack.Encoder()  # an article's words stand in the order of their weight
_FACTS = msgspec.msgpack.Decoder(Facts)
_TOLD = msgspec.msgpack.Decoder(Told)


def packed(one: Facts | Told) -> bytes:
    return (_SETS_IN_ORDER if isinstance(one, Facts) else _AS_IT_STANDS).encode(one)


def unpacked(body: bytes) -> Facts:
    return _FACTS.decode(body)


def packed_keys(keys: Collection[int]) -> bytes:
    return array("q", sorted(keys)).tobytes()


def window(connection: Connection, asked: Sequence[Mapping[int, int]]) -> Window:
    """The claims that those who ask by these keys (key -> what it counts) are to be compared with."""
    made = Window((connection.scalar(select(func.max(t.related_claims.c.n))) or 0) + 1)
    found = _under(connection, t.claim_keys, {key for mine in asked for key in mine}, HOT)
    made.post(found)
    columns = (t.related_claims.c.n, t.related_claims.c.facts, t.related_claims.c.statement_id)
    for numbers in chunks(sorted({n for mine in asked for n in made.near(mine)}), AT_ONCE):
        query = select(*columns).where(among(connection, t.related_claims.c.n, numbers))
        for n, body, statement in connection.execute(query).tuples().all():
            made.hold(n, unpacked(body), statement)
    return made


def _under(connection: Connection, table: Table, keys: Iterable[int], most: int) -> dict[int, list[int]]:
    """The newest numbers under each key, so many at most: one that many share tells little, and its oldest leave it."""
    found: dict[int, list[int]] = defaultdict(list)
    for some in chunks(sorted(keys), AT_ONCE):
        query = select(table.c.key, table.c.n).where(among(connection, table.c.key, some))
        for key, n in connection.execute(query).tuples().all():
            found[key].append(n)
    for key, numbers in found.items():
        numbers.sort()
        if 2 * len(numbers) > 3 * most:
            connection.execute(delete(table).where((table.c.key == key) & (table.c.n < numbers[-most])))
    return {key: numbers[-most:] for key, numbers in found.items()}


def post(connection: Connection, placed: Iterable[Placed]) -> None:
    rows = sorted((key, one.n) for one in placed for key in one.keys.posted)
    many(connection, "INSERT INTO claim_keys (key, n) VALUES (?, ?)", rows)


def leave(connection: Connection, numbers: Iterable[int]) -> None:
    """Claims that are compared no more."""
    for some in chunks(numbers, AT_ONCE):
        mine = among(connection, t.related_claims.c.n, some)
        rows = connection.execute(select(t.related_claims.c.n, t.related_claims.c.posted).where(mine)).tuples().all()
        gone = sorted((key, n) for n, body in rows for key in array("q", body))
        many(connection, "DELETE FROM claim_keys WHERE key = ? AND n = ?", gone)
        connection.execute(update(t.related_claims).where(mine).values(facts=b"", posted=b"", placed_at=0.0))


def prune(connection: Connection, before: float, most: int) -> None:
    """What was placed before an instant, or has more than `most` claims behind it, is compared no more.

    It reads what leaves and nothing that has left: that has no `placed_at`, by which both are looked up.
    """
    n, placed_at = t.related_claims.c.n, t.related_claims.c.placed_at
    last = (connection.scalar(select(func.max(n))) or 0) - most
    surplus = select(placed_at).where(n <= last, n > last - AT_ONCE, placed_at > 0).order_by(n.desc()).limit(1)
    until = max(before, connection.scalar(surplus) or 0.0 if last > 0 else 0.0)
    old = (placed_at > 0) & (placed_at <= until) & or_(placed_at < before, n <= last)
    leave(connection, connection.scalars(select(n).where(old).order_by(placed_at, n).limit(AT_ONCE)).all())
    late = (t.related_articles.c.placed_at > 0) & (t.related_articles.c.placed_at < before)
    leave_articles(connection, connection.scalars(select(t.related_articles.c.article_id).where(late)).all())


def leave_articles(connection: Connection, article_ids: Iterable[str]) -> None:
    for ids in chunks(article_ids, AT_ONCE):
        mine = among(connection, t.related_articles.c.article_id, ids)
        query = select(t.related_articles.c.n, t.related_articles.c.terms).where(
            mine, t.related_articles.c.terms != b""
        )
        rows = connection.execute(query).tuples().all()
        gone = sorted((key, n) for n, body in rows for key in stories.keys(_TOLD.decode(body)))
        many(connection, "DELETE FROM article_keys WHERE key = ? AND n = ?", gone)
        connection.execute(update(t.related_articles).where(mine).values(terms=b"", placed_at=0.0))


def articles_near(
    connection: Connection, new: Sequence[Told], named: Iterable[str]
) -> tuple[dict[str, Told], dict[str, str]]:
    """Articles of the window that share keys with new ones, those `named`, and the new ones as they were before.

    Gives them by id, in the order in which they were placed, and the story of each.
    """
    asked = [stories.keys(one) for one in new]
    under = _under(connection, t.article_keys, {key for mine in asked for key in mine}, HOT_ARTICLES)
    numbers = set[int]()
    for mine in asked:
        count = Counter(chain.from_iterable([under[key] for key in mine if key in under]))
        most = sorted([(times, n) for n, times in count.items()], reverse=True)[: stories.COMPARED]
        numbers.update(n for _, n in most)
    table = t.related_articles
    found: dict[int, tuple[str, str, bytes]] = {}
    for column, values in ((table.c.n, sorted(numbers)), (table.c.article_id, [*named, *(o.article_id for o in new)])):
        query = select(table.c.n, table.c.article_id, table.c.story_id, table.c.terms)
        for some in chunks(values, AT_ONCE):
            rows = connection.execute(query.where(among(connection, column, some))).tuples().all()
            found.update({n: (id_, story, body) for n, id_, story, body in rows})
    held = [found[n] for n in sorted(found)]
    return {id_: _TOLD.decode(body) for id_, _, body in held if body}, {id_: story for id_, story, _ in held}


def post_articles(connection: Connection, new: Mapping[int, Told]) -> None:
    rows = sorted((key, n) for n, one in new.items() for key in stories.keys(one))
    many(connection, "INSERT INTO article_keys (key, n) VALUES (?, ?)", rows)
