"""Several pages of one site -> where the text lies: what all pages share, less what repeats. Pure.

What the extractors agree on is the first guess. Of it goes what is said twice, on one page or on several, whatever
its numbers; what is mostly links; the title; and what another line holds word for word (a pull quote). The element
that all pages mark alike and that holds the rest best is `select`; elements inside it that hold nothing of the rest
are `drop`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.selectors import Css, compile_css
from transforms.page.blocks import Block, blocks_in
from transforms.page.metadata import Metadata
from transforms.site_rules.select import outermost, select
from transforms.site_rules.stable import TAGS, selectors_of, within

LINKED = 0.6  # of a block's characters are links: a list of other stories
RECALL = 4.0  # how much more it weighs that nothing of the text is lost, as long as what is too much may be dropped
KEPT = 2.0  # and when it was
EACH = 0.002  # off the score for each `drop`: what needs many of them is not where the text lies
TRIED = 8  # elements that are tried with what can be dropped in them
ONE_BY_ONE = 0.01  # off the score of what means single lines: a heading among them would be lost
ENOUGH = 0.6  # a `select` below this score is none
LOST = 0.005  # of the text that a `drop` may take at most: the extractors err, too
MAX_CANDIDATES = 400
_DIGITS = re.compile(r"\d+")
_SHORT = 40  # characters: a shorter line may stand in another by chance

Tree = Any  # an lxml element


class Sample(NamedTuple):
    """One page: its blocks, those that the extractors took for the text, and what it says of itself."""

    name: str
    tree: Tree
    blocks: list[Block]
    main: list[Block]
    meta: Metadata


class Area(NamedTuple):
    """Where the text lies."""

    select: str
    score: float  # F2 of characters against what was taken for the text, when `drop` has gone: the mean over the pages
    drop: tuple[tuple[str, int], ...]  # (selector, pages on which it finds something)


def texts_of(samples: Sequence[Sample]) -> list[set[Tree]]:
    """For each page the elements of the lines that are its article's own."""
    shown = Counter(_shape(block) for sample in samples for block in sample.blocks)
    return [_own(sample, shown) for sample in samples]


def _shape(block: Block) -> str:
    return _DIGITS.sub("0", block.text)


def _own(sample: Sample, shown: Mapping[str, int]) -> set[Tree]:
    kept = [block for block in sample.main if block.kind != "caption"]
    longer = sorted(kept, key=lambda block: -len(block.text))
    own: list[Block] = []
    for block in longer:
        repeated = shown[_shape(block)] > 1 or block.text == sample.meta.title
        linked = block.linked > LINKED * len(block.text)
        quoted = len(block.text) > _SHORT and any(block.text in other.text for other in own)
        if not (repeated or linked or quoted):
            own.append(block)
    return {block.node for block in own}


def area(samples: Sequence[Sample]) -> Area | None:
    """None where no element that the pages share holds their text."""
    own = texts_of(samples)
    rated = sorted(_rated(samples, own), key=_rank, reverse=True)[:TRIED]
    tried = [(_area(samples, own, name), off) for name, score, off in rated if score >= ENOUGH]
    best = max(tried, key=lambda pair: _rank((pair[0].select, pair[0].score, pair[1])), default=None)
    return best[0] if best else None


def _rank(rated: tuple[str, float, float]) -> tuple[float, bool, int]:
    name, score, off = rated
    return round(score - off, 3), name not in TAGS, -len(name)


def _area(samples: Sequence[Sample], own: Sequence[set[Tree]], name: str) -> Area:
    """What this `select` holds when what can be dropped is dropped."""
    roots = [outermost(select(sample.tree, compile_css(name))[0]) for sample in samples]
    drops = tuple(_drops(samples, own, roots))
    rules, score = [css for one, _ in drops for css in compile_css(one)], 0.0
    for sample, mine, text in zip(samples, roots, own, strict=True):
        gone = {node for nodes in select(sample.tree, rules) for node in nodes}
        held = [block for node in mine for block in blocks_in(node, gone)]
        score += _f(KEPT, held, text, _weight(sample.blocks, text)) / len(samples)
    return Area(name, score - EACH * len(drops), drops)


def _rated(samples: Sequence[Sample], own: Sequence[set[Tree]]) -> Iterator[tuple[str, float, float]]:
    """(selector, score, what is off it) before anything is dropped."""
    shared = _shared(
        {mark for node in mine for above in (node, *node.iterancestors()) for mark in selectors_of(above)}
        for mine in own
    )
    names = [name for name in sorted(shared, key=lambda name: (len(name), name)) if name not in ("h1", "time")]
    rules = {name: compile_css(name)[0] for name in names[:MAX_CANDIDATES]}
    scores, lines = dict.fromkeys(rules, 0.0), set(rules)
    for sample, mine in zip(samples, own, strict=True):
        wanted, own_lines = _weight(sample.blocks, mine), {block.node for block in sample.blocks}
        for name, nodes in zip(rules, select(sample.tree, list(rules.values())), strict=True):
            held = [block for node in outermost(nodes) for block in blocks_in(node)]
            if len(nodes) < 2 or any(node not in own_lines for node in nodes):
                lines.discard(name)
            scores[name] += _f(RECALL, held, mine, wanted) / len(samples)
    yield from ((name, score, ONE_BY_ONE if name in lines else 0.0) for name, score in scores.items())


