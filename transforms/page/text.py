"""A page -> its tree; chosen blocks -> the text that they make, with headings, places, captions and links.

The convention of article text: one paragraph, heading, list item, table row or broken line is one line; blocks are
parted by an empty line; `text.split("\\n")` gives the units that cleaning works on. Runs of white space, no-break
spaces among them, become one blank; every other character stays as the author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree
from lxml import html as lxml_html

from schemas.records import Paragraph, Span
from transforms.links import absolute
from transforms.page import jsonld
from transforms.page.blocks import Block, Tree
from transforms.page.lean import flattened, lean

MAX_LINKS = 200
MAX_ANCHOR = 120  # characters of a link's text that is kept
MAX_LABEL = 300  # characters: an unclosed link may hold half a page, which is no label
TOO_DEEP = "its tags nest deeper than the 256 levels that are read"
TOO_LONG = "a text without a tag in it is longer than the 10 MB that are read"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
_CLOSE = frozenset({"item", "row"})  # lines that follow each other without an empty line between them
_CONTAINERS = frozenset({"div", "td", "section", "article", "main", "body"})  # what may hold several paragraphs


class MainText(NamedTuple):
    text: str
    headings: tuple[Span, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    captions: tuple[str, ...] = ()


class Source(NamedTuple):
    """A page's tree, and the markup that it is the tree of."""

    tree: Tree
    text: str
    flat: bool = False  # tags were left out of the markup
    cut: str = ""  # why it was not read to its end, in words


def source(text: str) -> Source | None:
    """The page as it is read, None if there is none. Past 256 levels nothing is read: what nests deeper is flattened.

    Raises MemoryError where the tree is larger than the process may grow.
    """
    text = lean(text)
    tree, limit = _parsed(text)
    if flat := "depth" in limit:
        text = flattened(text)
        tree, limit = _parsed(text)
    cut = "" if not limit else TOO_DEEP if "depth" in limit else TOO_LONG
    return None if tree is None else Source(tree, text, flat, cut)


def parse(text: str) -> Tree | None:
    """The tree of a page or of a part of one, None if there is none. libxml2's limits stay on."""
    return _parsed(text)[0]


def _parsed(text: str) -> tuple[Tree | None, str]:
    """The tree, and at which of its limits libxml2 has cut it off, in its words; "" for none."""
    text = _CONTROL.sub("", text)
    if not text.strip():
        return None, ""
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
        tree = None
    fatal = parser.error_log.filter_from_fatals()
    if any(error.type == etree.ErrorTypes.ERR_NO_MEMORY for error in fatal):
        raise MemoryError("the page's tree is too large")
    return tree, next((error.message for error in fatal if error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT), "")


def written(tree: Tree) -> str:
    """The markup of a tree."""
    return str(etree.tostring(tree, encoding="unicode", method="html"))


def json_ld(tree: Tree) -> jsonld.PageNodes:
    """What the JSON-LD scripts of the page say."""
    scripts = tree.iterfind(".//script[@type]")
    return jsonld.read(node.text or "" for node in scripts if "ld+json" in node.get("type").lower())


def laid_out(chosen: Sequence[Block]) -> MainText:
    """The text of these blocks. Captions stand apart: a picture's line is no sentence of the article."""
    out: list[str] = []
    headings: list[Span] = []
    paragraphs: list[Paragraph] = []
    before, length = "", 0
    for block in chosen:
        if block.kind == "caption":
            continue
        tight = block.tight or block.kind == before in _CLOSE
        gap = "" if not out else "\n" if tight else "\n\n"
        start = length + len(gap)
        end = start + len(block.text)
        if block.kind == "head":
            headings.append(Span(start, end, block.text))
        path = block.node.getroottree().getpath(block.node)
        paragraphs.append(Paragraph(start=start, end=end, kind=block.kind, path=path))
        out.append(gap + block.text)
        before, length = block.kind, end
    captions = tuple(dict.fromkeys(block.text for block in chosen if block.kind == "caption"))
    return MainText("".join(out), tuple(headings), tuple(paragraphs), captions)


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


def around(chosen: Sequence[Block]) -> Tree | None:
    """The smallest element that holds the first and the last of these blocks, and what stands beside them."""
    if not chosen:
        return None
    first, last = chosen[0].node, chosen[-1].node
    above = {first, *first.iterancestors()}
    common = next(node for node in (last, *last.iterancestors()) if node in above)
    while common.tag not in _CONTAINERS and common.getparent() is not None:
        common = common.getparent()
    return common


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
