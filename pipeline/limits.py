"""Which settings there are, and what each may be beyond its type."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import ipaddress
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_type_hints

from pipeline.runners import ALIASES, RUNNERS
from schemas.config import Settings
from transforms.links import registrable_domain
from transforms.sinks import SINKS

MAY_BE_ZERO = {
    "network.max_redirects",
    "network.retries",
    "network.max_retry_wait_s",
    "network.host_gap_s",
    "poll.first_poll_entries",
    "extract.min_words",
    "dedupe.window_days",
    "guard.workers",
    "retention.pages_days",
    "retention.readings_days",
}
"""Every other number is greater than zero."""

AT_MOST = {
    "lease.unit_entries": 1_000,  # the local runner holds a unit's shuffles in memory
    "annotate.max_chars": 1_000_000,  # spaCy refuses longer texts
}
NOT_EMPTY = {"output.dir", "output.sinks", "paths.feeds", "network.user_agent"}
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Key(NamedTuple):
    """One setting: its type and what it is when nobody sets it."""

    hint: Any
    default: Any


@functools.cache
def keys() -> dict[str, Key]:
    """Every setting by its dotted key."""
    return dict(_keys(Settings(), ""))


def _keys(section: Any, prefix: str) -> Iterator[tuple[str, Key]]:
    for name, hint in get_type_hints(type(section)).items():
        default = getattr(section, name)
        if dataclasses.is_dataclass(hint):
            yield from _keys(default, f"{prefix}{name}.")
        else:
            yield prefix + name, Key(hint, default)


def value_of(settings: Settings, key: str) -> Any:
    return functools.reduce(getattr, key.split("."), settings)


def wrong(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong, remedy) of every value that has the right type and still cannot be."""
    for key in keys():
        value = value_of(settings, key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            least = "at least 0" if key in MAY_BE_ZERO else "greater than 0"
            if not math.isfinite(value) or value < 0 or (value == 0 and key not in MAY_BE_ZERO):
                yield key, f"is {value}", f"it has to be {least}"
            if value > AT_MOST.get(key, math.inf):
                yield key, f"is {value}", f"it has to be at most {AT_MOST[key]}"
        if key in NOT_EMPTY and not value:
            yield key, "is empty", f"the default is {keys()[key].default!r}"
    known = [*RUNNERS, *ALIASES]
    if settings.runner not in known:
        yield "runner", f"is {settings.runner!r}", near(settings.runner, known) or f"there are {', '.join(known)}"
    for sink in settings.output.sinks:
        if sink not in SINKS:
            yield "output.sinks", f"names {sink!r}", near(sink, SINKS) or f"there are {', '.join(SINKS)}"
    if len(set(settings.output.sinks)) < len(settings.output.sinks):
        yield "output.sinks", "names a sink twice", "name it once"
    if not (settings.network.user_agent.isascii() and settings.network.user_agent.isprintable()):
        yield "network.user_agent", "cannot stand in an HTTP header", "use printable ASCII characters in one line"
    for host, address in settings.network.test.resolve.items():
        if not _is_address(address):
            yield (
                "network.test.resolve",
                f"leads {host!r} to {address!r}",
                "write an address and a port: 127.0.0.1:8080",
            )
    if not settings.network.ports or any(not 0 < port < 65_536 for port in settings.network.ports):
        yield "network.ports", f"is {list(settings.network.ports)}", "write port numbers: [80, 443]"
    for language, model in settings.annotate.models.items():
        if not _LANGUAGE.fullmatch(language) or not model:
            yield "annotate.models", f"has {language!r} = {model!r}", 'write a language code and a package: en = "…"'
    for key in ("retention.site_pages_days", "retention.site_readings_days"):
        for site, days in value_of(settings, key).items():
            if registrable_domain(site) != site:
                remedy = f"write {registrable_domain(site)!r}" if registrable_domain(site) else "write a domain"
                yield key, f"names {site!r}, which is no registrable domain", remedy
            if not math.isfinite(days) or days < 0:
                yield key, f"has {site!r} = {days}", "it has to be at least 0"
    if settings.paths.ledger and "://" not in settings.paths.ledger:
        yield "paths.ledger", f"is {settings.paths.ledger!r}", "write a database address: sqlite:///newsbeam.db"
    ages = settings.lease.revisit_ages_s
    if any(age <= 0 for age in ages) or list(ages) != sorted(set(ages)):
        yield "lease.revisit_ages_s", f"is {list(ages)}", "write ages in seconds that rise"
    poll = settings.poll
    for shorter, longer in (("shortest", "longest"), ("longest", "max")):
        if getattr(poll, f"{shorter}_interval_s") > getattr(poll, f"{longer}_interval_s"):
            what = f"is longer than poll.{longer}_interval_s"
            yield f"poll.{shorter}_interval_s", what, "make one of them fit the other"
    if settings.lease.host_entries * settings.network.host_gap_s >= settings.lease.lease_s:
        what = "entries of one host, each after network.host_gap_s, take longer than lease.lease_s"
        yield "lease.host_entries", what, "lower host_entries or host_gap_s, or raise lease_s"


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    except ValueError:
        return False
    return port.isascii() and port.isdigit() and 0 < int(port) < 65_536


def near(name: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """The remedy for a misspelt name, "" if nothing known is like it."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"did you mean {found[0]!r}?" if found else ""
