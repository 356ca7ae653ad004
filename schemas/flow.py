"""The flat rows that travel between transforms. Nested parts travel as one bytes column.

    Begin ─> Leases ─> Page ─> Draft ─> Work ─> Outcome
             (one batch of entries)             (from every step)

A row crosses a shuffle with Beam's RowCoder, so fields are plain and every row knows its unit and visit.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import msgspec

from schemas.commits import FileInfo, IndexRow
from schemas.layouts import LayoutUse
from schemas.records import (
    Change,
    Contradiction,
    DateValue,
    DeadLetter,
    FeedEntry,
    Lineage,
    Paragraph,
    RawPage,
    Record,
    Removal,
    Span,
    Visit,
)

T = TypeVar("T")


class Begin(NamedTuple):
    """One unit of work."""

    unit_id: str


class LeasedEntry(Record, frozen=True, kw_only=True):
    """An entry as Lease hands it out."""

    unit_id: str
    visit_id: str
    why: str
    feed_id: str
    fetch: str  # `page`, or `never`: the feed's own text is the article
    own_site: bool  # the feed shows links of its own site: its title and date count
    entry: FeedEntry
    capture: RawPage | None = None  # already archived by a unit that died, or asked for by a replay
    parts: tuple[RawPage, ...] = ()  # and with it: the further parts of the article
    etag: str = ""  # of the page as it was read last: the request is conditional
    last_modified: str = ""
    forgotten: str = ""  # how, in words: nothing of it is taken in


class Leases(NamedTuple):
    """A batch of leased entries. All entries of one host are in one batch, so a host's gap needs no other worker."""

    unit_id: str
    body: bytes  # msgpack of list[LeasedEntry]


class Page(NamedTuple):
    """An archived page of one visit."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    body: bytes  # msgpack of PageBody


class PageBody(Record, frozen=True, kw_only=True):
    leased: LeasedEntry
    page: RawPage
    parts: tuple[RawPage, ...] = ()  # further parts of the article, in order


class Draft(NamedTuple):
    """An extracted article of one visit; cleaned from `Clean` on."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    body: bytes  # msgpack of DraftBody


class DraftBody(Record, frozen=True, kw_only=True):
    """An article on its way: `text` is as extracted before `Clean`, cleaned after it."""

    canonical_url: str
    site: str  # registrable domain
    title: str
    authors: tuple[str, ...] = ()
    agency: str = ""
    published: DateValue | None = None
    modified: DateValue | None = None
    language: str = ""
    text: str
    headings: tuple[Span, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    captions: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    image_caption: str = ""
    licence: str = ""
    is_accessible_for_free: bool | None = None
    contributors: tuple[str, ...] = ()
    removals: tuple[Removal, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # (anchor text, absolute url) of the page's main part, for "Source link"
    edges: tuple[str, ...] = ()  # from `Clean` on: keys of lines that the site may repeat
    source_url: str = ""
    origins: dict[str, str] = {}
    contradictions: tuple[Contradiction, ...] = ()
    flags: tuple[str, ...] = ()
    why: str = "new"
    first_seen: str = ""  # the entry, in any feed
    page: RawPage | None = None
    parts: tuple[RawPage, ...] = ()  # further ones of the article
    index: IndexRow | None = None  # from `Dedupe` on
    supersedes: str = ""  # reading that this one replaces
    follows: str = ""  # the revision before this one
    changes: tuple[Change, ...] = ()  # since then
    copied_by: tuple[Lineage, ...] = ()  # committed articles that turn out to be copies of this one
    layout: LayoutUse | None = None  # what came of the site's own rules


class Work(NamedTuple):
    """A finished reading of one visit, on its way to Settle."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    body: bytes  # msgpack of Package


class Outcome(NamedTuple):
    """How a visit ended. Every step sends these to its second output; all meet in Settle."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    disposition: str
    step: str
    reason: str
    article_id: str = ""
    original_article_id: str = ""  # of a `copy`
    body: bytes = b""  # msgpack of Copied (`copy`) or DeadLetter (`dead`)
    layout: bytes = b""  # msgpack of LayoutUse, where the page's site has rules of its own


class Copied(Record, frozen=True, kw_only=True):
    """What the outcome `copy` carries."""

    lineage: Lineage
    index: IndexRow


class Settled(Record, frozen=True, kw_only=True):
    """All that the mark of a unit writes, kept with `prepared` so that anyone can roll the unit forward."""

    unit_id: str
    files: tuple[FileInfo, ...] = ()
    visits: tuple[Visit, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    index: tuple[IndexRow, ...] = ()
    again: tuple[str, ...] = ()  # entries that are due again: copies whose original was not written
    revisits: dict[str, float] = {}  # entry -> when it is visited again (epoch seconds)
    layouts: dict[str, LayoutUse] = {}  # by entry


def pack(value: object) -> bytes:
    return msgspec.msgpack.encode(value)


def unpack(body: bytes, kind: type[T]) -> T:
    return msgspec.msgpack.decode(body, type=kind)
