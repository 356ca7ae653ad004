"""Title, authors and day beside trafilatura's: exact matches on recorded pages, in the same run.

    python -m benchmarks.fields [--part dev] [--set wcxb fundus] [--limit N] [--json]

Right is: the same letters and digits (title); the same set of names, an agency that we keep apart among them
(authors); the same day on the page's clock or in UTC (day). Only pages count whose truth is known. Neither side sees a
feed. Both read what pages say of themselves, also of pages that we refuse as articles: trafilatura's `extract_metadata`
reads those, too. The parts are fixed in `splits/`; `test` is for releases only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.extraction import NAMES, Result, Sample, _day_fits, _key, _same, _share, bare_metadata, samples
from benchmarks.figures import SHARED, table
from benchmarks.rows import Row
from transforms.page import text as pagetext
from transforms.page.charset import decode
from transforms.page.metadata import Hint, Metadata, htmldate_guess, metadata
from transforms.page.read import Extracted, extract

FIELDS = ("title", "authors", "day")
OURS, THEIRS = "newsbeam", "trafilatura"


def ours(sample: Sample) -> Result:
    meta = _metadata(sample)
    names = meta.authors
    if meta.agency and not _same(names, sample.authors):
        names = (*names, meta.agency)
    return Result("", meta.title, names, meta.published, "")


def _metadata(sample: Sample) -> Metadata:
    found = extract(sample.html, url=sample.url, content_type="text/html", hint=Hint())
    if isinstance(found, Extracted):
        return found.meta
    tree = pagetext.parse(decode(sample.html, "text/html").text)
    if tree is None:
        return Metadata()
    return metadata(tree, pagetext.json_ld(tree), sample.url, Hint(), lambda: htmldate_guess(tree, sample.url))


def scores(results: Sequence[Result], given: Sequence[Sample]) -> dict[str, float]:
    """The share of pages on which each field is right."""
    pairs = list(zip(results, given, strict=True))
    return {
        "title": _share((_key(r.title) == _key(s.title), s.title) for r, s in pairs),
        "authors": _share((_same(r.authors, s.authors), s.authors) for r, s in pairs),
        "day": _share((_day_fits(r.published, s.published), s.published) for r, s in pairs),
    }


def measure(name: str, part: str, limit: int = 0) -> list[dict[str, Any]]:
    """A row for us and one for trafilatura."""
    given = samples(name, part, limit)
    return [
        {"set": f"{name}/{part}", "system": system, "pages": len(given)}
        | scores([read(sample) for sample in given], given)
        for system, read in ((OURS, ours), (THEIRS, bare_metadata))
    ]


def figures(part: str = "dev", limit: int = 0) -> dict[str, float]:
    """For the floors: our share of right pages by set and field."""
    out: dict[str, float] = {}
    for name, other in NAMES.items():
        given = samples(name, part if part == "dev" else other, limit)
        found = scores([ours(sample) for sample in given], given)
        out |= {f"{name} {field}": found[field] for field in FIELDS}
    return out


def rows(part: str = "dev", limit: int = 0) -> list[Row]:
    """For the table of all figures."""
    out = []
    for name, other in NAMES.items():
        mine, theirs = measure(name, part if part == "dev" else other, limit)
        alone = f"python -m benchmarks.fields --set {name}" + ("" if part == "dev" else f" --part {part}")
        out += [Row(f"{field} right, {mine['set']}", mine[field], THEIRS, theirs[field], alone) for field in FIELDS]
    return out


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
    found = [r for name in args.set for r in measure(name, "dev" if args.part == "dev" else NAMES[name], args.limit)]
    head = list(found[0])
    print(json.dumps(found) if args.json else table([[row[key] for key in head] for row in found], head))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
