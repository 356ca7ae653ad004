"""A throwaway PostgreSQL on this machine, from the binaries that are installed, gone with its folder afterwards.

    with cluster() as server:
        url = server.database("one")

Root may not run it: then a user `newsbeam_pg` is made for it, or `nobody` serves. It listens on a Unix socket only.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

OLDEST = 15
PORT = 5432  # of the socket's name: nothing listens on the network
USER = "newsbeam_pg"
REMEDY = "on Debian and Ubuntu: apt-get install postgresql"


class Missing(Exception):
    """No PostgreSQL is installed here; the words say how it would be."""


class Server(NamedTuple):
    folder: Path

    @property
    def admin(self) -> str:
        return self._url("postgres")

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        import psycopg

        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        return self._url(name)

    def ask(self, url: str, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query, without anything of newsbeam in between."""
        import psycopg

        with psycopg.connect(self._dsn(urlsplit(url).path.strip("/")), autocommit=True) as connection:
            found = connection.execute(query)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder))}&port={PORT}"

    def _dsn(self, name: str) -> str:
        return f"host={self.folder} port={PORT} user=postgres dbname={name}"


def binaries() -> Path:
    """The folder of initdb and pg_ctl, the newest there is. Raises Missing."""
    known = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    if found := shutil.which("initdb"):
        known.append(Path(found).resolve().parent)
    able = {folder: _version(folder) for folder in known if (folder / "pg_ctl").exists()}
    if not able or max(able.values()) < OLDEST:
        raise Missing(f"PostgreSQL {OLDEST} or newer is not installed here; {REMEDY}")
    return max(able, key=lambda folder: able[folder])


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "initdb", "--version"], check=True, capture_output=True, text=True).stdout
    return int(said.split()[2].partition(".")[0])


@contextmanager
def cluster() -> Iterator[Server]:
    """A server that runs while the block does. Raises Missing where PostgreSQL is not installed.

    It does not wait for the disk: what is tested is the death of its clients, not of the machine.
    """
    where = binaries()
    folder = Path(tempfile.mkdtemp(prefix="newsbeam-pg-"))  # short: a socket's name may have a hundred characters
    user = _servant()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    fast = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
    try:
        _call(user, folder, where / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {PORT} -k {folder} -c listen_addresses='' {fast}"
        _call(user, folder, where / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            _call(user, folder, where / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _servant() -> pwd.struct_passwd | None:
    """Whom root lets run the server; None where we are not root."""
    if os.geteuid() != 0:
        return None
    if USER not in {entry.pw_name for entry in pwd.getpwall()} and shutil.which("useradd"):
        subprocess.run(["useradd", "--system", "--no-create-home", USER], check=False, capture_output=True)
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get(USER, names["nobody"])


def _call(user: pwd.struct_passwd | None, folder: Path, *command: object) -> None:
    """Run one of PostgreSQL's programs as its user; it daemonizes, so its output goes into a file."""
    who: dict[str, Any] = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with (folder / "said").open("wb") as said:
        done = subprocess.run(
            [str(part) for part in command], check=False, cwd=folder, stdout=said, stderr=subprocess.STDOUT, **who
        )
    if done.returncode:
        log = folder / "log"
        words = (folder / "said").read_text(errors="replace") + (
            log.read_text(errors="replace") if log.exists() else ""
        )
        raise RuntimeError(f"{command[0]} failed: {words[-2_000:]}")


def main() -> int:
    """Which PostgreSQL would be used here; 1 and how to install one where there is none."""
    try:
        print(f"PostgreSQL from {binaries()}")
    except Missing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
