"""Begin -> Leases: batches of entries that this unit, and no other, visits. The sole source of entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import apache_beam as beam
import msgspec

from schemas.feeds import FeedIntent
from schemas.flow import Begin, LeasedEntry, Leases, pack
from schemas.ports import Budgets, World
from schemas.sites import SiteIntent
from transforms.links import registrable_domain
from transforms.step import pack_by_host


def with_intent(leased: LeasedEntry, feeds: Mapping[str, FeedIntent]) -> LeasedEntry:
    """Add what the feed's line in `feeds.toml` says. An entry whose feed is watched no more is fetched as a page."""
    feed = feeds.get(leased.feed_id)
    if feed is None:
        return leased
    own = bool(leased.entry.url) and registrable_domain(feed.url) == registrable_domain(leased.entry.url)
    fetch = "never" if feed.fetch == "never" or not leased.entry.url else "page"
    entry = leased.entry
    if feed.language and not entry.language:  # a feed that does not say it itself
        entry = msgspec.structs.replace(entry, language=feed.language)
    return msgspec.structs.replace(leased, fetch=fetch, own_site=own or fetch == "never", entry=entry)


def budgets(feeds: Mapping[str, FeedIntent], sites: Mapping[str, SiteIntent]) -> Budgets:
    """What feeds.toml and the files of sites say of the entries in one pass."""
    return Budgets(
        {feed.feed_id: feed.budget for feed in feeds.values() if feed.budget is not None},
        {site.site: site.budget for site in sites.values() if site.budget is not None},
    )


class LeaseEntries(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger = self.world.ledger()

    def process(self, begin: Begin) -> Iterator[Leases]:
        settings = self.world.settings.lease
        leased = [with_intent(e, self.world.feeds) for e in self._lease(begin.unit_id)]
        for batch in pack_by_host(leased, lambda e: urlsplit(e.entry.url).hostname or "", settings.batch_entries):
            yield Leases(begin.unit_id, pack(batch))

    def _lease(self, unit_id: str) -> list[LeasedEntry]:
        return self.ledger.lease(unit_id, self.world.settings.lease, budgets(self.world.feeds, self.world.sites))


class Lease(beam.PTransform):
    """A Reshuffle stands behind it: batches spread over workers, and a retry of theirs does not lease again."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, done: Any) -> Any:
        leased = done | "Lease entries" >> beam.ParDo(LeaseEntries(self.world)).with_output_types(Leases)
        return leased | "Spread batches" >> beam.Reshuffle()
