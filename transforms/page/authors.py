"""Whom page and feed name as authors -> one choice, its origin, and what other origins say instead. Pure.

Stated names (JSON-LD, meta tags, the site's own feed) come before shown ones. A person comes before a team or the
house, a whole name before a user name. A shown byline that names the same and more stands in for a stated one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from schemas.records import Contradiction
from transforms.page.bylines import SHOWN_BYLINE, Shower
from transforms.page.graph import Graph, named
from transforms.page.metatags import AUTHOR, Meta
from transforms.page.names import joined, key, people

FIELD = "authors"
NO_PERSON = ", no person"  # ends an origin that names a team or the house only
MOST = 8  # names: a shown byline with more is a list of something else
MAX_KEPT = 3  # contradictions
FIRST = "what was taken comes first in the order of trust"
WHOLE = "a whole name comes before a user name"
PERSON = "a person comes before a team or the house"
MORE = "it names the same and more"


class Authors(NamedTuple):
    names: tuple[str, ...] = ()
    agency: str = ""
    origin: str = ""
    agency_origin: str = ""
    contradictions: tuple[Contradiction, ...] = ()


def stated(graph: Graph, meta: Meta, feed: Collection[str], houses: Collection[str]) -> Iterator[Shower]:
    """What is said for machines, the surest first."""
    for field in ("author", "creator"):
        for node, origin in ((graph.article, "jsonld"), (graph.other, "jsonld:other"), (graph.page, "jsonld:page")):
            said = named(node.get(field), graph.by_id)
            persons = people([one.name for one in said if not one.house], houses)
            others = people([one.name for one in said if one.house], houses, house=True)
            yield Shower(joined(persons, others), origin, sure=True)
    several = [_turned(name) for name in meta.values.get("citation_author", ())]
    yield Shower(people(several, houses), "meta:citation_author", sure=True)
    for name in AUTHOR[1:]:
        yield Shower(people(meta.values.get(name, ()), houses), f"meta:{name}", sure=True)
    for values, origin in meta.card_authors():
        yield Shower(people(values, houses), origin, sure=True)
    yield Shower(people(feed, houses), "feed", sure=True)


def _turned(name: str) -> str:
    """Ann Bee of "Bee, Ann", as catalogues write it."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name


def choose(said: Collection[Shower], seen: Collection[Shower], houses: Collection[str]) -> Authors:
    """The choice among stated (`said`) and shown (`seen`) names, each in the order of trust."""
    said, seen = [one for one in said if one.people], [one for one in seen if one.people]
    everything = [*said, *seen]
    agencies = ((one.people.agencies[0], one.origin) for one in everything if one.people.agencies)
    agency, agency_origin = next(agencies, ("", ""))
    chosen, reason = _first(said, seen, houses)
    if chosen is None:
        return Authors((), agency, "", agency_origin)
    names = chosen.people.persons or chosen.people.collective
    if chosen.people.persons:
        mine = set(map(key, names))
        for other in everything:
            theirs = other.people.persons
            wider = mine < set(map(key, theirs)) and len(theirs) <= MOST
            if wider and (other in said or other.origin == SHOWN_BYLINE):
                chosen, names, reason = other, other.people.persons, MORE
                break
    origin = chosen.origin if chosen.people.persons else f"{chosen.origin}{NO_PERSON}"
    return Authors(names, agency, origin, agency_origin, tuple(_contradictions(names, chosen, everything, reason)))


def _first(said: list[Shower], seen: list[Shower], houses: Collection[str]) -> tuple[Shower | None, str]:
    sure = [one for one in seen if one.sure]
    collective = [one for one in said if one.people.collective or one.people.agencies]
    others = {key(name) for one in collective for name in (*one.people.collective, *one.people.agencies)}
    teams = not others <= set(houses)
    shown = any(one.people.persons for one in sure)
    unsure = [] if teams or shown else [one for one in seen if not one.sure and "away" not in one.origin]
    ranked = [*said, *sure, *unsure]
    named = [one for one in ranked if one.people.persons]
    whole = next((one for one in named if one.people.full), None)
    if whole:
        return whole, FIRST if whole is ranked[0] else WHOLE if named[0] is not whole else PERSON
    if named:
        return named[0], FIRST if named[0] is ranked[0] else PERSON
    if collective or sure:
        return next((one for one in [*collective, *sure] if one.people.collective), None), FIRST
    last = next((one for one in seen if one.people.persons), None) or next(iter(seen), None)
    return last, FIRST


def _contradictions(
    names: Collection[str], chosen: Shower, everything: list[Shower], reason: str
) -> Iterator[Contradiction]:
    mine, told = set(map(key, names)), {frozenset(map(key, names))}
    for one in everything:
        others = one.people.persons or one.people.collective
        theirs = frozenset(map(key, others))
        if chosen.people.persons and not one.people.persons and reason != PERSON:
            continue  # the house beside its writer
        if one is chosen or not theirs or theirs in told or (theirs < mine and reason != MORE) or not one.sure:
            continue
        told.add(theirs)
        yield Contradiction(field=FIELD, value=", ".join(others)[:300], origin=one.origin, reason=reason)
        if len(told) > MAX_KEPT:
            return
