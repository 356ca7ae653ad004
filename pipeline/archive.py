"""Pages as they were fetched, in closed WARC/1.1 segments, on a disk or in a bucket.

    root/2026-03-01/{unit}-{worker}-{n}.warc.gz

A segment is written whole and appears under its name when it is on the disk. `pipeline/warc.py` says what is in it.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import secrets
import socket
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO

from warcio.exceptions import ArchiveLoadFailed

from pipeline.warc import info_record, member, record_at, response_of, response_record
from schemas import ids
from schemas.errors import ArchiveError, Unwritable
from schemas.ports import Response, Segment
from schemas.records import RawPage

KEPT = ("content-type", "content-language", "etag", "last-modified", "date", "x-robots-tag", "tdm-reservation")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_numbers = itertools.count(1)


class WarcArchive:
    """Implements `schemas.ports.Archive`. `root` is a folder or an address that Beam's FileSystems know (`gs://...`)."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/") or "/"

    def write(self, unit_id: str, pages: Sequence[tuple[Response, datetime]]) -> tuple[Segment, list[RawPage]]:
        """Write one closed segment; a RawPage for each page, in order. Raises Unwritable."""
        if not pages:
            raise ValueError("a segment needs a page")
        day = pages[0][1].astimezone(UTC).date().isoformat()
        name = f"{_UNFIT.sub('-', unit_id)}-{_worker(os.getpid())}-{next(_numbers)}.warc.gz"
        path = f"{day}/{name}"
        members, raw_pages, offset = [member(info_record(name))], [], 0
        for response, at in pages:
            offset += len(members[-1])
            digest = hashlib.sha256(response.body)
            members.append(member(response_record(response, at, digest.digest())))
            raw_pages.append(_raw_page(response, at, digest.hexdigest(), path, offset))
        data = b"".join(members)
        try:
            _put(f"{self.root}/{path}", data)
        except OSError as error:
            raise Unwritable(f"segment {self.root}/{path} cannot be written: {error.strerror or error}") from error
        return Segment(path, len(data), len(pages)), raw_pages

    def read(self, page: RawPage) -> Response:
        """The page as it was fetched. Raises ArchiveError when its segment is missing, cut, or holds another page."""
        place = f"segment {self.root}/{page.segment}"
        try:
            with _opened(f"{self.root}/{page.segment}") as file:
                file.seek(page.offset)
                record = record_at(file)
        except FileNotFoundError as error:
            raise ArchiveError(f"{place} is missing") from error
        except OSError as error:
            raise ArchiveError(f"{place} cannot be read: {error.strerror or error}") from error
        except (zlib.error, ArchiveLoadFailed, EOFError) as error:
            raise ArchiveError(f"{place} is cut or damaged at byte {page.offset} ({error})") from error
        response = response_of(record, page)
        if hashlib.sha256(response.body).hexdigest() != page.sha256:
            raise ArchiveError(f"{place} holds another page than {page.url} at byte {page.offset}")
        return response


@lru_cache(maxsize=1)
def _worker(pid: int) -> str:
    """A name that no other process has, on this machine or another, now or later; a forked child gets its own."""
    return f"{_UNFIT.sub('-', socket.gethostname())[:40]}-{pid}-{secrets.token_hex(4)}"


def _raw_page(response: Response, at: datetime, sha256: str, segment: str, offset: int) -> RawPage:
    headers: dict[str, str] = {}
    for key, value in response.headers:
        if key in KEPT:
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return RawPage(
        page_id=ids.page_id(response.url, sha256),
        url=response.url,
        final_url=response.final_url or response.url,
        redirects=response.redirects,
        status=response.status,
        headers=headers,
        fetched_at=at.astimezone(UTC).isoformat(),
        sha256=sha256,
        segment=segment,
        offset=offset,
        robots=response.robots,
    )


def _put(path: str, data: bytes) -> None:
    """Write a file that is whole or not there. A bucket's objects are so by themselves."""
    if "://" in path:
        from apache_beam.io.filesystem import CompressionTypes
        from apache_beam.io.filesystems import FileSystems

        with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as remote:
            remote.write(data)
        return
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)
    for folder in (target.parent, target.parent.parent):  # the name must survive, too, and a new day's folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    if "://" in path:
        from apache_beam.io.filesystem import CompressionTypes
        from apache_beam.io.filesystems import FileSystems

        with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as remote:
            yield remote
    else:
        with Path(path).open("rb") as file:
            yield file
