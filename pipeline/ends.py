"""For each way in which a visit ends: what decided it, in words, and what has to be done for another try.

Pure; `newsbeam explain` shows both. Settings are named by their keys: what one is now need not be what it was then.
"""

from __future__ import annotations

import shlex
from typing import NamedTuple
from urllib.parse import urlsplit

from schemas.words import Disposition, EntryState

LIMITS = {"poll": "poll.timeout_s", "extract": "extract.timeout_s", "annotate": "annotate.timeout_s"}
"""The time that a step's guarded call may take."""

_DECIDED = {
    Disposition.WRITTEN: "nothing stood against it",
    Disposition.DUPLICATE: "the committed index: another entry led to this article first",
    Disposition.COPY: "the sampled shingles of its text, half of which another article holds",
    Disposition.TOO_SHORT: "extract.min_words",
    Disposition.NOT_ARTICLE: "what the page's bytes and text show",
    Disposition.ROBOTS_REFUSED: "robots.txt of {host}, read for the name in network.user_agent",
    Disposition.OPTED_OUT: "the site's word against machine reading, which obey_opt_out obeys",
    Disposition.GONE: "the status that {host} answered",
    Disposition.BLOCKED: "the status that {host} answered, after network.retries",
    Disposition.UNREACHABLE: "what {host} answered, or did not within the limits of [network]",
    Disposition.TOO_LARGE: "network.max_page_bytes",
    Disposition.FORGOTTEN: "a tombstone: somebody asked for it to be forgotten",
    Disposition.PRIVATE_ADDRESS: "the guard of addresses: only names in network.test.resolve may lead inside",
}
_BEFORE = {
    Disposition.TOO_SHORT: "lower extract.min_words first",
    Disposition.NOT_ARTICLE: "the archived page is read again: with other code, or a rule for its site",
    Disposition.ROBOTS_REFUSED: "of use once robots.txt of {host} allows it; it is looked at once a day",
    Disposition.OPTED_OUT: "of use once the site takes it back, or with obey_opt_out = false and a reason for {host}",
    Disposition.FORGOTTEN: "of use once its tombstone is gone: newsbeam forget --lift",
    Disposition.TOO_LARGE: "raise network.max_page_bytes first",
    Disposition.PRIVATE_ADDRESS: "of use where {host} is yours: name it in network.test.resolve first",
    Disposition.DEAD: "once its cause is gone",
}


class Again(NamedTuple):
    """Commands that would try again, in order, and what has to come before them ("": nothing)."""

    commands: tuple[str, ...]
    before: str = ""


def decided_by(disposition: str, step: str, url: str, kind: str = "") -> str:
    """The rule, setting or answer that a visit ended by. `kind` is the class of error of a `dead` one."""
    if disposition == Disposition.DEAD:
        if kind == "GuardTimeout":
            return LIMITS.get(step, "the time limit of the guarded pool")
        if kind == "GuardCrash":
            return "the guarded pool: the process died, or passed guard.memory_mb"
        return "lease.max_deaths" if step == "unit" else f"an error of ours at {step}"
    if disposition == Disposition.UNCHANGED:
        return "the server's 304" if step == "fetch" else "the committed text of the article, which is the same"
    return _DECIDED[Disposition(disposition)].format(host=_host(url))


def again(state: str, disposition: str, url: str, *, step: str = "", kind: str = "", options: str = "") -> Again:
    """How an entry gets another visit. `options` is what the commands need to find the same settings."""
    run = f"newsbeam run{options}"
    if state != EntryState.DONE:
        return Again((run,))
    before = _BEFORE.get(Disposition(disposition), "").format(host=_host(url))
    if disposition == Disposition.DEAD:
        return Again((f"newsbeam replay --dead --step {step} --kind {kind}{options}", run), before)
    return Again((f"newsbeam retry {shlex.quote(url)}{options}", run), before)


def left_out(url: str, options: str = "") -> Again:
    """An item that a first poll left out is no entry: it can be read alone."""
    return Again((f"newsbeam try {shlex.quote(url)}{options}",))


def _host(url: str) -> str:
    return urlsplit(url).hostname or "its host"
