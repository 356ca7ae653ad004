"""The dependency trees of an article, ready to be asked: children, subtrees, noun phrases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from schemas.annotation import Annotation, Token

SUBJECTS = frozenset({"nsubj", "nsubj:outer", "csubj"})
_CLAUSES = frozenset({"acl:relcl", "advcl:relcl", "parataxis", "ccomp", "advcl", "acl", "conj", "cc", "discourse"})
NOUNS = frozenset({"NOUN", "PROPN", "PRON", "NUM"})
_LEADING = frozenset({"CCONJ", "SCONJ", "PUNCT", "ADV"})


class Trees:
    """Tokens by position and by head."""

    def __init__(self, annotation: Annotation) -> None:
        self.tokens: Sequence[Token] = annotation.tokens
        self._starts = [t.start for t in self.tokens]
        self._children: dict[int, list[int]] = {}
        for i, t in enumerate(self.tokens):
            if t.head != i:
                self._children.setdefault(t.head, []).append(i)

    def between(self, start: int, end: int) -> range:
        """Indices of the tokens that begin in [start, end)."""
        return range(bisect_left(self._starts, start), bisect_left(self._starts, end))

    def children(self, i: int, *deps: str) -> list[int]:
        found = self._children.get(i, [])
        return [c for c in found if self.tokens[c].dep in deps] if deps else found

    def subtree(self, i: int, without: frozenset[str] = frozenset()) -> set[int]:
        """Indices below and including `i`; children of `i` itself whose relation is in `without` stay out."""
        out, stack = {i}, [c for c in self._children.get(i, []) if self.tokens[c].dep not in without]
        while stack:
            j = stack.pop()
            if j not in out:
                out.add(j)
                stack.extend(self._children.get(j, []))
        return out

    def ancestors(self, i: int) -> Iterator[int]:
        seen = {i}
        while (head := self.tokens[i].head) not in seen:
            yield head
            seen.add(head)
            i = head

    def noun_phrase(self, i: int, low: int, high: int) -> tuple[int, int]:
        """First and last token of the phrase around noun `i`, unbroken, inside [low, high], clauses left out."""
        inside = self.subtree(i, _CLAUSES)
        first = last = i
        while first - 1 >= low and first - 1 in inside:
            first -= 1
        while last + 1 <= high and last + 1 in inside:
            last += 1
        while first < i and self.tokens[first].pos in _LEADING:
            first += 1
        while last > i and (self.tokens[last].pos == "PUNCT" and self.tokens[last].text not in {")", "”", '"'}):
            last -= 1
        return first, last

    def left_edge(self, i: int) -> int:
        return min(self.subtree(i))

    def right_edge(self, i: int) -> int:
        return max(self.subtree(i))
