"""The press as an HTTP/1.1 server on one loopback port; the Host header says which outlet is meant.

Requests to a name that is none of its hosts, at `/__press__/`, steer it: `GET` tells cycle, hosts and feeds,
`POST /__press__/next` goes on to the next cycle. They are not in the log.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any, NamedTuple

from pipeline.press.content import default_folder, load
from pipeline.press.edition import Edition, edition
from pipeline.press.replies import Ask, Reply, reply

LOOPBACK = "127.0.0.1"
CONTROL = "/__press__/"


class Feed(NamedTuple):
    url: str
    title: str
    options: Mapping[str, str]  # further keys of its line in a list of feeds


class Press:
    """`with Press(log_path) as press:` serves until the block ends.

    `log_path` gets one JSON line for each request: at, cycle, method, host, path, status, bytes (of the body as sent).
    A line is on disk before its answer is sent: what a client has seen stands in the log, whoever is killed.
    `cycle_file`, if given, holds the cycle's number, and whoever writes it moves the press on.
    All dates are relative to `now`, the moment of opening.
    """

    def __init__(
        self,
        log_path: Path | None = None,
        *,
        now: datetime | None = None,
        cycle_file: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        self.log_path = log_path
        self.opened = (now or datetime.now(UTC)).replace(microsecond=0)
        self.content = load(folder or default_folder())
        self.hosts: dict[str, str] = {}
        self.feeds = [
            Feed(outlet.feed_url, outlet.feed.title, {"fetch": outlet.feed.fetch} if outlet.feed.fetch else {})
            for outlet in self.content.outlets.values()
        ]
        self._cycle, self._cycle_file = 1, cycle_file
        self._editions: dict[int, Edition] = {}
        self._lock = threading.Lock()
        self._log: IO[str] | None = None
        self._server: _Server | None = None
        self._refusing: list[socket.socket] = []

    def start(self) -> None:
        if self.log_path is not None:
            self._log = self.log_path.open("a", encoding="utf-8")
        if self._cycle_file is not None and not self._cycle_file.exists():
            self._write_cycle(self._cycle)
        self._server = _Server(self)
        address = f"{LOOPBACK}:{self._server.server_address[1]}"
        self.hosts = dict.fromkeys(self.content.outlets, address)
        for host in self.content.refusing_hosts:
            # Bound but not listening: the port stays ours, and connections to it are refused.
            refusing = socket.socket()
            refusing.bind((LOOPBACK, 0))
            self._refusing.append(refusing)
            self.hosts[host] = f"{LOOPBACK}:{refusing.getsockname()[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="press", daemon=True).start()

    def stop(self) -> None:
        """Hang up on every client and close the ports."""
        if self._server is not None:
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
            self._server = None
        for refusing in self._refusing:
            refusing.close()
        self._refusing.clear()
        with self._lock:
            if self._log is not None:
                self._log.close()
                self._log = None

    def __enter__(self) -> Press:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def cycle(self) -> int:
        if self._cycle_file is not None:
            text = self._cycle_file.read_text(encoding="ascii").strip()
            if text.isdecimal() and int(text) > 0:  # else it is being written just now
                self._cycle = int(text)
        return self._cycle

    def next_cycle(self) -> int:
        """Go on to the next cycle; gives its number."""
        after = self.cycle + 1
        if self._cycle_file is not None:
            self._write_cycle(after)
        self._cycle = after
        return after

    def state(self) -> dict[str, Any]:
        feeds = [{"url": feed.url, "title": feed.title, **feed.options} for feed in self.feeds]
        return {"cycle": self.cycle, "hosts": self.hosts, "feeds": feeds}

    def write_feeds_toml(self, path: Path) -> None:
        """A list of the press's feeds. A JSON string is a TOML string, too."""
        tables = ({"url": feed.url, "title": feed.title, **feed.options} for feed in self.feeds)
        text = "\n".join(
            "[[feed]]\n" + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items())
            for table in tables
        )
        path.write_text(text, encoding="utf-8")

    def answer(self, method: str, ask: Ask) -> Reply:
        """Answer a request, and log it first."""
        cycle = self.cycle
        with self._lock:
            if cycle not in self._editions:
                self._editions[cycle] = edition(self.content, self.opened, cycle)
        made = reply(self._editions[cycle], ask)
        line = {
            "at": datetime.now(UTC).isoformat(),
            "cycle": cycle,
            "method": method,
            "host": ask.host,
            "path": ask.target,
            "status": made.status,
            "bytes": 0 if method == "HEAD" else len(made.body),
        }
        with self._lock:
            if self._log is not None:
                self._log.write(json.dumps(line) + "\n")
                self._log.flush()
        return made

    def _write_cycle(self, number: int) -> None:
        assert self._cycle_file is not None
        new = self._cycle_file.with_name(self._cycle_file.name + ".new")
        new.write_text(f"{number}\n", encoding="ascii")
        new.replace(self._cycle_file)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, press: Press) -> None:
        self.press = press
        self.clients: set[Any] = set()
        super().__init__((LOOPBACK, 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.clients.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.clients.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error; anything else is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        for client in list(self.clients):
            with suppress(OSError):  # it hung up itself
                client.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "press"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    timeout = 60
    server: _Server

    def do_GET(self) -> None:
        press = self.server.press
        if self._steering():
            self._send(_json(press.state()))
        else:
            self._send(press.answer(self.command, self._ask()))

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self._steering() and self.path == f"{CONTROL}next":
            self._send(_json({"cycle": self.server.press.next_cycle()}))
        else:
            self._send(Reply(405, (("Allow", "GET, HEAD"),)))

    def _ask(self) -> Ask:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Ask(headers.get("host", "").partition(":")[0].lower(), self.path, headers)

    def _steering(self) -> bool:
        return self.path.startswith(CONTROL) and self._ask().host not in self.server.press.content.outlets

    def _send(self, made: Reply) -> None:
        try:
            self.send_response(made.status)
            for name, value in made.headers:
                self.send_header(name, value)
            if made.status != 304:
                self.send_header("Content-Length", str(len(made.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(made.body)
            self.wfile.flush()
        except ConnectionError:  # the client had enough, which is its right
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """The press keeps a log of its own."""


def _json(value: object) -> Reply:
    return Reply(200, (("Content-Type", "application/json"),), json.dumps(value).encode())
