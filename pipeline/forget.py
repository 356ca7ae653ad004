"""`newsbeam forget`: what is held of an address, a site or a time goes, and a tombstone stops it from coming back.

The tombstones stand before anything is removed, so a `forget` that dies leaves nothing that could be taken in again;
it finishes when it is repeated.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from pipeline.ledger import forgetting as f
from pipeline.ledger.engine import held
from pipeline.ledger.tombstones import ARTICLE, ENTRY, SITE, Stone, close_stones, raise_stones
from pipeline.ledger.tombstones import lift as lift_stones
from pipeline.ledger.units import log
from pipeline.readmodel import walk
from pipeline.recovery import recover
from pipeline.removal import remove
from pipeline.world import RealWorld
from schemas.errors import NewsbeamError
from schemas.ids import article_id, entry_id
from schemas.words import Disposition, Event
from transforms.links import canonical


class What(NamedTuple):
    """What is to be forgotten: an address, or a site, or what was first seen before an instant, or both of these."""

    url: str = ""
    site: str = ""  # a registrable domain
    before: float = 0.0  # epoch seconds

    @property
    def words(self) -> str:
        return self.url or " ".join(filter(None, [self.site, "before an instant" if self.before else ""]))


class Report(NamedTuple):
    """What went, or would go."""

    entries: int
    articles: int
    readings: int
    pages: int
    segments: int  # that are written again
    units: int  # whose files may be
    links: tuple[str, ...]
    copies: tuple[str, ...]  # whose text is held under an address of its own


def forget(world: RealWorld, what: What, *, who: str, why: str, dry_run: bool = False) -> Report:
    """Remove it for good. Raises LedgerHeld; NewsbeamError where a unit has some of it in hand."""
    if dry_run:
        with world.ledger().reading() as connection:
            return report_of(_find(connection, what))
    with held(world.settings.ledger_url) as holder:
        ledger = world.ledger()
        recover(world, ledger, holder)
        walk(ledger, Path(world.settings.output.dir))
        with ledger.engine.begin() as connection:
            found = _find(connection, what)
            stones = stones_of(what, found)
            raise_stones(connection, stones, who, why, ledger.now())
        if found.in_hand:
            raise NewsbeamError(
                f"{found.in_hand[0]} is in the hands of a running unit: it will not be taken in again; "
                "forget it once more when that run has ended"
            )
        remove(world, found, disposition=Disposition.FORGOTTEN.value)
        report = report_of(found)
        with ledger.engine.begin() as connection:
            close_stones(connection, stones, report.readings, report.pages, ledger.now())
            log(connection, ledger.now(), Event.FORGOTTEN, "", f"{what.words} by {who}: {why}")
    return report


def lift(world: RealWorld, *, url: str = "", site: str = "", who: str = "") -> int:
    """Take tombstones away; gives how many. What was removed does not come back, but may be fetched again."""
    with held(world.settings.ledger_url):
        ledger = world.ledger()
        with ledger.engine.begin() as connection:
            gone = lift_stones(connection, urls=[name for name in {url, canonical(url)} if name], site=site)
            log(connection, ledger.now(), Event.LIFTED, "", f"{url or site} by {who}: {gone} tombstones")
    return gone


def _find(connection: Connection, what: What) -> f.Holdings:
    return f.holdings(connection, f.entries_of(connection, url=what.url, site=what.site, before=what.before))


def stones_of(what: What, found: f.Holdings) -> list[Stone]:
    """One for each entry and each article; an address that nothing is known of gets both all the same."""
    entries = {Stone(ENTRY, entry, link) for entry, link in found.entries.items()}
    articles = {Stone(ARTICLE, article, url) for article, url in found.articles.items()}
    links = {*found.articles.values(), canonical(what.url) if what.url else ""} - {""}
    for link in links:
        known = entry_id(link=link, feed="", guid="", title="", summary="")
        entries |= {Stone(ENTRY, known, link)} if known not in found.entries else set()
        articles |= {Stone(ARTICLE, article_id(link), link)}
    site = {Stone(SITE, what.site)} if what.site and not what.before else set()
    return sorted(entries | articles | site)


def report_of(found: f.Holdings) -> Report:
    return Report(
        entries=len(found.entries),
        articles=len(found.articles),
        readings=len(found.readings),
        pages=len(found.captures),
        segments=len({one.page.segment for one in found.captures}),
        units=len(found.units),
        links=tuple(sorted(filter(None, found.entries.values()))),
        copies=found.copies,
    )
