"""What has been kept for as long as it was to be kept: found by when it was read, or archived. Reading only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from pipeline.ledger import tables as t
from pipeline.ledger.forgetting import IN_HAND, Captured
from pipeline.ledger.tombstones import ENTRY
from schemas.config import DAY_S, Retention
from schemas.records import RawPage
from schemas.words import Disposition
from transforms.links import registrable_domain

HELD = (Disposition.WRITTEN.value, Disposition.COPY.value)


class Kept(NamedTuple):
    """For how long a kind of thing is kept: in general, and on sites. 0: for ever."""

    days: float
    sites: Mapping[str, float]

    @property
    def shortest_s(self) -> float:
        """0 where nothing of this kind ever goes."""
        return min(filter(None, [self.days, *self.sites.values()]), default=0.0) * DAY_S

    def past(self, site: str, age_s: float) -> bool:
        days = self.sites.get(site, self.days)
        return 0 < days * DAY_S < age_s


def pages(settings: Retention) -> Kept:
    return Kept(settings.pages_days, settings.site_pages_days)


def readings(settings: Retention) -> Kept:
    return Kept(settings.readings_days, settings.site_readings_days)


def old_pages(connection: Connection, kept: Kept, now: float) -> Iterator[Captured]:
    """Pages archived longer ago, but for those that are about to be read."""
    if not kept.shortest_s:
        return
    in_use = t.entries.c.state.in_(IN_HAND) | (t.entries.c.replay_unit == t.captures.c.unit_id)
    query = (
        select(t.captures, t.entries.c.host, t.articles.c.site)
        .join(t.entries, t.entries.c.entry_id == t.captures.c.entry_id)
        .outerjoin(t.articles, t.articles.c.article_id == t.entries.c.article_id)
        .where(t.captures.c.registered_at < now - kept.shortest_s, ~in_use)
    )
    for row in connection.execute(query):
        if kept.past(row.site or registrable_domain(row.host), now - row.registered_at):
            yield Captured(row.entry_id, row.unit_id, msgspec.json.decode(row.page, type=RawPage), row.part)


def old_entries(connection: Connection, kept: Kept, now: float) -> Iterator[str]:
    """Entries whose article was last written longer ago."""
    if not kept.shortest_s:
        return
    written = func.max(t.visits.c.at).label("written")
    query = (
        select(t.articles.c.entry_id, t.articles.c.site, written)
        .join(t.visits, t.visits.c.entry_id == t.articles.c.entry_id)
        .where(t.visits.c.disposition.in_(HELD))
        .group_by(t.articles.c.article_id, t.articles.c.entry_id, t.articles.c.site)
        .having(written < now - kept.shortest_s)
    )
    for row in connection.execute(query):
        if kept.past(row.site, now - row.written):
            yield row.entry_id


def half_forgotten(connection: Connection) -> list[str]:
    """Entries whose tombstone stands while what it names is still being removed: a `forget` died over them."""
    open_ = t.tombstones.c.done_at == 0
    return list(connection.scalars(select(t.tombstones.c.key).where(open_, t.tombstones.c.kind == ENTRY)))
