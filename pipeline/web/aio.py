"""The web as transforms see it: `get` waits, while one event loop in one background thread does the asking."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeline.web.address import parse_resolve
from pipeline.web.client import Client
from schemas.config import Network
from schemas.ports import Request, Response
from schemas.sites import NO_SITES, SiteIntent

_RESOLVERS = 16  # threads in which names are looked up: getaddrinfo blocks for seconds on a dead name server


class AioWeb:
    """Implements `schemas.ports.Web`. One per process, so that each host has one queue; it is not pickled.

    The loop starts with the first `get` and survives calls: connections stay open, robots.txt is remembered. Any thread
    may call `get`. Raises ConfigError at once when `network.test.resolve` is wrong.
    """

    def __init__(self, network: Network, sites: Mapping[str, SiteIntent] = NO_SITES) -> None:
        parse_resolve(network.test.resolve)
        self.network, self.sites = network, sites
        self._guard = threading.Lock()
        self._running: _Running | None = None

    def get(self, requests: Sequence[Request]) -> list[Response]:
        if not requests:
            return []
        running = self._started()
        future = asyncio.run_coroutine_threadsafe(running.client.all(requests), running.loop)
        try:
            return future.result()
        finally:
            future.cancel()  # when the wait itself was interrupted

    def close(self) -> None:
        """Hang up and end the thread. A later `get` starts anew."""
        with self._guard:
            running, self._running = self._running, None
        if running is not None and running.pid == os.getpid():
            running.stop()
        atexit.unregister(self.close)

    def _started(self) -> _Running:
        with self._guard:
            if self._running is None or self._running.pid != os.getpid():  # a forked child has no such thread
                self._running = _Running(self.network, self.sites)
                atexit.register(self.close)
            return self._running


class _Running:
    """The loop, its thread, and the client that lives in it."""

    def __init__(self, network: Network, sites: Mapping[str, SiteIntent]) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="newsbeam-dns"))
        self.thread = threading.Thread(target=self._run, name="newsbeam-web", daemon=True)
        self.thread.start()
        self.client = asyncio.run_coroutine_threadsafe(_make(network, sites), self.loop).result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    async def _end(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.client.close()


async def _make(network: Network, sites: Mapping[str, SiteIntent]) -> Client:
    return Client(network, sites)
