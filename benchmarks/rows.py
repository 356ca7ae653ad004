"""One row of the table that `make bench` prints."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    figure: str
    ours: float
    beside: str  # what it is compared with; "" where nothing is
    theirs: float | None
    repeat: str  # the command that gives this row alone

    @property
    def ratio(self) -> float | None:
        return self.ours / self.theirs if self.theirs else None


HEAD = ("figure", "ours", "compared with", "theirs", "ratio", "alone")


def cells(row: Row) -> list[str]:
    theirs, ratio = ("" if v is None else f"{v:.3f}" for v in (row.theirs, row.ratio))
    return [row.figure, f"{row.ours:.3f}", row.beside, theirs, ratio, row.repeat]
