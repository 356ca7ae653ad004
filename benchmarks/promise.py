"""The promise, tried to be broken: newsbeam is killed and harmed again and again; afterwards nothing is lost or twice.

    python -m benchmarks.promise [--kills 200] [--postgres 50] [--damage 12] [--chain 5] [--seed 1]

Each house watches two outlets of the demo press and dies `--chain` times in a row: at a commit point (`POINTS` of
`benchmarks/hurt.py`, before or after a call of it; all of them in turn) or at a random moment. Between two deaths the
press may publish anew, so that revisions fall among them. Then one run goes to its end, and the committed output is
judged from the press's own log and from `seeds/demo/expected.json`. On PostgreSQL a second replica works beside the
one that dies. Damage other than death (`benchmarks/damage.py`) falls on SQLite: so many times each a full disk, a clock
that jumps, and a ledger that somebody else has locked.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import damage
from benchmarks.house import ENVIRONMENT, House, kill_after, kill_at
from benchmarks.hurt import POINTS
from benchmarks.judge import Verdict
from benchmarks.postgres import Missing, Server, cluster
from pipeline.press import Press

PLACES = [(when, point) for point in POINTS for when in ("before", "after")]
LONGEST_S = 6.0  # of a random moment
BESIDE = 0.5  # of the deaths on PostgreSQL fall beside a second replica
TRIES = 6  # for one death: a commit point may not be reached, a run may end before its moment


class Story(NamedTuple):
    """Of one house: where each harm fell, and what was found afterwards."""

    fell: list[str]
    found: Verdict


def killed(folder: Path, kills: int, seed: int, server: Server | None = None) -> Story:
    """One house: so many deaths in a row, then a run to the end."""
    chance, fell = random.Random(seed), list[str]()
    planned = [PLACES[(seed * kills + number) % len(PLACES)] for number in range(kills)]
    with Press(folder / "log.jsonl", now=datetime.now(UTC)) as press:
        house = House(folder, press, server)
        for place in planned:
            if fell and chance.random() < 0.2 and press.cycle < 2:
                press.next_cycle()
            fell += _death(house, place if chance.random() < 0.7 else None, chance)
        return Story(fell, house.verdict())


def _death(house: House, place: tuple[str, str] | None, chance: random.Random) -> Iterable[str]:
    """One death, at a commit point or, where that cannot be reached, at some moment."""
    for attempt in range(TRIES):
        house.all_due()
        with _beside(house) if chance.random() < BESIDE else nullcontext():
            if place is not None and attempt < TRIES // 2:
                fell = kill_at(house.config, place[1], place[0], chance.choice((1, 1, 1, 2)) if not attempt else 1)
            else:
                fell = kill_after(house.config, chance.uniform(0.5, LONGEST_S))
        if fell:
            return [fell]
        if house.asleep() and house.press.cycle < 2:
            house.press.next_cycle()
        elif attempt:
            house.leases_end()
    return []


@contextmanager
def _beside(house: House) -> Iterator[None]:
    """On PostgreSQL a second replica works at the same time, and is let come to its end."""
    if house.server is None:
        yield
        return
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(house.config)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        _, said = process.communicate()
        if process.returncode:
            raise RuntimeError(f"the replica beside it ended with {process.returncode}: {said[-2_000:]}")


def damaged(folder: Path, kind: str, times: int, seed: int) -> Story:
    """One house under harm of one kind, so many times in a row, then a run to the end."""
    chance = random.Random(seed)
    with Press(folder / "log.jsonl", now=datetime.now(UTC)) as press:
        house = House(folder, press)
        if kind == "disk":
            with damage.small_disk(house.out) as leave:
                done = damage.full_disk(house, times, chance, leave)
                return Story(done.fell, house.verdict(done.wrong))
        harm = damage.jumping_clock if kind == "clock" else damage.locked
        done = harm(house, times, chance)
        return Story(done.fell, house.verdict(done.wrong))


Job = Callable[[Path], Story]


def jobs(options: argparse.Namespace, server: Server | None) -> Iterator[tuple[str, Job]]:
    """(name, a house's torture), every kind with houses enough for the times that were asked for."""
    for name, count, where in (("SQLite", options.kills, None), ("PostgreSQL", options.postgres, server)):
        for number, times in enumerate(_chains(count, options.chain)):
            yield name, partial(killed, kills=times, seed=options.seed + number, server=where)
    for kind in ("disk", "clock", "lock"):
        for number, times in enumerate(_chains(options.damage, options.chain)):
            yield kind, partial(damaged, kind=kind, times=times, seed=options.seed + number)


def _chains(count: int, chain: int) -> list[int]:
    return [min(chain, count - start) for start in range(0, count, chain)]


class Tally:
    """What came of all houses."""

    def __init__(self) -> None:
        self.places: dict[str, Counter[str]] = {}
        self.lost = self.twice = self.readings = 0
        self.wrong: list[str] = []

    def add(self, name: str, number: int, story: Story) -> None:
        found = story.found
        print(f"{name}, house {number}: {'; '.join(story.fell)}: {found.readings} readings", flush=True)
        places = self.places.setdefault(name, Counter())
        places.update(_place(fell) for fell in story.fell)
        self.lost, self.twice = self.lost + found.lost, self.twice + found.twice
        self.readings += found.readings
        self.wrong += [f"{name}, house {number}: {words}" for words in found.wrong]
        self.wrong += [f"{name}, house {number}: {count} {what}" for what, count in _bad(found) if count]

    def report(self) -> int:
        for name, places in self.places.items():
            print(f"{name}: {places.total()}")
            for place, count in sorted(places.items()):
                print(f"{count:5}  {place}")
        print(*self.wrong, sep="\n", end="\n" if self.wrong else "")
        kills = sum(self.places.get(name, Counter()).total() for name in ("SQLite", "PostgreSQL"))
        harms = sum(places.total() for places in self.places.values()) - kills
        sums = f"{kills} kills and {harms} other harms, {self.readings} readings"
        print(f"{sums}, {self.lost} lost, {self.twice} twice, {len(self.wrong)} faults")
        return 1 if self.wrong else 0


def _bad(found: Verdict) -> list[tuple[str, int]]:
    return [("readings lost", found.lost), ("readings twice", found.twice)]


def _place(fell: str) -> str:
    """Where a harm fell, without its numbers."""
    if fell.startswith(("before ", "after ")):
        return " ".join(fell.split()[:2])
    if fell.endswith("after start"):
        return "at a random moment"
    where, _, how = fell.partition(": ")
    where = where.rpartition(" ")[0] if where.startswith("locked") else "the clock jumps" if "clock" in where else where
    return f"{where}: {'went on' if how == 'went on' else 'ended with an error in words'}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promise", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--kills", type=int, default=200, help="on SQLite")
    parser.add_argument("--postgres", type=int, default=50, help="kills on PostgreSQL")
    parser.add_argument("--damage", type=int, default=12, help="times each: a full disk, a jumping clock, a lock")
    parser.add_argument("--chain", type=int, default=5, help="harms of one house in a row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side-by-side", type=int, default=3)
    options = parser.parse_args()
    try:
        with _server(options.postgres) as server:
            return _torture(options, server)
    except Missing as error:
        print(f"{error}; without it: --postgres 0", file=sys.stderr)
        return 1


def _torture(options: argparse.Namespace, server: Server | None) -> int:
    tally = Tally()
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(options.side_by_side) as pool:
        waiting = []
        for number, (name, job) in enumerate(jobs(options, server)):
            folder = Path(root) / str(number)
            folder.mkdir()
            waiting.append((name, number, pool.submit(job, folder)))
        for name, number, future in waiting:
            tally.add(name, number, _ended(future))
    return tally.report()


def _ended(house: Future[Story]) -> Story:
    """How a house ended; one that broke is a fault of its own and hides no other."""
    try:
        return house.result()
    except Exception as error:  # noqa: BLE001 - told with the faults, never swallowed
        return Story([], Verdict(0, 0, 0, (f"the house was given up: {type(error).__name__}: {error}",)))


@contextmanager
def _server(kills: int) -> Iterator[Server | None]:
    if not kills:
        yield None
        return
    with cluster() as server:
        yield server


if __name__ == "__main__":
    sys.exit(main())
