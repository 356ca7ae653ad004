"""Extraction on recorded pages against people's annotations: F1 of the text, CPU per page, titles, authors, dates.

    python -m benchmarks.extraction [--part dev] [--set wcxb fundus] [--limit N] [--json]

Compared in the same run with trafilatura's own defaults (`trafilatura.extract(page)`). F1 is the mean over pages of
the token-multiset F1 (`token_f1`) and of the 4-word shingle F1 (`shingle_f1`). A page without text scores 0.
The parts are fixed in `splits/`; `test` and `held` are for releases only, never for development.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import trafilatura

from benchmarks.figures import SHARED, SPLITS, CpuClock, mean, shingle_f1, table, token_f1
from benchmarks.rows import Row
from schemas.records import DateValue
from transforms.page.language import detect
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, extract

NAMES = {"wcxb": "test", "fundus": "held"}  # each set with the name of its other half


class Sample(NamedTuple):
    """One recorded page and what people say is on it."""

    path: Path
    url: str
    html: bytes
    text: str
    title: str
    authors: tuple[str, ...]
    published: str  # ISO 8601, "" where unknown


class Result(NamedTuple):
    text: str
    title: str
    authors: tuple[str, ...]
    published: DateValue | None
    refused: str


def samples(name: str, part: str, limit: int = 0) -> list[Sample]:
    """The pages of one part of a set, in the order of its split file. FileNotFoundError where the data is absent."""
    folder = SHARED / "pages" / name
    truth = {row["file"]: row for row in json.loads((folder / "truth.json").read_text())}
    files = json.loads((SPLITS / f"{name}.json").read_text())[part]
    return [_sample(name, truth[file], folder / "html" / file) for file in files[: limit or None]]


def development(limit: int = 0, language: str = "") -> list[Sample]:
    """Pages of the development half of wcxb, of one language where it is given, in a fixed order."""
    pages = samples("wcxb", "dev")
    return [page for page in pages if not language or detect(page.text) == language][: limit or None]


def _sample(name: str, row: dict[str, Any], path: Path) -> Sample:
    if name == "wcxb":
        url, text, authors = (
            row["url"] or "https://page.example/a/1",
            row["main_content"] or "",
            _names([row["author"] or ""]),
        )
    else:
        url, text = f"https://www.{row['publisher'].lower()}.example/a/1", "\n".join(row["paragraphs"])
        authors = tuple(row["authors"] or ())
    return Sample(
        path, url, gzip.decompress(path.read_bytes()), text, row["title"] or "", authors, row["published"] or ""
    )


def ours(sample: Sample) -> Result:
    found = extract(sample.html, url=sample.url, content_type="text/html", hint=Hint())
    if not isinstance(found, Extracted):
        return Result("", "", (), None, found.reason)
    return Result(found.text, found.meta.title, found.meta.authors, found.meta.published, "")


def bare(sample: Sample) -> Result:
    """trafilatura as it comes. Its metadata are asked for apart, outside the clock: by default it reads none."""
    return Result(trafilatura.extract(sample.html) or "", "", (), None, "")


def bare_metadata(sample: Sample) -> Result:
    found = trafilatura.extract_metadata(sample.html)
    if found is None:
        return Result("", "", (), None, "")
    day = DateValue(value=found.date, precision="day", source="") if found.date else None
    return Result("", found.title or "", _names([found.author or ""]), day, "")


def measure(name: str, part: str, limit: int = 0) -> list[dict[str, Any]]:
    """One row for us and one for bare trafilatura; both see every page, in turn, after one page that is not counted."""
    given = samples(name, part, limit)
    for warm in (ours, bare, bare_metadata):
        warm(given[0])
    rows = []
    for label, read in (("newsbeam", ours), ("trafilatura defaults", bare)):
        results, times = _run(read, given)
        about = results if read is ours else [bare_metadata(sample) for sample in given]
        rows.append(
            {
                "set": f"{name}/{part}",
                "system": label,
                "pages": len(given),
                **scores([r._replace(text=t.text) for r, t in zip(about, results, strict=True)], given),
                "cpu_ms": round(mean(times), 1),
                "refused": sum(bool(r.refused) for r in results),
            }
        )
    return rows


def scores(results: Sequence[Result], given: Sequence[Sample]) -> dict[str, float]:
    """The quality of what was read: F1 of the text, and exact matches where the truth is known."""
    pairs = list(zip(results, given, strict=True))
    words = [token_f1(r.text, s.text) for r, s in pairs]
    return {
        "token_f1": mean(score.f1 for score in words),
        "shingle_f1": mean(shingle_f1(r.text, s.text).f1 for r, s in pairs),
        "recall": mean(score.recall for score in words),
        "precision": mean(score.precision for score in words),
        "title": _share((_key(r.title) == _key(s.title), s.title) for r, s in pairs),
        "authors": _share((_same(r.authors, s.authors), s.authors) for r, s in pairs),
        "day": _share((_day_fits(r.published, s.published), s.published) for r, s in pairs),
    }


def rows(part: str = "dev", limit: int = 0) -> list[Row]:
    """For the table of all figures: text F1 and CPU of each set, beside trafilatura's defaults."""
    out = []
    for name, other in NAMES.items():
        ours, bare = measure(name, part if part == "dev" else other, limit)
        alone = f"python -m benchmarks.extraction --set {name}" + ("" if part == "dev" else f" --part {part}")
        for figure, key in (("text F1", "token_f1"), ("4-word F1", "shingle_f1"), ("CPU ms/page", "cpu_ms")):
            title = f"extraction, {ours['set']}: {figure}"
            out.append(Row(title, ours[key], "trafilatura defaults", bare[key], alone))
    return out


