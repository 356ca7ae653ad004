"""Passes: open a unit, run the `read` graph, then `relate`, until nothing is due. `watch` sleeps and goes on.

Counts come from the ledger, never from counters inside DoFns: a retried bundle counts twice.
"""

from __future__ import annotations

import logging
import queue
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from pipeline.contact import require_contact
from pipeline.ledger import SqlLedger
from pipeline.ledger.engine import held
from pipeline.ledger.queries import polls_since, units_between
from pipeline.ledger.replays import all_due
from pipeline.runners import runner
from pipeline.world import RealWorld
from schemas.flow import Begin
from schemas.records import Record
from schemas.words import Disposition, UnitKind

log = logging.getLogger(__name__)
IDLE_S = 60.0  # the longest sleep of `watch` when no feed is due


class Summary(Record, frozen=True, kw_only=True):
    """What a run came to, counted in the ledger."""

    units: int = 0
    leased: int = 0
    visits: dict[str, int] = {}  # by disposition
    polls: dict[str, int] = {}  # feeds by the result of their last poll in this run
    recovered: int = 0
    died: int = 0
    seconds: float = 0.0
    balanced: bool = True

    @property
    def total(self) -> int:
        return sum(self.visits.values())


class Stop:
    """Set by SIGTERM or SIGINT: the pass in hand is finished, then the run ends."""

    def __init__(self) -> None:
        self.asked = False
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()  # a handler may ring it; an Event's lock could hang

    def sleep(self, seconds: float) -> None:
        """Until it is asked, at most so long."""
        with suppress(queue.Empty):
            self._bell.get(timeout=seconds)

    @contextmanager
    def on_signals(self) -> Iterator[Stop]:
        """A second SIGINT interrupts at once."""

        def handle(number: int, _: Any) -> None:
            if self.asked and number == signal.SIGINT:
                raise KeyboardInterrupt
            self.asked = True
            self._bell.put(None)

        before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield self
        finally:
            for number, old in before.items():
                signal.signal(number, old)


