"""The shape every step shares: a batch in; rows out on `main`, outcomes on `outcomes`.

A batch that fails runs again element by element, so that only the guilty one is dead. What this machine fails at (a
full disk, a locked ledger) is no entry's fault: it goes through, and ends the pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import apache_beam as beam
import msgspec

from schemas.errors import of_the_machine, trace_of
from schemas.flow import Begin, Draft, Leases, Outcome, Page, Work, pack
from schemas.ids import make_id
from schemas.layouts import LayoutUse
from schemas.ports import World
from schemas.records import DeadLetter
from schemas.words import Disposition

T = TypeVar("T")
OUTCOMES = "outcomes"
MAIN = "main"


def register_row(kind: type) -> None:
    """Let rows of this NamedTuple cross a shuffle by Beam's RowCoder (60 us for an article; a pickle takes 90)."""
    beam.coders.registry.register_coder(kind, beam.coders.RowCoder)


for _row in (Begin, Leases, Page, Draft, Work, Outcome):
    register_row(_row)


def pack_by_host(items: Iterable[T], host: Callable[[T], str], size: int) -> list[list[T]]:
    """Batches of about `size` items such that all items of one host are in one batch."""
    hosts: dict[str, list[T]] = {}
    for item in items:
        hosts.setdefault(host(item), []).append(item)
    batches: list[list[T]] = []
    for group in hosts.values():
        if batches and len(batches[-1]) + len(group) <= size:
            batches[-1].extend(group)
        else:
            batches.append(list(group))
    return batches


class StepDoFn(beam.DoFn):
    """Subclass: set `step`, open ports in `setup()` (call super), and give one result for each row in `many`."""

    step = ""

    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.clock = self.world.clock()

    def many(self, rows: Sequence[Any]) -> list[Any]:
        """One row or one Outcome for each row, in order. An exception in the place of a result makes that row dead."""
        raise NotImplementedError

    def process(self, rows: Sequence[Any]) -> Iterator[Any]:
        for result in self.results_of(list(rows)):
            yield beam.pvalue.TaggedOutput(OUTCOMES, result) if isinstance(result, Outcome) else result

    def results_of(self, rows: list[Any]) -> list[Any]:
        try:
            results = self.many(rows)
            if len(results) != len(rows):
                raise AssertionError(f"{self.step} gave {len(results)} results for {len(rows)} rows")
        except Exception as error:  # the one door for failures
            if of_the_machine(error):
                raise
            if len(rows) > 1:
                return [result for row in rows for result in self.results_of([row])]
            results = [error]
        return [self.dead(row, r) if isinstance(r, Exception) else r for row, r in zip(rows, results, strict=True)]

    def dead(self, row: Any, error: Exception) -> Outcome:
        return dead_outcome(row, error, self.step, self.clock.now().isoformat())


def outcome(row: Any, disposition: Disposition, step: str, reason: str, **more: Any) -> Outcome:
    """The end of the visit that `row` belongs to."""
    return Outcome(row.unit_id, row.visit_id, row.entry_id, row.url, disposition.value, step, reason, **more)


def use_of(layout: LayoutUse | None) -> bytes:
    """What came of a site's own rules, as an outcome carries it."""
    return pack(layout) if layout is not None else b""


def dead_outcome(row: Any, error: Exception, step: str, at: str) -> Outcome:
    words = f"{type(error).__name__}: {error}"
    letter = DeadLetter(
        dead_id=make_id("dead", row.visit_id, step),
        subject="visit",
        subject_id=row.visit_id,
        unit_id=row.unit_id,
        url=row.url,
        step=step,
        kind=type(error).__name__,
        error=words,
        trace=trace_of(error),
        input=reference(row),
        at=at,
    )
    return outcome(row, Disposition.DEAD, step, words, body=pack(letter))


def reference(row: Any) -> str:
    """The row as JSON: what is needed to find the input again. Its body says where the page is archived."""
    plain = {k: v for k, v in row._asdict().items() if k != "body"}
    body = getattr(row, "body", b"")
    if body:
        page = _archived(msgspec.msgpack.decode(body))
        if page:
            plain["archive"] = {k: page[k] for k in ("final_url", "segment", "offset", "sha256") if k in page}
    return msgspec.json.encode(plain).decode()


def _archived(body: Any) -> dict[str, Any] | None:
    if isinstance(body, dict):
        if "segment" in body and "offset" in body:
            return body
        for value in body.values():
            if found := _archived(value):
                return found
    return None


def two_outputs(flow: Any, dofn: StepDoFn, batch: int) -> tuple[beam.PCollection, beam.PCollection]:
    """Run `dofn` over batches of `flow`, a PCollection or (rows, earlier outcomes); gives (rows, all outcomes)."""
    rows, earlier = flow if isinstance(flow, tuple) else (flow, None)
    label = type(dofn).__name__
    if batch:
        rows = rows | f"Batch for {label}" >> beam.BatchElements(min_batch_size=batch, max_batch_size=batch)
    outs = rows | label >> beam.ParDo(dofn).with_outputs(OUTCOMES, main=MAIN)
    mine = outs[OUTCOMES]
    if earlier is None:
        return outs[MAIN], mine
    return outs[MAIN], (mine, earlier) | f"Outcomes to {label}" >> beam.Flatten()
