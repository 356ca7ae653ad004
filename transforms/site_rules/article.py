"""A page and its site's layout -> text, title, authors and date by the site's own rules; never raises.

Where the rules do not find the article (nothing is selected, or what is selected is not what the site promises), it
says so and gives no text: the page is then read as one without rules. Fields that a rule finds are the site's in any
case; a field that no rule finds stays as the page's own marks and the feed say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.layouts import OF_THE_TEXT, Layout, LayoutUse
from schemas.records import Contradiction, DateValue, Removal
from schemas.selectors import Css
from transforms.page.agree import lines
from transforms.page.blocks import Block, blocks_in
from transforms.page.bylines import line, persons
from transforms.page.language import detect
from transforms.page.metadata import MAX_TITLE, Metadata
from transforms.page.refuse import size
from transforms.page.text import MainText, laid_out
from transforms.site_rules.dates import finer, read_date
from transforms.site_rules.select import TooDear, outermost, select

STAGE = "extract"
MAX_EXACT = 2_000  # characters of one removal that are kept
MAX_REMOVALS = 100
FIRST = "the site's own rules come first"
MAX_VALUES = 20  # elements that are looked at for a title, authors or a date
_PARAGRAPHS = frozenset({"p", "item", "quote"})
_WHEN = ("datetime", "content")  # where an element writes its date for machines

Tree = Any  # an lxml element


class Ruled(NamedTuple):
    """What the rules found. `blocks` and `main` are empty where they did not find the article."""

    use: LayoutUse | None  # None: the site has no layout
    meta: Metadata
    blocks: list[Block] = []
    main: MainText = MainText("")
    removals: tuple[Removal, ...] = ()


class _Body(NamedTuple):
    blocks: list[Block]
    removals: list[tuple[str, str, Tree]]  # (rule, selector, element) of what was left out
    unmatched: list[str]  # selectors of `drop` and `cut` that mean nothing here
    end: Tree | None  # the element from which on nothing is text


def read_by(layout: Layout, tree: Tree, meta: Metadata) -> Ruled:
    """Read a page by a layout. `meta` is what page and feed say without it."""
    keys = ("select", "drop", "cut", "title", "author", "date")
    asked: list[Css] = [css for key in keys for css in getattr(layout, key)]
    try:
        each = iter(select(tree, asked))
    except TooDear as error:
        return Ruled(_use(layout, ["too_dear"], f"the rules are too dear for this page: {error}"), meta)
    found = {key: [(css, next(each)) for css in getattr(layout, key)] for key in keys}
    failed: list[str] = []
    meta = _fields(layout, found, meta, failed)
    roots = outermost(next((nodes for _, nodes in found["select"] if nodes), []))
    if not roots:
        return Ruled(_use(layout, ["select", *failed], "select matches nothing"), meta)
    body = _body(roots, found["drop"], found["cut"])
    main = laid_out(body.blocks)
    failed += body.unmatched
    broken = list(_broken(layout, main, body.blocks, meta))
    failed += [f"promise:{name}" for name, _ in broken]
    whys = [words for name, words in broken if name in OF_THE_TEXT]
    if not main.text:
        return Ruled(_use(layout, ["select", *failed], "what is selected holds no text"), meta)
    if whys:
        return Ruled(_use(layout, failed, "; ".join(whys)), meta)
    use = LayoutUse(site=layout.site, layout=layout.name, version=layout.version, applied=True, failed=tuple(failed))
    meta.origins["text"] = f"site:{layout.name}"
    return Ruled(use, meta, body.blocks, main, tuple(_removals(layout, roots, body, main)))


def refused(use: LayoutUse | None) -> LayoutUse | None:
    """The same for a page that is no article, whatever the rules found: a video page is no fault of theirs."""
    return use and msgspec.structs.replace(use, applied=False, failed=("not_article",))


def _use(layout: Layout, failed: Sequence[str], why: str) -> LayoutUse:
    return LayoutUse(
        site=layout.site,
        layout=layout.name,
        version=layout.version,
        applied=False,
        failed=tuple(dict.fromkeys(failed)),
        why=f"layout {layout.name} of {layout.site}: {why}; read without it",
    )


def _body(roots: list[Tree], drop: list[tuple[Css, list[Tree]]], cut: list[tuple[Css, list[Tree]]]) -> _Body:
    """The blocks of the selected elements without what is dropped and without all from the first cut on."""
    inside = {node: at for at, node in enumerate(node for root in roots for node in root.iter())}
    unmatched: list[str] = []
    left: dict[Tree, Css] = {}
    for css, nodes in drop:
        mine = [node for node in nodes if node in inside]
        unmatched += [] if mine else [f"drop:{css.text}"]
        left.update((node, css) for node in mine if node not in left)
    ends: dict[Tree, Css] = {}
    for css, nodes in cut:
        mine = [node for node in nodes if node in inside]
        unmatched += [] if mine else [f"cut:{css.text}"]
        ends.update((node, css) for node in mine[:1] if node not in ends)
    end = min(ends, key=lambda node: inside[node], default=None)
    last = inside[end] if end is not None else len(inside)
    blocks = [
        block for root in roots if inside[root] < last for block in blocks_in(root, left, () if end is None else (end,))
    ]
    removals = [("drop", left[node].text, node) for node in outermost(left) if inside[node] < last]
    removals.sort(key=lambda one: inside[one[2]])
    if end is not None:
        removals.append(("cut", ends[end].text, end))
    return _Body(blocks, removals, unmatched, end)


def _removals(layout: Layout, roots: list[Tree], body: _Body, main: MainText) -> Iterator[Removal]:
    """What was left out, at the place in the text where it would have stood (`start == end`)."""
    order = {node: at for at, node in enumerate(node for root in roots for node in root.iter())}
    kept = [block for block in body.blocks if block.kind != "caption"]
    ends = [(order.get(b.node, 0), p.end) for b, p in zip(kept, main.paragraphs, strict=True)]
    for rule, selector, node in body.removals[:MAX_REMOVALS]:
        blocks = blocks_in(node)
        if rule == "cut":
            after = {one for one, at in order.items() if at >= order[node]}
            blocks = [b for root in roots for b in blocks_in(root) if b.node in after]
        text = lines(blocks)
        if not text:
            continue
        place = max((end for at, end in ends if at <= order[node]), default=0)
        more = f", {len(text):,} characters in all" if len(text) > MAX_EXACT else ""
        yield Removal(
            rule=f"layout/{layout.name}:{rule}",
            stage=STAGE,
            exact=text[:MAX_EXACT],
            start=place,
            end=place,
            reason=f"{selector}{more}",
        )


def _broken(layout: Layout, main: MainText, found: Sequence[Block], meta: Metadata) -> Iterator[tuple[str, str]]:
    """(promise, in words) of each that this page does not keep."""
    promised, words = layout.promises, size(main.text)
    paragraphs = sum(block.kind in _PARAGRAPHS for block in found)
    if words < promised.min_words:
        yield "min_words", f"{words} words are selected, at least {promised.min_words} are promised"
    if promised.max_words and words > promised.max_words:
        yield "max_words", f"{words} words are selected, at most {promised.max_words} are promised"
    if paragraphs < promised.min_paragraphs:
        yield "min_paragraphs", f"{paragraphs} paragraphs are selected, {promised.min_paragraphs} are promised"
    if promised.language and (language := detect(main.text, meta.language)) not in ("", promised.language):
        yield "language", f"what is selected is in {language}, {promised.language} is promised"
    for name, value in (("title", meta.title), ("author", meta.authors), ("date", meta.published)):
        if getattr(promised, name) and not value:
            yield name, f"no {name} was found"


def _fields(
    layout: Layout, found: dict[str, list[tuple[Css, list[Tree]]]], meta: Metadata, failed: list[str]
) -> Metadata:
    """The page's metadata with what the rules find over it."""
    origin, origins = f"site:{layout.name}", dict(meta.origins)
    title = next((value for values in _values(found["title"]) for value in values if value), "")[:MAX_TITLE]
    authors: tuple[str, ...] = ()
    for values in _values(found["author"]):
        authors = authors or persons(values, [meta.site_name] if meta.site_name else [])
    published = _date(layout, found["date"], origin)
    for key, value in (("title", title), ("author", authors), ("date", published)):
        if found[key] and not value:
            failed.append(f"rule:{key}")
    if published and finer(published, meta.published):
        published = None
    others = tuple(_others(meta, title, authors, published))
    if title:
        meta, origins["title"] = meta._replace(title=title), origin
    if authors:
        meta, origins["authors"] = meta._replace(authors=authors), origin
    if published:
        meta, origins["published"] = meta._replace(published=published), origin
    return meta._replace(origins=origins, contradictions=(*others, *meta.contradictions))


