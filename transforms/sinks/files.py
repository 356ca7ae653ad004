"""records of one unit -> closed data files and one manifest that makes them visible.

    out/data/{table}/{unit}-{attempt}.{suffix}    closed files; invisible until a manifest names them
    out/manifests/{unit}.json                     created once: the commit of the unit. Only forgetting changes it

A file appears under its name only when it is whole and on the disk: it is written under a temporary name that
begins with a dot, flushed, and renamed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec

from schemas.commits import FileInfo, Manifest
from schemas.errors import NewsbeamError
from schemas.records import TABLES, Record
from transforms.durable import flush
from transforms.sinks import SINKS

DATA, MANIFESTS = "data", "manifests"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def write_unit(
    root: Path, unit_id: str, attempt: str, tables: Mapping[str, Sequence[Record]], sinks: Sequence[str]
) -> tuple[FileInfo, ...]:
    """Write each table that has records once per sink; the files, in the order of `TABLES` and `sinks`.

    `attempt` keeps two tries at one unit apart. If one file fails, those before it are removed and the error goes on.
    Raises ValueError for a table, sink or id that cannot be, TypeError for a record of another table.
    """
    _check(unit_id, attempt, tables, sinks)
    files: list[FileInfo] = []
    with ExitStack() as undo:
        undo.callback(lambda: drop_files(root, files))
        for table in TABLES:
            records = tables.get(table, ())
            for name in sinks if records else ():
                files.append(write_file(root, f"{unit_id}-{attempt}", table, records, name))
        undo.pop_all()
    return tuple(files)


def drop_files(root: Path, files: Sequence[FileInfo]) -> None:
    """Remove data files that will not be committed; one that is gone already is no error."""
    for file in files:
        (root / file.path).unlink(missing_ok=True)


def publish_manifest(root: Path, manifest: Manifest) -> bool:
    """Create the unit's manifest if there is none: from then on its files are visible.

    True if it was created, False if it is there already with the same files, which is as good: somebody rolled
    the unit forward. Raises NewsbeamError if the one that is there names other files, or a named file is missing.
    """
    path = root / MANIFESTS / f"{_checked(manifest.unit_id)}.json"
    if missing := [file.path for file in manifest.files if not (root / file.path).is_file()]:
        raise NewsbeamError(f"unit {manifest.unit_id} cannot be committed: {missing[0]} is not in {root}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(path) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        flush(temporary)
        try:
            os.link(temporary, path)  # unlike a rename it fails if the name is taken, so two writers cannot both win
        except FileExistsError:
            there = read_manifest(path)
            if _identity(there) != _identity(manifest):
                raise NewsbeamError(_other_files(path, there, manifest)) from None
            return False
        except OSError as error:
            if error.errno in _NO_LINKS:
                where = f"{path.parent}: this file system has no hard links, and they commit a unit"
                raise NewsbeamError(f"{where}; choose another `output.dir`") from error
            raise
    flush(path.parent)
    return True


def replace_manifest(root: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the one that is there: only what was forgotten changes a committed unit."""
    path = root / MANIFESTS / f"{_checked(manifest.unit_id)}.json"
    with _temporary(path) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        flush(temporary)
        temporary.replace(path)
    flush(path.parent)


def read_manifest(path: Path) -> Manifest:
    """One manifest. Raises NewsbeamError if it cannot be understood, FileNotFoundError if it is not there."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise NewsbeamError(f"{path}: this manifest cannot be read: {error}") from error


def read_manifests(root: Path) -> list[Manifest]:
    """Every committed unit, in commit order."""
    manifests = [read_manifest(path) for path in (root / MANIFESTS).glob("[!.]*.json")]
    return sorted(manifests, key=lambda manifest: (manifest.committed_at, manifest.unit_id))


def orphans(root: Path) -> list[Path]:
    """Files that no manifest names, half-written ones among them.

    A unit that is `prepared` and not yet published has files here too: ask the ledger before removing any.
    """
    # Listed before the manifests are read: a unit published in between is then known, not an orphan.
    files = [path for folder in (DATA, MANIFESTS) for path in (root / folder).rglob("*") if path.is_file()]
    named = {root / file.path for manifest in read_manifests(root) for file in manifest.files}
    manifest_files = {path for path in files if path.parent == root / MANIFESTS and not path.name.startswith(".")}
    return sorted(set(files) - named - manifest_files)


def write_file(root: Path, stem: str, table: str, records: Sequence[Record], name: str) -> FileInfo:
    """Write one closed data file of a table."""
    sink = SINKS[name]
    path = root / DATA / table / f"{stem}.{sink.suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(path) as temporary:
        sink.write(table, records, temporary)
        flush(temporary)
        with temporary.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = temporary.stat().st_size
        temporary.replace(path)
    flush(path.parent)
    return FileInfo(
        table=table,
        format=name,
        path=path.relative_to(root).as_posix(),
        rows=len(records),
        bytes=size,
        sha256=digest,
    )


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A name beside `path` that is gone afterwards, whatever happens."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _check(unit_id: str, attempt: str, tables: Mapping[str, Sequence[Record]], sinks: Sequence[str]) -> None:
    _checked(unit_id), _checked(attempt)
    if unknown := [name for name in tables if name not in TABLES]:
        raise ValueError(f"unknown table {unknown[0]!r}; there are {', '.join(TABLES)}")
    if unknown := [name for name in sinks if name not in SINKS]:
        raise ValueError(f"unknown sink {unknown[0]!r}; there are {', '.join(SINKS)}")
    for table, records in tables.items():
        for record in records:
            if type(record) is not TABLES[table]:
                raise TypeError(f"a {type(record).__name__} does not belong in the table {table!r}")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be part of a file's name")
    return name


def _identity(manifest: Manifest) -> set[tuple[str, str]]:
    return {(file.path, file.sha256) for file in manifest.files}


def _other_files(path: Path, there: Manifest, mine: Manifest) -> str:
    names = [sorted(file.path for file in manifest.files) for manifest in (there, mine)]
    return (
        f"{path}: unit {mine.unit_id} was committed with other files: "
        f"{', '.join(names[0]) or 'none'} instead of {', '.join(names[1]) or 'none'}"
    )
