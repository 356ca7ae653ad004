"""`newsbeam feeds add|list|check`: what is watched (a file that people edit) and how it answers (the ledger)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Config, Feeds, Json, Label, Out, Set, existing_ledger, load, world
from schemas.errors import UsageError

app = typer.Typer(help="The feeds that are watched.", no_args_is_help=True, rich_markup_mode=None)

SHOWN = ("last_result", "checked_at", "next_check", "last_error")


@app.command("list")
def list_feeds(
    config: Config = None,
    feeds: Feeds = None,
    out: Out = None,
    settings: Set = None,
    label: Label = None,
    json: Json = False,
) -> None:
    """Every feed of the file, with what the ledger has seen of it: `unchecked` until it was polled."""
    from pipeline.ledger.engine import exists
    from pipeline.ledger.queries import feed_states
    from pipeline.terminal import table
    from pipeline.world import read_feeds
    from schemas.feeds import labelled

    loaded = load(config, feeds, out, settings)
    everything = read_feeds(str(_file(loaded.settings.paths.feeds, feeds)))
    labelled(everything, label or [])  # refuses a label that no feed has
    watched = {key: feed for key, feed in everything.items() if not label or set(label) & set(feed.labels)}
    states = {}
    if exists(loaded.settings.ledger_url):
        with existing_ledger(loaded).reading() as connection:
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
    text = _appended(before, _lines(url, title))
    parse_feeds(text, str(file))  # refuses a bad or a second address before anything is written
    _write(file, text)
    typer.echo(f"added to {file}", err=True)


@app.command("discover")
def discover_feeds(
    url: Annotated[str, typer.Argument(help="A site's address.")],
    config: Config = None,
    settings: Set = None,
    json: Json = False,
) -> None:
    """Find the feeds and sitemaps of a site, try each, and propose a line for the feeds file. Exit 1 without any."""
    from pipeline.discover import discover
    from pipeline.terminal import table

    offers, lost = discover(world(config, None, None, settings, with_feeds=False), url)
    rows = [(o.url, o.title, o.kind, o.items, o.newest, o.why) for o in offers]
    table(("url", "title", "kind", "items", "newest", "found by"), rows, json=json, stream=sys.stdout)
    for address, reason in lost:
        typer.echo(f"newsbeam: {address}: {reason}", err=True)
    if offers and not json:
        best = offers[0]
        typer.echo(f"\nfor feeds.toml:\n\n{_lines(best.url, best.title)}", nl=False)
    if not offers:
        raise typer.Exit(1)


@app.command("import")
def import_feeds(
    opml: Annotated[Path, typer.Argument(help="An OPML file; its folders become labels.")],
    config: Config = None,
    feeds: Feeds = None,
    settings: Set = None,
) -> None:
    """Add the feeds of an OPML file that the feeds file does not have yet."""
    from schemas.feeds import is_url, parse_feeds, same_address
    from transforms.feed.opml import read

    file = Path(load(config, feeds, None, settings).settings.paths.feeds)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    have = {same_address(feed.url) for feed in parse_feeds(text, str(file)).values()}
    try:
        outlines = read(opml.read_bytes(), str(opml))
    except OSError as error:
        raise UsageError(f"{opml} cannot be read: {error.strerror}") from error
    added = 0
    for outline in outlines:
        if not is_url(outline.url):
            typer.echo(f"newsbeam: {outline.url[:200]} is no address of a feed: left out", err=True)
        elif same_address(outline.url) not in have:
            have.add(same_address(outline.url))
            text, added = _appended(text, _lines(outline.url, outline.title, outline.labels)), added + 1
    parse_feeds(text, str(file))
    if added:
        _write(file, text)
    typer.echo(f"{added} of {len(outlines)} feeds added to {file}", err=True)


@app.command("export")
def export_feeds(config: Config = None, feeds: Feeds = None, settings: Set = None) -> None:
    """The feeds file as OPML, on stdout; a feed's first label is its folder."""
    from pipeline.world import read_feeds
    from transforms.feed.opml import write

    file = _file(load(config, feeds, None, settings).settings.paths.feeds, feeds)
    typer.echo(write(read_feeds(str(file)).values()), nl=False)


@app.command("check")
def check(
    config: Config = None,
    feeds: Feeds = None,
    out: Out = None,
    settings: Set = None,
    label: Label = None,
    json: Json = False,
) -> None:
    """Poll every feed once, due or not, and write into the ledger what answered. Exit 1 if none did."""
    from pipeline import driver
    from pipeline.ledger.queries import feed_states
    from pipeline.terminal import table

    file = _file(load(config, feeds, out, settings).settings.paths.feeds, feeds)
    here = world(config, file, out, settings, labels=label)
    driver.check_feeds(here)
    with here.ledger().reading() as connection:
        states = feed_states(connection)
    asked = [(feed, states[key]) for key, feed in here.feeds.items() if feed.enabled]
    rows = [(feed.title, feed.url, seen["last_result"], seen["last_error"]) for feed, seen in asked]
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


def _lines(url: str, title: str = "", labels: tuple[str, ...] = ()) -> str:
    """A feed as it stands in the feeds file."""
    lines = ["[[feed]]", f"url = {_quoted(url)}"]
    if title:
        lines.append(f"title = {_quoted(title)}")
    if labels:
        lines.append(f"labels = [{', '.join(map(_quoted, labels))}]")
    return "\n".join(lines) + "\n"


def _appended(before: str, lines: str) -> str:
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    return before + gap + lines


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _quoted(text: str) -> str:
    """A TOML basic string."""
    import json

    return json.dumps(text, ensure_ascii=False)
