"""Claims that come in -> the statement that each belongs to, and which claims cannot both be right.

A claim joins the statement of the claim that is most like it, or begins one of its own; statements never merge, so a
statement's id stands. The claims of one unit are taken in an order of their own (`order`), not in that of arrival.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from schemas.ids import statement_id
from transforms.statements.amounts import Amount
from transforms.statements.compare import QUANTITY, compare
from transforms.statements.facts import Facts
from transforms.statements.keys import SHARED, Keys

COMPARED = 24  # candidates that one claim is compared with, those that share most keys


class Clash(NamedTuple):
    """Two claims of which one must be wrong; `figures` in their order, where figures clash."""

    kind: str  # `quantity`, `negation`, `speaker`
    one: Facts
    other: Facts
    figures: tuple[Amount, Amount] | None


class Placed(NamedTuple):
    """A new claim: its number in the window, its statement, its keys."""

    n: int
    facts: Facts
    statement: str
    keys: Keys


class Window:
    """Claims by number, in the order in which they were placed, and their numbers by key.

    A look-up needs keys alone; what it finds is compared by `facts`. So a ledger hands over the numbers that stand
    under the keys asked for, and then the facts of those that are wanted.
    """

    def __init__(self, following: int = 1) -> None:
        self.following = following  # number of the next claim
        self.facts: dict[int, Facts] = {}
        self.statements: dict[int, str] = {}
        self.by_key: defaultdict[int, list[int]] = defaultdict(list)

    def post(self, found: Mapping[int, list[int]]) -> None:
        """Key -> numbers of claims that are held, none of them known so far."""
        self.by_key.update(found)

    def hold(self, n: int, one: Facts, statement: str) -> None:
        self.facts[n] = one
        self.statements[n] = statement

    def near(self, asked: Mapping[int, int]) -> list[int]:
        """Numbers of the claims that share most keys, the newest of equals first."""
        under = [self.by_key[key] * worth for key, worth in asked.items() if key in self.by_key]
        count = Counter(chain.from_iterable(under))
        found = sorted([(-worth, -n) for n, worth in count.items() if worth >= SHARED])
        return [-n for _, n in found[:COMPARED]]

    def add(self, one: Facts, its: Keys, statement: str) -> Placed:
        n, self.following = self.following, self.following + 1
        self.hold(n, one, statement)
        for key in its.posted:
            self.by_key[key].append(n)
        return Placed(n, one, statement, its)


def order(one: Facts) -> tuple[float, str, int, str]:
    return one.at, one.article_id, one.spans[0].start, one.claim_id


def place(
    window: Window, new: Iterable[Facts], inherited: Mapping[str, str], known: Mapping[str, Keys]
) -> tuple[list[Placed], list[Clash]]:
    """Every new claim, in order, and the clashes between it and those before it.

    `inherited`: statements that new claims have already, because they take the place of earlier ones. `known`: the keys
    of the new claims.
    """
    placed: list[Placed] = []
    clashes: list[Clash] = []
    for one in sorted(new, key=order):
        its = known[one.claim_id]
        found = [(compare(one, window.facts[n]), n) for n in window.near(its.asked)]
        statement = inherited.get(one.claim_id) or _joined(
            one, [(like.score, -n) for like, n in found if like.same], window
        )
        clashes += [
            Clash(like.conflict, one, window.facts[n], like.figures)
            for like, n in found
            if like.conflict and (window.statements[n] == statement) == (like.conflict == QUANTITY)
        ]
        placed.append(window.add(one, its, statement))
    return placed, clashes


def _joined(one: Facts, rated: Sequence[tuple[float, int]], window: Window) -> str:
    """The statement of the likest claim, of equals the one that was placed first."""
    return window.statements[-max(rated)[1]] if rated else statement_id(one.claim_id)
