"""What a page shows in an article's place, or only the beginning of one: its signs beside the text that was found.

Words count at the place where a page says them of itself: as its whole headline, or as a line of its own behind the
text. An article that tells of paywalls or of pages that were not found says them in its sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from schemas.words import Disposition
from transforms.page.blocks import Block, Tree
from transforms.page.jsonld import PageNodes, types
from transforms.page.metadata import Metadata
from transforms.page.refuse import LITTLE, SOME, Refusal, not_article, size
from transforms.page.stub_words import GATE, LOST, MORE, WHOLE
from transforms.page.text import around

PAYWALLED, LIVE = "paywalled", "live_blog"
APOLOGY = 150  # words: a page that says of itself that it was not found says no more
STUB = 120  # words: what a link to the whole story may stand behind
PICTURES = 6  # of a gallery
UPDATES = 3  # of a live blog, each with its time
BEHIND = 4  # blocks behind the text that are looked at
_LINE = 30  # words of a line that asks for something
_PARTS = re.compile(r"\s+[|·•—–-]\s+|\s*\|\s*")

_BROKEN_OFF = re.compile(r"(?:…|\.\.\.)[\]\)”\"’]{0,2}$")
_LIVE = re.compile(
    r"live[-_]?(?:blog|ticker|feed|coverage|report|updates?|entry|post|stream)|ticker[-_]?entry", re.IGNORECASE
)


class Shown(NamedTuple):
    """What the reading of a page came to."""

    tree: Tree
    found: Sequence[Block]  # all blocks of the page
    chosen: Sequence[Block]  # those of its main text
    meta: Metadata
    nodes: PageNodes
    words: int  # of its main text, wherever that was found


def without_gate(found: Sequence[Block], chosen: Sequence[Block]) -> tuple[list[Block], bool]:
    """The chosen blocks up to where the page asks for money or a name to read on, and whether it does."""
    kept = list(chosen)
    first = next((i for i in range(max(0, len(kept) - BEHIND), len(kept)) if _asks(kept[i])), 0)
    if first:
        return kept[:first], True
    return kept, any(_asks(block) for block in behind(found, kept))


def behind(found: Sequence[Block], chosen: Sequence[Block]) -> list[Block]:
    """The blocks that follow the main text; of a page without one its first blocks."""
    if not chosen:
        return list(found[: 3 * BEHIND])
    last = next((i for i in range(len(found) - 1, -1, -1) if found[i] == chosen[-1]), len(found))
    return list(found[last + 1 : last + 1 + BEHIND])


def _asks(block: Block) -> bool:
    return len(block.text) < 400 and size(block.text) <= _LINE and bool(GATE.match(block.text))


def refused(shown: Shown, gate: bool) -> Refusal | None:
    """Why there is no article on the page, or no more than its beginning; None where nothing says so."""
    words, meta = shown.words, shown.meta
    says_article = bool(shown.nodes.articles) or meta.og_type == "article"
    if words < APOLOGY and not says_article and lost(shown):
        return not_article("the page says that what was asked for was not found, with a status of success")
    if words < LITTLE and gate and not (shown.chosen and _asks(shown.chosen[0])):
        return _too_short(f"a paywall or log-in stands behind its first {words} words")
    if words < STUB and (link := whole_story(shown)):
        return _too_short(f"a stub of {words} words: it leads to the whole story by {link!r}")
    if words >= SOME and words >= LITTLE / 2:
        return None
    if framed(shown):
        return not_article("a page of frames: what it shows stands on other pages")
    if not says_article and sum(1 for block in shown.found if block.kind == "caption") >= PICTURES:
        return not_article("a gallery: pictures with captions and little text")
    if not says_article and shown.tree.find(".//video") is not None:
        return not_article("a video page: little text beside a video")
    return None


def flags(shown: Shown, gate: bool) -> tuple[str, ...]:
    """What is to be known of an article that is read all the same."""
    out = (PAYWALLED,) if gate and PAYWALLED not in shown.meta.flags else ()
    return (*out, LIVE) if live(shown) else out


def lost(shown: Shown) -> bool:
    """Whether the page's headline is that it was not found."""
    heads = [block.text for block in shown.found if block.kind == "head" and block.node.tag in {"h1", "h2"}][:2]
    title = shown.tree.findtext(".//title") or ""
    said = [shown.meta.title, title, *_PARTS.split(title), *heads]
    return any(LOST.fullmatch(" ".join(text.split()).strip(' .!:“”"')) for text in said if len(text) < 200)


def whole_story(shown: Shown) -> str:
    """The words of a link that stands behind the text, or ends it, and leads to all of it; "" for none."""
    ends = [*shown.chosen[-2:], *behind(shown.found, shown.chosen)]
    text = next((b.text for b in reversed(shown.chosen) if not _leads(b)), "")
    short = shown.words < LITTLE and bool(_BROKEN_OFF.search(text))
    for block in ends:
        if _leads(block) and (WHOLE.fullmatch(block.text) or (short and MORE.fullmatch(block.text))):
            return block.text
    return ""


def _leads(block: Block) -> bool:
    """Whether a line is little but one link to another page."""
    if block.links != 1 or block.linked * 2 < len(block.text) or len(block.text) > 100:
        return False
    links = block.node.iter("a") if block.node.tag != "a" else iter([block.node])
    return any(not (link.get("href") or "#").startswith(("#", "javascript:")) for link in links)


def framed(shown: Shown) -> bool:
    if shown.tree.find(".//frameset") is not None:
        return True
    return shown.tree.find(".//iframe") is not None and sum(size(b.text) for b in shown.found) < LITTLE


def live(shown: Shown) -> bool:
    """Whether the text is a live blog's: the page says so, or its updates stand in elements that are named so."""
    if shown.nodes.articles and "LiveBlogPosting" in types(shown.nodes.articles[0]):
        return True
    named: dict[Tree, bool] = {}
    count = sum(1 for block in shown.chosen if _named_live(block.node, named))
    if not shown.chosen or count * 2 < len(shown.chosen):
        return False
    place = around(shown.chosen)
    return place is not None and sum(1 for _ in place.iter("time")) >= UPDATES


def _named_live(node: Tree, known: dict[Tree, bool]) -> bool:
    chain = []
    while node is not None and node not in known and node.tag not in {"body", "html"}:
        chain.append(node)
        node = node.getparent()
    value = known.get(node, False) if node is not None else False
    for element in reversed(chain):
        value = value or bool(_LIVE.search(f"{element.get('class') or ''} {element.get('id') or ''}"))
        known[element] = value
    return value


def _too_short(reason: str) -> Refusal:
    return Refusal(Disposition.TOO_SHORT.value, reason)
