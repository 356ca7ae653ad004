"""Bylines that a page or a text shows -> whom they name, and by what mark each was found. Pure; never raises."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from transforms.page.names import (
    LABEL,
    MAX_AUTHORS,
    People,
    is_full,
    is_role,
    key,
    looks_shown,
    one_line,
    people,
)
from transforms.page.shown import Run, Shown

CROWD = 3  # more names than this, in marks that every story on a page may bear, are those of other stories
MAX_BYLINE = 160  # characters
REACH = 10  # runs that one byline may be cut into
_JOINS = re.compile(r"(?:[,;&|/•·⋅+、]|and|und|et|y|e|og|och|en|ve|és|и|with|mit|by)+", re.IGNORECASE)
_INSIDE = re.compile(r"(?:^|\W)(?:written |posted |published )?by:?\s+(\S.*)$", re.IGNORECASE)
_REVIEW = re.compile(r"\b(?:review|fact|medical|edit|photo|illustrat|translat|image|video|powered|sponsor)\w*", re.I)


class Shower(NamedTuple):
    """Whom one place on the page names. `sure`: the place says in so many words, or by its mark-up, that they write."""

    people: People
    origin: str
    sure: bool


def visible(tree: Any, shown: Shown, houses: Collection[str]) -> Iterator[Shower]:
    """What the page shows as its author, the surest mark first."""
    near = (*shown.above(), *shown.head())
    if found := labelled(shown.head(), houses) or labelled(shown.above(), houses):
        yield Shower(found, "byline", sure=True)
    for path, origin in ((".//*[@rel='author']", "rel:author"), (".//*[@itemprop='author']", "itemprop:author")):
        nodes = tree.xpath(path)[:MAX_AUTHORS]
        named = people([name for node in nodes for name in _names_in(node)], houses)
        if named and len(named.persons) <= CROWD:
            yield Shower(named, origin, sure=True)
    for runs, origin in ((near, "class:author"), (shown.runs[shown.end :], "class:author, away from the title")):
        if named := marked(runs, houses):
            yield Shower(named, origin, sure=False)


def _names_in(node: Any) -> list[str]:
    """The lines of an element that a mark makes the author: its `itemprop=name`, else its first text."""
    inner = [one.get("content") or one.text_content() for one in node.xpath(".//*[@itemprop='name']")[:1]]
    if inner or node.get("content"):
        return [one_line(text)[:300] for text in inner or [node.get("content")]]
    lines = [line for text in node.itertext() if (line := one_line(text))]
    whole = " ".join(lines)
    return [whole] if len(whole) < 80 and len(lines) < 2 else _joined(lines)


def _joined(lines: Sequence[str]) -> list[str]:
    """The first line with a name, and those that a comma or an "and" ties to it."""
    out: list[str] = []
    tied = True
    for line in lines[:REACH]:
        if _JOINS.fullmatch(line):
            tied = True
        elif tied and people([line]).persons:
            out.append(line)
            tied = line.endswith((",", "&", " and"))
        elif out:
            break
    return out


def labelled(runs: Sequence[Run], houses: Collection[str]) -> People | None:
    """Whom a line such as "By Ann Bee and Cy Dee" names, also where its parts stand in elements of their own."""
    for at, run in enumerate(runs):
        if len(run.text) > MAX_BYLINE or _REVIEW.match(run.text):
            continue
        found = LABEL.match(run.text)
        rest = run.text[found.end() :] if found else ""
        if not found and (inside := _INSIDE.search(run.text)) and not _REVIEW.search(run.text[: inside.start(1)]):
            rest = inside[1]
        if not found and not rest:
            continue
        named = _shown_persons([rest], houses) if rest else People()
        more = _following(runs[at + 1 : at + 1 + REACH], houses, begun=bool(named.persons or named.collective))
        if named or more:
            both = (*named.persons, *more.persons), (*named.collective, *more.collective)
            return People(*(tuple(dict.fromkeys(names)) for names in both), (*named.agencies, *more.agencies))
    return None


def _following(runs: Sequence[Run], houses: Collection[str], *, begun: bool) -> People:
    """The names in the runs after a label: the first one at once, more where a comma or an "and" ties them."""
    persons: list[str] = []
    tied, like = not begun, None
    for run in runs:
        if _JOINS.fullmatch(run.text):
            tied = True
            continue
        same = like is not None and (run.node.tag, run.node.get("class")) == like and run.node.tag == "a"
        if not tied and not same and not run.text.startswith((",", "and ", "& ")):
            if is_role(run.text) and len(run.text) < 60:
                continue
            break
        found = _shown_persons([run.text], houses)
        if found.collective and not found.persons and not persons and not begun:
            return found
        if not found.persons:
            if is_role(run.text) and (persons or begun):
                tied = False
                continue
            break
        persons += found.persons
        like = (run.node.tag, run.node.get("class"))
        tied = run.text.rstrip().endswith((",", "&", " and", " und"))
    return People(tuple(persons))


def _shown_persons(lines: Sequence[str], houses: Collection[str]) -> People:
    named = people(lines, houses)
    persons = tuple(name for name in named.persons if looks_shown(name))
    if named.persons and not persons and not named.collective:
        return People((), (), named.agencies)
    return named._replace(persons=persons)


def marked(runs: Sequence[Run], houses: Collection[str]) -> People | None:
    """Whom the first run of texts names that stand in elements named for authors."""
    for is_marked, group in groupby(runs, key=lambda run: run.marked):
        several = list(group)
        if not is_marked:
            continue
        persons: list[str] = []
        like: tuple[str, str | None] | None = None
        collective: tuple[str, ...] = ()
        for run in several[:REACH]:
            if len(run.text) > MAX_BYLINE or _REVIEW.match(run.text):
                continue
            found = people([run.text], houses)
            whole = [name for name in found.persons if looks_shown(name)]
            kind = (run.node.tag, run.node.get("class"))
            if whole and (like is None or like == kind):
                persons += whole
                like = kind
            collective = collective or found.collective
        if persons and len(set(persons)) <= CROWD + 1:
            return People(tuple(dict.fromkeys(persons)))
        if collective:
            return People((), collective)
    return None


def in_text(text: str) -> People:
    """Whom a line such as "By Ann Bee and Cy Dee" among the first lines of a text names."""
    for first in text.split("\n", 10)[:10]:
        named = people([first]) if len(first) <= 100 and LABEL.match(first) else People()
        if named.persons and all(map(is_full, named.persons)):
            return named
    return People()


__all__ = ["Shower", "in_text", "key", "labelled", "marked", "visible"]
