"""(works, outcomes) -> nothing; ends every visit. Files, `prepared`, manifest, mark, in this order.

Until the manifest stands, nothing of a unit is visible; from `prepared` on, it only rolls forward.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec

from schemas.commits import Manifest, Package
from schemas.errors import Unbalanced, UnitLost, on_this_machine
from schemas.flow import Copied, LeasedEntry, Outcome, Settled, Work, unpack
from schemas.layouts import LayoutUse
from schemas.ports import Ledger, World
from schemas.records import DeadLetter, Record, Visit
from schemas.words import Disposition
from transforms.revisits import revisit_at
from transforms.sinks.files import drop_files, publish_manifest, write_unit

log = logging.getLogger(__name__)


def visits(works: Sequence[Work], packages: Sequence[Package], outcomes: Sequence[Outcome], at: str) -> list[Visit]:
    """One visit for each way in which a visit ended. A reading that came through is `written`."""
    written = [
        Visit(
            visit_id=work.visit_id,
            entry_id=work.entry_id,
            unit_id=work.unit_id,
            url=work.url,
            at=at,
            why="",
            disposition=Disposition.WRITTEN.value,
            step="claims",
            reason=f"{len(package.claims)} claims, {len(package.entities)} entities{_without_rules(package.layout)}",
            article_id=package.article.article_id,
            reading_id=package.reading.reading_id,
        )
        for work, package in zip(works, packages, strict=True)
    ]
    others = [
        Visit(
            visit_id=o.visit_id,
            entry_id=o.entry_id,
            unit_id=o.unit_id,
            url=o.url,
            at=at,
            why="",
            disposition=o.disposition,
            step=o.step,
            reason=o.reason,
            article_id=o.article_id,
        )
        for o in outcomes
    ]
    return sorted(written + others, key=lambda v: v.visit_id)


def _without_rules(use: LayoutUse | None) -> str:
    return f"; {use.why}" if use is not None and use.why else ""


def layouts(works: Sequence[Work], packages: Sequence[Package], outcomes: Sequence[Outcome]) -> dict[str, LayoutUse]:
    """By entry, what came of the rules of its page's site."""
    written = [(w.entry_id, p.layout) for w, p in zip(works, packages, strict=True) if p.layout is not None]
    return dict(written) | {o.entry_id: unpack(o.layout, LayoutUse) for o in outcomes if o.layout}


def split_copies(outcomes: Sequence[Outcome], held: set[str]) -> tuple[list[Copied], list[str]]:
    """Copies whose original is `held` (article ids, committed or written now), and the entries of the others.

    The others end as `copy` without a lineage row and come again: by then their original is held, or they are it.
    """
    copies, again = [], []
    for outcome in outcomes:
        if outcome.disposition == Disposition.COPY:
            if outcome.original_article_id in held:
                copies.append(unpack(outcome.body, Copied))
            else:
                again.append(outcome.entry_id)
    return copies, sorted(again)


def tables(
    packages: Sequence[Package], copies: Sequence[Copied], ended: Sequence[Visit], letters: Sequence[DeadLetter]
) -> dict[str, list[Record]]:
    """What the sinks get, by table, in an order that does not depend on the order of arrival."""
    packages = sorted(packages, key=lambda p: p.article.article_id)
    lineage = [*(x for p in packages for x in p.lineage), *(c.lineage for c in copies)]
    lineage.sort(key=lambda x: x.lineage_id)
    letters = sorted(letters, key=lambda x: x.dead_id)
    rows: dict[str, list[Record]] = {
        "pages": [page for p in packages if p.page is not None for page in (p.page, *p.parts)],
        "articles": [p.article for p in packages],
        "revisions": [p.revision for p in packages],
        "readings": [p.reading for p in packages],
        "entities": [e for p in packages for e in p.entities],
        "claims": [c for p in packages for c in p.claims],
        "lineage": [*lineage],
        "visits": list(ended),
        "dead_letters": [*letters],
    }
    return rows


