"""Boilerplate of unseen wording set around clean texts: how much of it goes, and which author's lines go with it.

    python -m benchmarks.footers [--part dev] [--cases 4] [--misses] [--lines] [--json]

Texts are the annotated texts of the development halves of wcxb and fundus. `footers.toml` holds wordings of twelve
kinds, split by wording before any rule was made for them; `--part test` is for releases, and its misses are not shown.
Each wording is set at the top or at the end of so many texts, in disguise in a third of the cases. A case is found when
every line of the wording went. Author's lines are the lines of the texts as annotated: of those that go, the ones that
become metadata of the article (who contributed, the source link, a bare update note) are counted apart, not as lost.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from benchmarks.extraction import samples
from benchmarks.figures import table
from benchmarks.rows import Row
from pipeline.seeds import load_rules
from schemas.rules import RuleBook
from transforms.clean import Cleaned, clean

FILE = Path(__file__).parent / "footers.toml"
CASES = 4  # texts in which each wording is set
DISGUISED = 3  # one case in so many
MIN_LINES = 4  # of a text: one of fewer has no ends to speak of
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


def _mapped(table: Mapping[str, str]):  # type: ignore[no-untyped-def]
    return lambda text: "".join(table.get(letter, letter) for letter in text)


DISGUISES = {
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


def wordings(part: str) -> Iterator[tuple[str, str, str]]:
    """(kind, place, wording)."""
    for kind, row in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        for wording in row[part]:
            yield kind, row["place"], wording


@lru_cache(maxsize=1)
def texts() -> tuple[str, ...]:
    """Annotated texts of development pages with as many lines as count, each once."""
    found = [page.text for name in ("wcxb", "fundus") for page in samples(name, "dev")]
    return tuple(dict.fromkeys(text for text in found if sum(map(bool, map(str.strip, text.split("\n")))) >= MIN_LINES))


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


def run(case: Case, book: RuleBook) -> tuple[bool, list[str]]:
    """Whether all that was added went, and the author's lines that went for good because it was there."""
    added = case.added
    text = f"{added}\n\n{case.text}" if case.place == "top" else f"{case.text}\n\n{added}"
    start = 0 if case.place == "top" else len(case.text) + 2
    end = start + len(added)
    gone = [(r.start, r.end) for r in clean(text, book).removals if start <= r.start and r.end <= end]
    wanted = sum(bool(line.strip()) for line in added.split("\n"))
    return len(gone) == wanted and sum(b - a for a, b in gone) >= len(added) - added.count("\n") - 2, []


def lost(done: Cleaned, book: RuleBook) -> list[tuple[str, str]]:
    """(rule, line) of what went of a text and is kept nowhere else."""
    action = {rule.id: rule.action for rule in book.rules}
    return [(r.rule, r.exact) for r in done.removals if action.get(r.rule, "drop") not in KEPT_AS_METADATA]


def figures(part: str, each: int = CASES) -> tuple[dict[str, float], dict[str, tuple[int, int]], list[Case]]:
    """The figures in percent, (found, all) by kind, and the cases that were missed."""
    book = load_rules("", "")
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed = []
    for case in cases(part, each):
        found, _ = run(case, book)
        for row in (case.kind, "disguised" if case.disguise else "plain", "all"):
            counts[row][0] += found
            counts[row][1] += 1
        if not found:
            missed.append(case)
    lines = sum(sum(map(bool, map(str.strip, text.split("\n")))) for text in texts())
    wrong = sum(len(lost(clean(text, book), book)) for text in texts())
    found, total = counts["all"]
    out = {"recall": 100 * found / total, "author's lines lost": 100 * wrong / lines}
    return out, {kind: (a, b) for kind, (a, b) in counts.items()}, missed


def author_lines() -> list[tuple[str, str]]:
    """(rule, line) of every line of a clean text that goes for good."""
    book = load_rules("", "")
    return [line for text in texts() for line in lost(clean(text, book), book)]
