"""Scores of heads -> one tree for each sentence (Chu and Liu 1965, Edmonds 1967)."""

from __future__ import annotations

from typing import Any

import numpy as np

_NEVER = -1e9


def heads(scores: Any) -> list[int]:
    """scores [words, words]: of each word (row) how well each word (column) is its head, itself for a root ->
    the head of each word, with one root."""
    found = scores.argmax(-1)
    if _is_tree(found):
        return [int(h) for h in found]
    n = len(scores)
    wide = np.full((n + 1, n + 1), _NEVER)
    wide[:n, :n] = scores - np.diag(np.full(n, -_NEVER))
    # The one above the roots. A root costs more than all arcs can bring, so that there is no second one.
    wide[:n, n] = np.diag(scores) - (1 + 2 * n * float(np.abs(scores).max()))
    wide[n, n] = 0.0
    tree = _arborescence(wide, n)
    return [i if tree[i] == n else tree[i] for i in range(n)]


def _is_tree(found: Any) -> bool:
    if int((found == np.arange(len(found))).sum()) != 1:
        return False
    return _cycle([int(h) for h in found]) is None


def _cycle(found: list[int]) -> list[int] | None:
    """The words of a cycle of more than one word, if there is one."""
    state = [0] * len(found)  # 0 new, else the walk that came by
    for begin in range(len(found)):
        i = begin
        while state[i] == 0:
            state[i] = begin + 1
            i = found[i]
        if state[i] == begin + 1 and found[i] != i:
            cycle = [i]
            while found[cycle[-1]] != i:
                cycle.append(found[cycle[-1]])
            return cycle
    return None


def _arborescence(scores: Any, root: int) -> list[int]:
    """The best tree below `root`: cycles are drawn together into one word, one after the other, and opened again."""
    found = [int(h) for h in scores.argmax(-1)]
    cycle = _cycle(found)
    if cycle is None:
        return found
    inside = set(cycle)
    outside = [i for i in range(len(found)) if i not in inside]
    place = {word: k for k, word in enumerate(outside)}
    size = len(outside) + 1  # the last one is the cycle
    smaller = np.full((size, size), _NEVER * 10)
    ring = np.asarray(cycle)
    out = np.asarray(outside)
    smaller[:-1, :-1] = scores[np.ix_(out, out)]
    from_ring = scores[np.ix_(out, ring)]
    smaller[:-1, -1] = from_ring.max(-1)
    kept = scores[ring, [found[i] for i in cycle]]
    into_ring = scores[np.ix_(ring, out)] - kept[:, None]  # what it costs to open the cycle at each word
    smaller[-1, :-1] = into_ring.max(0)
    tree = _arborescence(smaller, place[root])
    result = list(found)
    for word in outside:
        head = tree[place[word]]
        result[word] = int(ring[from_ring[place[word]].argmax()]) if head == size - 1 else outside[head]
    entry = outside[tree[-1]]
    opened = int(ring[into_ring[:, place[entry]].argmax()])
    result[opened] = entry
    return result
