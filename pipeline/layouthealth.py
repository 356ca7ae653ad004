"""How the layouts of sites fare: what `sites list` and the end of a run tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.ledger.drift import Told, layouts
from pipeline.seeds import load_layouts
from schemas.instants import iso
from schemas.layouts import Layout, Layouts
from transforms.site_rules.drift import told

if TYPE_CHECKING:
    from pipeline.ledger import SqlLedger
    from pipeline.settings import Loaded

Row = tuple[str, str, str, str, str, int, int, str, str]


def listed(loaded: Loaded) -> list[Row]:
    """(site, layout, from, until, state, pages, read without it, last, drift) of each layout of `paths.sites`.

    A layout is `unused` until pages were read by it (or since it was changed); then it `holds`, or has `drifted`.
    """
    from pipeline.commands.options import existing_ledger
    from pipeline.ledger.engine import behind, exists

    known: dict[tuple[str, str], Told] = {}
    url = loaded.settings.ledger_url
    if exists(url) and not behind(url):
        with existing_ledger(loaded).reading() as connection:
            known = {(one.site, one.layout): one for one in layouts(connection)}
    found = load_layouts(loaded.settings.paths.sites)
    return [_row(layout, known.get((site, layout.name))) for site in sorted(found) for layout in found[site]]


def _row(layout: Layout, seen: Told | None) -> Row:
    place = (layout.site, layout.name, layout.valid_from, layout.valid_until)
    if seen is None or seen.health.version != layout.version:
        return (*place, "unused", 0, 0, "", "")
    health = seen.health
    state = "drifted" if health.alarms else "holds"
    return (*place, state, health.pages, health.fallbacks, iso(health.last_seen), "; ".join(_alarms(seen)))


def _alarms(seen: Told) -> Iterator[str]:
    for alarm in seen.health.alarms:
        yield f"{told(alarm.check)} since {iso(alarm.since)} ({alarm.words})"


def drifting(ledger: SqlLedger, known: Layouts) -> list[str]:
    """In words, each layout that holds now and has drifted."""
    versions = {(site, one.name): one.version for site, some in known.items() for one in some}
    with ledger.reading() as connection:
        found = layouts(connection)
    return [
        f"{one.site}: layout {one.layout}: {words}"
        for one in found
        if versions.get((one.site, one.layout)) == one.health.version
        for words in _alarms(one)
    ]
