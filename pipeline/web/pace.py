"""One request at a time for each host, with a gap between two; a host that keeps failing is left alone for a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pipeline.web.exchange import Answer, Fault

MAX_CRAWL_DELAY_S = 30.0  # a longer one is cut to this: 50 entries of a host must fit into a lease of an hour
TROUBLES = 3  # requests in a row that a host did not answer, further tries included
SHUT_S = 60.0  # and for so long the next ones get the same result unasked: a dead host must not eat a unit's lease
_HOSTS = 20_000


class Pace:
    """One host's turns. Lives in one event loop."""

    def __init__(self, gap_s: float) -> None:
        self.gap_s = gap_s
        self._lock = asyncio.Lock()
        self._done_at = float("-inf")
        self._troubles = 0
        self._last: Answer | Fault | None = None

    @asynccontextmanager
    async def turn(self, gap: bool) -> AsyncIterator[None]:
        """First come, first served; one at a time with or without `gap`."""
        async with self._lock:
            wait = self._done_at + self.gap_s - _now()
            if gap and wait > 0 and self.shut() is None:
                await asyncio.sleep(wait)
            yield

    def note(self, result: Answer | Fault, *, trouble: bool, rest: bool) -> None:
        """How a request ended. `trouble`: it is the host's and not one page's; `rest`: it asks to be left alone."""
        self._done_at = _now()
        self._troubles = TROUBLES if rest else self._troubles + 1 if trouble else 0
        self._last = result

    def shut(self) -> Answer | Fault | None:
        """The result that the next request gets unasked, if the host failed too often and too lately."""
        if self._troubles < TROUBLES or _now() - self._done_at > SHUT_S:
            return None
        return self._last

    @property
    def idle(self) -> bool:
        return not self._lock.locked() and _now() > self._done_at + max(self.gap_s, SHUT_S)


class Paces:
    """The hosts that were asked, the ones asked lately at the end."""

    def __init__(self, gap_s: float, of_site: Callable[[str], float | None] = lambda host: None) -> None:
        self._default_s, self._of_site = gap_s, of_site
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    def of(self, host: str) -> Pace:
        pace = self._paces.get(host) or self._paces.setdefault(host, Pace(self._least(host)))
        self._paces.move_to_end(host)
        while len(self._paces) > _HOSTS and (oldest := next(iter(self._paces.values()))).idle and oldest is not pace:
            self._paces.popitem(last=False)
        return pace

    def crawl_delay(self, host: str, seconds: float) -> None:
        """robots.txt raises the gap, it never lowers it."""
        self.of(host).gap_s = max(self._least(host), min(seconds, MAX_CRAWL_DELAY_S))

    def _least(self, host: str) -> float:
        """The gap of the host's site where a site file sets one, else that of all hosts."""
        own = self._of_site(host)
        return self._default_s if own is None else own


def _now() -> float:
    return asyncio.get_running_loop().time()
