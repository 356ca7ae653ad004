"""By which keys a claim is looked up among those of the window: never all pairs.

A key is a speaker's handle with one of the claim's heaviest stems or with one of its figures; for copies, whoever
speaks, the least hashes of runs of RUN words (min-wise sampling, Broder 1997). 63 bits, so that a signed column holds
them. A claim that says little stands under keys of its own kind beside, which count as two.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

from transforms.statements.facts import Facts
from transforms.statements.speakers import handles
from transforms.statements.words import heaviest

HEAVIEST = 6  # stems that keys are made of
LITTLE = 2  # things (stems and figures) of a claim that says little
RUN = 5  # words
SAMPLED = 2  # runs
_BITS = (1 << 63) - 1
SHARED = 2  # what the keys have to come to that two claims share before they are compared


class Keys(NamedTuple):
    """`posted`: under which a claim stands. `asked`: key -> what it counts, for those that are near it."""

    posted: frozenset[int]
    asked: dict[int, int]


def keys(one: Facts) -> Keys:
    """None for a claim that says nothing that could be compared."""
    heavy = heaviest(one.stems, HEAVIEST)
    things = heavy + [f"{amount.low:g}-{amount.high:g} {amount.unit}" for amount in one.amounts]
    little = len(things) <= LITTLE
    speakers = handles(one.speaker)
    plain = [key_of(handle, thing) for handle in speakers for thing in things]
    alone = [key_of(f"alone {handle}", thing) for handle in speakers for thing in things]
    copied = runs(one.folded)
    asked = dict.fromkeys(plain, SHARED if little else 1) | dict.fromkeys([*alone, *copied], SHARED)
    return Keys(frozenset(plain).union(alone if little else (), copied), asked)


def runs(folded: str) -> list[int]:
    words = _bytes(folded).split(b" ")
    made = {b" ".join(words[k : k + RUN]) for k in range(len(words) - RUN + 1)}
    return [_digest(run) & _BITS for _, run in sorted([(crc32(run), run) for run in made])[:SAMPLED]]


def key_of(handle: str, thing: str) -> int:
    """Of the digests of both, so that each word is digested once."""
    return (3 * _known_digest(handle) + _known_digest(thing)) & _BITS


@lru_cache(maxsize=65_536)
def _known_digest(text: str) -> int:
    return _digest(_bytes(text))


def _digest(body: bytes) -> int:
    return int.from_bytes(blake2b(body, digest_size=8).digest(), "big")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
