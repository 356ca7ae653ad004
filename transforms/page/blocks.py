"""A page's tree -> its blocks of text in reading order, each with the element that it stands in.

A block is what a browser would set as one paragraph, heading, list item, table row or broken line. Nothing is judged
here: menus and comments are blocks as well as the article's paragraphs (`weigh.py` tells them apart).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from lxml import etree

from transforms.wordlist import wordset

Tree = Any  # an lxml element

HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_BLOCKS = HEADS | wordset(
    """p div section article main aside header footer nav ul ol li dl dt dd table thead tbody tfoot tr td th blockquote
    pre figure figcaption form fieldset details summary address hr body center caption dialog hgroup menu search
    legend"""
)
_SKIPPED = wordset(
    """script style template noscript svg iframe select option textarea object embed canvas audio video math map head"""
)
_INSIDE_CELLS = ("p", "div", "table", "ul", "ol", "section", "article", *sorted(HEADS))
_EMPHASIS = frozenset({"b", "strong", "i", "em"})
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"\w")


class Block(NamedTuple):
    kind: str  # p, head, item, quote, row, caption
    text: str  # one line, runs of white space as one blank
    node: Tree
    tight: bool  # stands close to the line before: after a line break
    linked: int  # characters in links
    links: int
    stressed: int  # characters in bold or italics


class _Line:
    """What is gathered until the next edge of a block."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.linked = self.links = self.stressed = 0

    def add(self, text: str, in_link: int, in_stress: int) -> None:
        self.parts.append(text)
        size = len(text.strip())
        self.linked += size if in_link else 0
        self.stressed += size if in_stress else 0


def blocks(tree: Tree) -> list[Block]:
    """All blocks of the page's body, in one walk without recursion."""
    body = tree.find(".//body")
    return list(_walk(tree if body is None else body))


def blocks_in(root: Tree, skip: Collection[Tree] = (), stop: Collection[Tree] = ()) -> list[Block]:
    """The blocks inside an element, without the elements `skip`, and nothing from the first of `stop` on."""
    return list(_walk(root, skip, stop))


def _walk(body: Tree, skip: Collection[Tree] = (), stop: Collection[Tree] = ()) -> Iterator[Block]:
    owners, line = [body], _Line()
    plain: set[Tree] = set()  # table rows whose cells are parts of one line
    skipped = in_link = in_stress = 0
    tight = False
    for event, node in etree.iterwalk(body, events=("start", "end")):
        tag, begins = node.tag, event == "start"
        if begins and node in stop:
            break
        if skipped or tag in _SKIPPED or node in skip:
            skipped += 1 if begins else -1
        elif tag in _CELLS and owners[-1] in plain:
            if begins and line.parts:
                line.parts.append(" | ")
        elif tag in _BLOCKS or (tag == "br" and begins):
            found = _block(line, owners[-1], tight)
            if found:
                yield found
            tight = tag == "br" and (found is not None or not tight)  # two in a row part paragraphs
            line = _Line()
            if tag != "br" and begins:
                owners.append(node)
                if tag == "tr" and not any(True for _ in node.iter(*_INSIDE_CELLS)):
                    plain.add(node)
            elif tag != "br" and len(owners) > 1:
                owners.pop()
        elif tag == "a":
            in_link += 1 if begins else -1
            line.links += begins
        elif tag in _EMPHASIS:
            in_stress += 1 if begins else -1
        text = node.text if begins else node.tail if node is not body else None
        if text and not skipped:
            line.add(text, in_link, in_stress)
    if found := _block(line, owners[-1], tight):
        yield found


def _block(line: _Line, owner: Tree, tight: bool) -> Block | None:
    raw = "".join(line.parts)
    if not _WORD.search(raw):
        return None
    text = _BLANKS.sub(" ", raw).strip(" |" if owner.tag == "tr" else None)
    return Block(_kind(owner), text, owner, tight, line.linked, line.links, line.stressed)


def _kind(owner: Tree) -> str:
    if owner.tag in HEADS:
        return "head"
    above = [owner.tag, *(node.tag for _, node in zip(range(3), owner.iterancestors(), strict=False))]
    if "figure" in above or "figcaption" in above:
        return "caption"
    if owner.tag in _CELLS or owner.tag in {"tr", "caption"}:
        return "row"
    if not {"li", "dt", "dd"}.isdisjoint(above[:3]):
        return "item"
    return "quote" if "blockquote" in above else "p"
