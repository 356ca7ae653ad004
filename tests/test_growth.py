"""What a unit asks of the ledger does not grow with what the ledger holds: every statement goes by an index."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event, text
from test_ledger import FEED, F, clock, entry, ledger, open_unit, poll, visits  # noqa: F401 - fixtures

from pipeline.ledger import SqlLedger, prints
from pipeline.ledger.tombstones import Stone, raise_stones
from schemas.commits import IndexRow
from schemas.config import Lease
from schemas.flow import Settled
from schemas.ports import Budgets
from transforms.shingles import SAMPLING, sampled

SAMPLE = sampled(" ".join(f"word{n}" for n in range(200)))
GROWING = {"sightings", "entries", "visits", "articles", "prints", "shingles", "captures", "dead_letters", "events"}
_SCAN = re.compile(r"^SCAN (\w+)")


class Asked:
    """Every statement that goes to the database while it listens, with its values."""

    def __init__(self, watched: SqlLedger) -> None:
        self.ledger, self.statements = watched, dict[str, Any]()

    def __enter__(self) -> Asked:
        event.listen(self.ledger.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.ledger.engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        self.statements.setdefault(statement, parameters[0] if many else parameters)

    def scans(self) -> list[tuple[str, str]]:
        """(table, statement) of every full scan of a table that grows."""
        found = []
        with self.ledger.engine.connect() as connection:
            for statement, parameters in self.statements.items():
                if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
                    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                    scanned = {m[1] for row in plan if (m := _SCAN.match(row[-1])) and "USING" not in row[-1]}
                    found += [(table, statement) for table in scanned & GROWING]
        return found


@pytest.fixture
def full(ledger: SqlLedger, clock: Any) -> SqlLedger:  # noqa: F811
    """A ledger that has seen some units. Without statistics its planner takes every table for a large one."""
    for number in range(3):
        unit = open_unit(ledger, f"a{number}")
        poll(ledger, unit, *(entry(f"{number}-{n}", host=f"h{n}.test") for n in range(40)))
        settle(ledger, unit)
        clock.later(minutes=20)
    return ledger


def settle(ledger: SqlLedger, unit: str) -> None:  # noqa: F811
    leased = ledger.lease(unit, Lease(), Budgets(feeds={F: 30}, sites={"h1.test": 2}))
    rows = tuple(
        IndexRow(article_id=f"{e.entry.entry_id}", url=e.entry.link, site="s", entry_id=e.entry.entry_id,
                 revision_id="r", reading_id="x", text_key="k", sample=SAMPLE, sampling=SAMPLING)
        for e in leased
    )  # fmt: skip
    ended = visits(unit, leased)
    revisits = {e.entry.entry_id: ledger.now() + 3_600 for e in leased}
    ledger.prepare(Settled(unit_id=unit, visits=ended, index=rows, revisits=revisits))
    ledger.mark(unit)


def test_a_pass_scans_no_table_that_grows(full, clock):  # noqa: F811
    with full.engine.begin() as connection:
        raise_stones(connection, [Stone("site", "gone.test"), Stone("entry", "x")], "Ann", "", full.now())
    with Asked(full) as asked:
        full.due([F])
        full.archived("u", ["x", "y"])
        full.forgotten({"x": "s"})
        unit = open_unit(full, "b")
        poll(full, unit, *(entry(f"new-{n}") for n in range(5)), entry("0-1", host="h1.test", fingerprint="2"))
        full.sighted(F, ["x", "y"])
        full.registered(unit, ["x"])
        full.known(["x"])
        full.neighbours({"x": SAMPLE}, ["y"], full.now() - 3_600)
        full.texts(["r"])
        full.writing(lambda c: prints.expire(c, full.now() - 86_400))
        settle(full, unit)
        clock.later(hours=2)
        full.due([F])
        settle(full, open_unit(full, "c"))
        full.recover(lambda settled: None, 3)
    assert len(asked.statements) > 25
    assert asked.scans() == []


def test_the_check_sees_a_scan(full):
    with Asked(full) as asked, full.engine.connect() as connection:
        connection.execute(text("SELECT * FROM entries WHERE url LIKE '%x%'")).all()
    assert [table for table, _ in asked.scans()] == ["entries"]
