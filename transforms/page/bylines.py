"""Bylines that a page or a text shows -> whom they name, and by what mark each was found. Pure; never raises."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from transforms.page.names import (
    LABEL,
    MAX_AUTHORS,
    People,
    is_full,
    is_role,
    is_team,
    joined,
    key,
    looks_shown,
    people,
)
from transforms.page.names import one_line as line
from transforms.page.shown import Run, Shown
from transforms.page.spoken import spoken

SHOWN_BYLINE = "byline"  # the origin of "By Ann Bee"
CROWD = 3  # more names than this, in marks that every story on a page may bear, are those of other stories
MAX_BYLINE = 160  # characters
REACH = 10  # runs that one byline may be cut into
_JOINS = re.compile(r"(?:[,;&|/•·⋅+、]|and|und|et|y|e|og|och|en|ve|és|и|with|mit|by)+", re.IGNORECASE)
_INSIDE = re.compile(r"(?:\d{4}\b[^\w]*|[|·•–—-]\s|(?:written|posted|published) )by:?\s+(\S.*)$", re.IGNORECASE)
_REVIEW = re.compile(
    r"\b(?:review|fact|medical|edit|photo|illustrat|translat|image|video|powered|sponsor|contributions?)\w*\b.*"
    r"(?:\b(?:by|from)\b|:|$)",
    re.IGNORECASE,
)
_OF_A_LIST = re.compile(r"categor|/tags?/|topics?/|section|/c/", re.IGNORECASE)
_OF_A_PERSON = re.compile(
    r"author|autor|auteur|people|person|profile|user|contributor|writer|staff|team|~|/@", re.IGNORECASE
)
BESIDE = 6  # runs after the title in which a name stands beside the date


class Shower(NamedTuple):
    """Whom one place on the page names. `sure`: the place says in so many words, or by its mark-up, that they write."""

    people: People
    origin: str
    sure: bool


def visible(tree: Any, shown: Shown, houses: Collection[str]) -> Iterator[Shower]:
    """What the page shows as its author, the surest mark first."""
    near = (*shown.above(), *shown.head())
    if found := labelled(shown.head(), houses) or labelled(shown.above(), houses):
        yield Shower(found, SHOWN_BYLINE, sure=True)
    for path, origin in ((".//*[@rel='author']", "rel:author"), (".//*[@itemprop='author']", "itemprop:author")):
        nodes = tree.xpath(path)[:MAX_AUTHORS]
        named = people([name for node in nodes for name in _names_in(node)], houses)
        if named and len(named.persons) <= CROWD:
            yield Shower(named, origin, sure=True)
    for seen, origin in (
        (marked(near, houses), "class:author"),
        (beside_date(shown.head(), houses), "shown beside the date"),
        (marked(shown.runs[shown.end :], houses), "class:author, away from the title"),
    ):
        if seen:
            yield Shower(seen, origin, sure=False)


def _names_in(node: Any) -> list[str]:
    """The lines of an element that a mark makes the author: its `itemprop=name`, else its first text."""
    inner = [one.get("content") or one.text_content() for one in node.xpath(".//*[@itemprop='name']")[:1]]
    if inner or node.get("content"):
        return [line(text)[:300] for text in inner or [node.get("content")]]
    lines = [shown for text in node.itertext() if (shown := line(text))]
    whole = " ".join(lines)
    return [whole] if len(whole) < 80 and len(lines) < 2 else _joined(lines)


def _joined(lines: Sequence[str]) -> list[str]:
    """The first line with a name, and those that a comma or an "and" ties to it."""
    out: list[str] = []
    tied = True
    for one in lines[:REACH]:
        if _JOINS.fullmatch(one):
            tied = True
        elif tied and people([one]).persons:
            out.append(one)
            tied = one.endswith((",", "&", " and"))
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
            return joined(named, more)
    return None


def _following(runs: Sequence[Run], houses: Collection[str], *, begun: bool) -> People:
    """The names in the runs after a label: the first one at once, more where a comma or an "and" ties them."""
    persons: list[str] = []
    tied, like = not begun, ("", "", "")
    for run in runs:
        if _JOINS.fullmatch(run.text):
            tied = True
            continue
        if _REVIEW.search(run.text) or _OF_A_LIST.search(_link(run)):
            break
        if not tied and like != _kind(run) and not run.text.startswith((",", "and ", "& ")):
            if is_role(run.text) and len(run.text) < 60:
                like = ("", "", "")
                continue
            break
        found = _shown_persons([run.text], houses)
        if not found.persons and not persons and not begun:
            if found.collective:
                return found
            named = people([run.text], houses)
            if len(named.persons) == 1 and (run.marked or _OF_A_PERSON.search(_link(run))):  # a pen name
                return named
        if not found.persons:
            break
        persons += found.persons
        like = _kind(run) if run.node.tag == "a" else ("", "", "")
        tied = run.text.rstrip().endswith((",", "&", " and", " und"))
    return People(tuple(persons))


def _kind(run: Run) -> tuple[str, str, str]:
    """Like elements with like addresses hold like things."""
    return run.node.tag, run.node.get("class") or "", _link(run).rpartition("/")[0].rstrip("/").rpartition("/")[2]


def _link(run: Run) -> str:
    """Where the run leads: the address of the link that it is in, close above."""
    node = run.node
    for _ in range(3):
        if node is None:
            return ""
        if node.tag == "a":
            return str(node.get("href") or "").rstrip("/")
        node = node.getparent()
    return ""


def beside_date(runs: Sequence[Run], houses: Collection[str]) -> People | None:
    """Whom lines just after the title name that are nothing but names, next to a date."""
    for at, run in enumerate(runs[:BESIDE]):
        if not _is_name(run, runs[max(0, at - 1) : at]):
            continue
        like = (run.node.tag, run.node.get("class"))
        several = [run]
        for other in runs[at + 1 : at + 1 + CROWD]:
            if _JOINS.fullmatch(other.text):
                continue
            if (other.node.tag, other.node.get("class")) != like or not _is_name(other, ()):
                break
            several.append(other)
        end = at + len(several)
        if any(spoken(one.text) and len(one.text) < 60 for one in (*runs[max(0, at - 1) : at], *runs[end : end + 2])):
            return people([one.text for one in several], houses)
    return None


def _is_name(run: Run, before: Sequence[Run]) -> bool:
    link = _link(run)
    if (
        len(run.text) > 60
        or (link and not _OF_A_PERSON.search(link))
        or any(_REVIEW.search(one.text) for one in before)
    ):
        return False
    found = people([run.text])
    if found.collective:
        return is_team(run.text)
    return bool(found.persons) and run.text[:1].isupper() and all(map(looks_shown, found.persons))


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
        like: tuple[str, str] | None = None
        collective: tuple[str, ...] = ()
        for run in several[:REACH]:
            if len(run.text) > MAX_BYLINE or _REVIEW.match(run.text):
                continue
            found = people([run.text], houses)
            pen = len(found.persons) == 1 and run.node.tag == "a" and "author" in _link(run)
            whole = [name for name in found.persons if pen or looks_shown(name)]
            kind = (run.node.tag, run.node.get("class") or "")
            if whole and (like is None or like == kind):
                persons += whole
                like = kind
            collective = collective or found.collective
        if persons and len(set(persons)) <= CROWD:
            return People(tuple(dict.fromkeys(persons)))
        if collective:
            return People((), collective)
    return None


def in_text(text: str) -> tuple[str, ...]:
    """Whom a line such as "By Ann Bee and Cy Dee" among the first lines of a text names."""
    for first in text.split("\n", 10)[:10]:
        named = people([first]) if len(first) <= 100 and LABEL.match(first) else People()
        if named.persons and all(map(is_full, named.persons)):
            return named.persons
    return ()


def persons(raw: Iterable[str], sites: Iterable[str] = ()) -> tuple[str, ...]:
    """The persons in bylines: no "By", no addresses, no roles, no agencies, not the site itself."""
    return people(raw, set(map(key, sites))).persons


__all__ = ["Shower", "in_text", "key", "labelled", "line", "marked", "persons", "visible"]
