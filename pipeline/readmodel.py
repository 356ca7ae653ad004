"""The read model: tables filled from committed manifests only, in commit order. What shows results reads these.

The walk moves its mark in the same transaction as the rows it adds, so a walk that dies walks again. `reindex`
empties the tables and walks from the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import apache_beam as beam
import msgspec
from sqlalchemy import Connection, delete, select, update

from pipeline.ledger import SqlLedger
from pipeline.ledger import tables as t
from pipeline.ledger.sql import chunks, upsert
from schemas.flow import Begin
from schemas.ports import World
from schemas.records import TABLES, Article, Claim, Entity, Lineage, Reading, Record, Revision
from transforms.sinks.committed import read_rows
from transforms.sinks.files import MANIFESTS, read_manifest

R = TypeVar("R", bound=Record)
MARK = "read_model"
NEWEST = [c.name for c in t.read_revisions.c if not c.primary_key]  # an earlier text may come back with a new reading


def walk(ledger: SqlLedger, root: Path) -> int:
    """Take in what was committed since the last walk; gives how many units."""
    walked = 0
    while True:
        with ledger.engine.begin() as connection:
            upsert(connection, t.counters, [{"name": MARK, "value": 0}])
            mark = select(t.counters.c.value).where(t.counters.c.name == MARK)
            at = connection.execute(mark.with_for_update()).scalar_one()  # one process walks at a time
            unit = connection.execute(
                select(t.units.c.seq, t.units.c.unit_id).where(t.units.c.seq > at).order_by(t.units.c.seq).limit(1)
            ).one_or_none()
            if unit is None:
                return walked
            _take(connection, unit_rows(root, unit.unit_id), unit.seq)
            connection.execute(update(t.counters).where(t.counters.c.name == MARK).values(value=unit.seq))
        walked += 1


def reindex(ledger: SqlLedger, root: Path) -> int:
    """Empty the read model and fill it again from the manifests; gives how many units."""
    with ledger.engine.begin() as connection:
        for table in t.READ_MODEL:
            connection.execute(delete(table))
        connection.execute(update(t.counters).where(t.counters.c.name == MARK).values(value=0))
    return walk(ledger, root)


def unit_rows(root: Path, unit_id: str) -> dict[str, list[Any]]:
    """The records of a committed unit, by table. Raises NewsbeamError when one of its files cannot be read."""
    files = read_manifest(root / MANIFESTS / f"{unit_id}.json").files
    rows: dict[str, list[Any]] = {name: [] for name in TABLES}
    done: set[str] = set()
    for file in sorted(files, key=lambda f: f.format):  # one format of each table is enough
        if file.table not in done:
            done.add(file.table)
            rows[file.table] = list(read_rows(root, file))
    return rows


def _take(connection: Connection, rows: Mapping[str, list[Any]], seq: int) -> None:
    articles: list[Article] = rows["articles"]
    readings: dict[str, Reading] = {r.revision_id: r for r in rows["readings"]}
    for ids in chunks(a.article_id for a in articles):
        for table in (t.read_revisions, t.read_claims, t.read_entities):
            old = update(table).where(table.c.article_id.in_(ids))
            connection.execute(old.values(current=False))
    revised = [_revision(r, readings, seq) for r in rows["revisions"]]
    upsert(connection, t.read_revisions, revised, update=NEWEST)
    upsert(connection, t.read_claims, [_claim(c) for c in rows["claims"]], update=("current",))
    upsert(connection, t.read_entities, [_entity(e) for e in rows["entities"]], update=("current",))
    upsert(connection, t.read_lineage, [_lineage(x) for x in rows["lineage"]], update=("record",))


def _json(record: Record) -> str:
    return msgspec.json.encode(record).decode()


def _revision(record: Revision, readings: dict[str, Reading], seq: int) -> dict[str, Any]:
    return {
        "revision_id": record.revision_id,
        "article_id": record.article_id,
        "reading_id": readings[record.revision_id].reading_id,
        "url": record.url,
        "site": record.site,
        "title": record.title,
        "published": record.published.value if record.published else "",
        "language": record.language,
        "current": True,
        "record": _json(record),
        "seq": seq,
    }


def _claim(record: Claim) -> dict[str, Any]:
    return {
        "claim_id": record.claim_id,
        "reading_id": record.reading_id,
        "article_id": record.article_id,
        "kind": record.kind,
        "speaker": record.speaker or "",
        "speaker_status": record.speaker_status,
        "record": _json(record),
        "current": True,
    }


def _entity(record: Entity) -> dict[str, Any]:
    return {
        "entity_id": record.entity_id,
        "reading_id": record.reading_id,
        "article_id": record.article_id,
        "name": record.name,
        "label": record.label,
        "record": _json(record),
        "current": True,
    }


def _lineage(record: Lineage) -> dict[str, Any]:
    return {
        "lineage_id": record.lineage_id,
        "article_id": record.article_id,
        "original_article_id": record.original_article_id,
        "record": _json(record),
    }


def same_database(world: World) -> SqlLedger:
    """The ledger, in whose database the read model and what is related of it stand, too."""
    ledger = world.ledger()
    if not isinstance(ledger, SqlLedger):
        raise TypeError("the read model stands in the same database as the ledger")
    return ledger


class WalkUnit(beam.DoFn):
    def __init__(self, world: World) -> None:
        self.world = world

    def process(self, _: Begin) -> Iterator[int]:
        yield walk(same_database(self.world), Path(self.world.settings.output.dir))


class Walk(beam.PTransform):
    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, begin: Any) -> Any:
        return begin | "Walk new units" >> beam.ParDo(WalkUnit(self.world)).with_output_types(int)
