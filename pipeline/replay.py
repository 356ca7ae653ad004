"""`newsbeam replay --archive`: archived pages through the graph again, without the network.

Of our own archive, those articles whose reading would be another now, because the rules that apply to them, the model
or the code are others; of foreign WARC files, each page that we do not hold. The path is that of every visit: lease,
settle, commit. What was to be read and was not, since the process died, is pending, and the next replay or run goes on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from pipeline.backfill import Backfill
from pipeline.driver import Stop, Summary, counted, one_pass
from pipeline.ledger import rereading
from pipeline.ledger.engine import Holder, held
from pipeline.readmodel import walk
from pipeline.recovery import recover
from pipeline.world import RealWorld
from schemas.ports import Request, Response
from schemas.words import UnitKind
from transforms.reading import reading_of

STEPS = ("fetch", "extract", "clean", "dedupe", "annotate", "entities", "claims")


class Report(NamedTuple):
    summary: Summary
    marked: int  # entries of our own archive that were to be read again
    without_page: int  # readings that would be others now, whose page is in the archive no more
    records: dict[str, int]  # of foreign files: taken, or why not


class NoWeb:
    """A replay asks nobody."""

    def get(self, requests: Sequence[Request]) -> list[Response]:
        raise AssertionError(f"a replay asked the web for {requests[0].url}")


@dataclass(frozen=True)
class Offline(RealWorld):
    """The world without its network."""

    def web(self) -> NoWeb:  # type: ignore[override]
        return NoWeb()


def offline(world: RealWorld) -> Offline:
    """No host waits for its turn here, so a unit may hold as many entries of one as it likes."""
    lease = replace(world.settings.lease, host_entries=world.settings.lease.unit_entries)
    settings = replace(world.settings, lease=lease)
    return Offline(
        settings=settings, rules=world.rules, aliases=world.aliases, feeds=world.feeds, layouts=world.layouts
    )


def replay_archive(
    world: RealWorld, files: Sequence[Path], *, site: str = "", since: float = 0.0, step: str = "", stop: Stop
) -> Report:
    """Raises LedgerHeld, ModelMissing; ArchiveError for a file that cannot be read to its end."""
    here = offline(world)
    with held(here.settings.ledger_url) as holder:
        here.model().check()
        ledger, clock = here.ledger(), time.monotonic()
        recovered, died = recover(here, ledger, holder)
        units = [*recovered, *died]
        walk(ledger, Path(here.settings.output.dir))

        def read() -> None:
            units.extend(_passes(here, holder, stop))

        counts: Counter[str] = Counter()
        marked = missing = 0
        if files:
            counts = Backfill(here, read, site=site, since=since).take(files)
        else:
            with ledger.reading() as connection:
                pages = list(_affected(connection, here, site, since, step))
            missing = pages.count(None)
            marked = ledger.writing(lambda c: sum(rereading.to_replay(c, *page) for page in pages if page))
        read()
        seconds = round(time.monotonic() - clock, 3)
        summary = msgspec.structs.replace(
            counted(ledger, units), recovered=len(recovered), died=len(died), seconds=seconds
        )
    return Report(summary, marked, missing, dict(counts))


def _affected(
    connection: Connection, world: RealWorld, site: str, since: float, step: str
) -> Iterator[tuple[str, str] | None]:
    """(entry, unit of its capture) of pages that are to be read again; None for a reading whose page is not there."""
    early = rereading.iso_exact(since)
    if step and step != STEPS[-1]:
        found = rereading.ended_at(connection, step, site)
        yield from ((one.entry_id, one.unit_id) for one in found if one.page.fetched_at >= early)
        return
    for one in rereading.current(connection, site):
        fetched_at = one.page.fetched_at if one.page else ""
        if fetched_at and fetched_at < early:
            continue
        day = (one.revision.published.value if one.revision.published else fetched_at)[:10]
        versions = world.versions(one.revision.language, one.revision.site, day, one.page)
        if reading_of(one.revision.revision_id, versions) != one.reading_id:
            yield (one.entry_id, one.unit_id) if one.page else None


def _passes(world: RealWorld, holder: Holder, stop: Stop) -> Iterator[str]:
    """Units until nothing waits to be replayed, or what does is in other hands; gives their ids."""
    ledger, before = world.ledger(), -1
    while not stop.asked:
        with ledger.reading() as connection:
            left = rereading.waiting(connection)
        if not left or left == before:
            return
        before = left
        yield one_pass(world, ledger, holder, kind=UnitKind.REPLAY)
