"""Claims that come in -> the statement that each belongs to, and which claims cannot both be right.

A claim joins the statement of the claim that is most like it, or begins one of its own; statements never merge, so a
statement's id stands. The claims of one unit are taken in an order of their own (`order`), not in that of arrival.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.ids import make_id
from transforms.statements.amounts import Amount
from transforms.statements.compare import QUANTITY, compare
from transforms.statements.facts import Facts
from transforms.statements.keys import keys, runs

COMPARED = 24  # candidates that one claim is compared with, those that share most keys
SHARED = 2  # keys that a candidate shares, where the claim has stems enough


class Clash(NamedTuple):
    """Two claims of which one must be wrong; `figures` in their order, where figures clash."""

    kind: str  # `quantity`, `negation`, `speaker`
    one: Facts
    other: Facts
    figures: tuple[Amount, Amount] | None


class Placed(NamedTuple):
    """`statements`: of each new claim. `clashes`: between new claims and others, in order."""

    statements: Mapping[str, str]
    clashes: tuple[Clash, ...]


class Window:
    """The claims that new ones are compared with: those that a look-up by their keys found, and the new ones."""

    def __init__(self) -> None:
        self.facts: dict[str, Facts] = {}
        self.statements: dict[str, str] = {}
        self.by_key: dict[int, list[str]] = {}

    def hold(self, one: Facts, statement: str, its_keys: Iterable[int]) -> None:
        self.facts[one.claim_id] = one
        self.statements[one.claim_id] = statement
        for key in its_keys:
            self.by_key.setdefault(key, []).append(one.claim_id)

    def candidates(self, one: Facts, its_keys: Iterable[int]) -> list[Facts]:
        """Those that share most keys with a claim, the newest of equals first."""
        copies = runs(one.folded)
        count: Counter[str] = Counter()
        for key in its_keys:
            for claim in self.by_key.get(key, ()):
                count[claim] += SHARED if key in copies else 1
        count.pop(one.claim_id, None)
        needed = SHARED if len(one.stems) + len(one.amounts) > SHARED else 1
        near = [(n, self.facts[claim]) for claim, n in count.items() if n >= needed or len(self.facts[claim].stems) < 3]
        near.sort(key=lambda row: (-row[0], -row[1].at, row[1].claim_id))
        return [facts for _, facts in near[:COMPARED]]


def order(one: Facts) -> tuple[float, str, int, str]:
    return one.at, one.article_id, one.start, one.claim_id


def place(window: Window, new: Iterable[Facts], inherited: Mapping[str, str]) -> Placed:
    """`inherited`: statements that new claims have already, because they take the place of earlier ones."""
    placed: dict[str, str] = {}
    clashes: list[Clash] = []
    for one in sorted(new, key=order):
        mine = keys(one)
        found = [(compare(one, other), other) for other in window.candidates(one, mine)]
        joins = [(like.score, -other.at, other.claim_id) for like, other in found if like.same]
        statement = inherited.get(one.claim_id, "")
        if not statement:
            statement = window.statements[max(joins)[2]] if joins else make_id("statement", one.claim_id)
        placed[one.claim_id] = statement
        for like, other in found:
            together = window.statements[other.claim_id] == statement
            if like.conflict and together == (like.conflict == QUANTITY):
                clashes.append(Clash(like.conflict, one, other, like.figures))
        window.hold(one, statement, mine)
    return Placed(placed, tuple(clashes))
