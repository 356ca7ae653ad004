"""The guarded pool: a hang, a crash and a glutton cost one call each, and no worker outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.guard import PebbleGuard
from schemas.errors import GuardCrash, GuardTimeout


def behave(what: str) -> str:
    if what == "hang":
        while True:
            time.sleep(0.05)
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "eat":
        return "x" * (2 << 30)
    if what == "raise":
        raise ValueError("bad input")
    return what.upper()


@pytest.fixture(scope="module")
def pool():
    pool = PebbleGuard(workers=2, memory_mb=1_024)
    yield pool
    pool.stop()


def test_only_the_guilty_call_is_lost(pool):
    good = [f"item{n}" for n in range(6)]
    items = [good[0], "hang", good[1], "crash", good[2], "eat", good[3], "raise", good[4], good[5]]
    results = pool.map(behave, items, timeout_s=2)
    assert [r for r in results if isinstance(r, str)] == [g.upper() for g in good]
    kinds = {item: type(r) for item, r in zip(items, results, strict=True) if not isinstance(r, str)}
    assert kinds == {"hang": GuardTimeout, "crash": GuardCrash, "eat": GuardCrash, "raise": ValueError}


def test_the_pool_serves_again_after_stop(pool):
    pool.stop()
    assert pool.map(behave, ["again"], timeout_s=5) == ["AGAIN"]


def test_workers_die_with_a_killed_parent(tmp_path: Path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys, time\n"
        "from pipeline.guard import PebbleGuard\n"
        "from tests.test_guard import worker_pid\n"
        "if __name__ == '__main__':\n"
        "    print(*set(PebbleGuard(2, 1024).map(worker_pid, range(8), timeout_s=5)), flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parents[1]
    child = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)}
    )
    pids = [int(p) for p in child.stdout.readline().split()]
    assert pids
    child.kill()
    child.wait()
    deadline = time.monotonic() + 10
    while any(alive(p) for p in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [p for p in pids if alive(p)]


def worker_pid(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
