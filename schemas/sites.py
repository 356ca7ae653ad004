"""What people set for a site: the table `[collect]` of its file in `sites/`. Its cleaning rules stand in the same file.

site = "daily.example"               # registrable domain: it holds for every host of it
[collect]
obey_opt_out = false                 # read what the site reserves against machine reading; needs a reason
reason = "our licence of 2 May 2026" # why that is right; every page that it concerns carries it
budget = 20                          # entries of one of its hosts in one pass; left out: `lease.host_entries`
gap_s = 5                            # between two requests to one of its hosts; left out: `network.host_gap_s`
retention_days = 90                  # how long what is read of it is kept; left out: for ever
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from schemas import tomlfile
from schemas.errors import ConfigError
from schemas.values import is_count, is_days, shown

MAX_GAP_S = 600.0
TABLE = "collect"


class SiteIntent(NamedTuple):
    """One site. None: what holds for every site."""

    site: str = ""
    obey_opt_out: bool = True
    reason: str = ""
    budget: int | None = None
    gap_s: float | None = None
    retention_days: float | None = None


NO_SITES: Mapping[str, SiteIntent] = {}
_EVERY = SiteIntent()


def of_host(sites: Mapping[str, SiteIntent], host: str) -> SiteIntent:
    """The site that a host belongs to, by the longest name that the host ends in; without one, what holds for all."""
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels) if sites else 0):
        if found := sites.get(".".join(labels[start:])):
            return found
    return _EVERY


def parse_sites(texts: Mapping[str, str]) -> dict[str, SiteIntent]:
    """The sites of these files (name -> TOML) that have a table `[collect]`. Raises ConfigError with file and line."""
    sites: dict[str, SiteIntent] = {}
    files: dict[str, str] = {}
    for file, text in texts.items():
        document = tomlfile.parse(text, file)
        if TABLE not in document:
            continue
        intent = _site(document, text, file)
        if intent.site in files:
            line = tomlfile.line_of(text, TABLE)
            remedy = f"{files[intent.site]} has one; keep one of the two"
            raise ConfigError(f"a second [{TABLE}] for {intent.site}", file=file, line=line, remedy=remedy)
        sites[intent.site], files[intent.site] = intent, file
    return sites


def _site(document: Mapping[str, Any], text: str, file: str) -> SiteIntent:
    table = document[TABLE]
    line = tomlfile.line_of(text, TABLE) or tomlfile.line_of(text, "", TABLE)
    if not isinstance(table, dict):
        raise ConfigError(f"`{TABLE}` is not a table", file=file, line=line, remedy=f"write [{TABLE}] above its keys")
    site = document.get("site")
    if not isinstance(site, str) or not site:
        what, remedy = f"[{TABLE}] is for one site, and this file names none", 'add site = "daily.example" on top'
        raise ConfigError(what, file=file, line=line, remedy=remedy)
    tomlfile.check_keys(table, _CHECKS, text=text, file=file, table=TABLE)
    for key, value in table.items():
        holds, remedy = _CHECKS[key]
        if not holds(value):
            line = tomlfile.line_of(text, TABLE, key)
            raise ConfigError(f"{key} = {shown(value)} is no good", file=file, line=line, remedy=remedy)
    if table.get("obey_opt_out") is False and not str(table.get("reason", "")).strip():
        line = tomlfile.line_of(text, TABLE, "obey_opt_out")
        remedy = 'add reason = "..." that says by what right'
        raise ConfigError("obey_opt_out = false needs a reason", file=file, line=line, remedy=remedy)
    if "reason" in table and table.get("obey_opt_out", True):
        line = tomlfile.line_of(text, TABLE, "reason")
        remedy = "add obey_opt_out = false, or leave the reason out"
        raise ConfigError("a reason stands for nothing while opt-outs are obeyed", file=file, line=line, remedy=remedy)
    return SiteIntent(site, **table)


_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "obey_opt_out": (lambda value: isinstance(value, bool), "true or false"),
    "reason": (lambda value: isinstance(value, str) and bool(value.strip()), "a text in quotes"),
    "budget": (is_count, "a whole number, at least 1"),
    "gap_s": (
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_GAP_S,
        f"a number of seconds from 0 to {MAX_GAP_S:g}",
    ),
    "retention_days": (is_days, "a number of days, greater than 0"),
}
