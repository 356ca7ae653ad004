"""Taking out what is held of some entries: archive, files of every sink, index, read model, ledger, in this order.

The ledger's rows go last, because all else is found by them: a removal that died is found again, and done again,
by whoever asks for it again. Each step may be done twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from pipeline.ledger import SqlLedger
from pipeline.ledger import forgetting as f
from pipeline.ledger.engine import empty_log
from pipeline.ledger.leases import add_segment
from pipeline.ledger.sql import chunks
from pipeline.world import RealWorld
from transforms.sinks.committed import drop_rest
from transforms.sinks.rewrite import Gone, strip_unit

HEIRS = 100  # pages that are archived anew at one time


def remove(world: RealWorld, held: f.Holdings, *, disposition: str = "") -> None:
    """Everything that is held of the entries. `disposition`: of their rows, "" leaves what stands there."""
    ledger, root = world.ledger(), Path(world.settings.output.dir)
    unarchive(world, held.captures)
    gone = Gone(held.entries, held.articles, held.visits, {one.page.page_id for one in held.captures})
    for unit_id in held.units:
        manifest = strip_unit(root, unit_id, gone)
        with deleting(ledger) as connection:
            f.restate(connection, unit_id, manifest.files if manifest else (), held)
    drop_rest(root, held.units)
    with deleting(ledger) as connection:
        f.erase(connection, held, disposition=disposition)
    empty_log(ledger.url)


def remove_pages(world: RealWorld, captures: Sequence[f.Captured]) -> None:
    """Only what the archive holds of them: readings stay."""
    unarchive(world, captures)
    with deleting(world.ledger()) as connection:
        f.drop_captures(connection, captures)


def unarchive(world: RealWorld, captures: Sequence[f.Captured]) -> None:
    """Write the segments of these pages again without them. Other pages that share a body keep it."""
    ledger, archive = world.ledger(), world.archive()
    with ledger.reading() as connection:
        segments = f.segments_of(connection, captures)
    places = {f"{one.page.segment}@{one.page.offset}" for one in captures}
    for segment, entries in segments.items():
        places |= {f"{segment}@{offset}" for offset in archive.places(segment, entries)}
    with ledger.reading() as connection:
        heirs = f.sharing(connection, captures, places)
    for some in chunks(heirs, HEIRS):
        _rehouse(world, some)
    with ledger.reading() as connection:
        places.update(f.left_places(connection))
    offsets: dict[str, set[int]] = {}
    for place in places:
        segment, _, offset = place.rpartition("@")
        offsets.setdefault(segment, set()).add(int(offset))
    for segment, mine in sorted(offsets.items()):
        left = archive.remove(segment, mine)
        with deleting(ledger) as connection:
            f.shrink_segment(connection, segment, left)
    with deleting(ledger) as connection:
        f.places_cleared(connection)


def _rehouse(world: RealWorld, heirs: Sequence[f.Captured]) -> None:
    """Pages whose body lies with one that goes are archived anew, with a body of their own."""
    ledger, archive = world.ledger(), world.archive()
    answers = [(archive.read(one.page), datetime.fromisoformat(one.page.fetched_at)) for one in heirs]
    about = [{"entry": one.entry_id, "unit": one.unit_id} for one in heirs]
    segment, pages = archive.write(heirs[0].unit_id, answers, about)
    with ledger.engine.begin() as connection:
        add_segment(connection, heirs[0].unit_id, segment, ledger.now())
        for one, page in zip(heirs, pages, strict=True):
            f.rehouse(connection, one, page, ledger.now())


@contextmanager
def deleting(ledger: SqlLedger) -> Iterator[Connection]:
    """A transaction whose deletions overwrite what they delete, where the database can be told so."""
    with ledger.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        yield connection
