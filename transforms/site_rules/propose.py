"""Several pages of one site -> a file for it, as text, and how it does on each of them. Runs in the guarded pool."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.layoutfile import parse_layouts
from transforms.page import refuse
from transforms.page import text as pagetext
from transforms.page.agree import choose, f1, lines, shingles_of
from transforms.page.blocks import blocks
from transforms.page.bylines import in_text
from transforms.page.charset import decode
from transforms.page.language import detect
from transforms.page.metadata import Hint, htmldate_guess, metadata
from transforms.page.read import Extracted, extract
from transforms.page.weigh import weigh
from transforms.site_rules.compare import Area, Sample, area
from transforms.site_rules.fields import Place, author_of, date_of, title_of

SHARE = 0.4  # of the words of the shortest page: what is promised at least
LEAST, STEP = 50, 10  # words


class Given(NamedTuple):
    """A page as it was fetched, or as it lies in a file."""

    name: str
    url: str
    body: bytes
    content_type: str


class Row(NamedTuple):
    """How the proposed file does on one page."""

    page: str
    words: int
    like: float  # 4-word F1 with what the extractors agree on
    title: str
    authors: str
    published: str
    dropped: int


class Proposal(NamedTuple):
    text: str  # TOML with comments
    rows: tuple[Row, ...]


class NoProposal(ValueError):
    """Why these pages lead to no file."""


def propose(given: tuple[str, tuple[Given, ...]]) -> Proposal:
    """(site, its pages) -> a file. Raises NoProposal."""
    site, pages = given
    samples = [sample_of(page) for page in pages]
    if without := [sample.name for sample in samples if not sample.main]:
        raise NoProposal(f"no article was found on {without[0]}: leave it out")
    found = area(samples)
    if found is None:
        raise NoProposal("no element that all pages mark alike holds their text: are they of one site and one kind?")
    text = "".join(_written(site, samples, found, title_of(samples), author_of(samples), date_of(samples)))
    [layout] = parse_layouts({"the proposal": text})[site]
    rows = []
    for page, sample in zip(pages, samples, strict=True):
        read = extract(page.body, url=page.url, content_type=page.content_type, hint=Hint(), layout=layout)
        if not isinstance(read, Extracted) or read.layout is None or not read.layout.applied:
            raise NoProposal(f"the proposal does not find the article of {page.name}: leave it out")
        meta = read.meta
        rows.append(
            Row(
                page.name,
                len(read.text.split()),
                round(f1(shingles_of(read.text), shingles_of(lines(sample.main))), 3),
                meta.title,
                ", ".join(meta.authors),
                meta.published.value if meta.published else "",
                len(read.removals),
            )
        )
    return Proposal(text, tuple(rows))


def sample_of(page: Given) -> Sample:
    text = decode(page.body, page.content_type).text
    tree = pagetext.parse(text)
    refused = refuse.by_bytes(page.body, page.content_type) or (refuse.by_size(tree) if tree is not None else None)
    if tree is None or refused:
        raise NoProposal(f"{page.name}: {refused.reason if refused else 'the page is empty'}")
    nodes = pagetext.json_ld(tree)
    meta = metadata(tree, nodes, page.url, Hint(), lambda: htmldate_guess(tree, page.url))
    found = blocks(tree)
    main = choose(found, weigh(found, meta.title), text, page.url).blocks if found else []
    authors = meta.authors or in_text(lines(main))
    meta = meta._replace(language=detect(lines(main), meta.language), authors=authors)
    return Sample(page.name, tree, found, main, meta)


def _written(
    site: str, samples: Sequence[Sample], found: Area, title: Place, author: Place, date: Place
) -> Iterator[str]:
    pages = len(samples)
    yield f"# Proposed by comparing {pages} pages; read it, and keep pages with it: see docs/guide/site-rules.md.\n"
    yield f"site = {_quoted(site)}\n\n[[layout]]\n"
    yield '# valid_from = "..."   # the first day on which pages looked like this, where they looked otherwise before\n'
    yield f"select = {_quoted(found.select)}   # F2 {found.score:.3f} against what the extractors find\n"
    if found.drop:
        yield "drop = [\n"
        yield from (f"  {_quoted(one)},   # on {count} of {pages} pages\n" for one, count in found.drop)
        yield "]\n"
    for key, place in (("title", title), ("author", author), ("date", date)):
        yield (
            f"{key} = {_quoted(place.selector)}\n" if place.selector else f"# {key}: no element is right on all pages\n"
        )
    if date.form:
        yield f"date_format = {_quoted(date.form)}\n"
        yield f"months = [{', '.join(map(_quoted, date.months))}]\n" if date.months else ""
        if "%H" in date.form or "%I" in date.form:
            yield 'time_zone = "UTC"   # a guess: which zone does the site write in?\n'
    words = min(sum(len(b.text.split()) for b in sample.main) for sample in samples)
    languages = {sample.meta.language for sample in samples}
    yield f"\n[layout.promises]\nmin_words = {max(LEAST, int(SHARE * words) // STEP * STEP)}\n"
    yield f'language = "{languages.pop()}"\n' if len(languages) == 1 and all(languages) else ""
    yield "title = true\n"
    for key, place in (("author", author), ("date", date)):
        yield f"{key} = true\n" if place.selector else ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
