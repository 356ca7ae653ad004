"""A segment without some of its pages. What stays keeps its place, so that no reference to it breaks.

Where a page stood (its `response` or `revisit` record and those that go with it) stands one `metadata` record of
the same length, as a gzip member of stored zeros. Zeros are not written but left out of the file (a hole), so that
a disk gets its room back.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.warc import PAGES, new_id, warc_date

_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_STORED = 65_535  # bytes in one stored block of deflate (RFC 1951, 3.2.4)
_END = b"\r\n\r\n"
_BLOCK, _TRAILER = struct.Struct("<BHH"), struct.Struct("<LL")
_HOLE = 4_096
Pieces = list[bytes | int]
"""Bytes of a file in order; a number stands for that many zeros."""


class Record(NamedTuple):
    """One gzip member: where it lies and what it says of itself."""

    start: int
    end: int
    fields: dict[str, str]  # of its head, names in lower case
    words: dict[str, str]  # of its block, where that is fields, too


def records(data: bytes) -> Iterator[Record]:
    """The records of a segment. Raises zlib.error or EOFError where it is cut or damaged."""
    start = 0
    while start < len(data):
        inflate = zlib.decompressobj(wbits=31)
        content = inflate.decompress(data[start:])
        if not inflate.eof:
            raise EOFError("the record has no end")
        end = len(data) - len(inflate.unused_data)
        head, _, block = content.partition(_END)
        fields = _fields(head)
        words = _fields(block) if fields.get("content-type") == "application/warc-fields" else {}
        yield Record(start, end, fields, words)
        start = end


def _fields(text: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in text.decode("utf-8", "surrogateescape").split("\r\n"))
    return {name.lower(): value.strip() for name, found, value in lines if found}


def pages_for(data: bytes, entries: Collection[str]) -> set[int]:
    """Where the pages lie that were fetched for these entries, as their metadata records say."""
    starts: dict[str, int] = {}
    found: set[int] = set()
    for record in records(data):
        if record.fields.get("warc-type") in PAGES:
            starts[record.fields["warc-record-id"]] = record.start
        elif record.fields.get("warc-type") == "metadata" and record.words.get("entry") in entries:
            found.add(starts[record.fields["warc-concurrent-to"]])
    return found


def without(data: bytes, offsets: Collection[int]) -> tuple[Pieces, int]:
    """The segment without the pages at these offsets, and how many pages are left. A place that is blank stays so."""
    pieces: Pieces = []
    left, spans = 0, list[tuple[int, int]]()
    going = ""  # id of the page whose records go
    for record in records(data):
        if record.fields.get("warc-type") in PAGES:
            going = record.fields["warc-record-id"] if record.start in offsets else ""
            left += not going
        if not going:
            continue
        if record.fields["warc-record-id"] == going:
            spans.append((record.start, record.end))
        elif record.fields.get("warc-concurrent-to") == going:
            spans[-1] = (spans[-1][0], record.end)
    at = 0
    for start, end in spans:
        pieces += [data[at:start], *blank(end - start)]
        at = end
    return [*pieces, data[at:]], left


def blank(length: int) -> Pieces:
    """A gzip member of this length that is one record of zeros. Raises ValueError where that is too short.

    Its head is compressed; its Content-Length, whose digits depend on what is left, and its zeros are stored.
    """
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = _head()
    start = _GZIP + deflate.compress(head) + deflate.flush(zlib.Z_SYNC_FLUSH)  # which ends at a byte's bound
    room = length - len(start) - _TRAILER.size
    blocks = -(-room // (_STORED + _BLOCK.size))
    size = room - _BLOCK.size * blocks - len(_number(0)) - len(_END)
    if size < 0:
        raise ValueError(f"{length} bytes are too few for a blank record")
    sizes = _even(size + len(_number(0)) + len(_END), blocks)
    pieces: Pieces = [start]
    for n, some in enumerate(sizes, 1):
        first, last = _number(size) if n == 1 else b"", _END if n == blocks else b""
        pieces.append(_BLOCK.pack(n == blocks, some, some ^ 0xFFFF) + first)
        pieces += [some - len(first) - len(last), last]
    content = head + _number(size) + bytes(size) + _END
    return [*pieces, _TRAILER.pack(zlib.crc32(content), len(content))]


def _even(total: int, parts: int) -> list[int]:
    """The total in parts that differ by one at most: none is too small for what stands at its ends."""
    return [total // parts + (n < total % parts) for n in range(parts)]


def _head() -> bytes:
    return (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: {new_id()}\r\n"
        f"WARC-Date: {warc_date(datetime.now(UTC))}\r\n"
        "Content-Type: application/octet-stream\r\nContent-Length: "
    ).encode()


def _number(size: int) -> bytes:
    return b"%010d\r\n\r\n" % size


def joined(pieces: Pieces) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else bytes(piece) for piece in pieces)


def write(path: Path, pieces: Pieces) -> None:
    """Write a file, with holes for long runs of zeros."""
    with path.open("wb") as file:
        for piece in pieces:
            if isinstance(piece, bytes):
                file.write(piece)
            elif piece < _HOLE:
                file.write(bytes(piece))
            else:
                file.seek(piece, 1)
        file.truncate()
