"""Texts -> samples of their shingles, by which copies are found. Version 2.

Broder 1997, "On the resemblance and containment of documents": shingles of three folded words, those kept whose hash
falls on one in `SAMPLE`. The choice rests on the shingle alone, so two texts of any lengths keep the same ones of what
they share. A sample keeps the order of the text, so it also says *where* two texts agree (`transforms/nearness.py`).

Many texts are hashed at once as arrays of code points: a table gives each its folded letter as a number, a word is the
polynomial of its letters (a difference of two running sums), a shingle that of its three words. The few letters that
fold to several, or join the one before them, send their text through `fold` first; so a text and its folded form
always have the same sample. Why these rates: `docs/decisions/0009-copies-by-stretches.md`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from transforms.fold import fold

Array = npt.NDArray[np.uint64]
Keys = npt.NDArray[np.int64]

SAMPLING = 2
"""The version of all this. A stored sample of another one is unknown until `reindex` makes it anew."""
WORDS = 3
SAMPLE, KEY = 2, 8  # one shingle in so many is kept, and one in so many is a key of the index
LOOKED_UP = 24  # keys of one text, at most, that the index is asked for
MAX_CHARS = 1 << 18  # of a text that are sampled
BLOCK = 1 << 16  # characters that are hashed together: they fit a processor's cache

_LETTER, _ALONE, _FOLDS, _GONE, _NEW = (np.uint64(1 << bit) for bit in (63, 62, 61, 60, 59))
_BITS = np.uint64((1 << 59) - 1)
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # Thai to Han: each is a word
_JOINING = re.compile("[\u1100-\u11ff\uff9e\uff9f]")  # with what stands before them, beside marks
_BASE = 0x9E3779B97F4A7C15
_STEPS = tuple(np.uint64(step) for step in (0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 1))


def samples(texts: Sequence[str]) -> list[bytes]:
    """The sample of each text: 64-bit integers (little endian) of the kept shingles in the order of the text."""
    done: list[bytes] = []
    for block in _blocks(texts):
        done += _sampled(block)
    return done


def sampled(text: str) -> bytes:
    return samples([text])[0]


def numbers(sample: bytes) -> Array:
    return np.frombuffer(sample, "<u8")


def keys(samples: Sequence[bytes]) -> tuple[Keys, Keys]:
    """The shingles by which the index finds texts, in their order, and in another array whose each is (0, 1, ...).

    As every SQL database holds them: signed 64-bit integers.
    """
    shingles = numbers(b"".join(samples))
    chosen = shingles & np.uint64(KEY - 1) == 0
    owners = np.repeat(np.arange(len(samples)), [len(sample) // 8 for sample in samples])
    return shingles[chosen].view(np.int64), owners[chosen]


def asked(samples: Sequence[bytes]) -> tuple[Keys, Keys]:
    """The same of the keys that the index is asked for: of a long text some, spread over all of it."""
    shingles, owners = keys(samples)
    sizes = np.bincount(owners, minlength=len(samples))
    rank = np.arange(len(owners)) - (np.cumsum(sizes) - sizes)[owners]
    chosen = rank * LOOKED_UP % np.maximum(sizes, LOOKED_UP)[owners] < LOOKED_UP
    return shingles[chosen], owners[chosen]


def _blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    block: list[str] = []
    size = 0
    for text in texts:
        if block and size + len(text) > BLOCK:
            yield block
            block, size = [], 0
        block.append(text[:MAX_CHARS])
        size += len(block[-1]) + 1
    if block:
        yield block


def _sampled(texts: list[str], *, folded: bool = False) -> list[bytes]:
    codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([len(text) + 1 for text in texts])  # behind the line end that follows each
    letters, flags = _letters(codes)
    if flags & int(_FOLDS) and not folded:
        hard = np.flatnonzero(letters & _FOLDS)
        return _partly_folded(texts, np.searchsorted(ends, hard, side="right"), codes[hard])
    if flags & int(_GONE):
        gone = np.flatnonzero(letters & _GONE)
        ends -= np.searchsorted(gone, ends)
        letters = np.delete(letters, gone)
    starts, stops = _words(letters, bool(flags & int(_ALONE)))
    base, inverse = _powers()
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(letters * base[: len(letters)], out=sums[1:])
    words = _mixed((sums[stops] - sums[starts]) * inverse[starts])
    if len(words) < WORDS:
        return [b""] * len(texts)
    joined = words[:-2] * _STEPS[0] + words[1:-1] * _STEPS[1] + words[2:] * _STEPS[2]
    shingles = _mixed(joined)
    kept = np.flatnonzero(shingles & np.uint64(SAMPLE - 1) == 0)
    last = np.searchsorted(starts, ends)  # words up to the end of each text
    first = np.concatenate(([0], last[:-1]))
    low, high = np.searchsorted(kept, first), np.searchsorted(kept, last - (WORDS - 1))
    chosen = shingles[kept].astype("<u8", copy=False)
    return [chosen[a:b].tobytes() for a, b in zip(low.tolist(), high.tolist(), strict=True)]


def _partly_folded(texts: list[str], which: npt.NDArray[np.intp], codes: npt.NDArray[np.uint32]) -> list[bytes]:
    """Texts with letters that fold to several are folded first; the others go on as they are."""
    hard: dict[int, set[int]] = {}
    for at, code in zip(which.tolist(), codes.tolist(), strict=True):
        hard.setdefault(at, set()).add(code)
    folded = iter(_sampled([_folded(texts[at], hard[at]) for at in sorted(hard)], folded=True))
    rest = [text for at, text in enumerate(texts) if at not in hard]
    easy = iter(_sampled(rest) if rest else [])
    return [next(folded if at in hard else easy) for at in range(len(texts))]


def _folded(text: str, codes: set[int]) -> str:
    """As far as it needs to be: a sharp s, a ligature, a fraction stand for their letters wherever they are."""
    forms = {chr(code): _form(chr(code)) for code in codes}
    if any(_joins(letter + form) for letter, form in forms.items()):
        return fold(text)[:MAX_CHARS]
    for letter, form in forms.items():
        text = text.replace(letter, form)
    return text[:MAX_CHARS]


def _words(letters: Array, alone: bool) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """(first letters, ends) of the words. The last code is a line end, so every word ends."""
    inside = letters >= _LETTER
    change = inside[1:] != inside[:-1]
    if not alone:
        edges = np.flatnonzero(change) + 1
        if inside[0]:
            edges = np.concatenate(([0], edges))
        return edges[::2], edges[1::2]
    single = (letters & _ALONE) != 0
    cut = np.concatenate(([True], change | single[1:] | single[:-1]))
    starts = np.flatnonzero(cut & inside)
    bounds = np.flatnonzero(cut)
    return starts, bounds[np.searchsorted(bounds, starts, side="right")]


def _mixed(values: Array) -> Array:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit in sways every bit out."""
    values = values ^ (values >> np.uint64(30))
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


