"""Extraction beside its peers: F1 of the text and CPU per page on the same pages, titles, authors and days.

    python -m benchmarks.peers [--part dev] [--set wcxb fundus] [--limit N] [--only NAME ...] [--json]

Every system reads every page in a process of its own, one system after the other, by `benchmarks/peer_readers.py`. The
peers live in an environment of their own (`make peers`), never in ours; without it nothing is measured. F1 is as in
`benchmarks/extraction.py`; `p99_ms` is the slowest page but one of a hundred; `failed` counts the pages at which a
system raised (they score 0). "-" stands where a system does not give a field. Our block trees are learnt on the
development pages, so there our F1 is a figure of the training data; `python -m models.training.page --check` gives that
of sites that were left out. The parts are fixed in `splits/`; `test` is for releases only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.extraction import NAMES, Result, Sample, samples, scores
from benchmarks.figures import SHARED, table
from benchmarks.peer_readers import LIMIT_S, READERS
from benchmarks.rows import Row
from schemas.records import DateValue
from transforms.page.charset import decode
from transforms.page.language import detect

ROOT = Path(__file__).parents[1]
PYTHON = Path(os.environ.get("NEWSBEAM_PEERS", ROOT / ".venv-peers" / "bin" / "python"))
ABSENT = "the peers are not installed: make peers"
OURS = "newsbeam"
GIVES = {
    "title": {OURS, "trafilatura", "readability-lxml", "newspaper4k", "news-please", "goose3"},
    "authors": {OURS, "trafilatura", "newspaper4k", "news-please", "goose3"},
    "day": {OURS, "trafilatura", "newspaper4k", "news-please", "goose3"},
}
"""Field -> who gives it, by package."""
_LANGUAGES = {
    "ar": "Arabic", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "hu": "Hungarian", "it": "Italian", "nl": "Dutch", "no": "Norwegian_Bokmal", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
}  # fmt: skip


class Answers(NamedTuple):
    """What one system said of all pages, in their order."""

    results: list[Result]
    ms: list[float]
    errors: list[str]


def jobs(given: Sequence[Sample], folder: Path) -> Iterator[str]:
    """A line for each page, the first one twice: the first answer is a warm-up."""
    for number, sample in enumerate(given):
        html, text = folder / f"{number}.html", folder / f"{number}.txt"
        html.write_bytes(sample.html)
        text.write_text(decode(sample.html, "text/html").text, encoding="utf-8", errors="replace")
        language = _LANGUAGES.get(detect(sample.text), "")
        line = json.dumps({"html": str(html), "text": str(text), "url": sample.url, "language": language})
        yield from [line] * (1 if number else 2)


def ask(name: str, lines: Sequence[str], python: Path) -> Answers:
    """Raises CalledProcessError where the system cannot be started, TimeoutExpired where it hangs."""
    interpreter = Path(sys.executable) if name == OURS else python
    path = {"PYTHONPATH": str(ROOT)} if name == OURS else {"PYTHONPATH": ""}
    command = [str(interpreter), "-P", str(Path(__file__).with_name("peer_readers.py")), name]
    done = subprocess.run(
        command, input="\n".join(lines), text=True, capture_output=True, check=True,
        env={**os.environ, **path}, timeout=60 + LIMIT_S * len(lines),
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return Answers([_result(one) for one in said], [one["ms"] for one in said], [one["error"] for one in said])


def _result(said: dict[str, Any]) -> Result:
    day = said["published"]
    published = DateValue(value=day, precision="second" if len(day) > 10 else "day", source="") if day else None
    return Result(said["text"], said["title"], tuple(said["authors"]), published, said["error"])


def row(label: str, name: str, given: Sequence[Sample], answers: Answers) -> dict[str, Any]:
    """The figures of one system on one set; None for a field that it does not give."""
    package = READERS[name][0] or OURS
    found = scores(answers.results, given)
    fields = {key: found[key] if package in GIVES[key] else None for key in GIVES}
    slow = sorted(answers.ms)
    return {
        "set": label,
        "system": name,
        "pages": len(given),
        **{key: found[key] for key in ("token_f1", "shingle_f1", "recall", "precision")},
        "cpu_ms": round(sum(slow) / len(slow), 1),
        "p99_ms": round(slow[max(0, round(0.99 * len(slow)) - 1)], 1),
        **fields,
        "failed": sum(bool(error) for error in answers.errors),
    }


def measure(name: str, part: str, python: Path, limit: int = 0, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """A row for us and for each peer. A peer that cannot be started is named on stderr and left out."""
    given = samples(name, part, limit)
    out = []
    with tempfile.TemporaryDirectory() as folder:
        lines = list(jobs(given, Path(folder)))
        for system in only or READERS:
            try:
                answers = ask(system, lines, python)
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                print(f"{system} is left out: {_last_line(error)}", file=sys.stderr)
                continue
            out.append(row(f"{name}/{part}", system, given, answers))
    return out


def _last_line(error: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    said = error.stderr.strip() if isinstance(error.stderr, str) else ""
    return said.rpartition("\n")[2] if said else str(error)


def rows(part: str = "dev", limit: int = 0) -> list[Row]:
    """For the table of all figures: ours beside the best peer of each figure. Nothing where no peer is installed."""
    if not PYTHON.exists():
        print(ABSENT, file=sys.stderr)
        return []
    out = []
    for name, other in NAMES.items():
        found = measure(name, part if part == "dev" else other, PYTHON, limit)
        ours, peers = found[0], found[1:]
        for figure, key in (("text F1", "token_f1"), ("4-word F1", "shingle_f1"), ("title", "title"),
                            ("authors", "authors"), ("day", "day")):  # fmt: skip
            best = max((peer for peer in peers if peer[key] is not None), key=lambda peer: peer[key], default=None)
            if best:
                title = f"best peer, {ours['set']}: {figure}"
                out.append(Row(title, ours[key], best["system"], best[key], f"python -m benchmarks.peers --set {name}"))
    return out


def shown(rows: Sequence[dict[str, Any]]) -> str:
    head = list(rows[0])
    return table([["-" if one[key] is None else one[key] for key in head] for one in rows], head)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--part", choices=["dev", "test"], default="dev", help="`test` also means fundus' held half")
    parser.add_argument("--set", nargs="+", choices=list(NAMES), default=list(NAMES))
    parser.add_argument("--limit", type=int, default=0, help="only the first N pages of each set")
    parser.add_argument("--only", nargs="+", choices=list(READERS), default=[], help="only these systems")
    parser.add_argument("--python", type=Path, default=PYTHON, help="the peers' own Python")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    if not args.python.exists():
        print(ABSENT, file=sys.stderr)
        return 1
    if not SHARED.is_dir():
        print(f"no recorded pages: {SHARED} is absent", file=sys.stderr)
        return 1
    found = []
    for name in args.set:
        part = "dev" if args.part == "dev" else NAMES[name]
        found += measure(name, part, args.python, args.limit, args.only)
    if found:
        print(json.dumps(found) if args.json else shown(found))
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main())
