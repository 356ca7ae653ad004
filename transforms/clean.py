"""Draft -> Draft without what is no text of its author; ends in: too_short.

Lines are the unit. What goes is whole lines, or the part of a line that a rule marks, and each part that goes is kept
as a Removal; the rest is never rewritten. Leftovers are better than an author's line lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec

from schemas.flow import Draft, DraftBody, Outcome, pack, unpack
from schemas.ports import World
from schemas.records import Paragraph, Removal, Span
from schemas.rules import RuleBook, bare
from schemas.words import Disposition
from transforms.contributors import names_of
from transforms.fold import fold
from transforms.links import canonical
from transforms.page.refuse import size
from transforms.reading import day_of
from transforms.removal import (
    NONE_LEARNED,
    Line,
    Taken,
    lines_of,
    moved,
    placed,
    take_cuts,
    take_kinds,
    take_lines,
    what_stays,
)
from transforms.repeats import counted, edge_keys
from transforms.step import StepDoFn, outcome, two_outputs, use_of
from transforms.titles import as_it_was, end_keys, without_shared

STEP = "clean"
BATCH = 32
MIN_ANCHOR = 3  # characters of a link's text that may name the source inside a longer line
_URL = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;]")


class Cleaned(NamedTuple):
    """A cleaned text. Removals are in the order of the text and point into the text as it was extracted."""

    text: str
    removals: tuple[Removal, ...] = ()
    contributors: tuple[str, ...] = ()
    source_url: str = ""
    headings: tuple[Span, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    flags: tuple[str, ...] = ()
    origins: Mapping[str, str] = {}  # field -> the rule that filled it


def clean(
    text: str,
    book: RuleBook,
    *,
    links: Sequence[tuple[str, str]] = (),
    headings: Sequence[Span] = (),
    paragraphs: Sequence[Paragraph] = (),
    learned: Mapping[int, str] = NONE_LEARNED,
) -> Cleaned:
    """Take out what the rules mean.

    `links` are (anchor text, url) of the page's main part, `learned` (start -> reason) lines that the site repeats.
    """
    lines = list(lines_of(text))
    taken = take_lines(lines, book, [fold(anchor) for anchor, _ in links])
    take_cuts(lines, book, taken)
    take_kinds(lines, book, taken, learned)
    source, source_rule = _source(lines, book, taken, links)
    if not taken:
        origins = {"source_url": source_rule} if source else {}
        return Cleaned(text, source_url=source, headings=tuple(headings), paragraphs=tuple(paragraphs), origins=origins)
    kept, pieces = what_stays(text, lines, taken)
    names, flags, origins = _metadata(taken)
    return Cleaned(
        kept,
        tuple(
            Removal(rule=t.rule, stage=STEP, exact=text[t.start : t.end], start=t.start, end=t.end, reason=t.reason)
            for _, t in sorted(taken.items())
        ),
        names,
        source,
        tuple(moved(headings, pieces)),
        tuple(placed(paragraphs, pieces)),
        flags,
        origins | ({"source_url": source_rule} if source else {}),
    )


def _source(
    lines: Sequence[Line], book: RuleBook, taken: Mapping[int, Taken], links: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    """(address, rule) of the first "source link" that leads anywhere.

    An extractor may have dropped a paragraph that is nothing but a link: a link's text alone is read by the same rules.
    """
    for at, found in sorted(taken.items()):
        if found.action == "lineage" and (url := _address(lines[at].text, links)):
            return url, f"rule:{found.rule}"
    rules = [rule for rule in book.rules if rule.action == "lineage"]
    for anchor, url in reversed(links):
        shown = bare(anchor)
        for rule in rules:
            if rule.match_bare(anchor, shown) is not None:
                return url, f"rule:{rule.id}"
    return "", ""


def _address(line: str, links: Sequence[tuple[str, str]]) -> str:
    """The address written in the line, else that of the link whose text is the line, else of the longest link in it."""
    if written := _URL.search(line):
        return written[0]
    shown = fold(bare(line))
    best, best_url = "", ""
    for anchor, url in links:
        name = fold(bare(anchor))
        if name == shown or (len(name) >= MIN_ANCHOR and f" {name} " in f" {shown} "):
            best, best_url = max((best, best_url), (name, url), key=lambda pair: len(pair[0]))
    return best_url


def _metadata(taken: Mapping[int, Taken]) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    names: dict[str, None] = {}
    flags: dict[str, None] = {}
    origins: dict[str, str] = {}
    for _, found in sorted(taken.items()):
        if found.field == "contributors":
            names.update(dict.fromkeys(names_of(found.groups.get("value", ""))))
            origins.setdefault("contributors", f"rule:{found.rule}")
        elif found.field:
            flags[found.field] = None
    return tuple(names), tuple(flags), origins


Ask = Callable[[Collection[str]], Collection[str]]
"""Of the keys of some lines, those of lines that the site repeats."""


def cleaned_body(body: DraftBody, book: RuleBook, repeated: Ask = lambda keys: ()) -> DraftBody:
    """The draft with its text cleaned, and what the removed lines told of it."""
    headings = {heading.start for heading in body.headings}
    keys = [(line, key) for line, key in edge_keys(list(lines_of(body.text)), book.kinds) if line.start not in headings]
    why = f"articles of {body.site} repeat this line"
    titled = end_keys(body.title)
    known = repeated({*(key for _, key in keys), *titled}) if keys or titled else ()
    title = without_shared(body.title, known)
    was = () if title == body.title else (as_it_was(body.title, body.origins.get("title", "")),)
    learned = {line.start: why for line, key in keys if key in known}
    found = clean(
        body.text, book, links=body.links, headings=body.headings, paragraphs=body.paragraphs, learned=learned
    )
    source, origins = found.source_url, dict(found.origins)
    if source and canonical(source) in {"", canonical(body.canonical_url)}:  # a page that names itself has no source
        source = ""
        origins.pop("source_url")
    return msgspec.structs.replace(
        body,
        title=title,
        contradictions=(*body.contradictions, *was),
        text=found.text,
        headings=found.headings,
        paragraphs=found.paragraphs,
        removals=(*body.removals, *found.removals),
        edges=(*counted(keys, found.removals), *titled),
        contributors=tuple(dict.fromkeys((*body.contributors, *found.contributors))),
        source_url=source or body.source_url,
        flags=tuple(dict.fromkeys((*body.flags, *found.flags))),
        origins=body.origins | origins,
    )


class CleanDoFn(StepDoFn):
    """`learned`: whether the ledger is asked for lines that a site repeats."""

    step = STEP

    def __init__(self, world: World, *, learned: bool = True) -> None:
        super().__init__(world)
        self.learned = learned

    def setup(self) -> None:
        super().setup()
        self.ledger = self.world.ledger() if self.learned else None

    def many(self, rows: Sequence[Draft]) -> list[Any]:
        return [self._one(row) for row in rows]

    def _one(self, row: Draft) -> Draft | Outcome:
        body = unpack(row.body, DraftBody)
        book = self.world.rules.for_site(body.site, day_of(body, self.clock.now()))
        done = cleaned_body(body, book, partial(self._repeated, body))
        words, least = size(done.text), self.world.settings.extract.min_words
        if words < least:
            why = f"{words} words are left, {least} are wanted"
            return outcome(row, Disposition.TOO_SHORT, self.step, why, layout=use_of(body.layout))
        return row._replace(body=pack(done))

    def _repeated(self, body: DraftBody, keys: Collection[str]) -> Collection[str]:
        """Of these keys those of lines that the site was known to repeat when the entry was first seen.

        Later visits and replays judge by the same instant: what was learned since then makes no new revision.
        """
        since = body.first_seen or (body.page.fetched_at if body.page else "")
        if self.ledger is None or not since:
            return ()
        at = datetime.fromisoformat(since).timestamp()
        return self.ledger.repeated(body.site, keys, at)


class Clean(beam.PTransform):
    """(drafts, earlier outcomes) -> (drafts, outcomes)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        return two_outputs(flow, CleanDoFn(self.world), batch=BATCH)
