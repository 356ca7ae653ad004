"""Several readings of where a page's main text is, and the choice among them.

First the two cheap ones: our weighed blocks (`weigh.py`) and resiliparse's extractor. Where they agree, the weighed
blocks stand. Where they do not, trafilatura (Barbaresi 2021) and readability (the port of Arc90's) are asked as well,
and the reading wins that is closest to all others: an extractor that goes wrong goes wrong in its own way. Whatever
is chosen is given as blocks of the page, so each line has its element.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import readability
from lxml import etree
from lxml import html as lxml_html
from resiliparse.extract.html2text import extract_plain_text
from trafilatura import bare_extraction

from transforms.page.blocks import Block, Tree, blocks
from transforms.wordlist import WORD

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what they log as warnings we give as refusals
logging.getLogger("readability").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

MAIN = 0.5  # of a block: from this share, or chance, it is main text
AGREED = 0.8  # 4-word F1 of the two cheap readings from which no other is asked
OWN = 1.5  # what our own reading weighs; each other 1
N = 4
_SHORT = 12  # characters without blanks: a shorter block must be a line of its own in another reading
_SIMPLE = frozenset({"p", "head", "quote", "list", "item", "table", "row", "cell", "lb", "code", "div", "fw", "ab"})


class Chosen(NamedTuple):
    blocks: list[Block]
    by: str  # whose reading it is: blocks, resiliparse, trafilatura, readability
    agreement: float  # 4-word F1 with the nearest other reading


NOTHING = Chosen([], "blocks", 0.0)


def choose(found: Sequence[Block], chances: Any, html: str, url: str) -> Chosen:
    """The blocks that are the main text of the page. `html` is the page as decoded."""
    own = [block for block, chance in zip(found, chances, strict=True) if chance > MAIN]
    readings = {"blocks": lines(own), "resiliparse": _resiliparse(html)}
    shingles = {name: shingles_of(text) for name, text in readings.items()}
    agreement = f1(shingles["blocks"], shingles["resiliparse"])
    if agreement >= AGREED:
        return Chosen(own, "blocks", agreement)
    for name, read in _DEAR.items():
        readings[name] = read(html, url)
        shingles[name] = shingles_of(readings[name])
    best = medoid(shingles, {"blocks": OWN})
    nearest = max(f1(shingles[best], other) for name, other in shingles.items() if name != best)
    chosen = (
        own if best == "blocks" else [b for b, s in zip(found, shares(found, readings[best]), strict=True) if s > MAIN]
    )
    return Chosen(chosen, best, nearest)


def medoid(readings: Mapping[str, Counter[Any]], weights: Mapping[str, float]) -> str:
    """The reading whose summed F1 with all readings, itself among them, is highest; the first of equals. One that
    found nothing wins only where nobody found anything."""

    near = {frozenset(pair): f1(*(readings[name] for name in pair)) for pair in combinations(readings, 2)}

    def support(name: str) -> float:
        others = (weights.get(o, 1.0) * near[frozenset((name, o))] for o in readings if o != name)
        return weights.get(name, 1.0) + sum(others)

    return max([name for name in readings if readings[name]] or readings, key=support)


def lines(chosen: Sequence[Block]) -> str:
    return "\n".join(block.text for block in chosen)


def shares(found: Sequence[Block], text: str) -> Any:
    """[blocks] -> the share of each block's text that `text` holds, 0 to 1: whole as it stands, else by four words."""
    squeezed = "".join(text.split()).lower()
    whole = set(text.split("\n"))
    held = set(_grams(WORD.findall(text.lower())))
    out = np.zeros(len(found))
    for i, block in enumerate(found):
        mine = "".join(block.text.split()).lower()
        if (len(mine) >= _SHORT or block.kind == "head") and mine in squeezed:
            out[i] = 1.0
            continue
        words = WORD.findall(block.text.lower())
        if len(words) > N + 1:
            grams = set(_grams(words))
            out[i] = len(grams & held) / len(grams)
        else:
            out[i] = block.text in whole
    return out


def f1(one: Counter[Any], other: Counter[Any]) -> float:
    """F1 of two multisets; two empty ones do not agree: nothing was found twice."""
    both = (one & other).total()
    return 2 * both / (one.total() + other.total()) if both else 0.0


def shingles_of(text: str) -> Counter[Any]:
    words = WORD.findall(text.lower())
    return Counter(_grams(words) if len(words) > N else [tuple(words)] if words else [])


def _grams(words: Sequence[str]) -> Any:
    return zip(*(words[i:] for i in range(N)), strict=False)


def _resiliparse(html: str) -> str:
    return extract_plain_text(html, main_content=True, alt_texts=False, links=False, preserve_formatting=True) or ""


def _trafilatura(html: str, url: str) -> str:
    """For recall, which is quicker than its default and no worse beside the others."""
    document = bare_extraction(html, url=url, include_comments=False, include_tables=True, favor_recall=True)
    return "" if document is None or document.body is None else "\n".join(_simple(document.body))


def _simple(body: Tree) -> Iterator[str]:
    """The lines of trafilatura's own simple tags."""
    parts: list[str] = []
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if node.tag in _SIMPLE:
            yield "".join(parts)
            parts.clear()
        parts.append((node.text if event == "start" else node.tail if node is not body else "") or "")
    yield "".join(parts)


def _readability(html: str, url: str) -> str:
    del url
    try:
        return _text(lxml_html.document_fromstring(readability.Document(html).summary()))
    except (readability.readability.Unparseable, etree.ParserError):
        return ""


def _text(body: Tree) -> str:
    return lines(blocks(body))


_DEAR: dict[str, Callable[[str, str], str]] = {"trafilatura": _trafilatura, "readability": _readability}
