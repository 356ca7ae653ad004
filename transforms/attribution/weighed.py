"""From the candidates of a claim to its speaker: a softmax over the sums of their features' weights.

A conditional logit (McFadden 1974) with the weights of `speakers.toml`, which `models/training/speakers.py` learnt on
the corpus' train split. Its probability is the claim's confidence; below `LEAST` the speaker is unresolved, and the
best candidate stays the best guess: a wrong speaker is worse than none.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from transforms.attribution.candidates import Case
from transforms.attribution.speech import ANONYMOUS, NAMED, UNRESOLVED, Speaker

WEIGHTS = Path(__file__).parent / "speakers.toml"
LEAST = 0.75  # of a named speaker
LEAST_NOBODY = 0.75  # of one who is not named
LEAST_TURN = 0.85  # of a named speaker of words without a source of their own
_PRONOUNS = frozenset({"he", "she", "it", "they", "i"})


@cache
def weights() -> Mapping[str, float]:
    return dict(tomllib.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"])


def chances(case: Case, by: Mapping[str, float]) -> list[float]:
    """The probability of each candidate; they sum to 1."""
    sums = [sum(by.get(name, 0.0) * value for name, value in row.items()) for row in case.rows]
    top = max(sums)
    powers = [math.exp(value - top) for value in sums]
    return [power / sum(powers) for power in powers]


def weighed(case: Case, ruled: Speaker, phrase: str) -> Speaker:
    """The speaker; the rules' own reason stays where they meant the same one."""
    found = chances(case, weights())
    best = max(range(len(found)), key=found.__getitem__)
    member, chance = case.members[best], found[best]
    role = ruled.role or ("" if case.kind == "none" else phrase)
    if member is None and chance >= LEAST_NOBODY and not _unreadable(phrase):
        plural = case.kind in {"plural", "they"}
        reason = ruled.reason if ruled.status == ANONYMOUS else "unnamed_group" if plural else "unnamed_person"
        return Speaker(ANONYMOUS, reason, None, role, chance)
    if member is not None and chance >= (LEAST_TURN if case.kind == "none" else LEAST):
        same = ruled.status == NAMED and ruled.member is not None and ruled.member.place == member.place
        return Speaker(NAMED, ruled.reason if same else _reason(case), member, role, chance)
    named = [i for i, candidate in enumerate(case.members) if candidate is not None]
    guess = max(named, key=found.__getitem__, default=best)
    reason = ruled.reason if ruled.status == UNRESOLVED else "doubtful"
    return Speaker(UNRESOLVED, reason, case.members[guess], role, found[guess] if named else 0.0)


def _unreadable(phrase: str) -> bool:
    """Whether a source holds no letter, or words of a script without capitals: in an English article these are a name,
    and a name that was missed is not anonymous."""
    letters = [c for c in phrase if c.isalpha()]
    return bool(phrase) and (not letters or any(c.lower() == c.upper() for c in letters))


def _reason(case: Case) -> str:
    if case.kind in _PRONOUNS:
        return "pronoun_weighed"
    return "turn_weighed" if case.kind == "none" else "source_weighed"
