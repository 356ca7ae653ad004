"""The archive beside the ledger: what lies there, and whether each segment is what was registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipeline.ledger import SqlLedger
from pipeline.ledger import tables as t
from pipeline.warc import PAGES
from schemas.instants import iso
from schemas.records import RawPage
from transforms.links import canonical


class Row(NamedTuple):
    """A segment as the ledger knows it."""

    path: str
    unit_id: str
    records: int
    bytes: int
    registered_at: str


def listed(ledger: SqlLedger) -> list[Row]:
    """In the order of registration."""
    with ledger.reading() as connection:
        rows = connection.execute(select(t.segments).order_by(t.segments.c.registered_at, t.segments.c.path))
        return [Row(r.path, r.unit_id, r.records, r.bytes, iso(r.registered_at)) for r in rows]


def verify(ledger: SqlLedger, root: Path) -> Iterator[tuple[str, str]]:
    """(segment, what is wrong with it). A file that nobody registered is what a unit died over: nobody reads it."""
    known = {row.path: row for row in listed(ledger)}
    there = {path.relative_to(root).as_posix() for path in root.rglob("*.warc.gz")} if root.is_dir() else set()
    for path, row in known.items():
        if path not in there:
            yield path, "missing"
        elif (root / path).stat().st_size != row.bytes:
            yield path, f"{(root / path).stat().st_size} bytes long, not {row.bytes}"
        else:
            yield from ((path, words) for words in _damage(root / path, row.records))
    for path in sorted(there - known.keys()):
        yield path, "not registered"


def _damage(file: Path, records: int) -> Iterator[str]:
    """What warcio's own check finds: each record is read to its end, and its digest taken."""
    found = 0
    try:
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests=True):
                record.content_stream().read()
                found += record.rec_type in PAGES
                if record.digest_checker.passed is False:
                    yield f"record {record.rec_headers.get_header('WARC-Record-ID')}: {record.digest_checker.problems}"
    except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        yield f"cannot be read to its end: {error}"
        return
    if found != records:
        yield f"{found} pages, not {records}"


def pages_of(ledger: SqlLedger, url: str) -> list[RawPage]:
    """What was archived of an address (an entry's, or one that it led to), the newest last; further parts of an article
    before the page that they belong to."""
    with ledger.reading() as connection:
        return sorted(_captures(connection, {url, canonical(url)} - {""}), key=lambda page: page.fetched_at)


def _captures(connection: Connection, names: set[str]) -> Iterator[RawPage]:
    entries = select(t.entries.c.entry_id).where(t.entries.c.url.in_(names))
    ended = select(t.visits.c.entry_id).join(t.articles, t.articles.c.article_id == t.visits.c.article_id)
    mine = t.captures.c.entry_id.in_(entries) | t.captures.c.entry_id.in_(ended.where(t.articles.c.url.in_(names)))
    for page in connection.scalars(select(t.captures.c.page).where(mine).order_by(t.captures.c.part.desc())):
        yield msgspec.json.decode(page, type=RawPage)
