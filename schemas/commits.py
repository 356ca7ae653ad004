"""How a unit's records are committed: what a visit hands over, what the index keeps, what a manifest names."""

from __future__ import annotations

from schemas.layouts import LayoutUse
from schemas.records import SCHEMA_VERSION, Article, Claim, Entity, Lineage, RawPage, Reading, Record, Revision


class IndexRow(Record, frozen=True, kw_only=True):
    """What the committed index keeps of an article, so that later visits know it again."""

    article_id: str
    url: str
    site: str
    entry_id: str
    revision_id: str
    reading_id: str
    text_key: str
    copy_of: str = ""
    source_url: str = ""
    source_by: str = ""  # `source_link` or `canonical`: what names the source
    agency: str = ""  # site of the agency that it credits
    published: str = ""  # as precise as it is known
    first_seen: str = ""  # its entry, in any feed
    sample: bytes = b""  # of its shingles (`transforms/shingles.py`); a copy has none
    sampling: int = 0  # how they were sampled
    edges: tuple[str, ...] = ()  # keys of lines near its ends, by which the lines that its site repeats are counted


class Package(Record, frozen=True, kw_only=True):
    """Everything one visit writes: what Settle takes apart for the sinks."""

    article: Article
    revision: Revision
    reading: Reading
    page: RawPage | None = None
    parts: tuple[RawPage, ...] = ()
    entities: tuple[Entity, ...] = ()
    claims: tuple[Claim, ...] = ()
    lineage: tuple[Lineage, ...] = ()
    index: IndexRow | None = None
    layout: LayoutUse | None = None  # what came of the site's own rules


class FileInfo(Record, frozen=True, kw_only=True):
    """One committed data file."""

    table: str
    format: str
    path: str  # below the output folder
    rows: int
    bytes: int
    sha256: str


class Manifest(Record, frozen=True, kw_only=True):
    """What one unit committed. Readers read files that a manifest names, and no others."""

    unit_id: str
    files: tuple[FileInfo, ...]
    counts: dict[str, int]  # visits by disposition
    committed_at: str
    schema_version: int = SCHEMA_VERSION
