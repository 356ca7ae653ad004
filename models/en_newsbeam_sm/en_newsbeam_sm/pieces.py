"""Words as the encoder takes them: word pieces of a lower-cased vocabulary, and the case that lower-casing loses."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tokenizers import Tokenizer

PAD, UNKNOWN, START, BREAK = 0, 100, 101, 102  # [PAD] [UNK] [CLS] [SEP] of the vocabulary
MOST_PIECES = 12  # of one word: more tell nothing about it
MOST_CHARACTERS = 64  # of one word that are looked at
CASES = 11  # classes that `case_of` gives, and 0 for what is no word
_CACHED = 1 << 16  # words: a tenth of a text's words are new to it


class Pieces(NamedTuple):
    ids: tuple[int, ...]
    case: int


def case_of(word: str) -> int:
    """Class of the letters of a word, 1 to 10."""
    letters = [c for c in word if c.isalpha()]
    digits = any(c.isdigit() for c in word)
    if not letters:
        return 1 if digits else 2
    if digits:
        return 3
    if word.islower():
        return 4
    if word.isupper():
        return 5 if len(letters) == 1 else 6
    if word[0].isupper():
        return 7 if word[1:].islower() else 8
    return 9 if any(c.isupper() for c in letters) else 10


class Vocabulary:
    """Splits words into pieces, each word once while it stays in the cache."""

    def __init__(self, tokenizer_json: bytes) -> None:
        tokenizer = Tokenizer.from_buffer(tokenizer_json)
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self.pieces = lru_cache(maxsize=_CACHED)(self._pieces)

    def _pieces(self, word: str) -> Pieces:
        plain = unicodedata.normalize("NFKC", word[:MOST_CHARACTERS])  # mathematical letters, ligatures, full width
        ids = self._tokenizer.encode(plain, add_special_tokens=False).ids[:MOST_PIECES]
        return Pieces(tuple(ids) or (UNKNOWN,), case_of(plain) if plain else 2)


class Window(NamedTuple):
    """One call of the encoder. `words` are places in the text's own list of words."""

    ids: list[int]
    cases: list[int]
    first: list[int]  # of each word: its first piece
    words: list[int]
    breaks: list[int]  # words (places in `words`) that begin a paragraph
    fresh: int  # first place in `words` that no earlier window has answered for


class Layout(NamedTuple):
    """Sizes in word pieces."""

    window: int = 192
    context: int = 40  # at most so much of what was read before stands in front of a window
    overlap: int = 48  # between two windows of one paragraph that is longer than a window


def pack(
    paragraphs: Sequence[Sequence[int]], pieces: Sequence[Pieces], stops: frozenset[int], layout: Layout
) -> list[Window]:
    """Windows over the paragraphs of a text, given as places in `pieces`; `stops` are words that may end a sentence.

    Whole paragraphs share a window, and the last ones before it are its context; a paragraph that is longer than a
    window is cut into overlapping ones. Each word is answered for by exactly one window.
    """
    size = [len(p.ids) for p in pieces]
    chunks = [chunk for paragraph in paragraphs for chunk in _cut(paragraph, size, stops, layout)]
    out: list[Window] = []
    at = 0
    while at < len(chunks):
        end, total = at, 0
        while end < len(chunks) and (end == at or (total + chunks[end].size <= layout.window and chunks[end].whole)):
            total += chunks[end].size
            end += 1
            if not chunks[end - 1].whole:
                break
        front = at
        if chunks[at].whole:
            spare = min(layout.context, layout.window - total)
            while front > 0 and chunks[front - 1].whole and chunks[front - 1].size <= spare:
                front -= 1
                spare -= chunks[front].size
        out.append(_window([c.words for c in chunks[front:end]], pieces, _known(chunks[front:at], chunks[at])))
        at = end
    return out


class _Chunk(NamedTuple):
    words: Sequence[int]
    size: int  # pieces, with the break behind it
    whole: bool  # a paragraph; else a part of one
    known: int  # leading words that the chunk before has answered for


def _cut(paragraph: Sequence[int], size: Sequence[int], stops: frozenset[int], layout: Layout) -> list[_Chunk]:
    """A paragraph in parts that fit; where one can, it ends behind a full stop in the second half of the window."""
    total = sum(size[w] for w in paragraph) + 1
    if total <= layout.window:
        return [_Chunk(paragraph, total, True, 0)]
    out: list[_Chunk] = []
    start = done = 0  # where the part begins; words answered for
    while done < len(paragraph):
        end, room = start, layout.window - 1
        while end < len(paragraph) and size[paragraph[end]] <= room:
            room -= size[paragraph[end]]
            end += 1
        if end < len(paragraph):
            least = max(done + 1, (start + end) // 2)
            end = next((k for k in range(end, least - 1, -1) if paragraph[k - 1] in stops), end)
        out.append(_Chunk(paragraph[start:end], layout.window - room, False, done - start))
        start = done = end
        room = layout.overlap
        while end < len(paragraph) and start > 0 and size[paragraph[start - 1]] <= room:
            start -= 1
            room -= size[paragraph[start]]
    return out


def _known(context: Sequence[_Chunk], first: _Chunk) -> int:
    return sum(len(c.words) for c in context) + first.known


def _window(paragraphs: Sequence[Sequence[int]], pieces: Sequence[Pieces], fresh: int) -> Window:
    window = Window([START], [0], [], [], [], fresh)
    for paragraph in paragraphs:
        window.breaks.append(len(window.words))
        for word in paragraph:
            window.first.append(len(window.ids))
            window.ids.extend(pieces[word].ids)
            window.cases.extend([pieces[word].case] * len(pieces[word].ids))
            window.words.append(word)
        window.ids.append(BREAK)
        window.cases.append(0)
    return window
