"""By which keys a claim is looked up among those of the window: never all pairs.

A key is a speaker's handle with one of the claim's heaviest stems or with one of its figures; for copies, whoever
speaks, the least hashes of runs of RUN words (min-wise sampling, Broder 1997). 63 bits, so that a signed column holds
them. A claim that says little stands under keys of its own kind beside, which count as two.
"""

from __future__ import annotations

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
    alone = [key_of(handle, f"alone {thing}") for handle in speakers for thing in things]
    copied = runs(one.folded)
    asked = dict.fromkeys(plain, SHARED if little else 1) | dict.fromkeys([*alone, *copied], SHARED)
    return Keys(frozenset(plain).union(alone if little else (), copied), asked)


def runs(folded: str) -> list[int]:
    words = folded.split(" ")
    made = {" ".join(words[k : k + RUN]) for k in range(len(words) - RUN + 1)}
    least = sorted((crc32(run.encode("utf-8", "surrogatepass")), run) for run in made)[:SAMPLED]
    return [key_of("", run) for _, run in least]


def key_of(handle: str, thing: str) -> int:
    digest = blake2b(f"{handle}\x1f{thing}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
