"""Spots in annotated articles that a person should look at again. It lists; it never mends.

    python -m models.training.suspects [FOLDER] [--batch k] [--kind number]

A name or number that was rightly left unmarked gets `<x>` in its article. Any other spot that was looked at and is
right goes into `corpus/judged.tsv` (article, kind, words) and is not listed again.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from models.training.corpus import FOLDER, Article, load
from transforms.attribution.cues import FORMS, STRONG
from transforms.wordlist import wordset

JUDGED_FILE = Path(__file__).parent / "corpus" / "judged.tsv"
AROUND = 30  # characters of the text that are shown on both sides

_CAPITAL = re.compile(r"[^\W\d_]\w*(?:['’]\w+)?")
_NUMBER = re.compile(
    r"\b(?:\d[\d,.]*\w*|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|dozens?|half|first|third|fourth|fifth))\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|today|yesterday|tomorrow|tonight|overnight|weekend|"
    r"(?:last|next|this|past|every|each) (?:week|month|year|night|spring|summer|autumn|fall|winter|morning|evening|"
    r"decade|quarter)|an? (?:day|week|month|year|decade|hour|minute|century)|"
    r"(?:January|February|April|June|July|August|September|October|November|December))\b"
)
_QUOTED = re.compile(r"“([^”\n]{12,}?)”|(?<!\w)\"([^\"\n]{12,}?)\"")
_FULL_STOP = re.compile(r"(?<![”\"’'])(?<!\b\w)(?<!\.\w)\.$")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]['\"”’)]*\s+|[“\"‘(•–—-]\s*|\n)$")
_TITLES = wordset(
    """I Mr Mrs Ms Miss Dr Prof Professor President Prime Minister Sen Rep Gov Gen Lt Col Sgt Capt Maj Cmdr Judge
    Justice Sir Dame Lord Lady Sheikh King Queen Prince Princess Pope Bishop Archbishop Father Sister
    Brother Imam Rabbi Mayor Governor Senator Deputy Chief Secretary General Captain Sergeant Inspector
    Detective Superintendent Constable Officer Colonel Major Councillor Chairman Chairwoman Director
    Commissioner Ambassador Dean Vice Justices Minister's Madam Baroness Baron Reverend Rev Pastor Ratu Hon
    Honourable Honorable Datuk Tan Sri Shri Smt Haji Hajji Ustaz Ayatollah Attorney Speaker Representative
    Congressman Congresswoman Chancellor Premier Commander Brigadier Admiral Lieutenant Corporal Private
    Count Countess Emir Sultan Chief's Herr Frau Don Doña Señor Señora Monsignor Cardinal Mother Q A"""
)


class Suspect(NamedTuple):
    article: str
    kind: str
    words: str
    line: int
    around: str


def suspects(article: Article) -> Iterator[Suspect]:
    """Everything suspicious in one article, kind by kind."""
    marked = _covered([(n.start, n.end) for n in article.names] + list(article.judged))
    parts = {kind: _covered((p.start, p.end) for p in article.parts if p.kind == kind) for kind in ("cue", "content")}

    def spot(kind: str, start: int, end: int) -> Suspect:
        block = article.blocks[article.block_of(start)]
        around = article.text[max(block.start, start - AROUND) : min(block.end, end + AROUND)]
        return Suspect(article.id, kind, article.text[start:end], block.line, around)

    for found in _CAPITAL.finditer(article.text):
        if _looks_like_a_name(article, found) and found.start() not in marked:
            yield spot("capital", *found.span())
    for kind, pattern in (("number", _NUMBER), ("date", _TIME)):
        for found in pattern.finditer(article.text):
            if found.start() not in marked and not (kind == "number" and found[0].lower() == "second"):
                yield spot(kind, *found.span())
    for found in _CAPITAL.finditer(article.text):
        lemma = FORMS.get(found[0].lower())
        if lemma in STRONG and found[0].lower() != lemma and found.start() not in parts["cue"]:
            yield spot("verb", *found.span())
    for found in _QUOTED.finditer(article.text):
        if found.start() + 1 not in parts["content"] and found.start() + 1 not in marked:
            yield spot("quotation", *found.span())
    cued = {part.number for part in article.parts if part.kind == "cue"}
    for part in article.parts:
        exact = article.text[part.start : part.end]
        if exact.endswith((",", ":", ";")) or (part.kind == "content" and re.match(r"that\s", exact)):
            yield spot("edge", part.start, part.end)
        if part.kind == "content" and part.number in cued and _FULL_STOP.search(exact) and ". " not in exact:
            yield spot("edge", part.start, part.end)
    labels: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, set[str]] = defaultdict(set)
    for name in article.names:
        labels[article.text[name.start : name.end]].add(name.label)
        if name.key:
            keys[name.key].add(name.label)
    for words, several in sorted(labels.items()):
        if len(several) > 1:
            start = article.text.index(words)
            yield spot("two labels", start, start + len(words))
    for key, several in sorted(keys.items()):
        if len(several - {"FAC"}) > 1:
            yield Suspect(article.id, "key of two labels", key, 1, " ".join(sorted(several)))


def _covered(spans: Iterable[tuple[int, int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def _looks_like_a_name(article: Article, found: re.Match[str]) -> bool:
    word = found[0]
    if not word[0].isupper() or word.split("'")[0].split("’")[0] in _TITLES or len(word) == 1:
        return False
    kind = article.blocks[article.block_of(found.start())].kind
    if kind in ("boilerplate", "byline"):
        return False
    return not _SENTENCE_START.search(article.text, max(0, found.start() - 6), found.start())


def across(articles: Sequence[Article], least: int = 4) -> Iterator[str]:
    """Strings that nearly always have one label, and where they have another."""
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    where: dict[tuple[str, str], list[str]] = defaultdict(list)
    for article in articles:
        for name in article.names:
            words = article.text[name.start : name.end]
            labels[words][name.label] += 1
            where[words, name.label].append(article.id)
    for words, counts in sorted(labels.items()):
        if len(counts) > 1 and counts.total() >= least:
            rare = [f"{label} in {', '.join(where[words, label][:4])}" for label, n in counts.most_common()[1:]]
            yield f"{words!r} is {counts.most_common(1)[0][0]} {counts.most_common(1)[0][1]} times, {'; '.join(rare)}"


def judged() -> set[tuple[str, str, str]]:
    """(article, kind, words) of the spots that somebody has found right."""
    if not JUDGED_FILE.is_file():
        return set()
    rows = (line.split("\t") for line in JUDGED_FILE.read_text(encoding="utf-8").splitlines() if line)
    return {(row[0], row[1], row[2]) for row in rows}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m models.training.suspects")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--batch", default="")
    parser.add_argument("--kind", default="")
    options = parser.parse_args(arguments)
    articles = [a for a in load(options.folder) if a.id.startswith(options.batch)]
    known, counts = judged(), Counter[str]()
    for article in articles:
        for s in suspects(article):
            if (s.article, s.kind, s.words) not in known and options.kind in ("", s.kind):
                counts[s.kind] += 1
                print(f"{s.article}:{s.line}: {s.kind}: {s.words!r} in {s.around!r}")
    if not options.kind and not options.batch:
        print(*across(articles), sep="\n")
    print(dict(counts), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
