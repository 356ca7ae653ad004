"""Files of sites with their recorded pages: `NAME.toml`, and beside it a folder `NAME` of pages `*.html`, each with
what it should come to in a `*.toml` of the same name (`transforms/site_rules/expect.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.seeds import site_texts
from pipeline.world import RealWorld
from schemas.errors import ConfigError, UsageError
from schemas.layoutfile import parse_layouts
from schemas.layouts import Layout, layout_at
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, Job, extract_job
from transforms.page.refuse import Refusal
from transforms.site_rules.drift import told
from transforms.site_rules.expect import Expected, differences, parse_expected
from transforms.url_parts import split


class Checked(NamedTuple):
    """One recorded page, read by the rules of its file."""

    file: str
    page: str
    layout: str
    words: int
    dropped: int  # parts that were left out
    notes: str  # rules that match nothing here: no fault on one page
    problems: tuple[str, ...]


class _Case(NamedTuple):
    file: Path
    page: Path
    wanted: Expected
    layout: Layout | None


def checked(world: RealWorld, files: Sequence[Path]) -> list[Checked]:
    """Every recorded page of these files, or of all that `paths.sites` holds, and layouts without one.

    Raises ConfigError for a file that is wrong, UsageError for one that is not there or has no layout.
    """
    if missing := [file for file in files if not file.is_file()]:
        raise UsageError(f"there is no file {missing[0]}")
    texts = {str(f): f.read_text(encoding="utf-8") for f in files} if files else site_texts(world.settings.paths.sites)
    layouts = parse_layouts(texts)
    having = {layout.file for some in layouts.values() for layout in some}
    if files and (without := [file for file in texts if file not in having]):
        raise UsageError(f"{without[0]} has no [[layout]]")
    cases = [case for file in texts for case in _cases(Path(file), layouts)]
    jobs = [Job(case.page.read_bytes(), case.wanted.url, "text/html", Hint(), case.layout) for case in cases]
    found = world.guard().map(extract_job, jobs, timeout_s=world.settings.extract.timeout_s)
    rows = [_row(case, result) for case, result in zip(cases, found, strict=True)]
    return sorted([*rows, *_unproven(layouts, cases)], key=lambda row: (row.file, row.page))


def _cases(file: Path, layouts: Mapping[str, tuple[Layout, ...]]) -> Iterator[_Case]:
    for told_in in sorted(file.with_suffix("").glob("*.toml")):
        wanted, page = parse_expected(told_in.read_text(encoding="utf-8"), str(told_in)), told_in.with_suffix(".html")
        if not page.is_file():
            raise ConfigError("its page is not there", file=str(told_in), remedy=f"put it into {page.name}")
        address = split(wanted.url)
        yield _Case(file, page, wanted, layout_at(layouts, address.host if address else "", wanted.fetched))


def _row(case: _Case, found: Extracted | Refusal | Exception) -> Checked:
    name = case.layout.name if case.layout else ""
    if isinstance(found, Exception):
        return Checked(str(case.file), case.page.stem, name, 0, 0, "", (str(found),))
    if isinstance(found, Refusal):
        return Checked(str(case.file), case.page.stem, name, 0, 0, "", (f"{found.disposition}: {found.reason}",))
    notes = "; ".join(told(check) for check in found.layout.failed) if found.layout else ""
    problems = tuple(differences(found, case.wanted))
    return Checked(str(case.file), case.page.stem, name, len(found.text.split()), len(found.removals), notes, problems)


def _unproven(layouts: Mapping[str, tuple[Layout, ...]], cases: Sequence[_Case]) -> Iterator[Checked]:
    proven = {(case.layout.site, case.layout.name) for case in cases if case.layout}
    for layout in (one for some in layouts.values() for one in some):
        if (layout.site, layout.name) not in proven:
            yield Checked(layout.file, "", layout.name, 0, 0, "", ("no recorded page shows what it does",))
