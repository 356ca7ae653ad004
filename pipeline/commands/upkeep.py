"""`validate`, `config`, `replay`, `reindex`: keeping a house in order."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Config, Feeds, Json, Out, Set, load, world
from schemas.errors import ConfigError, UsageError


def validate(config: Config = None, feeds: Feeds = None, settings: Set = None) -> None:
    """Check settings, feeds, sites and rules, and prove every rule by its examples."""
    from pipeline.seeds import load_aliases, load_rules, seeds
    from pipeline.world import read_feeds
    from schemas.rules import check_examples

    loaded = load(config, feeds, None, settings)
    paths = loaded.settings.paths
    errors: list[ConfigError] = []
    book = None
    named = Path(paths.feeds)
    sources = [named] if named.is_file() or feeds is not None else [seeds() / "feeds.toml"]
    watched = 0
    for file in sources:
        try:
            watched += len(read_feeds(str(file)))
        except ConfigError as error:
            errors.append(error)
    try:
        book = load_rules(paths.rules, paths.sites)
        errors += check_examples(book)
    except ConfigError as error:
        errors.append(error)
    try:
        load_aliases(paths.aliases)
    except ConfigError as error:
        errors.append(error)
    for problem in errors:
        typer.echo(f"newsbeam: {problem}", err=True)
    if errors:
        raise typer.Exit(ConfigError.exit_code)
    typer.echo(f"settings, {watched} feeds and {len(book.rules) if book else 0} rules are right", err=True)


def config(
    file: Config = None,
    settings: Set = None,
    show_origin: Annotated[bool, typer.Option("--show-origin", help="Where each value comes from.")] = False,
    json: Json = False,
) -> None:
    """The settings as they apply here."""
    from pipeline.settings import show_origin as origins
    from pipeline.terminal import table

    rows = origins(load(file, None, None, settings))
    columns = ("setting", "value", "origin") if show_origin else ("setting", "value")
    table(columns, [row[: len(columns)] for row in rows], json=json, stream=sys.stdout)


def replay(
    file: Config = None,
    out: Out = None,
    settings: Set = None,
    dead: Annotated[bool, typer.Option("--dead", help="What ended dead comes again in the next run.")] = False,
    archive: Annotated[bool, typer.Option("--archive", help="Read archived pages again, now.")] = False,
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE.warc.gz ...]", help="Foreign ones.")] = None,
    since: Annotated[str, typer.Option("--since", help="Pages fetched since a day or an instant.")] = "",
    site: Annotated[str, typer.Option("--site", help="Of one registrable domain.")] = "",
    step: Annotated[str, typer.Option("--step", help="What ended at this step; `claims`: what was written.")] = "",
    json: Json = False,
) -> None:
    """Read again without fetching. `--dead`: what failed is pending, `newsbeam run` does the work. `--archive`: every
    article whose rules, model or code have changed gets a new reading at once; foreign WARC files are taken in."""
    if archive == dead:
        raise UsageError("say what to replay: --dead or --archive")
    if archive:
        from pipeline.commands.archived import replay_archive

        # What a feed said of its own site's articles counts, as it did when they were read first.
        watched = Path(load(file, None, out, settings).settings.paths.feeds).is_file()
        here = world(file, None, out, settings, with_feeds=watched)
        replay_archive(here, files or [], since, site, step, json=json)
        return
    if files or since or site or step:
        raise UsageError("files, --since, --site and --step go with --archive")
    from pipeline.ledger import ledger
    from pipeline.ledger.engine import held
    from pipeline.ledger.replays import replay_dead
    from pipeline.world import SystemClock

    loaded = load(file, None, out, settings)
    with held(loaded.settings.ledger_url):
        book = ledger(loaded.settings.ledger_url, SystemClock(), loaded.settings.lease.lease_s)
        with book.engine.begin() as connection:
            entries, polls = replay_dead(connection, book.now())
    typer.echo(f"{entries} entries and {polls} feeds are due again", err=True)


def reindex(file: Config = None, out: Out = None, settings: Set = None) -> None:
    """Empty the read model and fill it again from the committed manifests."""
    from pipeline.ledger.engine import held
    from pipeline.readmodel import reindex as rebuild

    here = world(file, None, out, settings, with_feeds=False)
    with held(here.settings.ledger_url):
        units = rebuild(here.ledger(), Path(here.settings.output.dir))
    typer.echo(f"the read model holds {units} units", err=True)
