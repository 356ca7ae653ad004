"""The stories of `tests/test_ledger.py`, told once more on a real PostgreSQL."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import test_ledger

from pipeline.ledger import SqlLedger
from pipeline.ledger.engine import engine, held

OF_SQLITE = {"test_a_second_writer_is_refused_and_told_who_holds"}  # here several may write
globals().update(
    {
        name: story
        for name, story in vars(test_ledger).items()
        if name.startswith("test_") and name not in OF_SQLITE and "ledger" in inspect.signature(story).parameters
    }
)


@pytest.fixture
def clock() -> Any:
    return test_ledger.SetClock()


@pytest.fixture
def ledger(url: str, clock: Any) -> Iterator[SqlLedger]:
    """Held by one process, as the stories have it: an open unit of somebody else has died."""
    with held(url):
        made = SqlLedger(url, clock, lease_s=600)
        made.exclusive = True
        yield made
    engine(url).dispose()


def test_the_stories_are_here():
    assert sum(name.startswith("test_") for name in globals()) > 20
