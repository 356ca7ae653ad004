"""Feeds that have nothing new: how many polls a second of CPU brings, and what a feed costs in memory.

    python -m benchmarks.quiet [--feeds 2000]
    python -m benchmarks.quiet --resident 100000

Each feed has a host name of its own, all of which lead to a server on this machine that answers 304 and hangs up, as
any server has done by the next poll. Every contender polls all of them twice and the second round counts: CPU of this
process, threads included. Ours is the step `Poll` with its ledger, a file: lease the feeds, ask, decide when each is
due again, commit. Beside it stand a bare aiohttp loop that asks and throws the answer away, and a loop over `requests`
that would hand a body to feedparser; this one is asked by loopback address, since it cannot be given names.

`--resident` prints the most memory that such a process held, in KiB, with so many feeds: all of them leased to one
unit, 2,000 of them polled.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import aiohttp
import feedparser
import requests
from aiohttp.abc import AbstractResolver, ResolveResult

from benchmarks.figures import CpuClock, table
from benchmarks.growth import SetClock
from benchmarks.loopback import ETAG, serving
from benchmarks.rows import HEAD, Row, cells
from pipeline.ledger.engine import held
from pipeline.seeds import load_rules
from pipeline.world import RealWorld
from schemas.config import Guard, Network, Output, Paths, Settings, TestNetwork
from schemas.feeds import FeedIntent
from schemas.flow import Begin
from schemas.ids import feed_id
from transforms.poll import FindDue, PollFeeds

HOSTS = 2_000
FEW, MANY = 1_000, 100_000  # feeds whose memory is compared
CLOCK = SetClock()  # of every world here
ALONE = "python -m benchmarks.quiet"


@dataclass(frozen=True)
class QuietWorld(RealWorld):
    def clock(self) -> SetClock:  # type: ignore[override]
        return CLOCK


def world(folder: Path, port: int, feeds: int) -> QuietWorld:
    names = {f"h{number}.test": f"127.0.0.1:{port}" for number in range(min(feeds, HOSTS))}
    network = Network(user_agent="bench/1.0 (+https://bench.example/bot)", host_gap_s=0, test=TestNetwork(names))
    urls = [f"http://h{number % HOSTS}.test/{number}" for number in range(feeds)]
    return QuietWorld(
        settings=Settings(network=network, output=Output(dir=str(folder)), paths=Paths(), guard=Guard(workers=1)),
        rules=load_rules("", ""),
        aliases=(),
        feeds={feed_id(url): FeedIntent(feed_id(url), url) for url in urls},
    )


def a_pass(here: QuietWorld, unit: str, most: int) -> int:
    """Lease every feed to a unit and poll `most` of them, batch by batch; gives how many were polled."""
    here.ledger().open_unit(unit, "bench")
    find, poll = FindDue(here), PollFeeds(here)
    find.setup()
    poll.setup()
    each = (done for batch in find.process(Begin(unit)) for done in poll.process(batch))
    return sum(1 for _ in islice(each, most))


def ours(port: int, feeds: int) -> float:
    """Polls for each second of CPU."""
    with tempfile.TemporaryDirectory() as folder:
        here = world(Path(folder), port, feeds)
        with held(here.settings.ledger_url):
            a_pass(here, "a" * 32, feeds)
            CLOCK.at += timedelta(hours=12)
            clock = CpuClock()
            polled = a_pass(here, "b" * 32, feeds)
            used = clock.ms()
        here.web().close()
        here.guard().stop()
    assert polled == feeds
    return polled / used * 1_000


class _Here(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """It holds nothing."""


async def _bare(port: int, feeds: int) -> float:
    slots = asyncio.Semaphore(Network().connections)
    urls = [f"http://h{number}.test:{port}/{number}" for number in range(feeds)]

    async def ask(session: aiohttp.ClientSession, url: str) -> None:
        async with slots, session.get(url, headers={"If-None-Match": ETAG}) as answer:
            await answer.read()
            assert answer.status == 304

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=_Here())) as session:
        for _ in range(2):
            clock = CpuClock()
            await asyncio.gather(*(ask(session, url) for url in urls))
    return feeds / clock.ms() * 1_000


def bare(port: int, feeds: int) -> float:
    return asyncio.run(_bare(port, feeds))


def over_requests(port: int, feeds: int) -> float:
    urls = [f"http://127.{number >> 8}.{number & 255}.1:{port}/{number}" for number in range(1, feeds + 1)]
    for _ in range(2):
        clock = CpuClock()
        for url in urls:
            answer = requests.get(url, headers={"If-None-Match": ETAG}, timeout=10)
            if answer.status_code != 304:
                feedparser.parse(answer.content)
    return feeds / clock.ms() * 1_000


def resident(feeds: int) -> int:
    with serving() as port, tempfile.TemporaryDirectory() as folder:
        here = world(Path(folder), port, feeds)
        with held(here.settings.ledger_url):
            a_pass(here, "a" * 32, HOSTS)
        here.guard().stop()
    return getrusage(RUSAGE_SELF).ru_maxrss


def _resident_alone(feeds: int) -> int:
    command = [sys.executable, "-m", "benchmarks.quiet", "--resident", str(feeds)]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def rows(feeds: int = HOSTS) -> list[Row]:
    contenders: dict[str, Callable[[int, int], float]] = {"a bare aiohttp loop": bare, "requests": over_requests}
    out = []
    with serving() as port:
        mine = ours(port, feeds)
        for name, contender in contenders.items():
            out.append(Row("polls answered 304 per second of CPU", mine, name, contender(port, feeds), ALONE))
    few, many = _resident_alone(FEW), _resident_alone(MANY)
    title = f"KiB of memory that a feed more costs, from {FEW:,} to {MANY:,}"
    return [*out, Row(title, (many - few) / (MANY - FEW), "", None, ALONE)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quiet", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--feeds", type=int, default=HOSTS)
    parser.add_argument("--resident", type=int, help="print the memory with so many feeds, in KiB")
    options = parser.parse_args()
    if options.resident:
        print(resident(options.resident))
        return 0
    print(table([cells(row) for row in rows(options.feeds)], HEAD))
    return 0


if __name__ == "__main__":
    sys.exit(main())
