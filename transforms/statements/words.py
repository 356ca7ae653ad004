"""The words of a claim as they are compared: stems, each with the weight of how rare it is in news.

Stems are Snowball's (Porter 2001, `english`); irregular verbs and British spellings are brought to one form before. A
weight is a hundred times the inverse document frequency (Spärck Jones 1972), a whole number, over the training split of
the annotated corpus, read from `common.tsv`: a fixed table, so that a claim weighs the same whenever it is compared.
`python -m models.training.common_words` writes the table anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import snowballstemmer  # type: ignore[import-untyped]

from transforms.statements.irregular import AMERICAN, IRREGULAR
from transforms.wordlist import wordset

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
RAREST = 600  # weight of a stem that the table does not have
_STOP = wordset(
    """a an the this that these those there here he she it they we i you him her them us me his hers its their theirs
    our ours your yours my mine himself herself itself themselves who whom whose which what when where why how and or
    but if so than as of in on at by for from to with into onto over under about after before during until since
    against between among through upon within toward towards up down out off is am are was were be been being has
    have had having do does did doing done will would shall should can could may might must ought also too very just
    only even still already yet again ever then now once both either per not no nobody none never nor neither
    without nothing n't any some such own same each every all another other others more most much many few less
    least several said say says saying told tell tells added according one ones while whether because though
    although however therefore s t d ll re ve m"""
)
NUMBERS = wordset(
    """zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
    dozen"""
)


class Word(NamedTuple):
    """A word of a text by its stem; what is in STOP has none."""

    start: int
    end: int
    stem: str


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The form in which a word is compared; "" for one that says nothing about the matter, and for a number."""
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").rstrip("'")
    if word in _STOP or word in NUMBERS:
        return ""
    word = _american(IRREGULAR.get(word, word))
    return str(_stemmer().stemWord(word)) if word.isascii() else word


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """The words of `text[start:end]` that say something."""
    for found in WORD.finditer(text, start, len(text) if end is None else end):
        if made := stem(found.group()):
            yield Word(found.start(), found.end(), made)


def stems(text: str) -> list[str]:
    """Those of `words`, without their places."""
    return [made for word in WORD.findall(text) if (made := stem(word))]


def heaviest(some: Iterable[str], count: int) -> list[str]:
    """Of these stems, so many that weigh most; of equals those that stand first in the alphabet."""
    table = weights()
    return [one for _, one in sorted([(-table.get(one, RAREST), one) for one in some])[:count]]


def weight(one: str) -> int:
    return weights().get(one, RAREST)


def total(stems: Iterable[str]) -> int:
    table = weights()
    return sum([table.get(one, RAREST) for one in stems])


def _american(word: str) -> str:
    if word in AMERICAN:
        return AMERICAN[word]
    if len(word) > 5:
        word = re.sub(r"(?<=[^aeiou])our(?=s|ed|ing|ite|able|hood|ful|$)", "or", word)
        word = re.sub(r"is(e|es|ed|ing|ation|ations)$", r"iz\1", word) if _IZE.search(word) else word
    return word


_IZE = re.compile(r"(?:al|an|er|or|on|at|it|om|im|in|iv)is(?:e|es|ed|ing|ation|ations)$")


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=1)
def weights() -> dict[str, int]:
    """Stem -> weight, of those that weigh less than RAREST."""
    text = (files("transforms.statements") / "common.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {one: int(value) for one, value in rows}