def run(
    world: RealWorld,
    *,
    limit: int = 0,
    stop: Stop | None = None,
    progress: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Passes until nothing is due, at most `limit` entries (0: all). Raises LedgerHeld, ModelMissing, Unbalanced."""
    with held(world.settings.ledger_url) as holder:
        return _passes(world, holder, limit=limit, stop=stop or Stop(), progress=progress)


def watch(
    world: RealWorld, *, stop: Stop, progress: Callable[[Summary], None] = lambda _: None, cycles: int = 0
) -> Summary:
    """`run` again and again, sleeping until the next feed is due, until `stop` (or `cycles` rounds, 0: no limit)."""
    with held(world.settings.ledger_url) as holder:
        ledger = world.ledger()
        started = ledger.now()
        clock = time.monotonic()
        recovered = died = rounds = 0
        while True:
            done = _passes(world, holder, limit=0, stop=stop, progress=progress)
            recovered, died, rounds = recovered + done.recovered, died + done.died, rounds + 1
            if stop.asked or rounds == cycles:
                return summary_since(ledger, started, recovered, died, clock)
            due = ledger.due(_watched(world))
            wait = due.next_check - ledger.now() if due.next_check else IDLE_S
            stop.sleep(min(max(wait, 0.2), IDLE_S))


def _watched(world: RealWorld) -> list[str]:
    """The feeds that are polled: one that is switched off is never due."""
    return [feed.feed_id for feed in world.feeds.values() if feed.enabled]


def _addresses(world: RealWorld) -> list[str]:
    return [feed.url for feed in world.feeds.values() if feed.enabled]


def _passes(world: RealWorld, holder: str, *, limit: int, stop: Stop, progress: Callable[[Summary], None]) -> Summary:
    require_contact(world.settings.network, _addresses(world))
    world.model().check()  # at once, not as a dead letter for each article
    from pipeline.upkeep import at_end_of_passes

    ledger = world.ledger()
    started, clock = ledger.now(), time.monotonic()
    recovered, died = recover(world, ledger)
    if recovered:
        one_pass(world, ledger, holder, relate_only=True)
    summary = summary_since(ledger, started, recovered, died, clock)
    while not stop.asked:
        due = ledger.due(_watched(world))
        left = limit - summary.leased if limit else 0
        if (not due.feeds and not due.entries) or (limit and left <= 0):
            break
        before = summary.leased
        one_pass(world, ledger, holder, limit=left)
        summary = summary_since(ledger, started, recovered, died, clock)
        progress(summary)
        if summary.leased == before and not ledger.due(_watched(world)).feeds:
            break  # what is pending is in other hands
    if not stop.asked:
        at_end_of_passes(world, started, summary.visits.get(Disposition.FORGOTTEN, 0))
    return summary


def one_pass(
    world: RealWorld,
    ledger: SqlLedger,
    holder: str,
    *,
    limit: int = 0,
    relate_only: bool = False,
    kind: UnitKind = UnitKind.PASS,
) -> None:
    """One unit through both graphs. When the graph fails the unit is released, and its death is counted."""
    import apache_beam as beam

    from pipeline.graph import read, relate, reread

    row, graph = runner(world.settings.runner), reread if kind is UnitKind.REPLAY else read
    unit_id = uuid.uuid4().hex
    if not relate_only:
        passing = _limited(world, limit)
        ledger.open_unit(unit_id, holder, kind)
        try:
            row.run(lambda p: graph(_begin(p, beam, unit_id), passing))
        except BaseException:
            ledger.recover(lambda settled: None, world.settings.lease.max_deaths)
            raise
    row.run(lambda p: relate(_begin(p, beam, unit_id), world))


def check_feeds(world: RealWorld) -> None:
    """Poll every feed once, due or not; what they show is pending for the next run."""
    from transforms.poll import Poll

    require_contact(world.settings.network, _addresses(world))
    with held(world.settings.ledger_url) as holder:
        ledger = world.ledger()
        recover(world, ledger)
        with ledger.engine.begin() as connection:
            all_due(connection, _watched(world))
        unit_id = uuid.uuid4().hex
        ledger.open_unit(unit_id, holder)
        import apache_beam as beam

        runner(world.settings.runner).run(lambda p: _begin(p, beam, unit_id) | Poll(world))
        ledger.give_back(unit_id)


def _begin(pipeline: Any, beam: Any, unit_id: str) -> Any:
    return pipeline | "Begin" >> beam.Create([Begin(unit_id)]).with_output_types(Begin)


def _limited(world: RealWorld, limit: int) -> RealWorld:
    from dataclasses import replace

    lease = world.settings.lease
    if not limit or limit >= lease.unit_entries:
        return world
    return replace(world, settings=replace(world.settings, lease=replace(lease, unit_entries=limit)))


def recover(world: RealWorld, ledger: SqlLedger) -> tuple[int, int]:
    """Roll prepared units forward, release dead ones and drop the files they left. Gives (recovered, died)."""
    from transforms.settle import finish
    from transforms.sinks.committed import drop_unit

    root = Path(world.settings.output.dir)
    at = world.clock().now().isoformat()
    recovered, died = ledger.recover(lambda settled: finish(settled, root, ledger, at), world.settings.lease.max_deaths)
    for unit_id in died:
        drop_unit(root, unit_id)
    return len(recovered), len(died)


def summary_since(ledger: SqlLedger, since: float, recovered: int, died: int, clock: float) -> Summary:
    """What the ledger says of a run that began then. `clock`: what time.monotonic() said."""
    with ledger.reading() as connection:
        units, leased, visits = units_between(connection, since)
        polls = polls_since(connection, since)
    return Summary(
        units=units,
        leased=leased,
        visits=visits,
        polls=polls,
        recovered=recovered,
        died=died,
        seconds=round(time.monotonic() - clock, 3),
        balanced=leased == sum(visits.values()),
    )


def as_json(summary: Summary) -> bytes:
    return msgspec.json.encode({**msgspec.structs.asdict(summary), "total": summary.total})
