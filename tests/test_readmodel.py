"""The read model is what the committed manifests say, in commit order, however often it is walked or made anew.

Real files and a real SQLite ledger; the units are small, and settled by the functions that Settle uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from test_ledger import FEED, F, SetClock, entry
from test_settle_pure import AT, index, package

from pipeline.ledger import SqlLedger
from pipeline.ledger import tables as t
from pipeline.ledger.engine import held
from pipeline.readmodel import MARK, reindex, walk
from schemas.commits import Package
from schemas.config import Lease
from schemas.errors import NewsbeamError
from schemas.flow import Outcome, Settled, Work, pack
from schemas.ids import make_id, reading_id
from schemas.ports import PollReport, SeenItem
from schemas.records import Claim, Lineage, Revision
from schemas.words import Disposition
from transforms.lineage import Found, Reason, lineage
from transforms.nearness import Nearness
from transforms.settle import finish, tables, visits
from transforms.sinks.files import write_unit

BOTH = ("jsonl", "parquet")
TEN, TWELVE = "“Ten hurt,” said Ann.", "“Twelve hurt,” said Ann."


class House:
    """A ledger with its output folder, where units are committed in few words."""

    def __init__(self, root: Path, clock: SetClock) -> None:
        self.root, self.clock, self.units = root / "out", clock, 0
        self.ledger = SqlLedger(f"sqlite:///{root}/newsbeam.db", clock, 600)

    def prepare(self, *packages: Package, gone: int = 0, sinks: tuple[str, ...] = BOTH) -> Settled:
        """A unit whose files are written: an entry for each package, and `gone` more that brought none."""
        self.units += 1
        unit = f"{self.units}".rjust(32, "0")
        self.ledger.open_unit(unit, "tester")
        # Entries of their own, on a host of their own: two units may be in hand at once.
        slugs = [f"n{self.units}-{n}" for n in range(len(packages) + gone)]
        items = tuple(SeenItem(entry(slug, host=f"h{self.units}.test"), slug) for slug in slugs)
        [feed] = self.ledger.feeds_of(unit, self.ledger.due_feeds(unit, {F: FEED}))
        self.ledger.commit_poll(unit, PollReport(feed, "new", "", items))
        rows = [(e.visit_id, e.entry.entry_id, e.entry.url) for e in self.ledger.lease(unit, Lease())]
        works = [Work(unit, *row, pack(p)) for row, p in zip(rows, packages, strict=False)]
        outcomes = [Outcome(unit, *row, Disposition.GONE.value, "fetch", "status 404") for row in rows[len(packages) :]]
        ended = visits(works, packages, outcomes, AT)
        files = write_unit(self.root, unit, "1", tables(packages, [], ended, []), sinks)
        return self.ledger.prepare(Settled(unit_id=unit, files=files, visits=tuple(ended)))

    def mark(self, settled: Settled) -> None:
        finish(settled, self.root, self.ledger, self.clock.now().isoformat())

    def commit(self, *packages: Package, gone: int = 0, sinks: tuple[str, ...] = BOTH) -> None:
        self.mark(self.prepare(*packages, gone=gone, sinks=sinks))

    def walk(self) -> int:
        return walk(self.ledger, self.root)

    def reindex(self) -> int:
        return reindex(self.ledger, self.root)

    def rows(self) -> dict[str, list[dict[str, object]]]:
        with self.ledger.reading() as connection:
            return {
                table.name: [dict(r) for r in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
                for table in t.READ_MODEL
            }

    def current(self) -> list[str]:
        """The texts that hold now, in order of their commit."""
        mine = select(t.read_revisions).where(t.read_revisions.c.current.is_(True)).order_by(t.read_revisions.c.seq)
        with self.ledger.reading() as connection:
            return [msgspec.json.decode(row.record, type=Revision).text for row in connection.execute(mine)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, SetClock())
    with held(made.ledger.url):
        yield made


def copied(copy: str, original: str) -> Lineage:
    found = Found(index(original), Nearness(1.0, 1.0, 1.0, 1.0), (Reason.SOURCE_LINK,))
    return lineage(index(copy), found, "u", "v")


def with_model(made: Package, version: str) -> Package:
    """The same revision, read by another model."""
    reading = reading_id(made.revision.revision_id, version)
    return msgspec.structs.replace(
        made,
        reading=msgspec.structs.replace(made.reading, reading_id=reading, supersedes=made.reading.reading_id),
        claims=tuple(
            msgspec.structs.replace(c, reading_id=reading, claim_id=make_id(version, c.claim_id)) for c in made.claims
        ),
        entities=tuple(
            msgspec.structs.replace(e, reading_id=reading, entity_id=make_id(version, e.entity_id))
            for e in made.entities
        ),
    )


def test_a_committed_unit_fills_every_table_and_a_second_walk_changes_nothing(house):
    by = copied("grid", "one")
    house.commit(package("one", by=(by,)), package("two"))
    assert house.walk() == 1
    before = house.rows()
    assert {name: len(rows) for name, rows in before.items()} == {
        "read_revisions": 2,
        "read_claims": 2,
        "read_entities": 2,
        "read_lineage": 1,
    }
    assert house.walk() == 0
    assert house.rows() == before


def test_a_row_holds_the_record_and_what_it_is_searched_by(house):
    made = package("one")
    house.commit(made)
    house.walk()
    [revision], [claim] = house.rows()["read_revisions"], house.rows()["read_claims"]
    assert msgspec.json.decode(revision["record"], type=Revision) == made.revision
    assert msgspec.json.decode(claim["record"], type=Claim) == made.claims[0]
    assert (revision["reading_id"], revision["title"], revision["seq"]) == (made.reading.reading_id, "one", 1)
    assert (claim["speaker"], claim["speaker_status"], claim["current"]) == ("", "unresolved", True)


def test_what_is_prepared_but_not_committed_is_not_seen(house):
    settled = house.prepare(package("one"))
    assert house.walk() == 0
    assert house.current() == []
    house.mark(settled)
    assert house.walk() == 1
    assert len(house.current()) == 1


def test_a_unit_without_a_reading_is_walked_too(house):
    house.commit(gone=2)
    house.commit(package("one"), gone=1)
    assert house.walk() == 2
    assert [row["seq"] for row in house.rows()["read_revisions"]] == [2]


def test_a_unit_that_got_no_entry_was_never_committed(house):
    house.ledger.open_unit("9" * 32, "tester")
    assert house.ledger.lease("9" * 32, Lease()) == []
    assert house.walk() == 0


def test_a_revision_takes_the_place_of_the_text_before_it_which_stays_to_be_seen(house):
    first = package("one", TEN)
    house.commit(first, package("two"))
    house.commit(package("one", TWELVE, supersedes=first.reading.reading_id))
    assert house.walk() == 2
    assert sorted(house.current()) == sorted([TWELVE, package("two").revision.text])
    old = [row for row in house.rows()["read_claims"] if row["reading_id"] == first.reading.reading_id]
    assert [row["current"] for row in old] == [False]
    assert len(house.rows()["read_revisions"]) == 3


def test_order_is_commit_order_not_the_order_of_opening_or_preparing(house):
    """The unit that was prepared first is committed last, so its text is the newest."""
    early = house.prepare(package("one", TEN))
    late = house.prepare(package("one", TWELVE))
    house.mark(late)
    assert house.walk() == 1
    assert house.current() == [TWELVE]
    house.mark(early)
    assert house.walk() == 1
    assert house.current() == [TEN]
    house.reindex()
    assert house.current() == [TEN]


def test_a_text_that_comes_back_is_current_again_with_its_newest_reading(house):
    first = package("one", TEN)
    house.commit(first)
    house.commit(package("one", TWELVE))
    again = with_model(first, "m-2")
    house.commit(again)
    house.walk()
    assert house.current() == [TEN]
    rows = house.rows()
    [now] = [row for row in rows["read_revisions"] if row["current"]]
    assert (now["reading_id"], now["seq"]) == (again.reading.reading_id, 3)
    for table in ("read_claims", "read_entities"):
        assert [row["reading_id"] for row in rows[table] if row["current"]] == [again.reading.reading_id]


def test_a_model_made_anew_is_the_model_that_was_walked(house):
    first = package("one", TEN)
    by = copied("grid", "two")
    for packages in (
        [first, package("two", by=(by,))],
        [package("one", TWELVE)],
        [with_model(first, "m-2"), package("three")],
    ):
        house.commit(*packages)
        assert house.walk() == 1
    walked = house.rows()
    assert house.reindex() == 3
    assert house.rows() == walked
    assert house.walk() == 0


def test_a_model_made_anew_forgets_what_no_manifest_says(house):
    house.commit(package("one"))
    house.walk()
    walked = house.rows()
    with house.ledger.engine.begin() as connection:
        connection.execute(t.read_claims.delete())
        connection.execute(t.read_revisions.update().values(title="scribbled", current=False))
        strange = {"entity_id": "x", "reading_id": "y", "article_id": "z", "current": True}
        connection.execute(insert(t.read_entities).values(strange))
    assert house.reindex() == 1
    assert house.rows() == walked


@pytest.mark.parametrize("sinks", [("jsonl",), ("parquet",), ("parquet", "jsonl")])
def test_one_format_is_enough_and_each_gives_the_same_rows(house, sinks):
    made = package("one")
    house.commit(made, sinks=sinks)
    house.walk()
    [row] = house.rows()["read_revisions"]
    assert msgspec.json.decode(row["record"], type=Revision) == made.revision
    assert len(house.rows()["read_claims"]) == 1


def test_a_walk_that_dies_leaves_its_mark_and_no_rows_and_the_next_one_goes_on(house):
    house.commit(package("one"))
    house.commit(package("two"))
    house.walk()
    house.commit(package("three"))
    house.commit(package("four"))
    [broken] = (house.root / "data" / "claims").glob(f"{'4'.rjust(32, '0')}-*.jsonl")
    whole = broken.read_bytes()
    broken.unlink()
    with pytest.raises(NewsbeamError, match=broken.name):
        house.walk()
    assert len(house.current()) == 3
    with house.ledger.reading() as connection:
        assert connection.scalar(select(t.counters.c.value).where(t.counters.c.name == MARK)) == 3
    broken.write_bytes(whole)
    assert house.walk() == 1
    assert len(house.current()) == 4


def test_a_walk_is_one_step_with_its_mark(house):
    """A database that fails in the middle of a unit takes back all of that unit."""
    house.commit(package("one"))
    with house.ledger.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON read_entities BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(IntegrityError, match="full"):
        house.walk()
    assert all(rows == [] for rows in house.rows().values())
    with house.ledger.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    assert house.walk() == 1
    assert len(house.rows()["read_entities"]) == 1