def finish(settled: Settled, root: Path, ledger: Ledger, at: str) -> None:
    """From `prepared` to `done`: the manifest, then the mark. May be called by anyone, any number of times."""
    counts = Counter(visit.disposition for visit in settled.visits)
    manifest = Manifest(
        unit_id=settled.unit_id, files=settled.files, counts=dict(sorted(counts.items())), committed_at=at
    )
    with on_this_machine(f"the manifest of unit {settled.unit_id} cannot be written"):
        publish_manifest(root, manifest)
    ledger.mark(settled.unit_id)


class SettleUnit(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def setup(self) -> None:
        self.ledger, self.clock = self.world.ledger(), self.world.clock()

    def process(self, group: tuple[str, Mapping[str, Iterable[Any]]]) -> Iterator[str]:
        unit_id, both = group
        works: list[Work] = list(both["works"])
        outcomes: list[Outcome] = list(both["outcomes"])
        root = Path(self.world.settings.output.dir)
        at = self.clock.now().isoformat()
        leased = {e.entry.entry_id: e for e in self.ledger.lease(unit_id, self.world.settings.lease)}
        packages = [unpack(work.body, Package) for work in works]
        ended = [
            msgspec.structs.replace(v, why=leased[v.entry_id].why if v.entry_id in leased else "")
            for v in visits(works, packages, outcomes, at)
        ]
        letters = [unpack(o.body, DeadLetter) for o in outcomes if o.disposition == Disposition.DEAD]
        originals = {o.original_article_id for o in outcomes if o.original_article_id}
        held = {p.article.article_id for p in packages} | set(self.ledger.known(sorted(originals)))
        copies, again = split_copies(outcomes, held)
        rows = tables(packages, copies, ended, letters)
        attempt = uuid.uuid4().hex[:8]
        with on_this_machine(f"the files of unit {unit_id} cannot be written"):
            files = write_unit(root, unit_id, attempt, rows, self.world.settings.output.sinks)
        index = [p.index for p in packages if p.index is not None] + [c.index for c in copies]
        settled = Settled(
            unit_id=unit_id,
            files=files,
            visits=tuple(ended),
            dead_letters=tuple(letters),
            index=tuple(index),
            again=tuple(again),
            revisits=dict(self._revisits(ended, leased)),
            layouts=layouts(works, packages, outcomes),
        )
        try:
            kept = self.ledger.prepare(settled)
        except (UnitLost, Unbalanced) as error:
            drop_files(root, files)
            if isinstance(error, Unbalanced):
                raise
            log.warning("%s", error)
            return
        if kept.files != files:  # an earlier attempt had prepared already
            drop_files(root, files)
        finish(kept, root, self.ledger, at)
        yield unit_id

    def _revisits(self, ended: Sequence[Visit], leased: Mapping[str, LeasedEntry]) -> Iterator[tuple[str, float]]:
        """Where the feed's own text is the article there is no page to look at again."""
        ages, now = self.world.settings.lease.revisit_ages_s, self.clock.now().timestamp()
        for visit in ended:
            entry = leased.get(visit.entry_id)
            feed = self.world.feeds.get(entry.feed_id) if entry else None
            if entry is None or not entry.entry.url or (feed is not None and feed.fetch == "never"):
                continue
            seen = datetime.fromisoformat(entry.entry.first_seen).timestamp() if entry.entry.first_seen else now
            if at := revisit_at(visit.disposition, seen, now, ages):
                yield visit.entry_id, at


class Settle(beam.PTransform):
    """Takes (works, (outcomes, ...)); gives the ids of settled units."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        works, outcomes = flow
        merged = tuple(outcomes) | "All outcomes" >> beam.Flatten()
        by_unit = {
            "works": works | "Work by unit" >> beam.Map(lambda w: (w.unit_id, w)).with_output_types(tuple[str, Work]),
            "outcomes": merged
            | "Outcome by unit" >> beam.Map(lambda o: (o.unit_id, o)).with_output_types(tuple[str, Outcome]),
        }
        return (
            by_unit
            | "All of a unit" >> beam.CoGroupByKey()
            | "Settle unit" >> beam.ParDo(SettleUnit(self.world)).with_output_types(str)
        )
