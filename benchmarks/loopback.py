"""A server of feeds on this machine that says "not modified" to whoever asks conditionally, under any number of names.

    with serving() as port: ...

It runs in a process of its own, so that its CPU is not that of the one who asks.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context

ETAG = '"v1"'
_BODY = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Quiet</title><link>https://quiet.example/</link>'
    b"<item><title>Old</title><link>https://quiet.example/old</link></item></channel></rss>"
)


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        same = self.headers.get("If-None-Match") == ETAG
        self.send_response_only(304 if same else 200)
        self.send_header("ETag", ETAG)
        self.send_header("Connection", "close")  # two polls of a feed are minutes apart: no server waits for so long
        if not same:
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(_BODY)))
        self.end_headers()
        if not same:
            self.wfile.write(_BODY)

    def log_message(self, *_: object) -> None:
        """Nobody reads its log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1_024


def _serve(held: socket.socket) -> None:
    server = _Server(held.getsockname(), _Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = held
    server.serve_forever()


@contextmanager
def serving() -> Iterator[int]:
    """The port at which it listens, on every loopback address."""
    held = socket.create_server(("0.0.0.0", 0), backlog=1_024)
    process = get_context("fork").Process(target=_serve, args=(held,), daemon=True)
    process.start()
    try:
        yield held.getsockname()[1]
    finally:
        process.terminate()
        process.join()
        held.close()