def _others(
    meta: Metadata, title: str, authors: tuple[str, ...], published: DateValue | None
) -> Iterator[Contradiction]:
    """What page and feed say otherwise than the rules."""
    was = meta.published
    other_day = published and was and published.value[:10] != was.value[:10]
    for field, differs, value, origin in (
        ("title", title and meta.title not in ("", title), meta.title, meta.origins.get("title", "")),
        (
            "authors",
            authors and meta.authors not in ((), authors),
            ", ".join(meta.authors),
            meta.origins.get("authors", ""),
        ),
        ("published", other_day, was.value if was else "", was.source if was else ""),
    ):
        if differs:
            yield Contradiction(field=field, value=value, origin=origin, reason=FIRST)


def _values(found: list[tuple[Css, list[Tree]]]) -> Iterator[list[str]]:
    """For each alternative the lines that its elements hold."""
    for css, nodes in found:
        yield [_value(node, css) for node in nodes[:MAX_VALUES]]


def _value(node: Tree, css: Css) -> str:
    return line(node.get(css.attribute) or "" if css.attribute else node.text_content()[:MAX_EXACT])


def _date(layout: Layout, found: list[tuple[Css, list[Tree]]], origin: str) -> DateValue | None:
    for css, nodes in found:
        for node in nodes[:MAX_VALUES]:
            stated = [] if css.attribute else [node.get(name) or "" for name in _WHEN]
            for raw in (*stated, _value(node, css)):
                if raw and (date := read_date(raw, layout, origin)):
                    return date
    return None
