"""`validate`, `config`, `replay`, `retry`, `reindex`: keeping a house in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.options import Config, Feeds, Json, Out, Set, load, world
from schemas.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipeline.settings import Loaded


def validate(config: Config = None, feeds: Feeds = None, settings: Set = None) -> None:
    """Check settings, feeds, sites and rules, and prove every rule by its examples."""
    from pipeline.seeds import load_aliases, load_layouts, load_rules, load_sites, seeds
    from pipeline.world import check_sites, read_feeds
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
        check_sites(loaded.settings, load_sites(paths.sites).values())
    except ConfigError as error:
        errors.append(error)
    try:
        load_layouts(paths.sites)
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
    kind: Annotated[str, typer.Option("--kind", help="Only errors of this class, such as GuardTimeout.")] = "",
    step: Annotated[
        str,
        typer.Option("--step", help="What failed or ended at this step; `claims`, of the archive: what was written."),
    ] = "",
    json: Json = False,
) -> None:
    """Read again without fetching. `--dead`: dead letters are sent through again from their step; `newsbeam run` does
    the work, and what fails again stays open. `--archive`: every article whose rules, model or code have changed gets a
    new reading at once; foreign WARC files are taken in."""
    if archive == dead:
        raise UsageError("say what to replay: --dead or --archive")
    if archive:
        from pipeline.commands.archived import replay_archive

        if kind:
            raise UsageError("--kind goes with --dead")
        # What a feed said of its own site's articles counts, as it did when they were read first.
        watched = Path(load(file, None, out, settings).settings.paths.feeds).is_file()
        here = world(file, None, out, settings, with_feeds=watched)
        replay_archive(here, files or [], since, site, step, json=json)
        return
    if files or since or site:
        raise UsageError("files, --since and --site go with --archive")
    from pipeline.ledger.replays import replay_dead
    from schemas.words import STEPS

    if step and step not in STEPS:
        raise UsageError(f"there is no step {step!r}; there are: {', '.join(STEPS)}")
    with _writing(load(file, None, out, settings)) as (connection, now):
        entries, polls = replay_dead(connection, now, kind=kind, step=step)
    typer.echo(f"{entries} entries and {polls} feeds are due again", err=True)


def retry(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL...", help="Addresses of entries or articles, or entry ids.")
    ],
    file: Config = None,
    out: Out = None,
    settings: Set = None,
) -> None:
    """Visit single entries again, however they ended. `newsbeam run` does the work.

    What ended dead, not_article or too_short is read from its archived page; everything else is fetched anew.
    """
    from pipeline.ledger.queries import find_entries, own_entries
    from pipeline.ledger.replays import retry as again
    from transforms.links import canonical

    with _writing(load(file, None, out, settings)) as (connection, now):
        names = {url: [name for name in {url, canonical(url)} if name] for url in urls}
        known = {url: own_entries(connection, n) or find_entries(connection, n) for url, n in names.items()}
        count = again(connection, sorted({entry for entries in known.values() for entry in entries}), now)
    for url in (url for url, entries in known.items() if not entries):
        typer.echo(f"newsbeam: nothing is known of {url}: no feed has shown it", err=True)
    typer.echo(f"{count} entries are due again", err=True)
    if not all(known.values()):
        raise typer.Exit(1)


@contextmanager
def _writing(loaded: Loaded) -> Iterator[tuple[Connection, float]]:
    """A transaction of the ledger, held by us, and the time."""
    from pipeline.ledger import ledger
    from pipeline.ledger.engine import held
    from pipeline.world import SystemClock

    with held(loaded.settings.ledger_url):
        book = ledger(loaded.settings.ledger_url, SystemClock(), loaded.settings.lease.lease_s)
        with book.engine.begin() as connection:
            yield connection, book.now()


def reindex(file: Config = None, out: Out = None, settings: Set = None) -> None:
    """Empty the read model and fill it again from the committed manifests; samples of texts that the index of copies
    lacks are made anew."""
    from pipeline.ledger.engine import held
    from pipeline.readmodel import reindex as rebuild
    from pipeline.upkeep import renew_prints

    here = world(file, None, out, settings, with_feeds=False)
    with held(here.settings.ledger_url):
        ledger = here.ledger()
        units = rebuild(ledger, Path(here.settings.output.dir))
        made = renew_prints(ledger, here.settings.dedupe)
    typer.echo(f"the read model holds {units} units; {made} samples were made anew", err=True)
