"""What a page shows around its main heading, in the order of the page: where bylines and dates stand. Pure.

Navigation, footers, cards of other stories, comments, advertising and captions are passed over with all they hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from transforms.page.bylines import key
from transforms.page.metatags import line

MAX_RUNS = 6_000
MAX_CHARS = 600  # of one run
HEADS = 50  # main headings that are looked at
LONGEST = 400  # characters of an element's names that are looked at
SEARCHED = 400  # runs among which a title without a heading is looked for
BEFORE, AFTER = 14, 50  # runs of text around the heading in which a byline stands
LONG, PARAGRAPHS = 180, 3  # characters of a run that is a paragraph; after so many of them the text has begun
_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "nav", "footer", "aside", "figure", "figcaption", "select", "option",
     "svg", "iframe", "form", "textarea", "dialog", "blockquote"}
)  # fmt: skip
_HEADINGS = frozenset({"h2", "h3", "h4"})
FEW = 5  # runs: a heading among them is a subtitle
_OF_AUTHOR = re.compile(r"author|byline", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\brelated|related[-_]|[-_]related|recommend|read-?(?:more|next|also)|trending|most-?(?:read|popular|recent)|popular|latest|outbrain|taboola"
    r"|recirc|you-may|more-(?:from|stories|posts|news)|similar|sidebar|side-?rail|comment(?!ary)|respond|newsletter"
    r"|cookie|consent|\bnav\b|navbar|menu|breadcrumb|footer|promo|sponsor|advert|teaser|widget-area|popup|modal"
    r"|caption|photo-?credit|testimonial|mega-?nav|post-navigation|up-?next|sub-?nav",
    re.IGNORECASE,
)
_MARKED = re.compile(r"author|byline|writer|autor|auteur|verfasser|redakteur|journalist|contributor", re.IGNORECASE)


class Run(NamedTuple):
    """One piece of text between two tags."""

    text: str  # one line
    node: Any  # the element that it stands in
    marked: bool  # this or an element close above has a name that speaks of an author


class Hints(NamedTuple):
    """What a class and an id say of an element."""

    elsewhere: bool  # it is about something else than the article
    author: bool
    byline: bool


NO_HINTS = Hints(elsewhere=False, author=False, byline=False)


class Shown(NamedTuple):
    runs: tuple[Run, ...]
    at: int  # of the main heading's first run; 0 where none is known
    end: int  # of its last run, exclusive

    def head(self) -> tuple[Run, ...]:
        """The runs after the heading up to the text itself: its third paragraph, or a heading of its own."""
        after: list[Run] = []
        paragraphs = 0
        for run in self.runs[self.end : self.end + AFTER]:
            paragraphs += len(run.text) >= LONG
            if paragraphs >= PARAGRAPHS or (run.node.tag in _HEADINGS and len(after) >= FEW):
                break
            after.append(run)
        return tuple(after)

    def above(self) -> tuple[Run, ...]:
        """The runs just before the heading, in the order of the page."""
        return self.runs[max(0, self.at - BEFORE) : self.at]


def shown(tree: Any, title: str) -> Shown:
    """What stands around the heading that shows `title`, else around the first main heading."""
    body = tree.find(".//body")
    runs: list[Run] = []
    heads = islice(tree.iter("h1"), HEADS)
    frames = {node for head in heads for node in head.iterancestors()}  # a name such as `has-menu` of the whole page's
    for run in _runs(body if body is not None else tree, frames):  # frame says nothing of what stands in it
        runs.append(run)
        if len(runs) >= MAX_RUNS:
            break
    at, end = _heading(runs, key(title))
    return Shown(tuple(runs), at, end)


def _heading(runs: list[Run], wanted: str) -> tuple[int, int]:
    first = (0, 0)
    start = 0
    while start < len(runs):
        node = _heading_of(runs[start].node)
        end = start + 1
        if node is not None:
            while end < len(runs) and _heading_of(runs[end].node) is node:
                end += 1
            said = key(" ".join(run.text for run in runs[start:end]))
            if said and wanted and (said == wanted or (len(said) > 12 and (said in wanted or wanted in said))):
                return start, end
            if first == (0, 0) and node.tag == "h1":
                first = (start, end)
        start = end
    alone = (at for at, run in enumerate(runs[:SEARCHED]) if wanted and key(run.text) == wanted)
    at = next(alone, -1)
    return (at, at + 1) if at >= 0 else first


def _heading_of(node: Any) -> Any:
    """The heading that an element is or stands in, two levels up at most."""
    for _ in range(3):
        if node is None:
            return None
        if node.tag in ("h1", "h2"):
            return node
        node = node.getparent()
    return None


def _runs(body: Any, frames: Collection[Any]) -> Iterator[Run]:
    todo: list[tuple[Any, bool, int]] = [(body, False, 0)]  # an element or its tail, marked, levels since the mark
    while todo:
        one, marked, levels = todo.pop()
        if isinstance(one, tuple):
            tail, parent = one
            yield Run(tail[:MAX_CHARS], parent, marked)
            continue
        name = f"{one.get('class') or ''} {one.get('id') or ''}"
        hints = _hints(name[:LONGEST]) if len(name) > 1 else NO_HINTS
        if one not in frames and _passed_over(one, hints):
            continue
        if hints.author or one.get("rel") == "author" or "author" in (one.get("itemprop") or ""):
            marked, levels = True, 0
        elif marked and levels >= 4:
            marked = False
        if text := line(one.text or ""):
            yield Run(text[:MAX_CHARS], one, marked)
        for child in reversed(one):
            if tail := line(child.tail or ""):
                todo.append(((tail, one), marked, levels + 1))
            if isinstance(child.tag, str):
                todo.append((child, marked, levels + 1))


@lru_cache(maxsize=20_000)
def _hints(name: str) -> Hints:
    return Hints(bool(_ELSEWHERE.search(name)), bool(_MARKED.search(name)), bool(_OF_AUTHOR.search(name)))


def _passed_over(node: Any, hints: Hints) -> bool:
    if node.tag in _SKIPPED:
        return not (node.tag == "aside" and hints.byline)
    if node.get("role") in ("navigation", "contentinfo", "complementary", "dialog"):
        return True
    return hints.elsewhere and node.tag not in ("body", "main", "article", "h1")
