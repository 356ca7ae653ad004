"""`replay --archive`: what a person asks for, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.commands.options import instant
from pipeline.report import tell
from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipeline.world import RealWorld


def replay_archive(world: RealWorld, files: list[Path], since: str, site: str, step: str, *, json: bool) -> None:
    """Raises UsageError for what cannot be asked for."""
    from pipeline.driver import Stop
    from pipeline.replay import STEPS
    from pipeline.replay import replay_archive as replay
    from transforms.links import registrable_domain

    if step and files:
        raise UsageError("--step is of our own archive: a page of a foreign file has been at no step")
    if step and step not in STEPS:
        raise UsageError(f"there is no step {step!r}: {', '.join(STEPS)}")
    if missing := [file for file in files if not file.is_file()]:
        raise UsageError(f"there is no file {missing[0]}")
    stop, home = Stop(), registrable_domain(site) if site else ""
    with stop.on_signals():
        done = replay(world, files, site=home, since=instant(since, "--since") if since else 0.0, step=step, stop=stop)
    tell(done.summary, json=json)
    if files:
        words = ", ".join(f"{count} {word}" for word, count in done.records.items() if count) or "none"
        typer.echo(f"records: {words}", err=True)
    else:
        typer.echo(f"{done.marked} pages of the archive were to be read again", err=True)
    if done.without_page:
        typer.echo(f"{done.without_page} readings stay as they are: their page is in the archive no more", err=True)
    if not done.summary.balanced:
        raise typer.Exit(1)
