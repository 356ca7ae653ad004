"""A Response <-> its records of WARC/1.1 (ISO 28500), and the gzip members that they are.

    response, or revisit    the page; `revisit` where another record holds the same body (7.6, identical payload digest)
    request                 what was sent for it; a feed's own text has none
    metadata                what it was fetched for: feed, entry, visit

Each record is a gzip member of its own (annex D), so a page is read by one seek. Bodies are kept decoded: the headers
that speak of their transfer go, and Content-Length is theirs. What WARC has no field for (the address that was asked
for, the redirects, the word of robots.txt) stands in fields of ours, which other readers pass over.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.client import responses as PHRASES
from io import BytesIO
from typing import IO, Any
from urllib.parse import urlsplit
from uuid import uuid4

from warcio.recordloader import ArcWarcRecordLoader

from pipeline import __version__
from schemas.errors import ArchiveError
from schemas.ports import Response
from schemas.records import RawPage

_TRANSFER = {"content-encoding", "transfer-encoding", "content-length"}
_LEVEL = 4  # on news pages of 311 KB: 2.8 ms; 6 takes 5.0 ms for 5 % less
_CHUNK = 65_536
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
PAGES = ("response", "revisit")
_BREAKS = re.compile("[\r\n\x00]+")


def info_record(name: str) -> bytes:
    fields = {"software": f"newsbeam/{__version__}", "format": "WARC File Format 1.1"}
    head = [("WARC-Type", "warcinfo"), ("WARC-Date", warc_date(datetime.now(UTC))), ("WARC-Filename", name)]
    return _record(head, new_id(), "application/warc-fields", _fields(fields))


def page_records(
    response: Response, at: datetime, sha256: bytes, about: Mapping[str, str], twin: RawPage | None
) -> list[bytes]:
    """The records of one page, its own first. `twin`: the page that holds the same body, where there is one."""
    record_id = new_id()
    target = response.final_url or response.url or f"urn:sha256:{sha256.hex()}"
    ours = [("WARC-Date", warc_date(at)), ("WARC-Target-URI", target)]
    with_it = [*ours, ("WARC-Concurrent-To", record_id)]
    records = [_page_record(response, record_id, ours, sha256, twin)]
    if response.sent:
        request = _request_line(target) + "".join(f"{_one_line(k)}: {_one_line(v)}\r\n" for k, v in response.sent)
        block = request.encode("utf-8", "surrogateescape") + b"\r\n"
        kind = "application/http; msgtype=request"
        records.append(_record([("WARC-Type", "request"), *with_it], new_id(), kind, block))
    if about:
        head = [("WARC-Type", "metadata"), *with_it]
        records.append(_record(head, new_id(), "application/warc-fields", _fields(about)))
    return records


def _page_record(
    response: Response, record_id: str, ours: list[tuple[str, str]], sha256: bytes, twin: RawPage | None
) -> bytes:
    head = [
        ("WARC-Type", "revisit" if twin else "response"),
        *ours,
        ("WARC-Payload-Digest", f"sha256:{base64.b32encode(sha256).decode()}"),
        ("Newsbeam-Requested-URI", response.url),
        *(("Newsbeam-Redirected-From", url) for url in response.redirects),
        ("Newsbeam-Permanent", "yes" if response.permanent else "no"),
        ("Newsbeam-Robots", response.robots),
        *([("Newsbeam-Via", response.via)] if response.via else []),
    ]
    if twin:
        head += [
            ("WARC-Profile", SAME_PAYLOAD),
            ("WARC-Refers-To-Target-URI", twin.final_url or twin.url),
            ("WARC-Refers-To-Date", warc_date(datetime.fromisoformat(twin.fetched_at))),
        ]
    lines = [
        f"HTTP/1.1 {response.status} {PHRASES.get(response.status, '')}",
        *(f"{k}: {v}" for k, v in _headers(response)),
    ]
    # aiohttp gives bytes that are no UTF-8 as lone surrogates: this way they are the same bytes again.
    http = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n"
    return _record(head, record_id, "application/http; msgtype=response", http + (b"" if twin else response.body))


def _request_line(url: str) -> str:
    parts = urlsplit(_one_line(url))
    return f"GET {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1\r\n"


def _headers(response: Response) -> Iterator[tuple[str, str]]:
    """The headers as kept: those of the transfer go, Content-Length is the body's, no value breaks its line."""
    for key, value in response.headers:
        if key not in _TRANSFER:
            yield _one_line(key), _one_line(value)
    if response.header("content-length"):
        yield "content-length", str(len(response.body))


def _fields(fields: Mapping[str, str]) -> bytes:
    return "".join(f"{key}: {_one_line(value)}\r\n" for key, value in fields.items()).encode()


def new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _record(head: list[tuple[str, str]], record_id: str, content_type: str, block: bytes) -> bytes:
    fields = [
        *head,
        ("WARC-Record-ID", record_id),
        ("Content-Type", content_type),
        ("Content-Length", str(len(block))),
    ]
    lines = ["WARC/1.1", *(f"{key}: {_one_line(value)}" for key, value in fields)]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + block + b"\r\n\r\n"


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def warc_date(at: datetime) -> str:
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
    """What was answered. A `revisit` record has no body of its own. Raises ArchiveError where no page stands."""
    head, _, body = record.raw_stream.read().partition(b"\r\n\r\n")
    status, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
    code = status.split(" ", 2)[1:2]
    if record.rec_type not in PAGES or not code or not code[0].isdecimal():
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
