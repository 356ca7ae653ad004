"""Which blocks of a page are its main text: features of each block, and two small sets of decision trees over them.

The first set sees a block, the names of the elements around it and its place among the page's prose; the second sees
the same and what the first said of the block's neighbours and of the elements that hold it. Trained by
`models/training/page.py` (gradient boosting, Friedman 2001) on recorded pages; `blocks.*.onnx` hold them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from transforms.page.blocks import Block, Tree
from transforms.page.hints import AREAS, NAMES, area, of_name
from transforms.wordlist import UNSPACED, WORD, wordset

WEIGHTS = tuple(Path(__file__).parent / f"blocks.{which}.onnx" for which in ("first", "second"))
KINDS = ("p", "head", "item", "quote", "row", "caption")
_TAGS = ("p", "div", "li", "h1", "h2", "h3", "h4", "td", "pre", "section")
_FAR = 12  # levels: what is farther up does not count
_LONG, _PROSE = 25, 10  # words
_ABOVE = 5  # levels of elements that the second set sees
_UNSPACED = re.compile(f"[{UNSPACED}]")
_DIGIT, _CAPITAL = re.compile(r"[0-9]"), re.compile(r"[A-ZÀ-ÞА-Я]")
_END = re.compile(r"[.!?…。！？؟।][\"'”’»）)\]]{0,3}$")
_STOP = wordset(
    """the a an of to in and that is was for on with as by at from it he she they his her their this which who be has
    have had not but are were will would said der die das ist nicht von mit den dem ein eine zu im auf le la les de
    des et un une que pour dans est sur par pas au du el los las y en por con se del al una no su lo il di che e per
    non sono het een van op dat niet voor och att som på är en av för det med till"""
)
_READER = frozenset({"you", "your", "our", "we", "us"})


def weigh(found: Sequence[Block], title: str) -> Any:
    """[blocks] -> the probability that each belongs to the main text."""
    first = features(found, title)
    first_set, second_set = _sets()
    chances = _run(first_set, first)
    return _run(second_set, np.concatenate([first, context(found, chances)], axis=1))


def features(found: Sequence[Block], title: str) -> Any:
    """[blocks, features], float32: what the first set sees."""
    words = [WORD.findall(b.text.lower()) for b in found]
    sizes = np.array([_size(b.text, len(w)) for b, w in zip(found, words, strict=True)])
    lengths = np.array([max(1, len(b.text)) for b in found], dtype=float)
    link = np.minimum(1, np.array([b.linked for b in found]) / lengths)
    ends = np.array([bool(_END.search(b.text)) for b in found])
    prose = ((sizes >= _PROSE) & (link < 0.5) & (ends | (sizes >= _LONG))) * lengths
    headline = set(WORD.findall(title.lower()))
    times: dict[str, int] = {}
    for b in found:
        times[b.text] = times.get(b.text, 0) + 1
    per_word = np.maximum(1, sizes)
    own = [
        sizes, link, ends, [b.links for b in found], [b.stressed for b in found] / lengths, [b.tight for b in found],
        [sum(w in _STOP for w in ws) for ws in words] / per_word,
        [sum(w in _READER for w in ws) for ws in words] / per_word,
        [b.text.count(",") for b in found] / per_word,
        [len(_DIGIT.findall(b.text)) for b in found] / lengths,
        [len(_CAPITAL.findall(b.text)) for b in found] / lengths,
        [sum(w[:1].isupper() for w in b.text.split()) for b in found] / per_word,
        [len(headline & set(ws)) / max(1, len(headline | set(ws))) for ws in words],
        [min(6, times[b.text]) for b in found], [b.text.endswith(":") for b in found],
        [KINDS.index(b.kind) for b in found],
        [_TAGS.index(b.node.tag) if b.node.tag in _TAGS else len(_TAGS) for b in found],
    ]  # fmt: skip
    columns = [np.asarray(values, dtype=float) for values in own]
    columns += [*_places(prose), *_around(sizes), *_around(link), *_around(prose > 0)]
    parts = [np.stack(columns, axis=1), _holders(found, prose), _names(found)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _size(text: str, words: int) -> float:
    """Words; of scripts without blanks two characters count as one."""
    return words if text.isascii() else words - len(_UNSPACED.findall(text)) / 2


def _places(prose: Any) -> list[Any]:
    """Where a block stands on the page and among its prose, and how much prose there is."""
    count = len(prose)
    order = np.arange(count)
    where = np.nonzero(prose)[0]
    first, last = (where[0], where[-1]) if len(where) else (0, count)
    return [order, order / count, (order - first) / max(1, last - first), np.full(count, np.log1p(prose.sum()))]


def _around(values: Any, reach: int = 5) -> list[Any]:
    """A value of the block before, of the block after, and the mean of eleven."""
    values = np.asarray(values, dtype=float)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    order = np.arange(len(values))
    low, high = np.maximum(0, order - reach), np.minimum(len(values), order + reach + 1)
    nothing = np.zeros(1)
    before, after = np.concatenate([nothing, values[:-1]]), np.concatenate([values[1:], nothing])
    return [before, after, (sums[high] - sums[low]) / (high - low)]


def _holders(found: Sequence[Block], prose: Any) -> Any:
    """Of the elements around a block: the share of the page's prose in each of three, whether the block stands in the
    smallest that holds half, three quarters and nearly all of it, how far up that is, and its depth."""
    chains = _chains(found)
    held: dict[Tree, float] = {}
    for chain, amount in zip(chains, prose, strict=True):
        if amount:
            for node in chain:
                held[node] = held.get(node, 0.0) + amount
    total = float(prose.sum()) or 1.0
    depth = {node: sum(1 for _ in node.iterancestors()) for node, amount in held.items() if amount >= 0.5 * total}
    tops = [
        max((n for n in depth if held[n] >= share * total), key=depth.__getitem__, default=None)
        for share in (0.5, 0.75, 0.95)
    ]
    rows = []
    for chain in chains:
        shares = [held.get(chain[k], 0.0) / total if k < len(chain) else 1.0 for k in (1, 2, 3)]
        inside = [top is not None and top in chain for top in tops]
        rows.append([*shares, *inside, chain.index(tops[1]) if inside[1] else -3, len(chain)])
    return np.array(rows, dtype=float)


def _names(found: Sequence[Block]) -> Any:
    """[blocks, hints and areas]: how many levels up an element's name hints at something."""
    known: dict[Tree, Any] = {}

    def levels(node: Tree) -> Any:
        chain = []
        while node is not None and node not in known:
            chain.append(node)
            node = node.getparent()
        row = known[node] if node is not None else np.full(len(NAMES) + len(AREAS), _FAR)
        for element in reversed(chain):
            row = np.minimum(row + 1, _FAR)
            name = f"{element.get('class') or ''} {element.get('id') or ''}"
            hits = list(of_name(name)) if len(name) > 1 else []
            if (place := area(element.tag, element.get("role") or "")) >= 0:
                hits.append(len(NAMES) + place)
            row[hits] = 0
            known[element] = row
        return row

    return np.stack([levels(b.node) for b in found])


