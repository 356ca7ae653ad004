"""What `make torture` does to a run bites: a lock that somebody else holds ends it, in words, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served, spanish
from test_forget import newsbeam, sound

from benchmarks.hurt import PATIENCE_MS

SITE = "http://harbour.test"


@pytest.mark.parametrize("point", ["poll", "mark"])
def test_a_run_that_waits_in_vain_for_the_ledger_says_so_and_the_next_one_finishes_its_work(tmp_path, point):
    web = FakeWeb().feed(f"{SITE}/rss", rss(f"{SITE}/one")).page(f"{SITE}/one", article("one", spanish("one")))
    with served(web) as address:
        config = desk(tmp_path, address, [f"{SITE}/rss"])
        command = [sys.executable, "-m", "benchmarks.hurt", "lock", str(tmp_path / "out" / "newsbeam.db"), point, "1"]
        done = subprocess.run([*command, "run", "--config", str(config)], capture_output=True, text=True, timeout=60)
        last = done.stderr.strip().rpartition("\n")[2]
        assert (done.returncode, last[:10]) == (1, "newsbeam: "), done.stderr
        assert f"another process has locked it for more than {PATIENCE_MS / 1000:g} s" in last
        after = json.loads(newsbeam("run", "--json", config=config).stdout)
    assert after["visits"] == {"written": 1}
    sound(config)
