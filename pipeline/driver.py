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
from typing import Any

import msgspec
from msgspec.structs import replace

from pipeline.contact import require_contact
from pipeline.layouthealth import drifting
from pipeline.ledger import SqlLedger
from pipeline.ledger.engine import Holder, held
from pipeline.ledger.queries import polls_since, units_counted
from pipeline.ledger.replays import all_due
from pipeline.recovery import end_unit, recover
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
    drifted: tuple[str, ...] = ()  # layouts of sites that fit their pages no more, in words

    @property
    def total(self) -> int:
        return sum(self.visits.values())

    def plus(self, other: Summary) -> Summary:
        """This one and what came after it; polls are those of the later one."""
        visits = {word: self.visits.get(word, 0) + other.visits.get(word, 0) for word in self.visits | other.visits}
        leased = self.leased + other.leased
        return Summary(
            units=self.units + other.units,
            leased=leased,
            visits=dict(sorted(visits.items())),
            polls=other.polls,
            recovered=self.recovered + other.recovered,
            died=self.died + other.died,
            seconds=round(self.seconds + other.seconds, 3),
            balanced=leased == sum(visits.values()),
            drifted=other.drifted,
        )


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
        started, done = ledger.now(), Summary()
        clock, rounds = time.monotonic(), 0
        while True:
            done, rounds = done.plus(_passes(world, holder, limit=0, stop=stop, progress=progress)), rounds + 1
            if stop.asked or rounds == cycles:
                seconds = round(time.monotonic() - clock, 3)
                return replace(done, polls=_polls(ledger, started), seconds=seconds)
            due = ledger.due(_watched(world))
            wait = due.next_check - ledger.now() if due.next_check else IDLE_S
            stop.sleep(min(max(wait, 0.2), IDLE_S))


def _watched(world: RealWorld) -> list[str]:
    """The feeds that are polled: one that is switched off is never due."""
    return [feed.feed_id for feed in world.feeds.values() if feed.enabled]


def _addresses(world: RealWorld) -> list[str]:
    return [feed.url for feed in world.feeds.values() if feed.enabled]


def _passes(
    world: RealWorld, holder: Holder, *, limit: int, stop: Stop, progress: Callable[[Summary], None]
) -> Summary:
    require_contact(world.settings.network, _addresses(world))
    world.model().check()  # at once, not as a dead letter for each article
    from pipeline.upkeep import at_end_of_passes, renew_prints

    ledger = world.ledger()
    started, clock = ledger.now(), time.monotonic()
    recovered, died = recover(world, ledger, holder)
    if made := renew_prints(ledger, world.settings.dedupe, stale_only=True):
        log.info("the index of copies was made anew of %d texts", made)
    if recovered:
        one_pass(world, ledger, holder, relate_only=True)
    summary = replace(counted(ledger, [*recovered, *died]), recovered=len(recovered), died=len(died))
    while not stop.asked:
        due = ledger.due(_watched(world))
        left = limit - summary.leased if limit else 0
        if (not due.feeds and not due.entries) or (limit and left <= 0):
            break
        unit = counted(ledger, [one_pass(world, ledger, holder, limit=left)])
        summary = summary.plus(replace(unit, polls=_polls(ledger, started)))
        summary = replace(summary, seconds=round(time.monotonic() - clock, 3))
        progress(summary)
        if not unit.leased and not ledger.due(_watched(world)).feeds:
            break  # what is pending is in other hands
    drifted = tuple(drifting(ledger, world.layouts))
    for words in drifted if summary.total else ():  # `watch` does not say it anew where nothing was read
        log.warning("drift: %s", words)
    polls, seconds = _polls(ledger, started), round(time.monotonic() - clock, 3)
    summary = replace(summary, polls=polls, seconds=seconds, drifted=drifted)
    if not stop.asked:
        at_end_of_passes(world, started, summary.visits.get(Disposition.FORGOTTEN, 0))
    return summary


def one_pass(
    world: RealWorld,
    ledger: SqlLedger,
    holder: Holder,
    *,
    limit: int = 0,
    relate_only: bool = False,
    kind: UnitKind = UnitKind.PASS,
) -> str:
    """One unit through both graphs; gives its id. When the graph fails the unit is released.

    Its death is counted on its entries, unless it is this machine that failed.
    """
    import apache_beam as beam

    from pipeline.graph import read, relate, reread

    row, graph = runner(world.settings.runner), reread if kind is UnitKind.REPLAY else read
    unit_id = uuid.uuid4().hex
    if not relate_only:
        passing = _limited(world, limit)
        ledger.open_unit(unit_id, holder.name, kind)
        try:
            row.run(lambda p: graph(_begin(p, beam, unit_id), passing))
        except BaseException as error:
            end_unit(world, ledger, unit_id, error)
            raise
    row.run(lambda p: relate(_begin(p, beam, unit_id), world))
    return unit_id


def check_feeds(world: RealWorld) -> None:
    """Poll every feed once, due or not; what they show is pending for the next run."""
    from transforms.poll import Poll

    require_contact(world.settings.network, _addresses(world))
    with held(world.settings.ledger_url) as holder:
        ledger = world.ledger()
        recover(world, ledger, holder)
        ledger.writing(lambda c: all_due(c, _watched(world)))
        unit_id = uuid.uuid4().hex
        ledger.open_unit(unit_id, holder.name)
        import apache_beam as beam

        runner(world.settings.runner).run(lambda p: _begin(p, beam, unit_id) | Poll(world))
        ledger.give_back(unit_id)


def _begin(pipeline: Any, beam: Any, unit_id: str) -> Any:
    return pipeline | "Begin" >> beam.Create([Begin(unit_id)]).with_output_types(Begin)


def _limited(world: RealWorld, limit: int) -> RealWorld:
    from dataclasses import replace as with_these

    lease = world.settings.lease
    if not limit or limit >= lease.unit_entries:
        return world
    mine = with_these(world.settings, lease=with_these(lease, unit_entries=limit))
    return with_these(world, settings=mine)


def counted(ledger: SqlLedger, unit_ids: list[str]) -> Summary:
    """What these units came to. By their names, not by the time: a clock may jump."""
    with ledger.reading() as connection:
        units, leased, visits = units_counted(connection, unit_ids)
    return Summary(units=units, leased=leased, visits=visits, balanced=leased == sum(visits.values()))


def _polls(ledger: SqlLedger, since: float) -> dict[str, int]:
    with ledger.reading() as connection:
        return polls_since(connection, min(since, ledger.now()))


def as_json(summary: Summary) -> bytes:
    return msgspec.json.encode({**msgspec.structs.asdict(summary), "total": summary.total})
