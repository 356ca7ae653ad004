"""`newsbeam feeds add|list|check`: what is watched (a file that people edit) and how it answers (the ledger)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Config, Feeds, Json, Out, Set, load, world
from schemas.errors import UsageError

app = typer.Typer(help="The feeds that are watched.", no_args_is_help=True, rich_markup_mode=None)

SHOWN = ("last_result", "checked_at", "next_check", "last_error")


@app.command("list")
def list_feeds(
    config: Config = None, feeds: Feeds = None, out: Out = None, settings: Set = None, json: Json = False
) -> None:
    """Every feed of the file, with what the ledger has seen of it: `unchecked` until it was polled."""
    from pipeline.ledger import ledger
    from pipeline.ledger.engine import exists
    from pipeline.ledger.queries import feed_states
    from pipeline.terminal import table
    from pipeline.world import SystemClock, read_feeds

    loaded = load(config, feeds, out, settings).settings
    watched = read_feeds(str(_file(loaded.paths.feeds, feeds)))
    states = {}
    if exists(loaded.ledger_url):
        with ledger(loaded.ledger_url, SystemClock(), loaded.lease.lease_s).reading() as connection:
            states = feed_states(connection)
    rows = []
    for feed in watched.values():
        seen = states.get(feed.feed_id, {})
        state = seen.get("state") or "unchecked"
        rows.append((feed.title, feed.url, state, *(seen.get(key, "") for key in SHOWN)))
    table(("title", "url", "state", "result", *SHOWN[1:]), rows, json=json, stream=sys.stdout)


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    title: Annotated[str, typer.Option("--title", help="A name for people.")] = "",
    config: Config = None,
    feeds: Feeds = None,
    settings: Set = None,
) -> None:
    """Add a feed at the end of the feeds file; comments and order stay as they are."""
    from schemas.feeds import parse_feeds

    file = Path(load(config, feeds, None, settings).settings.paths.feeds)
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    lines = ["[[feed]]", f"url = {_quoted(url)}", *([f"title = {_quoted(title)}"] if title else [])]
    text = before + gap + "\n".join(lines) + "\n"
    parse_feeds(text, str(file))  # refuses a bad or a second address before anything is written
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    typer.echo(f"added to {file}", err=True)


@app.command("check")
def check(
    config: Config = None, feeds: Feeds = None, out: Out = None, settings: Set = None, json: Json = False
) -> None:
    """Poll every feed once, due or not, and write into the ledger what answered. Exit 1 if none did."""
    from pipeline import driver
    from pipeline.ledger.queries import feed_states
    from pipeline.terminal import table

    file = _file(load(config, feeds, out, settings).settings.paths.feeds, feeds)
    here = world(config, file, out, settings)
    driver.check_feeds(here)
    with here.ledger().reading() as connection:
        states = feed_states(connection)
    rows = [(f.title, f.url, states[i]["last_result"], states[i]["last_error"]) for i, f in here.feeds.items()]
    table(("title", "url", "result", "error"), rows, json=json, stream=sys.stdout)
    if rows and not any(row[2] in {"new", "unchanged", "moved", "malformed"} for row in rows):
        raise typer.Exit(1)


def _file(configured: str, given: Path | None) -> Path:
    """The feeds file; where none was named and none lies here, the list that newsbeam brings."""
    from pipeline.seeds import seeds

    file = Path(configured)
    if given is not None and not file.is_file():
        raise UsageError(f"there is no feeds file {file}")
    return file if file.is_file() else seeds() / "feeds.toml"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    import json

    return json.dumps(text, ensure_ascii=False)
