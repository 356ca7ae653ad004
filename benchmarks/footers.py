"""Boilerplate of unseen wording set around clean texts: how much of it goes, and which author's lines go with it.

    python -m benchmarks.footers [--part dev] [--cases 4] [--misses] [--lines] [--json]

Texts are the annotated texts of the development halves of wcxb and fundus. `footers.toml` holds wordings of twelve
kinds, split by wording before any rule was made for them; `--part test` is for releases, and its misses are not shown.
Each wording is set at the top or at the end of so many texts, in disguise in a third of the cases. A case is found when
every line of the wording went.

Annotated lines that go for good are counted twice: all of them, and those that people who read each of them one by one
hold for an author's. Others (`[reviewed]` in `footers.toml`) are boilerplate of these kinds that annotators left in:
a "Read more: ..." before another title, a licence, a "Reading time". What becomes metadata of the article (who
contributed, the source link, a bare update note) is no loss.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.extraction import samples
from benchmarks.figures import SHARED, table
from benchmarks.rows import Row
from pipeline.seeds import load_rules
from schemas.rules import RuleBook
from transforms.clean import Cleaned, clean

FILE = Path(__file__).parent / "footers.toml"
CASES = 4  # texts in which each wording is set
DISGUISED = 3  # one case in so many
MIN_LINES = 4  # of a text: one of fewer has no ends to speak of
SHOWN = 60  # characters by which a reviewed line is named
KIND_HEAD = ("kind", "found", "all", "percent")
KEPT_AS_METADATA = ("metadata", "lineage")
_SMALL = dict(zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True))
_CYRILLIC = dict(zip("aceopxyiACEOPXTHKMB", "асеорхуіАСЕОРХТНКМВ", strict=True))
_GREEK = dict(zip("oOAEHIKMNPTXYZ", "οΟΑΕΗΙΚΜΝΡΤΧΥΖ", strict=True))


class Case(NamedTuple):
    kind: str
    wording: str
    disguise: str  # "" for plain letters
    place: str
    text: str  # the article without it

    @property
    def added(self) -> str:
        return DISGUISES[self.disguise](self.wording)


def _letters(capital: int, small: int) -> dict[str, str]:
    upper = {chr(65 + n): chr(capital + n) for n in range(26)}
    return upper | {chr(97 + n): chr(small + n) for n in range(26)}


def _mapped(letters: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(letters.get(letter, letter) for letter in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "": lambda text: text,
    "bold": _mapped(_letters(0x1D400, 0x1D41A)),
    "sans": _mapped(_letters(0x1D5A0, 0x1D5BA)),
    "full width": _mapped(_letters(0xFF21, 0xFF41)),
    "circled": _mapped(_letters(0x24B6, 0x24D0)),
    "squared": lambda text: _mapped(_letters(0x1F170, 0x1F170))(text.upper()),
    "small capitals": _mapped(_SMALL),
    "cyrillic": _mapped(_CYRILLIC),
    "greek": _mapped(_GREEK),
    "zero width": lambda text: "\u200b".join(text).replace("\u200b\n\u200b", "\n"),
    "soft hyphens": lambda text: text.replace("e", "e\u00ad").replace("o", "\u00ado"),
    "right to left": lambda text: "\n".join(f"\u202b{line}\u202c\u200f" for line in text.split("\n")),
    "struck": lambda text: "".join(letter + "\u0336" * letter.isalpha() for letter in text),
    "ligatures": lambda text: text.replace("ff", "ﬀ").replace("fi", "ﬁ").replace("fl", "ﬂ").replace("st", "ﬆ"),
}


@lru_cache(maxsize=1)
def _stated() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def wordings(part: str) -> Iterator[tuple[str, str, str]]:
    """(kind, place, wording)."""
    for kind, row in _stated().items():
        for wording in row.get(part, ()):
            yield kind, row["place"], wording


def reviewed() -> frozenset[str]:
    """The beginnings of annotated lines that are boilerplate."""
    return frozenset(_stated()["reviewed"]["boilerplate"])


def _lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.split("\n"))


@lru_cache(maxsize=1)
def texts() -> tuple[str, ...]:
    """Annotated texts of development pages with as many lines as count, each once."""
    found = [page.text for name in ("wcxb", "fundus") for page in samples(name, "dev")]
    return tuple(dict.fromkeys(text for text in found if _lines(text) >= MIN_LINES))


def cases(part: str, each: int = CASES) -> list[Case]:
    """Which wording meets which text in which disguise hangs on the wording alone."""
    stock = texts()
    names = [name for name in DISGUISES if name]
    out = []
    for kind, place, wording in wordings(part):
        for n in range(each):
            dice = int.from_bytes(blake2b(f"{n} {wording}".encode(), digest_size=8).digest(), "big")
            disguise = names[dice // DISGUISED % len(names)] if dice % DISGUISED == 0 else ""
            out.append(Case(kind, wording, disguise, place, stock[dice // 1009 % len(stock)]))
    return out


def goes(case: Case, book: RuleBook) -> bool:
    """Whether every line that was added went whole."""
    added = case.added
    top = case.place == "top"
    text = f"{added}\n\n{case.text}" if top else f"{case.text}\n\n{added}"
    start = 0 if top else len(case.text) + 2
    gone = [(r.start, r.end) for r in clean(text, book).removals]
    for line in added.split("\n"):
        if not any(a <= start and start + len(line.rstrip()) <= b for a, b in gone):
            return False
        start += len(line) + 1
    return True


def lost(done: Cleaned, book: RuleBook) -> list[tuple[str, str]]:
    """(rule, line) of what went of a text and is kept nowhere else."""
    action = {rule.id: rule.action for rule in book.rules}
    return [(r.rule, r.exact) for r in done.removals if action.get(r.rule, "drop") not in KEPT_AS_METADATA]


def measure(part: str, each: int = CASES) -> tuple[dict[str, float], dict[str, list[int]], list[Case]]:
    """Recall in percent, [found, all] by kind and by disguise, and the cases that were missed."""
    book = load_rules("", "")
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed = []
    for case in cases(part, each):
        found = goes(case, book)
        for row in (case.kind, "in disguise" if case.disguise else "in plain letters", "all"):
            counts[row][0] += found
            counts[row][1] += 1
        if not found:
            missed.append(case)
    found_all, total = counts["all"]
    return {f"{part}: boilerplate found": 100 * found_all / total}, dict(counts), missed


def author_lines() -> tuple[dict[str, float], list[tuple[str, str, bool]]]:
    """Shares in percent of the annotated lines, and (rule, line, whether it is an author's) of each that goes."""
    book, known = load_rules("", ""), reviewed()
    gone = [
        (rule, line, line.strip()[:SHOWN] not in known)
        for text in texts()
        for rule, line in lost(clean(text, book), book)
    ]
    total = sum(map(_lines, texts()))
    mine = sum(author for _, _, author in gone)
    return {"annotated lines that go": 100 * len(gone) / total, "author's lines lost": 100 * mine / total}, gone


def figures(part: str = "dev") -> dict[str, float]:
    """What floors are set on."""
    return measure(part)[0] | author_lines()[0]


def rows() -> list[Row]:
    alone = "python -m benchmarks.footers"
    beside = {"annotated lines that go": ("", None), "author's lines lost": ("at most", 0.1)}
    return [
        Row(f"{name} (%)", value, *beside.get(name, ("the goal", 98.0)), alone) for name, value in figures().items()
    ]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--part", choices=("dev", "test"), default="dev")
    parser.add_argument("--cases", type=int, default=CASES, help="texts for each wording")
    parser.add_argument("--misses", action="store_true", help="show what stayed, of the development part")
    parser.add_argument("--lines", action="store_true", help="show every annotated line that goes")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    if not (SHARED / "pages").is_dir():
        print(f"the recorded pages are not here: {SHARED / 'pages'}", file=sys.stderr)
        return 1
    found, counts, missed = measure(args.part, args.cases)
    shares, gone = author_lines()
    if args.json:
        print(json.dumps({"figures": found | shares, "kinds": counts}))
        return 0
    print(table([[kind, good, total, 100 * good / total] for kind, (good, total) in counts.items()], KIND_HEAD))
    print(table([[name, value] for name, value in (found | shares).items()], ["figure", "percent"]))
    if args.misses and args.part == "dev":
        print(*(f"{case.kind} [{case.disguise or 'plain'}] {case.wording!r}" for case in missed), sep="\n")
    if args.lines:
        print(*(f"{'author' if author else 'reviewed'} {rule}: {line[:160]}" for rule, line, author in gone), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
