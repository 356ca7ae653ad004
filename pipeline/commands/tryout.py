"""`newsbeam try`: what newsbeam would make of a page, without feeds or ledger."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from pipeline.commands.fields import WIDTH, Line, lines
from pipeline.commands.options import Config, Json, Set, world
from schemas.errors import UsageError


def tryout(
    what: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, URLs, or - for JSON Lines.")],
    kind: Annotated[str, typer.Option("--as", help="html, text or auto: how to take a file.")] = "auto",
    stop_after: Annotated[str, typer.Option("--stop-after", help="extract, clean, annotate or claims.")] = "claims",
    config: Config = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Read single pages. `-` takes JSON Lines: {"url", "html" or "text", and if known "published", "title"}."""
    if kind not in ("html", "text", "auto"):
        raise UsageError(f"--as takes html, text or auto, not {kind!r}")
    import msgspec

    from pipeline.tryout import Reader, inputs

    # What a person hands over is read however short it is; only `run` refuses short pages.
    here = world(config, None, None, [*(settings or []), "extract.min_words=0"], with_feeds=False)
    reader = Reader(here, stop_after)
    failed = total = 0
    for line in reader.lines(inputs(what, kind, here, sys.stdin.buffer)):
        total += 1
        failed += line["error"] is not None
        if json:
            sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
            sys.stdout.buffer.flush()
        else:
            show(line)
    if total and failed == total:
        raise typer.Exit(1)


def show(line: dict[str, Any]) -> None:
    """One input for a person: fields with origins (yellow: not taken), removals red, claims in colours."""
    from rich.console import Console
    from rich.text import Text

    from pipeline.claimview import print_article
    from pipeline.terminal import safe

    console = Console(highlight=False, markup=False, emoji=False)
    console.print(Text(safe(f"{line['url']}: {line['disposition']}"), style="bold"), soft_wrap=True)
    if line["error"]:
        console.print(Text(safe(line["error"]), style="red"), soft_wrap=True)
    if article := line["article"]:
        for field in lines(article):
            _field(console, field)
        console.print()
        print_article(console, article["text"], line["claims"])
        console.print()
        for removal in article["removals"]:
            console.print(Text(safe(f"- {removal.rule}: {removal.exact}"), style="red"), soft_wrap=True)
    for entity in line["entities"]:
        notes = f" ({'; '.join(entity['notes'])})" if entity["notes"] else ""
        console.print(
            Text(safe(f"{entity['label']:8} {entity['name']} x{len(entity['mentions'])}{notes}"), style="cyan")
        )


def _field(console: Any, field: Line) -> None:
    from rich.text import Text

    from pipeline.claimview import hanging
    from pipeline.terminal import safe

    style = "yellow" if field.against else "bold" if field.name == "title" else "default"
    words = Text(safe(field.value), style=style)
    words.append(f"  [{safe(field.origin)}]" if field.origin else "", style="dim")
    hanging(console, Text(f"{field.name:{WIDTH}}  ", style="dim"), words)
