"""Harm that is no kill, on SQLite: a disk that fills, a clock that jumps, a ledger that somebody else has locked.

Each gives where the harm fell, and what was wrong with how newsbeam took it: a run may go on or end with an error in
words, never with a traceback as its last word. What then stands in the output is for the judge.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.house import ENVIRONMENT, PATIENCE_S, House, hurt
from benchmarks.hurt import LOCKABLE

DAY = 86_400
DISK_KIB = 24_576  # a house under torture needs less than half of it
FREE_KIB = (0, 30, 100, 250, 400, 550, 700, 900, 1_200, 1_600, 2_200)  # what is left for a run


class Hurt(NamedTuple):
    """`fell`: the harms that were done, in words; `wrong`: how they were not met as they should be."""

    fell: list[str]
    wrong: list[str]


def _taken(fell: str, done: subprocess.CompletedProcess[str], *, may_fail: bool) -> Hurt:
    last = done.stderr.strip().rpartition("\n")[2]
    if done.returncode == 0:
        return Hurt([f"{fell}: went on"], [])
    if may_fail and done.returncode == 1 and last.startswith("newsbeam: "):
        return Hurt([f"{fell}: {last.removeprefix('newsbeam: ')[:110]}"], [])
    return Hurt([fell], [f"{fell}: exit {done.returncode}, {done.stderr.strip()[-300:]}"])


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[float], str] | None]:
    """A disk of its own behind `folder`; gives what leaves so many KiB free on it, None where we may not mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k,mode=0700", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    ballast = folder / "ballast"

    def leave(free_kib: float) -> str:
        ballast.unlink(missing_ok=True)
        there = os.statvfs(folder)
        size = there.f_bavail * there.f_frsize - int(free_kib * 1_024)
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(size, 1))
        return f"{free_kib:.0f} KiB free on a small disk"

    try:
        yield leave
        ballast.unlink(missing_ok=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def run_with_files_of(config: Path, kib: float) -> subprocess.CompletedProcess[str]:
    """`newsbeam run` where no file may grow past a size: a quota that needs no rights."""
    limit = max(1, int(kib * 1_024))
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(config)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=PATIENCE_S, env=ENVIRONMENT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)),
    )  # fmt: skip


def full_disk(house: House, times: int, chance: random.Random, leave: Callable[[float], str] | None) -> Hurt:
    """So many runs on a disk (else under a quota), each with a little more room than the one before."""
    found = Hurt([], [])
    rooms = sorted(chance.choices(FREE_KIB, k=times))
    for room in rooms:
        free = room + chance.uniform(0, 60)
        house.all_due()
        if leave is not None:
            words = leave(free)
            done = subprocess.run(
                [sys.executable, "-m", "pipeline.cli", "run", "--config", str(house.config)],
                check=False, capture_output=True, text=True, timeout=PATIENCE_S, env=ENVIRONMENT,
            )  # fmt: skip
            (house.out / "ballast").unlink()
        else:
            words = f"no file over {free:.0f} KiB"
            done = run_with_files_of(house.config, free)
        found = _both(found, _taken(words, done, may_fail=True))
    return found


def jumping_clock(house: House, times: int, chance: random.Random) -> Hurt:
    """In each run the clock is set forward by a day, or back, and mostly back again a little later."""
    found = Hurt([], [])
    for number in range(times):
        by = DAY if chance.random() < 0.6 else -DAY
        call = chance.randrange(1, 25)
        jumps = {call: by} | ({call + chance.randrange(1, 15): -by} if chance.random() < 0.7 else {})
        words = ", ".join(f"{seconds / DAY:+.0f} day at reading {at}" for at, seconds in jumps.items())
        house.all_due()
        if number and house.asleep() and house.press.cycle < 2:
            house.press.next_cycle()
        done = hurt("clock", ",".join(f"{at}:{seconds}" for at, seconds in jumps.items()), config=house.config)
        found = _both(found, _taken(f"the clock {words}", done, may_fail=False))
    return found


def locked(house: House, times: int, chance: random.Random) -> Hurt:
    """In each run somebody else locks the ledger for longer than it is waited for, at each point of writing in turn."""
    found = Hurt([], [])
    for number in range(times):
        house.all_due()
        if house.asleep() and house.press.cycle < 2:
            house.press.next_cycle()
        point, count = LOCKABLE[number % len(LOCKABLE)], chance.choice((1, 1, 2))
        done = hurt("lock", str(house.out / "newsbeam.db"), point, str(count), config=house.config)
        found = _both(found, _taken(f"locked before {point} {count}", done, may_fail=True))
    return found


def _both(one: Hurt, other: Hurt) -> Hurt:
    return Hurt(one.fell + other.fell, one.wrong + other.wrong)
