"""One pool of spawned worker processes: what can hang or explode runs there, with a limit of time and memory per call.

Spawned, never forked: a forked child would inherit locks held by Beam's and gRPC's threads. The pool outlives
passes, so a worker's model is loaded once. A worker that hangs or dies is replaced; only its call is lost.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import lru_cache
from multiprocessing.connection import wait
from typing import TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from pipeline.logs import configure
from schemas.config import Guard as GuardSettings
from schemas.errors import GuardCrash, GuardTimeout

CONSTS.term_timeout = 0.1  # workers hear no SIGTERM: the pool asks in vain and goes on to SIGKILL

A = TypeVar("A")
R = TypeVar("R")


class PebbleGuard:
    """Implements `schemas.ports.Guard`. One per process: get it from `guard()`."""

    def __init__(self, workers: int, memory_mb: int) -> None:
        self.workers = workers
        self.memory_mb = memory_mb
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()

    def map(self, call: Callable[[A], R], items: Iterable[A], *, timeout_s: float) -> list[R | Exception]:
        """`call` on each item, results in order; an exception stands in the place of a result that did not come."""
        pool = self._started()
        futures = [pool.schedule(call, args=(item,), timeout=timeout_s) for item in items]
        return [self._result(future, call.__name__, timeout_s) for future in futures]

    def stop(self) -> None:
        """End the workers. A later `map` starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join(timeout=10)

    def _started(self) -> ProcessPool:
        with self._lock:
            if self._pool is None or not self._pool.active:
                self._pool = ProcessPool(
                    max_workers=self.workers,
                    context=multiprocessing.get_context("spawn"),
                    initializer=_enter_worker,
                    initargs=(self.memory_mb,),
                )
            return self._pool

    def _result(self, future: Future[R], name: str, timeout_s: float) -> R | Exception:
        try:
            return future.result()
        except FutureTimeout:
            return GuardTimeout(f"{name} ran past {timeout_s:g} s")
        except ProcessExpired as error:
            return GuardCrash(f"the process that ran {name} died (exit code {error.exitcode})")
        except MemoryError:
            return GuardCrash(f"{name} ran out of the {self.memory_mb} MB of a worker")
        except Exception as error:  # noqa: BLE001 - handed on in the place of its result, never swallowed
            return error


def _enter_worker(memory_mb: int) -> None:
    """Runs first in every worker: limit memory, leave Ctrl-C to the parent, and die when the parent dies.

    A service manager sends SIGTERM to the whole group: the parent finishes its pass, and needs its workers for it.
    """
    configure()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    limit = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@lru_cache(maxsize=4)
def guard(settings: GuardSettings) -> PebbleGuard:
    """The pool of this process for these settings."""
    pool = PebbleGuard(settings.workers or os.cpu_count() or 1, settings.memory_mb)
    atexit.register(pool.stop)
    return pool
