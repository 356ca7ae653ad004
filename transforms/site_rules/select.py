"""Selectors on a page, all of them in one walk: the time is elements x parts of selectors, whatever either looks like.

Each element knows which beginnings of which selectors it ends (`met`), which its parent ends, and which any element
above it ends: as bits of one number. So a selector can be no dearer than its length, and there is no way back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lxml import etree

from schemas.selectors import Compound, Css, Test

Tree = Any  # an lxml element
MAX_FOUND = 2_000  # elements that one selector may mean on one page
MAX_CHECKS = 2_000_000  # about two seconds; an article of 3,000 elements and 30 selectors takes 50,000


class TooDear(Exception):
    """These selectors take too long on this page."""


class _Step(NamedTuple):
    """The n-th compound of a selector: met where the compound holds and what stands before it is met above."""

    bit: int
    before: int  # the bit of the compound before it, 0 for the first
    compound: Compound
    selector: int  # the number of its selector where it is the last compound, else -1


class _Index(NamedTuple):
    """Steps by what an element must show for them at least: few of them come into question for any element."""

    by_id: dict[str, list[_Step]]
    by_class: dict[str, list[_Step]]
    by_tag: dict[str, list[_Step]]
    others: list[_Step]


def select(tree: Tree, selectors: Sequence[Css]) -> list[list[Tree]]:
    """For each selector the elements that it means, in the order of the page. Raises TooDear."""
    found: list[list[Tree]] = [[] for _ in selectors]
    index = _indexed(selectors)
    above: list[tuple[int, int, list[int]]] = [(0, 0, [0])]  # met by the parent, by any above, and children so far
    checks = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        if event == "end":
            above.pop()
            continue
        parent, higher, children = above[-1]
        children[0] += 1
        met = 0
        if checks > MAX_CHECKS:
            raise TooDear(f"more than {MAX_CHECKS:,} checks of elements")
        for step in _asked(node, index):
            checks += 1
            if step.before and not step.before & (parent if step.compound.child else higher):
                continue
            if _is(node, step.compound, children[0]):
                met |= step.bit
                if step.selector >= 0 and len(found[step.selector]) < MAX_FOUND:
                    found[step.selector].append(node)
        above.append((met, higher | met, [0]))
    return found


def first_of(tree: Tree, alternatives: Sequence[Css]) -> list[Tree]:
    """What the first alternative that finds anything finds."""
    return next((nodes for nodes in select(tree, alternatives) if nodes), [])


def outermost(nodes: Iterable[Tree]) -> list[Tree]:
    """Those that stand in none of the others."""
    all_of = list(nodes)
    among = set(all_of)
    return [node for node in all_of if not any(above in among for above in node.iterancestors())]


def _indexed(selectors: Sequence[Css]) -> _Index:
    index, bit = _Index({}, {}, {}, []), 1
    for number, selector in enumerate(selectors):
        before = 0
        for at, compound in enumerate(selector.parts):
            step = _Step(bit, before, compound, number if at == len(selector.parts) - 1 else -1)
            if compound.ids:
                index.by_id.setdefault(compound.ids[0], []).append(step)
            elif compound.classes:
                index.by_class.setdefault(compound.classes[0], []).append(step)
            elif compound.tag:
                index.by_tag.setdefault(compound.tag, []).append(step)
            else:
                index.others.append(step)
            before, bit = bit, bit << 1
    return index


def _asked(node: Tree, index: _Index) -> Iterable[_Step]:
    yield from index.others
    yield from index.by_tag.get(node.tag, ())
    if index.by_id and (name := node.get("id")) is not None:
        yield from index.by_id.get(name, ())
    if index.by_class and (classes := node.get("class")):
        for name in dict.fromkeys(classes.split()):
            yield from index.by_class.get(name, ())


def _is(node: Tree, compound: Compound, place: int) -> bool:
    if compound.tag and node.tag != compound.tag:
        return False
    if any(node.get("id") != name for name in compound.ids):
        return False
    if compound.classes:
        mine = (node.get("class") or "").split()
        if any(name not in mine for name in compound.classes):
            return False
    return all(_holds(node, test, place) is test.wanted for test in compound.tests)


def _holds(node: Tree, test: Test, place: int) -> bool:
    if test.kind == "tag":
        return bool(node.tag == test.value)
    if test.kind == "nth":
        return place == int(test.value)
    value = node.get(test.name)
    if value is None:
        return False
    wanted = test.value
    match test.operator:
        case "=":
            return bool(value == wanted)
        case "~=":
            return wanted in value.split()
        case "|=":
            return bool(value == wanted or value.startswith(f"{wanted}-"))
        case "^=":
            return bool(value.startswith(wanted))
        case "$=":
            return bool(value.endswith(wanted))
        case "*=":
            return wanted in value
    return True  # `exists`
