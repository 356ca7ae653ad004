"""The words of a phrase that names somebody, and the noun that the others tell more of."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from transforms.wordlist import wordset

WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
STOPS = wordset("of for with in at from who that which on to by close familiar near")


def head_noun(words: Sequence[str], stops: Collection[str] = STOPS) -> str:
    """The last word before a preposition or relative word; "" of no words."""
    stop = next((i for i, word in enumerate(words) if i and word in stops), len(words))
    return words[stop - 1] if words else ""
