"""Options that several commands share, and the settings they lead to."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipeline.settings import Loaded
    from pipeline.world import RealWorld

Config = Annotated[Path | None, typer.Option("--config", help="Settings file; newsbeam.toml here if there is one.")]
Feeds = Annotated[Path | None, typer.Option("--feeds", help="The feeds to watch (paths.feeds).")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for results, ledger and archive (output.dir).")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting, as section.key=value; may be repeated.")]
Label = Annotated[list[str] | None, typer.Option("--label", help="Only feeds with this label; may be repeated.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def load(
    config: Path | None = None, feeds: Path | None = None, out: Path | None = None, more: list[str] | None = None
) -> Loaded:
    """The settings with these flags on top. Raises ConfigError, UsageError."""
    from pipeline.settings import load as load_settings

    flags: dict[str, Any] = {}
    for pair in more or []:
        key, found, value = pair.partition("=")
        if not found:
            raise UsageError(f"--set takes section.key=value, not {pair!r}")
        flags[key.strip()] = value.strip()
    if feeds is not None:
        flags["paths.feeds"] = str(feeds)
    if out is not None:
        flags["output.dir"] = str(out)
    return load_settings(config, flags, os.environ)


def same_settings(config: Path | None, out: Path | None, more: list[str] | None) -> str:
    """The flags that lead another command to the same settings, as they are typed: each with a blank before it."""
    given = [("--config", str(config))] if config is not None else []
    given += [("--out", str(out))] if out is not None else []
    given += [("--set", pair) for pair in more or []]
    return "".join(f" {flag} {shlex.quote(value)}" for flag, value in given)


def world(
    config: Path | None = None,
    feeds: Path | None = None,
    out: Path | None = None,
    more: list[str] | None = None,
    *,
    with_feeds: bool = True,
    labels: list[str] | None = None,
) -> RealWorld:
    """The world of these flags; of its feeds only those with one of the `labels` are polled."""
    from dataclasses import replace

    from pipeline.world import open_world
    from schemas.feeds import labelled

    here = open_world(load(config, feeds, out, more).settings, with_feeds=with_feeds)
    return replace(here, feeds=labelled(here.feeds, labels or []))


def instant(text: str, option: str) -> float:
    """A day or an instant of ISO 8601, in UTC where it names no zone, as epoch seconds. Raises UsageError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} takes a day or an instant such as 2026-03-01, not {text!r}") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def existing_ledger(loaded: Loaded) -> Any:
    """The ledger for reading. Raises UsageError where there is none yet, or one of an earlier version."""
    from pipeline.ledger import ledger
    from pipeline.ledger.engine import behind, exists
    from pipeline.world import SystemClock

    url = loaded.settings.ledger_url
    if not exists(url):
        raise UsageError(f"there is no ledger at {url}; `newsbeam run` makes one, --out names its folder")
    if behind(url):
        raise UsageError(f"the ledger at {url} is of an earlier version; the next `newsbeam run` brings it up to date")
    return ledger(url, SystemClock(), loaded.settings.lease.lease_s)
