"""Tags of words -> spans. Tags are numbers: 0 outside, 2k+1 the first word of a span of kind k, 2k+2 a later one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Floats = Any  # numpy array of float32


class Run(NamedTuple):
    """A span of words."""

    start: int
    end: int
    kind: int
    score: float  # mean probability of its words' tags


def runs(scores: Floats) -> list[Run]:
    """scores [words, tags], any scale -> spans of the best tags that make sense together."""
    if not len(scores):
        return []
    chances = log_softmax(scores)
    tags = chances.argmax(-1)
    if not _sensible(tags):
        tags = _best_path(chances)
    out: list[Run] = []
    begin = -1
    picked = np.exp(chances[np.arange(len(tags)), tags])
    listed = [*tags.tolist(), 0]
    for i, tag in enumerate(listed):
        goes_on = tag > 0 and tag % 2 == 0
        if begin >= 0 and not goes_on:
            out.append(Run(begin, i, (listed[begin] - 1) // 2, float(picked[begin:i].mean())))
            begin = -1
        if tag % 2 == 1:
            begin = i
    return out


def log_softmax(scores: Floats) -> Floats:
    low = scores - scores.max(-1, keepdims=True)
    return low - np.log(np.exp(low).sum(-1, keepdims=True))


def _sensible(tags: Any) -> bool:
    """Whether each later word follows a word of its own kind."""
    before = np.concatenate([[0], tags[:-1]])
    later = (tags > 0) & (tags % 2 == 0)
    return bool(((before == tags) | (before == tags - 1))[later].all())


def _best_path(chances: Floats) -> Any:
    """The most probable tags among those where each later word follows its own kind (Viterbi)."""
    words, tags = chances.shape
    later = np.arange(2, tags, 2)
    score = chances[0].copy()
    score[later] = -np.inf
    back = np.zeros((words, tags), dtype=np.int64)
    for i in range(1, words):
        best = int(score.argmax())
        came = np.full(tags, best)
        reach = np.full(tags, score[best])
        own = np.where(score[later] >= score[later - 1], later, later - 1)
        came[later], reach[later] = own, score[own]
        back[i] = came
        score = reach + chances[i]
    path = [int(score.argmax())]
    for i in range(words - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return np.asarray(path[::-1])
