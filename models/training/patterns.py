"""What an attribution looks like: names of the patterns that a corpus should hold many of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.training.corpus import ANONYMOUS, Article, Part
from transforms.wordlist import wordset

PATTERNS = (
    "source before", "source after", "source in the middle", "inverted cue", "according to", "no cue", "split content",
    "runs on from the paragraph before", "shared subject", "no source, passive", "pronoun, same sentence",
    "pronoun, sentence before", "pronoun, paragraph before", "role only", "surname only", "body speaks", "anonymous",
    "document or poll", "nested", "negated cue", "in a headline", "direct", "mixed", "indirect",
    "belief", "intent", "finding", "denial",
)  # fmt: skip
PRONOUNS = wordset("he she they it who i we")
_DOCUMENT = re.compile(
    r"\b(?:reports?|stud(?:y|ies)|polls?|surveys?|data|figures|audits?|inquiry|lawsuits?|filings?|documents?|letters?|"
    r"statements?|records?|emails?|memos?|indictments?|affidavits?|review|ruling|complaint|census|paper)\b",
    re.IGNORECASE,
)
_MARKS = re.compile("[“”\"]|(?<!\\w)[‘']|[’'](?!\\w)")
_DIALOGUE = re.compile(r"\s*[–—-]\s")


def patterns(article: Article) -> Iterator[tuple[str, str]]:
    """(number of the attribution, pattern) for every pattern of every attribution."""
    groups = article.attributions()
    for number, parts in groups.items():
        for pattern in _of(article, parts, groups):
            yield number, pattern


def _of(article: Article, parts: Sequence[Part], groups: dict[str, list[Part]]) -> Iterator[str]:
    sources, cues, contents = ([p for p in parts if p.kind == kind] for kind in ("source", "cue", "content"))
    block = article.blocks[article.block_of(parts[0].start)]
    key = article.speaker(parts[0].number)
    if sources and contents:
        yield from _order(sources[0], cues, contents)
    if cues and _words(article, cues[0]).lower().startswith("according to"):
        yield "according to"
    elif cues and re.search(r"\bnot\b|n['’]t\b|\bnever\b|\bno longer\b", _words(article, cues[0]).lower()):
        yield "negated cue"
    if not cues:
        yield "runs on from the paragraph before" if not sources else "no cue"
    elif not sources:
        yield "no source, passive" if key == ANONYMOUS else "shared subject"
    if len(contents) > 1:
        yield "split content"
    if block.kind in ("headline", "sub"):
        yield "in a headline"
    if any(p.number != parts[0].number and _inside(groups[p.number], contents) for p in article.parts):
        yield "nested"
    yield from _speaker(article, sources, key)
    yield _speech(article, contents)
    yield from {cue.type for cue in cues} - {"speech"}


def _order(source: Part, cues: Sequence[Part], contents: Sequence[Part]) -> Iterator[str]:
    if source.end <= contents[0].start:
        yield "source before"
    elif source.start >= contents[-1].end:
        yield "source after"
    else:
        yield "source in the middle"
    if cues and contents[0].end <= cues[0].start < source.start:
        yield "inverted cue"


def _inside(inner: Sequence[Part], contents: Sequence[Part]) -> bool:
    return all(any(c.start <= p.start and p.end <= c.end for c in contents) for p in inner)


def _speaker(article: Article, sources: Sequence[Part], key: str) -> Iterator[str]:
    if key == ANONYMOUS:
        yield "anonymous"
    if not sources:
        return
    words = " ".join(_words(article, source) for source in sources)
    labels = {n.label for n in article.names if n.key == key and key}
    inside = [n for s in sources for n in article.names if s.start <= n.start and n.end <= s.end]
    if words.lower() in PRONOUNS:
        yield _how_far(article, sources[0], key)
    elif key != ANONYMOUS and not any(n.key == key for n in inside):
        yield "role only"
    elif any(n.key == key and n.label == "PERSON" and " " not in article.text[n.start : n.end] for n in inside):
        yield "surname only"
    if "PERSON" not in labels and labels & {"ORG", "GPE", "NORP"}:
        yield "body speaks"
    if _DOCUMENT.search(words):
        yield "document or poll"


def _how_far(article: Article, source: Part, key: str) -> str:
    before = [n.end for n in article.names if n.key == key and n.end <= source.start]
    if not before or article.block_of(before[-1]) != article.block_of(source.start):
        return "pronoun, paragraph before"
    between = article.text[max(before) : source.start]
    return "pronoun, sentence before" if re.search(r"[.!?][”\"’']*\s", between) else "pronoun, same sentence"


def _speech(article: Article, contents: Sequence[Part]) -> str:
    """Direct when every stretch stands in quotation marks, mixed when some words do."""
    quoted = [bool(_MARKS.match(w[0])) and bool(_MARKS.search(w[-2:])) for w in (_words(article, c) for c in contents)]
    if all(quoted):
        return "direct"
    if any(_DIALOGUE.fullmatch(article.text[max(0, c.start - 2) : c.start]) for c in contents):
        return "direct"
    return "mixed" if any(re.search("[“\"]|(?<!\\w)[‘']\\w", _words(article, c)) for c in contents) else "indirect"


def _words(article: Article, part: Part) -> str:
    return article.text[part.start : part.end]
