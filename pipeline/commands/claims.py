"""`claims` and `relate`: what is said across articles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Config, Json, Out, Set, existing_ledger, instant, load, world
from schemas.errors import UsageError


def claims(
    speaker: Annotated[str, typer.Option("--speaker", help="Who speaks: a name or a part of it.")] = "",
    entity: Annotated[str, typer.Option("--entity", help="Who speaks or is spoken of.")] = "",
    kind: Annotated[
        str, typer.Option("--kind", help="direct, indirect, mixed, or speech, belief, intent, finding, denial.")
    ] = "",
    since: Annotated[str, typer.Option("--since", help="Published since a day or an instant.")] = "",
    outlet: Annotated[str, typer.Option("--outlet", help="Of one registrable domain.")] = "",
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="Only claims of which one must be wrong, with both sides.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, the newest first.")] = 50,
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Who said what, in which words, where, when, and who else has it otherwise."""
    from pipeline import claimlist
    from pipeline.terminal import json_line, safe
    from transforms.links import registrable_domain
    from transforms.statements.speakers import name_tokens

    if kind and kind not in (*claimlist.KINDS, *claimlist.TYPES):
        raise UsageError(f"--kind takes one of {', '.join((*claimlist.KINDS, *claimlist.TYPES))}, not {kind!r}")
    if outlet and not registrable_domain(outlet):
        raise UsageError(f"--outlet takes a site such as example.org, not {outlet!r}")
    for option, name in (("--speaker", speaker), ("--entity", entity)):
        if name and not name_tokens(name):
            raise UsageError(f"{option} takes a name, not {name!r}")
    wanted = claimlist.Wanted(
        speaker, entity, kind, instant(since, "--since") if since else 0.0, registrable_domain(outlet) if outlet else ""
    )
    shown, more = 0, False
    with existing_ledger(load(config, None, out, settings)).reading() as connection:
        found: Iterator[claimlist.Listed | claimlist.Sides]
        found = (claimlist.conflicts if conflicts else claimlist.claims)(connection, wanted)
        for one in found:
            if more := shown == limit:
                break
            shown += 1
            lines = [json_line(claimlist.as_json(one))] if json else [*map(safe, claimlist.describe(one)), ""]
            typer.echo("\n".join(lines))
    things = "conflicts" if conflicts else "claims"
    if more:
        typer.echo(f"there are more than {shown} {things}; --limit shows them", err=True)
    elif not shown:
        typer.echo(f"no {things} fit", err=True)


def relate(
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget what was related, and begin with the first unit.")
    ] = False,
) -> None:
    """Put what was committed since into statements and stories. Every pass of `run` and `watch` does so, too."""
    from pipeline import relate as relating
    from pipeline.ledger.engine import held
    from pipeline.readmodel import walk

    existing_ledger(load(config, None, out, settings))
    here = world(config, None, out, settings, with_feeds=False)
    root = Path(here.settings.output.dir)
    with held(here.settings.ledger_url):
        ledger = here.ledger()
        walk(ledger, root)
        units = (relating.anew if anew else relating.relate)(ledger, root, here.settings.relate)
    typer.echo(f"{units} units were related", err=True)
