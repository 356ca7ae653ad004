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
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from warcio.exceptions import ArchiveLoadFailed

from pipeline.blank import Pieces, joined, pages_for, without
from pipeline.blank import write as write_pieces
from pipeline.warc import info_record, member, page_records, record_at, response_of
from schemas import ids
from schemas.errors import ArchiveError, Unwritable
from schemas.ports import Response, Segment
from schemas.records import RawPage
from transforms.durable import flush

KEPT = ("content-type", "content-language", "etag", "last-modified", "date", "x-robots-tag", "tdm-reservation")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_numbers = itertools.count(1)


class WarcArchive:
    """Implements `schemas.ports.Archive`. `root` is a folder or an address that Beam's FileSystems know (`gs://...`)."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/") or "/"

    def write(
        self,
        unit_id: str,
        pages: Sequence[tuple[Response, datetime]],
        about: Sequence[Mapping[str, str]] = (),
        known: Mapping[str, RawPage] = {},
    ) -> tuple[Segment, list[RawPage]]:
        """Write one closed segment; a RawPage for each page, in order. Raises Unwritable."""
        if not pages:
            raise ValueError("a segment needs a page")
        day = pages[0][1].astimezone(UTC).date().isoformat()
        name = f"{_UNFIT.sub('-', unit_id)}-{_worker(os.getpid())}-{next(_numbers)}.warc.gz"
        path = f"{day}/{name}"
        held, raw_pages, members = dict(known), list[RawPage](), [member(info_record(name))]
        for (response, at), words in zip(pages, about or [{}] * len(pages), strict=True):
            offset = sum(map(len, members))
            digest = hashlib.sha256(response.body)
            twin = held.get(digest.hexdigest()) if response.body else None
            members += [member(record) for record in page_records(response, at, digest.digest(), words, twin)]
            page = _raw_page(response, at, digest.hexdigest(), path, offset, place_of(twin) if twin else "")
            raw_pages.append(page)
            held.setdefault(page.sha256, page)
        data = b"".join(members)
        try:
            _put(f"{self.root}/{path}", data)
        except OSError as error:
            raise Unwritable(f"segment {self.root}/{path} cannot be written: {error.strerror or error}") from error
        return Segment(path, len(data), len(pages)), raw_pages

    def read(self, page: RawPage) -> Response:
        """The page as it was fetched. Raises ArchiveError when its segment is missing, cut, or holds another page."""
        response = response_of(self._record(page.segment, page.offset), page)
        if page.payload:
            segment, _, offset = page.payload.rpartition("@")
            response = response._replace(body=response_of(self._record(segment, int(offset)), page).body)
        if hashlib.sha256(response.body).hexdigest() != page.sha256:
            raise ArchiveError(f"segment {self.root}/{place_of(page)} holds another page than {page.url}")
        return response

    def remove(self, segment: str, offsets: Collection[int]) -> int:
        """Write a segment again without the pages at these offsets; gives how many pages are left in it.

        What is left keeps its place. A segment without any page goes whole; one that is gone, or was written so
        already, is as it should be. Raises ArchiveError.
        """
        path = f"{self.root}/{segment}"
        try:
            with _opened(path) as file:
                pieces, left = without(file.read(), offsets)
            if left:
                _replace(path, pieces)
            else:
                _delete(path)
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise ArchiveError(f"segment {path} cannot be written again: {error.strerror or error}") from error
        except (zlib.error, EOFError, ValueError) as error:
            raise ArchiveError(f"segment {path} is cut or damaged ({error}): nothing of it was removed") from error
        return left

    def places(self, segment: str, entries: Collection[str]) -> set[int]:
        """Where in a segment pages lie that were fetched for these entries. Raises ArchiveError."""
        path = f"{self.root}/{segment}"
        try:
            with _opened(path) as file:
                return pages_for(file.read(), entries)
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise ArchiveError(f"segment {path} cannot be read: {error.strerror or error}") from error
        except (zlib.error, EOFError, KeyError) as error:
            raise ArchiveError(f"segment {path} is cut or damaged ({error})") from error

    def _record(self, segment: str, offset: int) -> Any:
        place = f"segment {self.root}/{segment}"
        try:
            with _opened(f"{self.root}/{segment}") as file:
                file.seek(offset)
                return record_at(file)
        except FileNotFoundError as error:
            raise ArchiveError(f"{place} is missing") from error
        except OSError as error:
            raise ArchiveError(f"{place} cannot be read: {error.strerror or error}") from error
        except (zlib.error, ArchiveLoadFailed, EOFError) as error:
            raise ArchiveError(f"{place} is cut or damaged at byte {offset} ({error})") from error


def place_of(page: RawPage) -> str:
    """Where a page's body lies: `segment@offset`."""
    return page.payload or f"{page.segment}@{page.offset}"


@lru_cache(maxsize=1)
def _worker(pid: int) -> str:
    """A name that no other process has, on this machine or another, now or later; a forked child gets its own."""
    return f"{_UNFIT.sub('-', socket.gethostname())[:40]}-{pid}-{secrets.token_hex(4)}"


def _raw_page(response: Response, at: datetime, sha256: str, segment: str, offset: int, payload: str) -> RawPage:
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
        via=response.via,
        payload=payload,
    )


def _put(path: str, data: bytes) -> None:
    """Write a file that is whole or not there. A bucket's objects are so by themselves."""
    if "://" in path:
        _upload(path, data)
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
    flush(target.parent)
    flush(target.parent.parent)  # a new day's folder must survive, too


def _replace(path: str, pieces: Pieces) -> None:
    """Put a file in the place of another: there is always one of the two."""
    if "://" in path:
        _upload(path, joined(pieces))
        return
    target = Path(path)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        write_pieces(temporary, pieces)  # over what a try that died has left
        flush(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    flush(target.parent)


def _delete(path: str) -> None:
    if "://" in path:
        from apache_beam.io.filesystems import FileSystems

        FileSystems.delete([path])
    else:
        Path(path).unlink()
        flush(Path(path).parent)


def _upload(path: str, data: bytes) -> None:
    from apache_beam.io.filesystem import CompressionTypes
    from apache_beam.io.filesystems import FileSystems

    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as remote:
        remote.write(data)


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
