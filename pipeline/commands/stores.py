"""`ledger` and `archive`: the two stores that a house lives on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Config, Json, Out, Set, existing_ledger, load
from schemas.errors import UsageError

ledger = typer.Typer(help="The ledger: a copy while it is in use, and the way back.", no_args_is_help=True)
archive = typer.Typer(help="The archive: pages as they were fetched.", no_args_is_help=True)


@ledger.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")],
    config: Config = None,
    out: Out = None,
    settings: Set = None,
) -> None:
    """Copy the ledger into a file; whoever writes into it goes on meanwhile."""
    from pipeline.ledger.backup import backup as copy

    size = copy(load(config, None, out, settings).settings.ledger_url, file)
    typer.echo(f"{size:,} bytes in {file}", err=True)


@ledger.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    config: Config = None,
    out: Out = None,
    settings: Set = None,
) -> None:
    """Put a backup in the ledger's place. Refused (exit 5) while a process holds it; the old one is kept beside it."""
    from pipeline.ledger.backup import restore as put_back

    put_back(load(config, None, out, settings).settings.ledger_url, file)
    typer.echo("restored; what was there is kept as *.before-restore", err=True)


@archive.command("list")
def list_segments(config: Config = None, out: Out = None, settings: Set = None, json: Json = False) -> None:
    """The closed segments, in the order of their registration."""
    from pipeline.segments import Row, listed
    from pipeline.terminal import table

    rows = listed(existing_ledger(load(config, None, out, settings)))
    table(Row._fields, [tuple(row) for row in rows], json=json, stream=sys.stdout)


@archive.command("verify")
def verify_segments(config: Config = None, out: Out = None, settings: Set = None, json: Json = False) -> None:
    """Read every record of every segment and take its digest; exit 1 if one is not what was registered."""
    from pipeline.segments import listed, verify
    from pipeline.terminal import table

    loaded = load(config, None, out, settings)
    known = existing_ledger(loaded)
    wrong = list(verify(known, _local(loaded.settings.archive_dir)))
    table(("segment", "problem"), wrong, json=json, stream=sys.stdout)
    typer.echo(f"{len(listed(known))} segments, {len(wrong)} problems", err=True)
    if any(problem != "not registered" for _, problem in wrong):
        raise typer.Exit(1)


@archive.command("cat")
def cat(
    url: Annotated[str, typer.Argument(help="The address of an entry or an article.")],
    config: Config = None,
    out: Out = None,
    settings: Set = None,
    headers: Annotated[bool, typer.Option("--headers", help="Status and headers first.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="List every capture instead.")] = False,
    json: Json = False,
) -> None:
    """The page of an address as it was fetched last, byte for byte, on stdout."""
    from pipeline.archive import WarcArchive
    from pipeline.segments import pages_of
    from pipeline.terminal import table

    loaded = load(config, None, out, settings)
    pages = pages_of(existing_ledger(loaded), url)
    if not pages:
        raise UsageError(f"nothing is archived of {url}")
    if all_:
        rows = [(p.fetched_at, p.status, p.final_url, f"{p.segment}@{p.offset}", p.sha256) for p in pages]
        table(("fetched_at", "status", "url", "place", "sha256"), rows, json=json, stream=sys.stdout)
        return
    response = WarcArchive(loaded.settings.archive_dir).read(pages[-1])
    if headers:
        lines = [f"HTTP/1.1 {response.status}", *(f"{key}: {value}" for key, value in response.headers), "", ""]
        sys.stdout.buffer.write("\r\n".join(lines).encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.write(response.body)
    sys.stdout.buffer.flush()


def _local(root: str) -> Path:
    if "://" in root:
        raise UsageError(f"{root} is no folder of this machine: copy it here to verify it")
    return Path(root)
