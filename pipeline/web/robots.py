"""robots.txt by RFC 9309: what an origin asks of us, kept for a day.

- found (2xx): its rules for our product token, else those for `*`.
- refused or absent (4xx), or behind more than five redirects: no rules, everything may be asked for. 429 is the
  exception: a host that wants to be left alone is not asked for its pages instead.
- a server error (5xx), or no answer: nothing may be asked for now (2.3.1.4); looked at again after five minutes.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from protego import Protego

from pipeline.web.optouts import Closed, closed_to_models
from schemas.ports import Response

MAX_BYTES = 500 * 1_024  # what RFC 9309 2.5 asks a crawler to read at least
MAX_REDIRECTS = 5
KEEP_S, KEEP_FAILURE_S = 86_400.0, 300.0
T = TypeVar("T")
_ORIGINS = 10_000
_AGENT_LINE = re.compile(r"(\s*user.?agent\s*:?\s*)([^\s#]*)[^\r\n]*", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z_-]+")
_ANOTHER = "!another!"  # no product token can be read in it


class Rules(NamedTuple):
    """What an origin asks of us. `verdict`: `allowed` or `no_robots`; with a `failure` nothing may be asked for now."""

    protego: Protego | None = None
    verdict: str = "no_robots"
    failure: str = ""
    reason: str = ""
    closed: tuple[Closed, ...] = ()  # groups for crawlers of language models

    def allows(self, url: str, token: str) -> bool:
        return self.protego is None or bool(self.protego.can_fetch(url, token))

    def crawl_delay(self, token: str) -> float:
        return float((self.protego and self.protego.crawl_delay(token)) or 0.0)


def product_token(user_agent: str) -> str:
    """`newsbeam/0.1 (+https://...)` -> `newsbeam`: the name that robots.txt calls us by."""
    found = _TOKEN.match(user_agent)
    return found[0].lower() if found else "*"


def read_rules(response: Response, token: str) -> Rules:
    """Decide by what the GET of robots.txt came to."""
    if response.failure and len(response.redirects) > MAX_REDIRECTS:
        return Rules()
    if response.failure:
        return Rules(failure=response.failure, reason=f"robots.txt unreachable: {response.reason}")
    if response.status == 429 or response.status >= 500:
        return Rules(failure="unreachable", reason=f"robots.txt unreachable: status {response.status}")
    if not 200 <= response.status < 300:
        return Rules()
    text = response.body.decode("utf-8-sig", "replace")
    return Rules(Protego.parse(ours_only(text, token)), "allowed", closed=closed_to_models(text, token))


def ours_only(text: str, token: str) -> str:
    """Give every group that is neither ours nor everybody's one name.

    The token must match whole (RFC 9309 2.2.1). And the parser multiplies the agents of a group by its rules: 500 KiB
    of nothing but agents and rules would take it minutes and gigabytes.
    """
    return "\n".join(_renamed(line, token) for line in text.splitlines())


def _renamed(line: str, token: str) -> str:
    found = _AGENT_LINE.fullmatch(line)
    if not found or found[2] == "*":
        return line
    name = _TOKEN.match(found[2])
    return found[1] + (token if name and name[0].lower() == token else _ANOTHER)


class Kept(NamedTuple, Generic[T]):
    """What an origin's file came to, and for how long that holds."""

    value: T
    keep_s: float


class OriginCache(Generic[T]):
    """One look at each origin's file at a time, however many wait for it. Lives in one event loop."""

    def __init__(self, look: Callable[[str], Awaitable[Kept[T]]], now: Callable[[], float] = time.monotonic) -> None:
        self._look, self._now = look, now
        self._kept: OrderedDict[str, tuple[float, asyncio.Task[Kept[T]]]] = OrderedDict()

    async def of(self, origin: str) -> T:
        made_at, task = self._kept.get(origin, (0.0, None))
        if task is None or self._stale(made_at, task):
            task = asyncio.ensure_future(self._look(origin))
            self._kept[origin] = (self._now(), task)
        self._kept.move_to_end(origin)
        while len(self._kept) > _ORIGINS:
            self._kept.popitem(last=False)
        return (await asyncio.shield(task)).value  # one that is cancelled must not take it from the others

    def _stale(self, made_at: float, task: asyncio.Task[Kept[T]]) -> bool:
        if not task.done():
            return False
        if task.cancelled() or task.exception() is not None:
            return True
        return self._now() - made_at > task.result().keep_s
