"""The body of an answer as it comes -> the body, in pieces of bounded size, so that a bomb stops at the limit.

Coding names that we do not know are passed through, as browsers do: servers that write `Content-Encoding: UTF-8`
send plain text. Bytes behind the end of the compressed data are ignored, as they do, too.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli
import zstandard

ACCEPT = "gzip, deflate, br, zstd"
PIECE = 65_536
_MEMBERS = 1_000  # gzip members or zstd frames of one body; without a limit, empty ones cost quadratic time
_WINDOW = 8 << 20  # bytes: what RFC 9659 lets a zstd encoder ask of an HTTP client
_SLICE = 64  # bytes of zstd input at a time: 4 of them can stand for 128 KiB, and the decoder takes no limit
_LAYERS = 2  # "gzip, gzip" happens; more is an attack


class Broken(Exception):
    """The body is not what its Content-Encoding says, or it is cut. The message is the reason in words."""


class Decoder(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes bring, in pieces. Raises Broken."""

    def finish(self) -> bytes:
        """The rest. Raises Broken if the end has not come."""


class Inflate:
    """gzip with any number of members, or deflate, with zlib's frame (RFC 9110) or without (what some servers send)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._bits = 31 if name == "gzip" else 0
        self._inner = zlib.decompressobj(31)
        self._held = b""
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self._held + data
        self._held = b""
        if not self._bits and data:
            if len(data) < 2:
                self._held = data
                return
            self._bits = 15 if data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0 else -15
            self._inner = zlib.decompressobj(self._bits)
        while data:
            if self._inner.eof:
                if self._bits != 31 or not data.startswith(b"\x1f\x8b"):
                    return
                self._next_member()
            piece = self._decompress(data)
            if piece:
                yield piece
            data = self._inner.unconsumed_tail or self._inner.unused_data

    def finish(self) -> bytes:
        rest = self._inner.flush() if self._bits else b""
        if not self._inner.eof:
            raise Broken(f"the body is cut: its {self.name} data has no end")
        return rest

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MEMBERS:
            raise Broken(f"the body has more than {_MEMBERS} gzip members")
        self._inner = zlib.decompressobj(31)

    def _decompress(self, data: bytes) -> bytes:
        try:
            return self._inner.decompress(data, PIECE)
        except zlib.error as error:
            raise Broken(f"the body is not the {self.name} data it is said to be ({error})") from error


class Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._inner.is_finished():
            try:
                piece = self._inner.process(data, output_buffer_limit=PIECE)
            except brotli.error as error:
                raise Broken(f"the body is not the br data it is said to be ({error})") from error
            if piece:
                yield piece
            if self._inner.can_accept_more_data():
                return
            data = b""

    def finish(self) -> bytes:
        if not self._inner.is_finished():
            raise Broken("the body is cut: its br data has no end")
        return b""


class Zstd:
    def __init__(self) -> None:
        self._inner = self._frame()
        self._frames = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _SLICE):
            part = data[start : start + _SLICE]
            while part:
                if self._inner.eof:
                    self._frames += 1
                    if self._frames > _MEMBERS:
                        raise Broken(f"the body has more than {_MEMBERS} zstd frames")
                    self._inner = self._frame()
                try:
                    piece = self._inner.decompress(part)
                except zstandard.ZstdError as error:
                    raise Broken(f"the body is not the zstd data it is said to be ({error})") from error
                if piece:
                    yield piece
                part = self._inner.unused_data if self._inner.eof else b""

    def finish(self) -> bytes:
        if not self._inner.eof:
            raise Broken("the body is cut: its zstd data has no end")
        return b""

    @staticmethod
    def _frame() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()


class Body:
    """Decodes one body by the value of its Content-Encoding header. Raises Broken."""

    def __init__(self, content_encoding: str) -> None:
        names = [name.strip().lower().removeprefix("x-") for name in content_encoding.split(",")]
        makers: dict[str, Callable[[], Decoder]] = {
            "gzip": lambda: Inflate("gzip"),
            "deflate": lambda: Inflate("deflate"),
            "br": Brotli,
            "zstd": Zstd,
        }
        self._chain: list[Decoder] = [makers[name]() for name in reversed(names) if name in makers]
        self._fed = False
        if len(self._chain) > _LAYERS:
            raise Broken(f"the body is encoded {len(self._chain)} times over")

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._fed = self._fed or bool(data)
        return _through(self._chain, data)

    def finish(self) -> Iterator[bytes]:
        """What is left when the last bytes have come; an empty body is no body, whatever its header says."""
        for index, decoder in enumerate(self._chain if self._fed else ()):
            yield from _through(self._chain[index + 1 :], decoder.finish())


def _through(chain: list[Decoder], data: bytes) -> Iterator[bytes]:
    if not chain:
        if data:
            yield data
        return
    for piece in chain[0].feed(data):
        yield from _through(chain[1:], piece)
