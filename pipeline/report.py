"""What a person sees of a run: its progress while it goes, its summary when it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from schemas.words import Disposition

if TYPE_CHECKING:
    from pipeline.driver import Summary


@contextmanager
def progress() -> Iterator[Any]:
    """A spinner with the counts so far, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda summary: None
        return
    from rich.console import Console

    with Console(stderr=True).status("polling feeds") as status:
        yield lambda summary: status.update(f"{summary.total} visits in {summary.units} units")


def tell(summary: Summary, *, json: bool) -> None:
    """The summary: a table on stderr, or one JSON object on stdout."""
    from pipeline.driver import as_json
    from pipeline.terminal import table

    if json:
        typer.echo(as_json(summary).decode())
        return
    rows = [(word, summary.visits[word]) for word in Disposition if word in summary.visits]
    table(("disposition", "visits"), [*rows, ("total", summary.total)], json=False, stream=sys.stderr)
    polls = ", ".join(f"{count} {word}" for word, count in summary.polls.items()) or "none"
    typer.echo(f"feeds polled: {polls}", err=True)
    extra = f", {summary.recovered} units recovered" if summary.recovered else ""
    typer.echo(f"{summary.leased} entries in {summary.units} units, {summary.seconds:.1f} s{extra}", err=True)
