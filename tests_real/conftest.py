"""One throwaway PostgreSQL for all tests here; a database of its own for each."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.postgres import Missing, Server, cluster

sys.path.append(str(Path(__file__).parents[1] / "tests"))
pytest.register_assert_rewrite("test_ledger")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    try:
        with cluster() as started:
            yield started
    except Missing as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def url(server: Server) -> str:
    return server.database(f"t{next(_numbers)}")
