"""A house under torture: two outlets of the demo press, newsbeam that watches them, and the hands that hurt it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.judge import ROOT, SOME, Ask, Verdict, judge, sqlite
from benchmarks.postgres import Server
from pipeline.press import Press

PATIENCE_S = 300.0
LEASE_S = 5.0  # on PostgreSQL, where a death shows by the end of the lease only
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def settings(press: Press, folder: Path, hosts: tuple[str, ...] = (), more: str = "") -> Path:
    """A settings file beside a feeds file; `hosts` narrows what is watched, `more` are further lines of TOML."""
    press.write_feeds_toml(folder / "feeds.toml")
    if hosts:
        blocks = (folder / "feeds.toml").read_text(encoding="utf-8").split("[[feed]]")
        kept = [block for block in blocks[1:] if any(host in block for host in hosts)]
        (folder / "feeds.toml").write_text("".join("[[feed]]" + block for block in kept), encoding="utf-8")
    resolve = "".join(f'"{host}" = "{address}"\n' for host, address in press.hosts.items())
    file = folder / "newsbeam.toml"
    file.write_text(
        "[network]\nhost_gap_s = 0\nretries = 1\nmax_retry_wait_s = 0.2\nconnect_timeout_s = 2\n"
        f"[guard]\nworkers = 1\n{more}[network.test.resolve]\n{resolve}",
        encoding="utf-8",
    )
    return file


def run(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *arguments, "--config", str(config)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=ENVIRONMENT)


def hurt(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    """`newsbeam run` with one thing of its world changed: see `benchmarks/hurt.py`."""
    command = [sys.executable, "-m", "benchmarks.hurt", *arguments, "run", "--config", str(config)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE_S, env=ENVIRONMENT)


def kill_at(config: Path, point: str, when: str, count: int = 1) -> str:
    """Run until the process dies at a commit point. Gives "" when it came to its end before."""
    done = hurt("kill", point, when, str(count), config=config)
    return f"{when} {point} {count}" if done.returncode == -signal.SIGKILL else ""


def kill_after(config: Path, seconds: float) -> str:
    """Kill a run at a moment. Gives "" when it had ended."""
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(config)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.kill()
    return f"{seconds:.2f} s after start" if process.wait() == -signal.SIGKILL else ""


class House:
    """`server`: its ledger is a database of its own there, else a SQLite file."""

    def __init__(self, folder: Path, press: Press, server: Server | None = None) -> None:
        self.folder, self.press, self.server = folder, press, server
        self.out = folder / "out"
        self.url = server.database(f"house_{folder.name}") if server else ""
        # The entries are not to blame for what we do to their units, however often we do it.
        more = "[lease]\nmax_deaths = 1000\n"
        if server:
            more += f'lease_s = {LEASE_S}\n[paths]\nledger = "{self.url}"\n'
        self.config = settings(press, folder, SOME, more)

    def ask(self) -> Ask:
        if self.server is not None:
            server, url = self.server, self.url
            return lambda query: server.ask(url, query)
        return sqlite(self.out / "newsbeam.db")

    def there(self) -> bool:
        """Whether its ledger has tables by now."""
        if self.server is None and not (self.out / "newsbeam.db").exists():
            return False
        tables = "information_schema.tables WHERE table_name" if self.server else "sqlite_master WHERE name"
        return bool(self.ask()(f"SELECT 1 FROM {tables} = 'read_lineage'"))

    def all_due(self) -> None:
        """Every feed and every article is to be asked for again, as if its time had come."""
        if not self.there():
            return
        for everyone in ("UPDATE feeds SET next_check = 0", "UPDATE entries SET revisit_at = 1 WHERE state = 'done'"):
            if self.server is not None:
                self.server.ask(self.url, everyone)
                continue
            with closing(sqlite3.connect(self.out / "newsbeam.db", timeout=30)) as ledger, ledger:
                ledger.execute(everyone)

    def asleep(self) -> bool:
        """Whether nothing is left to do, so that only news can wake it."""
        return self.there() and not self.ask()("SELECT 1 FROM entries WHERE state <> 'done' LIMIT 1")

    def leases_end(self) -> None:
        """Until what a dead replica held is free. A SQLite ledger has one holder: its death shows at once."""
        if self.server is not None:
            time.sleep(LEASE_S + 0.5)

    def verdict(self, faults: Sequence[str] = ()) -> Verdict:
        """One run to the end, and what then is there."""
        self.leases_end()
        self.all_due()
        done = run("run", "--json", config=self.config)
        found = judge(self.folder, self.ask() if self.server else None)
        ended = [f"the last run: {done.stderr.strip()[-300:]}"] if done.returncode else []
        return found._replace(wrong=(*found.wrong, *faults, *ended))
