"""Foreign WARC files as a backfill: their pages come into our own archive, and from there they are read.

A record is taken when it is a page (200, no other file type), nobody has reserved it, it was not forgotten, and we
hold none of its address that is as new: so a backfill that died, or that is asked for twice, takes nothing twice.
"""

from __future__ import annotations

import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipeline.ledger import rereading
from pipeline.ledger.leases import register
from pipeline.ledger.rereading import Foreign
from pipeline.web.robots import product_token
from pipeline.world import RealWorld
from schemas.errors import ArchiveError
from schemas.ids import entry_id
from schemas.ports import Response
from schemas.records import FeedEntry
from transforms.fetch import verdict
from transforms.links import absolute, canonical, registrable_domain
from transforms.page.rights import rights

BATCH_BYTES = 64 << 20
_LAST = "\r\n\r\n"  # closes a record; in a plain file it counts with none
_GONE = {"content-encoding", "transfer-encoding"}  # the body is kept decoded


class Record(NamedTuple):
    """A page out of a foreign file. `asked`: the address it was asked for, where the file says so."""

    source: Path
    offset: int
    at: datetime
    asked: str
    response: Response


def records(file: Path, max_bytes: int) -> Iterator[Record]:
    """Every HTTP answer of a file, in its order. Raises ArchiveError where it cannot be read on."""
    end = 0  # of the last record: warcio takes a file that is cut for one that is at its end
    try:
        with file.open("rb") as stream:
            found = ArchiveIterator(stream)
            for record in found:
                if not record.rec_type:
                    raise EOFError("a record has no type")
                url = absolute(record.rec_headers.get_header("WARC-Target-URI") or "")
                page = record.rec_type == "response" and url and record.http_headers is not None
                asked, response = _answer(record, url, max_bytes) if page else ("", Response(url))
                while record.raw_stream.read(65_536):
                    pass
                if getattr(record.raw_stream, "limit", 0):
                    raise EOFError("its last record is cut")
                offset = found.get_record_offset()
                end = offset + found.get_record_length()
                if page:
                    yield Record(file, offset, _date(record), asked, response)
        if end + len(_LAST) < file.stat().st_size:
            raise EOFError(f"no record begins at byte {end}")
    except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as error:
        raise ArchiveError(f"{file} cannot be read to its end: {error}") from error
    except AttributeError as error:  # warcio's way to meet a head without an address
        raise ArchiveError(f"{file} cannot be read to its end: the head of a record is cut") from error


def _date(record: Any) -> datetime:
    return datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))


def _answer(record: Any, url: str, max_bytes: int) -> tuple[str, Response]:
    pieces, size, stream = [], 0, record.content_stream()
    while size <= max_bytes and (piece := stream.read(65_536)):
        pieces.append(piece)
        size += len(piece)
    code = record.http_headers.get_statuscode()
    headers = [(key.lower(), value) for key, value in record.http_headers.headers]
    response = Response(
        url,
        url,
        status=int(code) if code.isdecimal() else 0,
        headers=tuple((key, value) for key, value in headers if key not in _GONE),
        body=b"".join(pieces),
    )
    if size > max_bytes:
        response = response._replace(failure="too_large", reason=f"more than {max_bytes:,} bytes")
    return absolute(record.rec_headers.get_header("Newsbeam-Requested-URI") or "") or url, response


class Backfill:
    """Takes files batch by batch; `read` is called when a batch lies in the archive, so that memory stays flat."""

    def __init__(self, world: RealWorld, read: Callable[[], None], *, site: str = "", since: float = 0.0) -> None:
        self.world, self.read, self.site, self.since = world, read, site, since
        self.counts: Counter[str] = Counter()
        self.batch: dict[str, tuple[Foreign, Record]] = {}
        self.size = 0

    def take(self, files: Sequence[Path]) -> Counter[str]:
        """Gives how many records were taken, or why not. Raises ArchiveError, after all that could be read."""
        broken: list[ArchiveError] = []
        for file in files:
            try:
                for record in records(file, self.world.settings.network.max_page_bytes):
                    self._consider(record)
            except ArchiveError as error:
                broken.append(error)
        self._flush()
        if broken:
            raise ArchiveError("; ".join(str(error) for error in broken))
        return self.counts

    def _consider(self, record: Record) -> None:
        if words := self._refusal(record):
            self.counts[words] += 1
            return
        foreign = _entry(record)
        full = len(self.batch) >= self.world.settings.lease.batch_entries or self.size > BATCH_BYTES
        if full or foreign.entry.entry_id in self.batch:  # a later page of an address is a revision of the earlier one
            self._flush()
        self.batch[foreign.entry.entry_id] = foreign, record
        self.size += len(record.response.body)

    def _refusal(self, record: Record) -> str:
        if self.site and registrable_domain(record.response.url) != self.site:
            return "other_site"
        if record.at.timestamp() < self.since:
            return "earlier"
        ended, _ = verdict(record.response)
        if ended is not None:
            return ended.value
        token = product_token(self.world.settings.network.user_agent)
        return "opted_out" if rights(record.response.headers, record.response.body, token).opted_out else ""

    def _flush(self) -> None:
        ledger, archive = self.world.ledger(), self.world.archive()
        batch, self.batch, self.size = self.batch, {}, 0
        with ledger.reading() as connection:
            held, forgotten = rereading.known(connection, [foreign for foreign, _ in batch.values()])
        self.counts["forgotten"] += len(forgotten)
        self.counts["known"] += len(held - forgotten)
        taken = [both for entry, both in batch.items() if entry not in held | forgotten]
        if not taken:
            return
        unit_id = uuid.uuid4().hex
        about = [{"entry": f.entry.entry_id, "unit": unit_id, "source": f.place} for f, _ in taken]
        twins = ledger.archived(unit_id, {sha256(r.response.body).hexdigest() for _, r in taken})
        answers = [(r.response._replace(url=r.asked), r.at) for _, r in taken]
        segment, raw = archive.write(unit_id, answers, about, twins)
        pages = {
            foreign.entry.entry_id: [
                msgspec.structs.replace(page, rights=rights(r.response.headers, r.response.body, "").signals)
            ]
            for (foreign, r), page in zip(taken, raw, strict=True)
        }
        with ledger.engine.begin() as connection:
            register(connection, unit_id, segment, pages, ledger.now())
            rereading.add_foreign(connection, [foreign for foreign, _ in taken], unit_id, ledger.now())
        self.counts["taken"] += len(taken)
        self.read()


def _entry(record: Record) -> Foreign:
    link, at = canonical(record.asked), record.at.timestamp()
    identity = entry_id(link=link, feed="", guid="", title="", summary="")
    entry = FeedEntry(entry_id=identity, link=link, url=record.asked, first_seen=rereading.iso_exact(at))
    host = urlsplit(record.asked).hostname or ""
    return Foreign(entry, host, record.source.name, f"{record.source.name}@{record.offset}", at)
