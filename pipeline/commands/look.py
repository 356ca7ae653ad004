"""Commands that only look: `explain`, `sql`, `runs`, `dead`."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer

from pipeline.commands.options import Config, Json, Out, Set, existing_ledger, load, same_settings
from schemas.errors import UsageError

dead = typer.Typer(help="What failed on our side, and why.", invoke_without_command=True, rich_markup_mode=None)


def explain(
    what: Annotated[str, typer.Argument(metavar="URL|CLAIM_ID", help="An address, a claim id or an entry id.")],
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Why is it here, why is it not? The whole story of one entry or claim."""
    from pipeline.explain import explain as find
    from pipeline.explain import render

    loaded = load(config, None, out, settings)
    options = same_settings(config, out, settings)
    stories = find(existing_ledger(loaded), what, archive=loaded.settings.archive_dir, options=options)
    if not stories:
        typer.echo(f"newsbeam: nothing is known of {what}: no feed has shown it", err=True)
        raise typer.Exit(1)
    for story in stories:
        typer.echo(msgspec.json.encode(story).decode() if json else render(story))


def sql(
    query: Annotated[str, typer.Argument(metavar="'SELECT …'")],
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Ask the committed records with DuckDB: a view for each table, and `…_all` with superseded readings."""
    from pathlib import Path

    from pipeline.sqlviews import query as ask
    from pipeline.terminal import table

    root = Path(load(config, None, out, settings).settings.output.dir)
    columns, rows = ask(root, query)
    table(columns, rows, json=json, stream=sys.stdout)


def runs(
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 20,
    json: Json = False,
) -> None:
    """Units of work: when, by whom, how many entries, how they ended."""
    from pipeline.ledger.queries import runs as list_runs
    from pipeline.terminal import table

    with existing_ledger(load(config, None, out, settings)).reading() as connection:
        found = list_runs(connection, limit)
    columns = ("unit_id", "state", "opened_at", "done_at", "leased", "counts", "holder")
    rows = [[row[c] if c != "counts" else _counts(row[c], json) for c in columns] for row in found]
    table(columns, rows, json=json, stream=sys.stdout)


def _counts(counts: dict[str, int], json: bool) -> object:
    return counts if json else ", ".join(f"{n} {word}" for word, n in counts.items())


@dead.callback()
def list_dead(
    context: typer.Context,
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
    json: Json = False,
) -> None:
    """List open dead letters, newest failure first."""
    context.obj = (config, out, settings)
    if context.invoked_subcommand:
        return
    from pipeline.ledger.queries import dead_letters
    from pipeline.terminal import table

    with existing_ledger(load(config, None, out, settings)).reading() as connection:
        found = dead_letters(connection, open_only=not everything)
    columns = ("dead_id", "failed_at", "tries", "subject", "step", "kind", "error", "url", "closed_at")
    table(columns, [[row[c] for c in columns] for row in found], json=json, stream=sys.stdout)


@dead.command("show")
def show_dead(
    context: typer.Context, dead_id: Annotated[str, typer.Argument(help="Its id, or the start of it.")]
) -> None:
    """One dead letter whole: input, step, error, trace."""
    from pipeline.ledger.queries import dead_letter
    from pipeline.terminal import safe

    config, out, settings = context.obj
    with existing_ledger(load(config, None, out, settings)).reading() as connection:
        letter = dead_letter(connection, dead_id)
    if letter is None:
        raise UsageError(f"{dead_id} is not the start of exactly one dead letter's id")
    trace = letter.pop("trace")
    typer.echo(msgspec.json.format(msgspec.json.encode(letter), indent=2).decode())
    typer.echo(safe(trace, lines=True))
