"""Epoch seconds, as the ledger and comparisons hold an instant, and ISO 8601 in UTC, as records do."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=10_000)
def iso(instant: float) -> str:
    """ISO 8601 in UTC, to the second; "" for 0, which is never."""
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="seconds") if instant else ""


def epoch(value: str) -> float:
    return datetime.fromisoformat(value).timestamp() if value else 0.0
