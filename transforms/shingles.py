"""Text -> a sample of its shingles, by which copies are found: a cut copy has low similarity but high containment.

Broder 1997, "On the resemblance and containment of documents": shingles of three folded words, those kept whose
hash falls on one in `RATE`. The choice rests on the shingle alone, so two texts of any lengths keep the same ones of
what they share, and the share of one sample that the other holds estimates the containment of the whole.

Why 1 of 8 for every text, and no denser sample for short ones: two samples compare only on the coarser rule of the
two, and the case that matters is a short cut of a long original. Measured by `benchmarks/copies.py`: copies that keep
60 % of their original and add a footer of 40 words are found in 95 % of originals of 150 words and in all of 300
(1 of 4: 99 % and all, for twice the rows in the index; 1 of 16: 89 % and 99.5 %); no stranger is called a copy.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from zlib import crc32

from transforms.fold import fold

WORDS = 3
RATE = 8
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # Thai to Han: each character counts as a word
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def sampled(text: str) -> frozenset[int]:
    """The sampled shingles as signed 64-bit integers, which every SQL database holds."""
    return sample(text, RATE)


def sample(text: str, rate: int) -> frozenset[int]:
    words = _WORD.findall(fold(text))
    shingles = (" ".join(words[at : at + WORDS]).encode() for at in range(len(words) - WORDS + 1))
    # CRC-32 chooses, because it is quick; BLAKE2b names, because a name must not collide.
    return frozenset(_name(shingle) for shingle in shingles if crc32(shingle) % rate == 0)


def containment(a: frozenset[int], b: frozenset[int]) -> float:
    """The share of `a` that `b` holds, 0 to 1; an empty `a` is contained in nothing."""
    return len(a & b) / len(a) if a else 0.0


def _name(shingle: bytes) -> int:
    return int.from_bytes(blake2b(shingle, digest_size=8).digest(), "big", signed=True)
