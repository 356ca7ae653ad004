"""Scores of roles -> attributions: source, cue and content of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .labels import ANCHORS, PARTS
from .tags import log_softmax, runs

LIKELY = 0.5  # chance from which a word stands for an attribution
REACH = 120  # words to each side of it that its parts are looked for in, in a long paragraph
TOGETHER = 32  # attributions scored in one call
DENSEST = 6  # words to an attribution: past that a paragraph is no prose, and only the likeliest are looked at

Words = tuple[int, int]  # first, and the one behind the last


class Attribution(NamedTuple):
    """Parts in words of the text; there is always a content."""

    anchor: int
    type: str  # speech, belief, intent, finding, denial
    source: tuple[Words, ...]
    cue: tuple[Words, ...]
    content: tuple[Words, ...]
    score: float  # 0 to 1


class Anchor(NamedTuple):
    word: int
    kind: str  # of ANCHORS
    chance: float


def anchors(scores: Any) -> list[Anchor]:
    """scores [words, anchors] -> the words that stand for an attribution, in order."""
    chances = np.exp(log_softmax(scores))
    some = 1 - chances[:, 0]
    kinds = chances[:, 1:].argmax(-1) + 1
    return [Anchor(int(i), ANCHORS[kinds[i]], float(some[i])) for i in np.nonzero(some >= LIKELY)[0]]


def attributions(session: Any, states: Any, paragraph: Words, found: Sequence[Anchor]) -> list[Attribution]:
    """The attributions of one paragraph; `states` are those of all words of the text."""
    out: list[Attribution] = []
    first, end = paragraph
    most = 1 + (end - first) // DENSEST
    found = sorted(sorted(found, key=lambda a: -a.chance)[:most])
    if end - first <= 2 * REACH:
        groups = [(first, end, found[k : k + TOGETHER]) for k in range(0, len(found), TOGETHER)]
    else:
        groups = [(max(first, a.word - REACH), min(end, a.word + REACH), [a]) for a in found]
    for begin, stop, mine in groups:
        places = np.asarray([a.word - begin for a in mine], dtype=np.int64)
        (scores,) = session.run(None, {"states": states[begin:stop], "anchors": places})
        out += [made for a, row in zip(mine, scores, strict=True) if (made := _made(a, row, begin))]
    return _distinct(out)


def _made(anchor: Anchor, scores: Any, begin: int) -> Attribution | None:
    """None where no content belongs to the anchor: it was none."""
    parts: dict[str, list[Words]] = {part: [] for part in PARTS}
    sure: list[float] = []
    for run in runs(scores):
        parts[PARTS[run.kind]].append((begin + run.start, begin + run.end))
        if run.kind == PARTS.index("content"):
            sure.append(run.score)
    if not parts["content"]:
        return None
    bare = anchor.kind == ANCHORS[-1]
    cue = parts["cue"] or ([] if bare else [(anchor.word, anchor.word + 1)])
    score = anchor.chance * sum(sure) / len(sure)
    kind = "speech" if bare else anchor.kind
    return Attribution(anchor.word, kind, tuple(parts["source"]), tuple(cue), tuple(parts["content"]), score)


def _distinct(found: list[Attribution]) -> list[Attribution]:
    """Of attributions that share a cue word or have the same content, the surest."""
    out: list[Attribution] = []
    contents: set[tuple[Words, ...]] = set()
    taken: set[int] = set()
    for one in sorted(found, key=lambda a: -a.score):
        words = {word for a, b in one.cue for word in range(a, b)}
        if one.content not in contents and taken.isdisjoint(words):
            contents.add(one.content)
            taken |= words
            out.append(one)
    return sorted(out)
