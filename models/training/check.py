"""Does every article keep the guide's form?

    python -m models.training.check [FOLDER] [--batch k]

Prints each error with file, line and reason, then counts; exit 1 if there is an error. Over a whole corpus it also
demands 150 cue lemmas, and that no two articles share 2 % of their word 6-grams (of the shorter one's).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path

from models.training.corpus import ANONYMOUS, FOLDER, TYPES, Article, CorpusError, Name, Part, read
from models.training.lemmas import cue_lemma
from transforms.wordlist import wordset

REGIONS = wordset(
    """africa north-america latin-america caribbean europe middle-east central-asia south-asia southeast-asia
    east-asia oceania world"""
)
FIELDS = wordset(
    """politics conflict courts crime business markets technology science health environment disaster sport culture
    education religion migration farming energy transport labour local-life"""
)
OUTLETS = wordset(
    """wire broadsheet tabloid broadcaster local trade think-tank government-release live-blog q-and-a fact-check
    obituary court-report match-report market-report magazine"""
)
SHAPES = wordset("""surname-like place-like acronym team brand ministry unit common-word""")
KEYED = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP"})
NOTICE = "Invented news, written for newsbeam. CC0 1.0."
LEMMAS = 150
SHARED_GRAMS = 0.02


def problems(article: Article) -> Iterator[tuple[int, str]]:
    """(line, reason) of everything in an article that the guide forbids and a program can see."""
    yield from _about(article)
    if NOTICE not in article.path.read_text(encoding="utf-8"):
        yield 1, f"the file does not say: {NOTICE}"
    if article.blocks[0].kind != "headline":
        yield article.blocks[0].line, "the first block is no headline"
    keys = {name.key for name in article.names if name.key}
    marks: list[Name | Part] = [*article.names, *article.parts]
    for mark in marks:
        exact = article.text[mark.start : mark.end]
        if not exact or exact != exact.strip():
            yield _line(article, mark.start), f"a blank at the edge of {exact!r}, or nothing in it"
    for name in article.names:
        if name.label in KEYED and not name.key:
            yield _line(article, name.start), f"{article.text[name.start : name.end]!r} has no e="
    for number, parts in article.attributions().items():
        yield from _attribution(article, number, parts, keys)
    yield from _crossing(article)


def _about(article: Article) -> Iterator[tuple[int, str]]:
    if article.id != article.path.stem:
        yield 1, f"id {article.id!r} is not the file's name"
    try:
        if not 2016 <= date.fromisoformat(article.get("date")).year <= 2026:
            yield 1, "date is outside 2016 to 2026"
    except ValueError:
        yield 1, f"date {article.get('date')!r} is no date"
    for attribute, allowed in (("region", REGIONS), ("field", FIELDS), ("outlet", OUTLETS)):
        if article.get(attribute) not in allowed:
            yield 1, f"{attribute}={article.get(attribute)!r} is none of {', '.join(sorted(allowed))}"
    for attribute in ("place", "topic"):
        if not article.get(attribute):
            yield 1, f"{attribute} is missing"
    for shape in article.get("shapes").split():
        if shape not in SHAPES:
            yield 1, f"shapes={shape!r} is none of {', '.join(sorted(SHAPES))}"


def _attribution(article: Article, number: str, parts: Sequence[Part], keys: set[str]) -> Iterator[tuple[int, str]]:
    line = _line(article, parts[0].start)
    kinds = {part.kind for part in parts}
    if "content" not in kinds:
        yield line, f"attribution {number} has no content"
    if "source" not in kinds and not any(part.key for part in parts if part.kind == "content"):
        yield line, f"attribution {number} has neither a source nor e= on its content"
    if len({article.block_of(part.start) for part in parts}) > 1:
        yield line, f"attribution {number} runs over two blocks: the second is an attribution of its own"
    said = {part.key for part in parts if part.key}
    if len(said) > 1:
        yield line, f"attribution {number} has two speakers: {', '.join(sorted(said))}"
    for part in parts:
        if part.kind == "source" and not part.key:
            yield line, f"source of {number} without e="
        if part.key and part.key != ANONYMOUS and part.key not in keys:
            yield line, f"e={part.key} of {number} names nothing in the article"
        if part.kind == "cue" and part.type not in TYPES:
            yield line, f"t={part.type!r} of {number} is none of {', '.join(sorted(TYPES))}"
    for one, two in combinations(parts, 2):
        if one.start < two.end and two.start < one.end:
            yield line, f"two parts of attribution {number} overlap"


def _crossing(article: Article) -> Iterator[tuple[int, str]]:
    """An inner attribution stands whole inside one content of the outer one, or nowhere in it."""
    groups = article.attributions()
    for number, parts in groups.items():
        for content in (part for part in parts if part.kind == "content"):
            for other, inner in groups.items():
                inside = [content.start <= part.start and part.end <= content.end for part in inner]
                if other != number and any(inside) and not all(inside) and not _encloses(inner, parts):
                    yield _line(article, content.start), f"attribution {other} lies half inside content of {number}"


def _encloses(outer: Sequence[Part], inner: Sequence[Part]) -> bool:
    contents = [part for part in outer if part.kind == "content"]
    return all(any(c.start <= part.start and part.end <= c.end for c in contents) for part in inner)


def _line(article: Article, start: int) -> int:
    return article.blocks[article.block_of(start)].line


def alike(articles: Sequence[Article]) -> list[tuple[float, str, str]]:
    """Pairs that share more than 2 % of the shorter one's word 6-grams: (share, id, id), the worst first."""
    grams = {article.id: _grams(article.text) for article in articles}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, own in grams.items():
        for gram in own:
            holders[gram].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        shared.update(combinations(sorted(names), 2))
    shares = [(count / max(1, min(len(grams[a]), len(grams[b]))), a, b) for (a, b), count in shared.items()]
    return sorted((row for row in shares if row[0] > SHARED_GRAMS), reverse=True)


def _grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 6]) for i in range(len(words) - 5)}


def cue_lemmas(articles: Iterable[Article]) -> Counter[str]:
    return Counter(cue_lemma(a.text[p.start : p.end]) for a in articles for p in a.parts if p.kind == "cue")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m models.training.check")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--batch", default="", help="check only the files whose names start so")
    options = parser.parse_args(arguments)
    articles: list[Article] = []
    errors: list[str] = []
    for path in sorted(options.folder.glob(f"{options.batch}*.xml")):
        try:
            article = read(path)
        except CorpusError as error:
            errors.append(str(error))
            continue
        articles.append(article)
        errors.extend(f"{path}:{line}: {reason}" for line, reason in problems(article))
    errors.extend(f"{a} and {b} share {share:.1%} of their word 6-grams" for share, a, b in alike(articles))
    lemmas = cue_lemmas(articles)
    if options.folder == FOLDER and not options.batch and len(lemmas) < LEMMAS:
        errors.append(f"{len(lemmas)} cue lemmas; {LEMMAS} are asked")
    print(*errors, sep="\n", end="\n" if errors else "")
    print(
        f"{len(articles)} articles, {sum(len(a.text.split()) for a in articles):,} words, "
        f"{sum(len(a.names) for a in articles):,} names, "
        f"{sum(len(a.attributions()) for a in articles):,} attributions, "
        f"{len(lemmas)} cue lemmas, {len(errors)} errors"
    )
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
