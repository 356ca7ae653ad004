"""By which keys a claim is looked up among those of the window: never all pairs.

A key is a speaker's handle with one of the claim's heaviest stems or with one of its figures; for copies, whoever
speaks, the least hashes of runs of RUN words (min-wise sampling, Broder 1997). 63 bits, so that a signed column holds
them.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from transforms.statements.facts import Facts
from transforms.statements.speakers import handles
from transforms.statements.words import weight

HEAVIEST = 6  # stems that keys are made of
RUN = 5  # words
SAMPLED = 2  # runs


def keys(one: Facts) -> frozenset[int]:
    """None for a claim that says nothing that could be compared."""
    heavy = sorted(one.stems, key=lambda stem: (-weight(stem), stem))[:HEAVIEST]
    things = heavy + [f"{amount.low:g}-{amount.high:g} {amount.unit}" for amount in one.amounts]
    found = {_key(handle, thing) for handle in handles(one.speaker) for thing in things}
    return frozenset(found | runs(one.folded))


def runs(folded: str) -> set[int]:
    words = folded.split(" ")
    made = {_key("", " ".join(words[k : k + RUN])) for k in range(len(words) - RUN + 1)}
    return set(sorted(made)[:SAMPLED])


@lru_cache(maxsize=200_000)
def _key(handle: str, thing: str) -> int:
    digest = blake2b(f"{handle}\x1f{thing}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
