"""A page -> its tree, the lines of its main part, their headings and links.

The convention of article text: one paragraph, heading, list item, table row or broken line is one line; blocks are
parted by an empty line; `text.split("\\n")` gives the units that cleaning works on. Runs of white space, no-break
spaces among them, become one blank; every other character stays as the author wrote it.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from trafilatura import bare_extraction

from schemas.records import Span
from transforms.links import absolute
from transforms.page import jsonld

Tree = Any  # an lxml element

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs as warnings what we give as refusals
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

MAX_LINKS = 200
MAX_ANCHOR = 120  # characters of a link's text that is kept
MAX_LABEL = 300  # characters: an unclosed link may hold half a page, which is no label
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
_BLOCKS = frozenset({"p", "head", "quote", "list", "item", "table", "row", "cell", "lb", "code", "div", "fw", "ab"})
_CONTAINERS = frozenset({"div", "td", "section", "article", "main", "body"})  # what may hold several paragraphs


def parse(text: str) -> Tree | None:
    """The tree of a page, None if there is none. libxml2's limits stay on: past 256 levels it reads no deeper."""
    text = _CONTROL.sub("", text)
    if not text.strip():
        return None
    parser = lxml_html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
        huge_tree=False,
    )
    try:
        tree = lxml_html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):  # lxml asserts that there is a root
        return None
    return tree


def json_ld(tree: Tree) -> jsonld.PageNodes:
    """What the JSON-LD scripts of the page say."""
    scripts = tree.iterfind(".//script[@type]")
    return jsonld.read(node.text or "" for node in scripts if "ld+json" in node.get("type").lower())


def main_part(tree: Tree, url: str) -> Tree | None:
    """The article's body as trafilatura finds it (Barbaresi 2021), in its own simple tags; None if it finds none.

    Scripts and styles are taken out of `tree`. Nothing here depends on other pages. Not `fast=True`: it saves 10 of
    30 ms and loses 2.4 points of F1 (`benchmarks/extraction.py`, dev).
    """
    etree.strip_elements(tree, "script", "style", "template", with_tail=False)
    document = bare_extraction(tree, url=url, include_comments=False, include_tables=True, deduplicate=False)
    return None if document is None else document.body


def lines(body: Tree) -> tuple[str, tuple[Span, ...]]:
    """The text of a body, and the spans of its headings in it."""
    out: list[str] = []
    headings: list[Span] = []
    length = 0
    for kind, tight, line in _blocks(body):
        gap = "" if not out else "\n" if tight else "\n\n"
        if kind == "head":
            start = length + len(gap)
            headings.append(Span(start, start + len(line), line))
        out.append(gap + line)
        length += len(gap) + len(line)
    return "".join(out), tuple(headings)


def _blocks(body: Tree) -> Iterator[tuple[str, bool, str]]:
    """(kind, stands close to the line before, text) of each line, in one walk without recursion."""
    parts: list[str] = []
    cells: list[str] = []
    kind, before, broken = "p", "", False

    def line() -> str:
        text = _one_line("".join(parts))
        parts.clear()
        return text

    for event, node in etree.iterwalk(body, events=("start", "end")):
        tag = node.tag
        if tag in _BLOCKS:
            if (text := line()) and kind == "row":
                cells.append(text)
            elif text:
                yield kind, broken or kind == before == "item", text
                before, broken = kind, tag == "lb"
            elif tag != "lb":
                broken = False
            if tag == "row" and cells:
                yield "row", before == "row", " | ".join(cells)
                cells.clear()
                before = "row"
            if tag != "lb" and (kind != "row" or tag == "row"):
                kind = {"head": "head", "item": "item", "row": "row"}.get(tag, "p") if event == "start" else "p"
        if event == "start" and node.text:
            parts.append(node.text)
        if event == "end" and node.tail and node is not body:
            parts.append(node.tail)
    if text := line():
        yield kind, broken, text


def main_links(whole: Tree | None, url: str) -> tuple[tuple[str, str], ...]:
    """(anchor text, absolute url) of the short links in the article's surroundings, see `around`.

    Extractors drop a paragraph that is nothing but a link, such as "Source link"; its address is here all the same.
    """
    links: dict[tuple[str, str], None] = {}
    for node in whole.iter("a") if whole is not None else ():
        href = node.get("href") or ""
        anchor = _one_line(node.text_content())
        if 0 < len(anchor) <= MAX_ANCHOR and not href.startswith("#") and (address := absolute(href, url)):
            links[(anchor, address)] = None
        if len(links) == MAX_LINKS:
            break
    return tuple(links)


def link_share(whole: Tree | None) -> float:
    """The share of the characters in the article's surroundings that are text of links, 0 to 1."""
    if whole is None:
        return 0.0
    lengths = [len(_one_line(node.text_content())) for node in whole.iter("a")]
    linked = sum(length for length in lengths if length <= MAX_LABEL)
    return min(1.0, linked / max(1, len(_one_line(whole.text_content()))))


def around(tree: Tree, text: str) -> Tree | None:
    """The smallest element that holds the text's first and last line on the page, and what stands beside them."""
    lines = [line for line in text.split("\n") if line]
    if not lines:
        return None
    owners: list[Tree] = []
    starts: list[int] = []
    pieces: list[str] = []
    length = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        owner, text = (node, node.text) if event == "start" else (node.getparent(), node.tail)
        if text and owner is not None and (squeezed := "".join(text.split())):
            owners.append(owner)
            starts.append(length)
            pieces.append(squeezed)
            length += len(squeezed)
    page = "".join(pieces)
    places = page.find(_needle(lines[0])), page.rfind(_needle(lines[-1]))
    found = [owners[bisect_right(starts, place) - 1] for place in places if place >= 0]
    if not found:
        return None
    above = {found[0], *found[0].iterancestors()}
    common = next(node for node in (found[-1], *found[-1].iterancestors()) if node in above)
    while common.tag not in _CONTAINERS and common.getparent() is not None:
        common = common.getparent()
    return common


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _needle(line: str) -> str:
    return "".join(line.split())[:60]
