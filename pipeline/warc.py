"""A Response <-> a record of WARC/1.1 (ISO 28500), and the gzip member that it is.

Each record is a gzip member of its own (annex D), so a page is read by one seek. Bodies are kept decoded: the headers
that speak of their transfer go, and Content-Length is theirs. What WARC has no field for (the address that was asked
for, the redirects, the word of robots.txt) stands in fields of ours, which other readers pass over.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import responses as PHRASES
from io import BytesIO
from typing import IO, Any
from uuid import uuid4

from warcio.recordloader import ArcWarcRecordLoader

from pipeline import __version__
from schemas.errors import ArchiveError
from schemas.ports import Response
from schemas.records import RawPage

_TRANSFER = {"content-encoding", "transfer-encoding", "content-length"}
_LEVEL = 4  # on news pages of 311 KB: 2.8 ms; 6 takes 5.0 ms for 5 % less
_CHUNK = 65_536
_BREAKS = re.compile("[\r\n\x00]+")


def info_record(name: str) -> bytes:
    fields = {"software": f"newsbeam/{__version__}", "format": "WARC File Format 1.1"}
    block = "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode()
    head = [("WARC-Type", "warcinfo"), ("WARC-Date", _warc_date(datetime.now(UTC))), ("WARC-Filename", name)]
    return _record(head, "application/warc-fields", block)


def response_record(response: Response, at: datetime, sha256: bytes) -> bytes:
    head = [
        ("WARC-Type", "response"),
        ("WARC-Date", _warc_date(at)),
        ("WARC-Target-URI", response.final_url or response.url or f"urn:sha256:{sha256.hex()}"),
        ("WARC-Payload-Digest", f"sha256:{base64.b32encode(sha256).decode()}"),
        ("Newsbeam-Requested-URI", response.url),
        *(("Newsbeam-Redirected-From", url) for url in response.redirects),
        ("Newsbeam-Permanent", "yes" if response.permanent else "no"),
        ("Newsbeam-Robots", response.robots),
        *([("Newsbeam-Via", response.via)] if response.via else []),
    ]
    lines = [
        f"HTTP/1.1 {response.status} {PHRASES.get(response.status, '')}",
        *(f"{k}: {v}" for k, v in _headers(response)),
    ]
    # aiohttp gives bytes that are no UTF-8 as lone surrogates: this way they are the same bytes again.
    http = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n"
    return _record(head, "application/http; msgtype=response", http + response.body)


def _headers(response: Response) -> Iterator[tuple[str, str]]:
    """The headers as kept: those of the transfer go, Content-Length is the body's, no value breaks its line."""
    for key, value in response.headers:
        if key not in _TRANSFER:
            yield _one_line(key), _one_line(value)
    if response.header("content-length"):
        yield "content-length", str(len(response.body))


def _record(head: list[tuple[str, str]], content_type: str, block: bytes) -> bytes:
    fields = [
        *head,
        ("WARC-Record-ID", f"<urn:uuid:{uuid4()}>"),
        ("Content-Type", content_type),
        ("Content-Length", str(len(block))),
    ]
    lines = ["WARC/1.1", *(f"{key}: {_one_line(value)}" for key, value in fields)]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + block + b"\r\n\r\n"


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _warc_date(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def member(record: bytes) -> bytes:
    return zlib.compress(record, _LEVEL, wbits=31)


def record_at(file: IO[bytes]) -> Any:
    """The record of the gzip member that begins here. Raises zlib.error, EOFError or ArchiveLoadFailed."""
    inflate, pieces = zlib.decompressobj(wbits=31), []
    while not inflate.eof:
        data = file.read(_CHUNK)
        if not data:
            raise EOFError("the record has no end")
        pieces.append(inflate.decompress(data))
    return ArcWarcRecordLoader().parse_record_stream(
        BytesIO(b"".join(pieces)), known_format="warc", no_record_parse=True
    )


def response_of(record: Any, page: RawPage) -> Response:
    head, _, body = record.raw_stream.read().partition(b"\r\n\r\n")
    status, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
    code = status.split(" ", 2)[1:2]
    if record.rec_type != "response" or not code or not code[0].isdecimal():
        raise ArchiveError(f"segment {page.segment} holds no page at byte {page.offset}")
    fields = [(key.lower(), value) for key, value in record.rec_headers.headers]
    return Response(
        page.url,
        final_url=page.final_url,
        redirects=tuple(value for key, value in fields if key == "newsbeam-redirected-from"),
        permanent=("newsbeam-permanent", "yes") in fields,
        status=int(code[0]),
        headers=tuple((key, value.strip()) for key, _, value in (line.partition(":") for line in lines)),
        body=body,
        robots=dict(fields).get("newsbeam-robots", "not_asked"),
        via=dict(fields).get("newsbeam-via", ""),
    )
