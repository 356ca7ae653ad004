"""The world that travels with the graph: settings, rules, aliases and feeds as data; ports opened where they are used.

Workers read no project file. Each port exists once per process and survives passes: a model or a pool of
processes is dear, and a ledger has one engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import msgspec

from pipeline import __version__
from pipeline.archive import WarcArchive
from pipeline.guard import PebbleGuard, guard
from pipeline.ledger import SqlLedger, ledger
from pipeline.model import SpacyModel
from pipeline.seeds import load_aliases, load_layouts, load_rules, load_sites
from pipeline.web import AioWeb
from schemas.config import Network, Settings
from schemas.errors import ConfigError
from schemas.feeds import FeedIntent, parse_feeds
from schemas.ids import make_id
from schemas.layouts import Layout, Layouts, layout_at
from schemas.records import RawPage, Versions
from schemas.rules import RuleBook
from schemas.sites import SiteIntent
from transforms.url_parts import split


@dataclass(frozen=True)
class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class RealWorld:
    """Implements `schemas.ports.World`."""

    settings: Settings
    rules: RuleBook
    aliases: tuple[tuple[str, str, str], ...]
    feeds: Mapping[str, FeedIntent] = field(default_factory=dict)
    sites: Mapping[str, SiteIntent] = field(default_factory=dict)
    layouts: Layouts = field(default_factory=dict)

    def ledger(self) -> SqlLedger:
        return ledger(self.settings.ledger_url, self.clock(), self.settings.lease.lease_s)

    def web(self) -> AioWeb:
        return _web(msgspec.json.encode(self.settings.network), tuple(sorted(self.sites.values())))

    def archive(self) -> WarcArchive:
        return _archive(self.settings.archive_dir)

    def guard(self) -> PebbleGuard:
        return guard(self.settings.guard)

    def model(self) -> SpacyModel:
        return SpacyModel(self.guard(), self.settings.annotate.models, self.settings.annotate.timeout_s)

    def clock(self) -> SystemClock:
        return SystemClock()

    def layout(self, page: RawPage) -> Layout | None:
        address, day = split(page.final_url or page.url), page.fetched_at[:10]
        host = address.host if address is not None else ""
        return layout_at(self.layouts, host, day or self.clock().now().date().isoformat())

    def versions(self, language: str, site: str, day: str, page: RawPage | None = None) -> Versions:
        layout = self.layout(page) if page is not None else None
        return _versions(
            self.model().version(language),
            self.rules.for_site(site, day).hash,
            _aliases_hash(self.aliases),
            layout.version if layout else "",
        )


@lru_cache(maxsize=4)
def _web(network: bytes, sites: tuple[SiteIntent, ...]) -> AioWeb:
    return AioWeb(msgspec.json.decode(network, type=Network), {site.site: site for site in sites})


@lru_cache(maxsize=4)
def _archive(root: str) -> WarcArchive:
    return WarcArchive(root)


@lru_cache(maxsize=4)
def _aliases_hash(aliases: tuple[tuple[str, str, str], ...]) -> str:
    return make_id("aliases", *(cell for row in aliases for cell in row))


@lru_cache(maxsize=256)
def _versions(model: str, rules: str, aliases: str, layout: str) -> Versions:
    """A site without a layout has the version that it had before there were any."""
    mine = make_id("rules", rules, aliases, layout) if layout else make_id("rules", rules, aliases)
    return Versions(code=__version__, model=model, rules=mine)


def open_world(settings: Settings, *, with_feeds: bool = True) -> RealWorld:
    """Read the files that `settings` names. Raises ConfigError with file, line and remedy."""
    feeds: dict[str, FeedIntent] = {}
    if with_feeds:
        feeds = read_feeds(settings.paths.feeds)
    sites = load_sites(settings.paths.sites)
    check_sites(settings, sites.values())
    return RealWorld(
        settings=settings,
        rules=load_rules(settings.paths.rules, settings.paths.sites),
        aliases=load_aliases(settings.paths.aliases),
        feeds=feeds,
        sites=sites,
        layouts=load_layouts(settings.paths.sites),
    )


def check_sites(settings: Settings, sites: Iterable[SiteIntent]) -> None:
    """Raises ConfigError where what a site's file says does not fit the settings."""
    for site in sites:
        budget = settings.lease.host_entries if site.budget is None else site.budget
        gap = settings.network.host_gap_s if site.gap_s is None else site.gap_s
        if budget * gap >= settings.lease.lease_s:
            raise ConfigError(
                f"{budget} entries of a host of {site.site}, each {gap:g} s after the other, take longer than "
                f"lease.lease_s ({settings.lease.lease_s:g})",
                remedy="lower budget or gap_s in its file, or raise lease.lease_s",
            )


def read_feeds(path: str) -> dict[str, FeedIntent]:
    """What is watched, by feed id. Raises ConfigError."""
    file = Path(path)
    if not file.is_file():
        raise ConfigError(
            f"there is no feeds file {file}", remedy="name one with --feeds, or `newsbeam feeds add URL` makes it"
        )
    return parse_feeds(file.read_text(encoding="utf-8"), str(file))