def _run(read: Callable[[Sample], Result], given: list[Sample]) -> tuple[list[Result], list[float]]:
    results, times = [], []
    for sample in given:
        clock = CpuClock()
        results.append(read(sample))
        times.append(clock.ms())
    return results, times


def _share(pairs: Iterable[tuple[bool, object]]) -> float:
    """Of the pages whose truth is known."""
    return mean(float(right) for right, known in pairs if known)


def _day_fits(found: DateValue | None, wanted: str) -> bool:
    """The same day, on the page's own clock or in UTC: annotators read the first, machines write the second."""
    if found is None or not wanted:
        return False
    days = {wanted[:10]}
    if len(wanted) > 10 and (moment := datetime.fromisoformat(wanted)).tzinfo:
        days.add(moment.astimezone(UTC).date().isoformat())
    given = {found.value[:10]}
    if len(wanted) == 10 and len(found.value) > 10:
        moment = datetime.fromisoformat(found.value)
        given |= {datetime.fromtimestamp(moment.timestamp() + h * 3600, UTC).date().isoformat() for h in (-8, 10)}
    return bool(days & given)


def _names(raw: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        n.strip() for line in raw for n in line.replace(" and ", ",").replace(";", ",").split(",") if n.strip()
    )


def _same(found: Iterable[str], wanted: Iterable[str]) -> bool:
    return {_key(name) for name in found} == {_key(name) for name in wanted}


def _key(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--part", choices=["dev", "test"], default="dev", help="`test` also means fundus' held half")
    parser.add_argument("--set", nargs="+", choices=list(NAMES), default=list(NAMES))
    parser.add_argument("--limit", type=int, default=0, help="only the first N pages of each set")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    if not SHARED.is_dir():
        print(f"no recorded pages: {SHARED} is absent", file=sys.stderr)
        return 1
    rows = [r for name in args.set for r in measure(name, "dev" if args.part == "dev" else NAMES[name], args.limit)]
    head = list(rows[0])
    print(json.dumps(rows) if args.json else table([[row[key] for key in head] for row in rows], head))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