def _f(beta: float, held: Sequence[Block], text: Collection[Tree], wanted: int) -> float:
    """F-measure of the characters in these blocks against those of the text: recall weighs `beta` times as much."""
    whole = sum(len(block.text) for block in held if block.kind != "caption")
    both = beta**2 * wanted + whole
    return (1 + beta**2) * _weight(held, text) / both if both else 0.0


def _weight(blocks: Iterable[Block], nodes: Collection[Tree]) -> int:
    return sum(len(block.text) for block in blocks if block.node in nodes)


def _shared(marks: Iterable[set[str]]) -> set[str]:
    sets = list(marks)
    return set.intersection(*sets) if sets else set()


def _drops(
    samples: Sequence[Sample], own: Sequence[set[Tree]], roots: Sequence[list[Tree]]
) -> Iterator[tuple[str, int]]:
    """Greedily those that take the most of what is no text, and none of what is."""
    least = min(2, len(samples))
    left = [
        {b.node: len(b.text) for root in mine for b in blocks_in(root) if b.node not in text and b.kind != "caption"}
        for mine, text in zip(roots, own, strict=True)
    ]
    marks: Counter[str] = Counter()
    for junk, mine, text in zip(left, roots, own, strict=True):
        tops = {_top(node, set(mine), text) for node in junk}
        marks.update({mark for top in tops for node in (top, *_inner(top, junk)) for mark in within(node)})
    names = [name for name, pages in sorted(marks.items()) if pages >= least][:MAX_CANDIDATES]
    rules = {name: compile_css(name)[0] for name in names}
    found = [_inside(sample, rules, mine) for sample, mine in zip(samples, roots, strict=True)]
    spared = {
        name
        for name in names
        if any(_taken(f[name], text) > LOST * max(1, len(text)) for f, text in zip(found, own, strict=True))
    }
    names = [name for name in names if name not in spared]
    for some in ([name for name in names if " " not in name], [name for name in names if " " in name]):
        yield from _greedy(some, found, left)


def _greedy(
    names: list[str], found: Sequence[Mapping[str, set[Tree]]], left: Sequence[dict[Tree, int]]
) -> Iterator[tuple[str, int]]:
    """What `left` holds goes, as far as these selectors take it; the one that takes the most first."""
    while names:
        gains = {name: sum(_gain(f[name], junk) for f, junk in zip(found, left, strict=True)) for name in names}
        name = max(names, key=lambda one: (gains[one], -len(one), one))
        if not gains[name]:
            return
        yield name, sum(bool(_gain(f[name], junk)) for f, junk in zip(found, left, strict=True))
        for f, junk in zip(found, left, strict=True):
            for node in [node for node in junk if _covers(f[name], node)]:
                del junk[node]
        names.remove(name)


def _top(node: Tree, roots: set[Tree], text: set[Tree]) -> Tree:
    """The outermost element around a line of no article that holds no line of one."""
    best = node
    for above in node.iterancestors():
        if above in roots or any(inner in text for inner in above.iter()):
            break
        best = above
    return best


def _inner(top: Tree, junk: Mapping[Tree, int]) -> Iterator[Tree]:
    """Where that element has no mark of its own, its lines and what stands in and around them may have."""
    for node in (node for node in top.iter() if node in junk):
        yield from (one for one in _line_and_all(node) if one is not top)


def _line_and_all(node: Tree) -> tuple[Tree, ...]:
    """A line's element, and the one inside it that holds all of the line."""
    if len(node) == 1 and not (node.text or "").strip() and not (node[0].tail or "").strip():
        return node, node[0]
    return (node,)


def _covers(nodes: set[Tree], node: Tree) -> bool:
    return not nodes.isdisjoint((*_line_and_all(node), *node.iterancestors()))


def _inside(sample: Sample, rules: Mapping[str, Css], roots: Sequence[Tree]) -> dict[str, set[Tree]]:
    among = {node for root in roots for node in root.iter() if node not in roots}
    found = select(sample.tree, list(rules.values()))
    return {name: {node for node in nodes if node in among} for name, nodes in zip(rules, found, strict=True)}


def _taken(nodes: set[Tree], text: set[Tree]) -> int:
    return sum(_covers(nodes, node) for node in text)


def _gain(nodes: set[Tree], junk: Mapping[Tree, int]) -> int:
    return sum(size for node, size in junk.items() if _covers(nodes, node))
