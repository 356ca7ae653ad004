"""`forget` and `upkeep`: what is not to be kept any longer."""

from __future__ import annotations

import getpass
import sys
from socket import gethostname
from typing import Annotated, Any

import msgspec
import typer

from pipeline.commands.options import Config, Json, Out, Set, existing_ledger, instant, load, world
from schemas.errors import UsageError


def forget(
    url: Annotated[str, typer.Argument(metavar="[URL]", help="An entry's or an article's address.")] = "",
    site: Annotated[str, typer.Option("--site", help="A registrable domain: all of it, now and later.")] = "",
    before: Annotated[str, typer.Option("--before", help="A day or an instant: what was first seen earlier.")] = "",
    why: Annotated[str, typer.Option("--why", help="Kept with the tombstone.")] = "",
    who: Annotated[str, typer.Option("--who", help="Kept with the tombstone; else who is logged in here.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    lift: Annotated[bool, typer.Option("--lift", help="Take the tombstones of URL or --site away.")] = False,
    show: Annotated[bool, typer.Option("--list", help="List the tombstones.")] = False,
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Remove readings, index rows and archived pages for good; a tombstone stops them from coming back."""
    if show:
        _list(existing_ledger(load(config, None, out, settings)), json)
        return
    if not (url or site or before) or (url and (site or before)):
        raise UsageError("say what to forget: an address, or --site, or --before, or these two together")
    from pipeline.forget import What
    from pipeline.forget import forget as do
    from pipeline.forget import lift as take_away
    from transforms.links import registrable_domain

    existing_ledger(load(config, None, out, settings))
    if site and not registrable_domain(site):
        raise UsageError(f"{site!r} is no site")
    what = What(url, registrable_domain(site) if site else "", instant(before, "--before") if before else 0.0)
    here, who = world(config, None, out, settings, with_feeds=False), who or f"{getpass.getuser()}@{gethostname()}"
    if lift:
        if before:
            raise UsageError("--lift takes an address or --site")
        typer.echo(f"{take_away(here, url=url, site=what.site, who=who)} tombstones are gone", err=True)
        return
    done = do(here, what, who=who, why=why, dry_run=dry_run)
    if json:
        typer.echo(msgspec.json.encode(done._asdict()).decode())
    elif dry_run:
        from pipeline.terminal import safe

        for link in done.links:
            typer.echo(safe(link))
    sums = f"{done.entries} entries, {done.articles} articles, {done.readings} readings, {done.pages} archived pages"
    typer.echo(f"{'would go: ' if dry_run else 'forgotten: '}{sums}", err=True)
    for copy in done.copies:
        typer.echo(f"held under an address of its own: a copy, {copy}", err=True)


def upkeep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Remove what was kept for as long as `[retention]` says, and what a `forget` that died left over."""
    from pipeline.ledger.engine import held
    from pipeline.recovery import recover
    from pipeline.upkeep import upkeep as keep_up

    existing_ledger(load(config, None, out, settings))
    here = world(config, None, out, settings, with_feeds=False)
    if dry_run:
        gone = keep_up(here, dry_run=True)
    else:
        with held(here.settings.ledger_url) as holder:
            recover(here, here.ledger(), holder)
            gone = keep_up(here)
    if json:
        typer.echo(msgspec.json.encode(gone._asdict()).decode())
    sums = f"{gone.readings} readings, {gone.pages} archived pages in {gone.segments} segments"
    typer.echo(f"{'would go' if dry_run else 'kept long enough'}: {sums}", err=True)


def _list(ledger: Any, json: bool) -> None:
    from pipeline.ledger.tombstones import standing
    from pipeline.terminal import table

    with ledger.reading() as connection:
        rows = standing(connection)
    columns = ("at", "kind", "key", "url", "who", "why", "done_at")
    table(columns, [[row[c] for c in columns] for row in rows], json=json, stream=sys.stdout)