def context(found: Sequence[Block], chances: Any) -> Any:
    """[blocks, features], float32: what the first set said of a block, its neighbours and the elements around it."""
    weights = np.minimum([_size(b.text, len(WORD.findall(b.text))) for b in found], 80) + 1.0
    chains = _chains(found)
    mass: dict[Tree, float] = {}
    room: dict[Tree, float] = {}
    for chain, chance, weight in zip(chains, chances, weights, strict=True):
        for node in chain:
            mass[node] = mass.get(node, 0.0) + chance * weight
            room[node] = room.get(node, 0.0) + weight
    gain = {node: mass[node] - 0.5 * room[node] for node in mass}
    best = max(gain, key=gain.__getitem__)
    total = float((chances * weights).sum()) or 1.0
    rows = []
    for chain, chance, weight in zip(chains, chances, weights, strict=True):
        up = [chain[min(level, len(chain) - 1)] for level in range(_ABOVE)]
        others = [(mass[n] - chance * weight) / (room[n] - weight) if room[n] - weight > 0.5 else -1.0 for n in up]
        inside = best in chain
        rows.append([chance, *others, *(mass[n] / total for n in up[1:4]), inside, chain.index(best) if inside else -2])
    columns = [np.cumsum(chances * weights) / total, np.full(len(found), chances.max())]
    for step in (1, 2, 3):
        nothing = np.zeros(min(step, len(found)))
        columns += [np.concatenate([nothing, chances[:-step]]), np.concatenate([chances[step:], nothing])]
    columns += _sides(chances, weights, 3) + _sides(chances, weights, 8)
    return np.concatenate([np.array(rows, dtype=float), np.stack(columns, axis=1)], axis=1).astype(np.float32)


def _sides(chances: Any, weights: Any, reach: int) -> list[Any]:
    """Weighted means of the blocks before and after, `reach` of them."""
    count = len(chances)
    sums, room = (np.concatenate([[0.0], np.cumsum(v)]) for v in (chances * weights, weights))
    order = np.arange(count)
    low, high, after = np.maximum(0, order - reach), np.minimum(count, order + reach + 1), np.minimum(count, order + 1)
    before = (sums[order] - sums[low]) / np.maximum(1e-6, room[order] - room[low])
    return [before, (sums[high] - sums[after]) / np.maximum(1e-6, room[high] - room[after])]


def _chains(found: Sequence[Block]) -> list[list[Tree]]:
    """Of each block its element and all elements around it, from the inside."""
    known: dict[Tree, list[Tree]] = {}
    for b in found:
        if b.node not in known:
            known[b.node] = [b.node, *b.node.iterancestors()]
    return [known[b.node] for b in found]


@cache
def _sets() -> tuple[Any, Any]:
    """The two sets of trees, read once in a process."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    first, second = (ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]) for path in WEIGHTS)
    return first, second


def _run(session: Any, rows: Any) -> Any:
    return session.run(None, {"rows": rows})[0][:, 0]
