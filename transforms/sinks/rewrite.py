"""A committed unit's files without the records of what was forgotten; its manifest names the new files at once.

    data/{table}/{unit}-{attempt}.{suffix}    only files that hold such a record are written again
    manifests/{unit}.json                     replaced in one step: readers see the unit with them, then without

`attempt` is made of what goes, so that a try which died and is made again overwrites its own files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from schemas.commits import FileInfo, Manifest
from schemas.ids import make_id
from schemas.records import Record
from transforms.sinks.committed import read_rows
from transforms.sinks.files import MANIFESTS, read_manifest, replace_manifest, write_file


class Gone(NamedTuple):
    """Ids of what goes. A page goes with its revision, or by its own id."""

    entries: Collection[str] = frozenset()
    articles: Collection[str] = frozenset()
    visits: Collection[str] = frozenset()
    pages: Collection[str] = frozenset()

    @property
    def attempt(self) -> str:
        return make_id("without", *sorted({*self.entries, *self.articles, *self.visits}))[:8]


def stays(table: str, record: Any, gone: Gone) -> bool:
    """Whether a record of a table has nothing to do with what goes."""
    match table:
        case "pages":
            return record.page_id not in gone.pages
        case "visits":
            return record.entry_id not in gone.entries
        case "dead_letters":
            return record.subject_id not in gone.visits
        case "lineage":
            return record.article_id not in gone.articles and record.original_article_id not in gone.articles
        case _:
            return record.article_id not in gone.articles


def strip_unit(root: Path, unit_id: str, gone: Gone) -> Manifest | None:
    """Write the unit's files again without what goes; gives its manifest as it is then, None if it has none."""
    path = root / MANIFESTS / f"{unit_id}.json"
    if not path.exists():
        return None
    before = read_manifest(path)
    rows = {file.path: read_rows(root, file) for file in before.files}
    revisions = [r for f in before.files if f.table == "revisions" for r in _going(f.table, rows[f.path], gone)]
    gone = gone._replace(pages={*gone.pages, *(page for r in revisions for page in (r.page_id, *r.part_ids))})
    files = [_stripped(root, f"{unit_id}-{gone.attempt}", file, rows[file.path], gone) for file in before.files]
    kept = tuple(file for file in files if file is not None)
    if kept == before.files:
        return before
    ended = next((rows[f.path] for f in before.files if f.table == "visits"), [])
    counts = Counter(before.counts)
    counts.subtract(visit.disposition for visit in _going("visits", ended, gone))
    left = {word: count for word, count in sorted(counts.items()) if count > 0}
    after = msgspec.structs.replace(before, files=kept, counts=left)
    replace_manifest(root, after)
    return after


def _going(table: str, rows: list[Record], gone: Gone) -> list[Any]:
    return [row for row in rows if not stays(table, row, gone)]


def _stripped(root: Path, stem: str, file: FileInfo, rows: list[Record], gone: Gone) -> FileInfo | None:
    """The file as it is, or written again; None when nothing of it is left."""
    kept = [row for row in rows if stays(file.table, row, gone)]
    if len(kept) == len(rows):
        return file
    return write_file(root, stem, file.table, kept, file.format) if kept else None
