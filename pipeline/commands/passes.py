"""`run`, `watch` and `demo`: commands that poll, fetch, read and write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.options import Config, Feeds, Json, Label, Out, Set, world
from pipeline.report import progress, tell
from schemas.errors import UsageError
from schemas.words import Disposition

if TYPE_CHECKING:
    from pipeline.driver import Summary

FailOn = Annotated[
    list[str] | None,
    typer.Option("--fail-on", help="Exit 3 when a disposition passes a share or count: dead=1% or gone=10."),
]


def run(
    config: Config = None,
    feeds: Feeds = None,
    out: Out = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Visit at most this many entries (0: all).")] = 0,
    settings: Set = None,
    fail_on: FailOn = None,
    label: Label = None,
    json: Json = False,
) -> None:
    """Passes over the feeds until nothing is due."""
    thresholds = [parse_threshold(text) for text in fail_on or []]
    from pipeline import driver

    here = world(config, feeds, out, settings, labels=label)
    stop = driver.Stop()
    with stop.on_signals(), progress() as show:
        summary = driver.run(here, limit=limit, stop=stop, progress=show)
    tell(summary, json=json)
    judge(summary, thresholds)


def watch(
    config: Config = None,
    feeds: Feeds = None,
    out: Out = None,
    settings: Set = None,
    label: Label = None,
    cycles: Annotated[int, typer.Option("--cycles", min=0, help="Stop after this many rounds (0: never).")] = 0,
    json: Json = False,
) -> None:
    """The same passes, sleeping until the next feed is due. SIGTERM finishes the pass and ends with exit code 0."""
    from pipeline import driver

    here = world(config, feeds, out, settings, labels=label)
    stop = driver.Stop()
    with stop.on_signals(), progress() as show:
        summary = driver.watch(here, stop=stop, progress=show, cycles=cycles)
    tell(summary, json=json)
    judge(summary, [])


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Leave the press up and print its feeds.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep the results here; else in a temporary folder.")
    ] = None,
    json: Json = False,
) -> None:
    """A small press of several outlets on this machine, watched for two cycles."""
    from pipeline import demo as show

    if serve:
        show.serve(out)
    else:
        judge(show.demo(out, json=json), [])


def parse_threshold(text: str) -> tuple[str, float, bool]:
    """`dead=1%` -> ("dead", 0.01, True). Raises UsageError."""
    word, _, value = text.partition("=")
    share = value.endswith("%")
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        number = -1
    if word not in list(Disposition) or number < 0:
        raise UsageError(f"--fail-on takes DISPOSITION=NUMBER or DISPOSITION=SHARE%, not {text!r}")
    return word, number / 100 if share else number, share


def judge(summary: Summary, thresholds: list[tuple[str, float, bool]]) -> None:
    """Exit 1 when entries and outcomes differ, 3 when a threshold is passed."""
    if not summary.balanced:
        typer.echo(f"newsbeam: {summary.leased} entries were leased and {summary.total} visits ended", err=True)
        raise typer.Exit(1)
    for word, bound, share in thresholds:
        count = summary.visits.get(word, 0)
        if (count / summary.total if share and summary.total else count) > bound:
            typer.echo(f"newsbeam: {count} of {summary.total} visits ended {word}", err=True)
            raise typer.Exit(3)
