"""After a death: prepared units are rolled forward, open ones released, and what they left on the disk is removed."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select

from pipeline.ledger import SqlLedger
from pipeline.ledger import tables as t
from pipeline.ledger.engine import Holder
from pipeline.ledger.sql import chunks
from pipeline.world import RealWorld
from schemas.errors import MachineError, of_the_machine
from transforms.settle import finish
from transforms.sinks.committed import drop_rest, unit_of

log = logging.getLogger(__name__)


def recover(world: RealWorld, ledger: SqlLedger, holder: Holder) -> tuple[list[str], list[str]]:
    """Roll prepared units forward, release dead ones, and remove what is left of them. Gives (finished, died).

    A death is counted on the entries of a unit unless its process ended in order: then its machine failed it.
    """
    root, at = Path(world.settings.output.dir), world.clock().now().isoformat()
    finished, died = ledger.recover(
        lambda settled: finish(settled, root, ledger, at), world.settings.lease.max_deaths, guilty=not holder.orderly
    )
    sweep(world, ledger, {*finished, *died, *ledger.lately_died()})
    holder.orderly = True
    return finished, died


def end_unit(world: RealWorld, ledger: SqlLedger, unit_id: str, error: BaseException) -> None:
    """The graph of a unit failed. Where the ledger cannot be written either, the next run finds the unit open."""
    try:
        if of_the_machine(error):
            ledger.give_back(unit_id)
        else:
            ledger.bury(unit_id, world.settings.lease.max_deaths)
        sweep(world, ledger, {*ledger.lately_died()} & {unit_id})
    except MachineError as further:
        log.error("unit %s is left to the next run: %s", unit_id, further)


def sweep(world: RealWorld, ledger: SqlLedger, units: Collection[str]) -> None:
    """Remove data files of these units that no manifest names, and their segments that nobody registered."""
    if not units:
        return
    removed = drop_rest(Path(world.settings.output.dir), units)
    archive = world.settings.archive_dir
    if "://" not in archive:  # a bucket's objects are whole or not there; one that nobody registered is never read
        known = _registered(ledger, units)
        for path in Path(archive).glob("*/*"):
            if unit_of(path) in units and path.relative_to(archive).as_posix() not in known:
                path.unlink(missing_ok=True)
                removed.append(path)
    if removed:
        log.info("removed %d files that units had left", len(removed))


def _registered(ledger: SqlLedger, units: Collection[str]) -> set[str]:
    known: set[str] = set()
    with ledger.reading() as connection:
        for some in chunks(units):
            known.update(connection.scalars(select(t.segments.c.path).where(t.segments.c.unit_id.in_(some))))
    return known