@cache
def _powers() -> tuple[Array, Array]:
    """The base to the power of each place of a block, and the inverses, modulo 2**64."""
    size = BLOCK + MAX_CHARS + 2
    both = []
    for factor in (_BASE, pow(_BASE, -1, 1 << 64)):
        powers = np.full(size, factor, np.uint64)
        powers[0] = 1
        both.append(np.cumprod(powers))
    return both[0], both[1]


@cache
def _table() -> Array:
    """What each code point counts as: 0 stands between words, a letter is its folded form as a number. Filled as
    code points are met: most of a million never are."""
    return np.full(0x110000, _NEW, np.uint64)


def _letters(codes: npt.NDArray[np.uint32]) -> tuple[Array, int]:
    """What the code points count as, and the flags that any of them has."""
    table = _table()
    letters = table.take(codes)
    flags = int(np.bitwise_or.reduce(letters))
    if flags & int(_NEW):
        for code in np.unique(codes[letters & _NEW != 0]).tolist():
            table[code] = _value(chr(code))
        letters = table.take(codes)
        flags = int(np.bitwise_or.reduce(letters))
    return letters, flags


def _value(letter: str) -> int:
    form = _form(letter)
    if not form:
        return int(_GONE)
    if not any(c.isalnum() for c in form) and not _joins(letter + form):
        return 0  # one character or, of an ellipsis, three
    if len(form) > 1 or _joins(letter + form):
        return (_hashed(letter) if letter.isalnum() else 0) | int(_FOLDS)
    return _hashed(form)


def _form(letter: str) -> str:
    """The folded letter; "" for what is invisible, a blank for what is blank."""
    return fold(f"#{letter}#")[1:-1]


def _joins(letters: str) -> bool:
    return any(unicodedata.category(c)[0] == "M" or _JOINING.match(c) for c in letters)


def _hashed(letter: str) -> int:
    number = int(_mixed(np.array([ord(letter)], np.uint64))[0] & _BITS)
    return number | int(_LETTER) | (int(_ALONE) if _UNSPACED.match(letter) else 0)
