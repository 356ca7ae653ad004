"""`newsbeam sites new|check|list`: the rules that people write for single sites."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Config, Json, Out, Set, load, world

app = typer.Typer(help="Rules for single sites.", no_args_is_help=True, rich_markup_mode=None)


@app.command("new")
def new(
    pages: Annotated[
        list[str], typer.Argument(metavar="URL|FILE...", help="Articles of one site, best three or more.")
    ],
    site: Annotated[str, typer.Option("--site", help="Its domain; needed where all pages are files.")] = "",
    config: Config = None,
    settings: Set = None,
) -> None:
    """Propose a file for a site from several of its pages, on stdout, and say on stderr how it does on each."""
    from pipeline.newsite import propose
    from pipeline.terminal import safe, table

    proposed = propose(world(config, None, None, settings, with_feeds=False), pages, site)
    typer.echo(safe(proposed.text, lines=True), nl=False)
    columns = ("page", "words", "of the agreement's", "title", "authors", "published", "left out")
    table(columns, proposed.rows, json=False, stream=sys.stderr)


@app.command("check")
def check(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE...]", help="Files of sites; else all.")] = None,
    config: Config = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Read every recorded page by the rules of its file, and compare. Exit 1 if one is not as expected."""
    from pipeline.sitefiles import checked
    from pipeline.terminal import table

    rows = checked(world(config, None, None, settings, with_feeds=False), files or [])
    columns = ("file", "page", "layout", "words", "left out", "result")
    shown = [
        (r.file, r.page, r.layout, r.words, r.dropped, "; ".join(r.problems) or f"as expected{_noted(r.notes)}")
        for r in rows
    ]
    table(columns, shown, json=json, stream=sys.stdout)
    failed = sum(bool(row.problems) for row in rows)
    typer.echo(f"{len(rows)} pages, {failed} not as expected", err=True)
    if failed:
        raise typer.Exit(1)


def _noted(notes: str) -> str:
    return f" ({notes})" if notes else ""


@app.command("list")
def list_sites(config: Config = None, out: Out = None, settings: Set = None, json: Json = False) -> None:
    """Every layout, the days on which it holds, and how it fares on the pages that were read by it."""
    from pipeline.layouthealth import listed
    from pipeline.terminal import table

    rows = listed(load(config, None, out, settings))
    table(
        ("site", "layout", "from", "until", "state", "pages", "without", "last", "drift"),
        rows,
        json=json,
        stream=sys.stdout,
    )
