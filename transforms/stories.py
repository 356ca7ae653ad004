"""Articles -> stories: those that tell of one event within a few days. Pure.

An article is its heaviest words, of its title, its lead and its most salient names, each weighed by how rare it is.
Two are near by the weighted share of words that they have in common (Ruzicka's similarity); what both report as one
statement counts as much as a shared title. An article joins the story to which its members are nearest on average, or
begins one; stories never merge.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from schemas.ids import story_id
from schemas.instants import iso
from schemas.records import Entity, Lineage, Record, Revision, Story
from transforms.links import registrable_domain
from transforms.statements.keys import key_of
from transforms.statements.words import RAREST, stems, weights

LEAD = 700  # characters
HEAVIEST = 24  # words of an article that are kept
LOOKED_UP = 10  # of these, by which others are found
TITLE, NAME = 2.0, 1.5  # times the weight of the same word in the lead
NAMES = 5
NEAR = 0.15
STATEMENT = 0.2  # for a statement that two articles share
COMPARED = 16  # articles with which a new one is compared
LATEST = 8  # members of a story with which a new article is compared
APART_S = 4 * 86_400.0  # from a story's newest article


class Told(Record, frozen=True, array_like=True, gc=False):
    """An article as it is compared. `terms`: word -> weight, the heaviest first; `mass`: their sum."""

    article_id: str
    site: str
    at: float
    terms: dict[str, int]
    mass: int


def told(revision: Revision, entities: Iterable[Entity], at: float) -> Told:
    times = dict.fromkeys(stems(revision.text[:LEAD]), 1.0)
    for name in sorted(entities, key=lambda e: (-e.salience, e.name))[:NAMES]:
        times |= dict.fromkeys(stems(name.name), NAME)
    times |= dict.fromkeys(stems(revision.title), TITLE)
    table = weights()
    rated = sorted([(-round(table.get(stem, RAREST) * n), stem) for stem, n in times.items()])
    terms = {stem: -value for value, stem in rated[:HEAVIEST]}
    return Told(revision.article_id, revision.site, at, terms, sum(terms.values()))


def keys(one: Told) -> frozenset[int]:
    """By which articles are looked up that may tell of the same."""
    return frozenset(key_of("story", stem) for stem in _leading(one))


def _leading(one: Told) -> list[str]:
    return list(islice(one.terms, LOOKED_UP))


def near(one: Told, other: Told) -> float:
    """0 to 1; 0 for articles too far apart in time."""
    if abs(one.at - other.at) > APART_S:
        return 0.0
    both = sum([min(one.terms[stem], other.terms[stem]) for stem in one.terms.keys() & other.terms.keys()])
    return both / (one.mass + other.mass - both) if both else 0.0


def place(
    new: Iterable[Told],
    held: Mapping[str, Told],
    stories: Mapping[str, str],
    statements: Mapping[str, frozenset[str]],
) -> dict[str, str]:
    """Article -> story.

    `held`: in the order in which they were placed; `stories`: theirs; `statements`: of all, as far as they are known.
    Each is compared with the COMPARED that share most keys with it, of equals the newest; shared statements go first.
    """
    known, of, order = dict(held), dict(stories), {id_: n for n, id_ in enumerate(held)}
    by_word: dict[str, list[str]] = defaultdict(list)
    by_statement: dict[str, list[str]] = defaultdict(list)

    def post(one: Told) -> None:
        for word in _leading(one):
            by_word[word].append(one.article_id)
        for statement in statements.get(one.article_id, ()):
            by_statement[statement].append(one.article_id)

    for other in known.values():
        post(other)
    placed = {}
    for one in sorted(new, key=lambda t: (t.at, t.article_id)):
        count = Counter(chain.from_iterable([by_word[word] for word in _leading(one)]))
        count.update({id_: LOOKED_UP for said in statements.get(one.article_id, ()) for id_ in by_statement[said]})
        del count[one.article_id]
        found = sorted([(times, order[id_], id_) for id_, times in count.items()], reverse=True)[:COMPARED]
        placed[one.article_id] = of[one.article_id] = _nearest(one, [known[row[-1]] for row in found], of, statements)
        known[one.article_id] = one
        order[one.article_id] = len(order)
        post(one)
    return placed


def _nearest(one: Told, found: Sequence[Told], of: Mapping[str, str], statements: Mapping[str, frozenset[str]]) -> str:
    if one.article_id in of:
        return of[one.article_id]  # a revision stays in its story
    members: dict[str, list[Told]] = defaultdict(list)
    for other in sorted(found, key=lambda t: (-t.at, t.article_id)):
        members[of[other.article_id]].append(other)
    mine = statements.get(one.article_id, frozenset())
    rated: dict[str, float] = {}
    for story, some in members.items():
        latest = some[:LATEST]
        shared = any(mine & statements.get(t.article_id, frozenset()) for t in latest)
        rated[story] = sum(near(one, t) for t in latest) / len(latest) + STATEMENT * shared
    best = min(rated, key=lambda story: (-rated[story], story), default="")
    return best if best and rated[best] >= NEAR else story_id(one.article_id)


class Article(NamedTuple):
    """A member of a story."""

    article_id: str
    site: str
    title: str
    at: float


def story(story_id: str, members: Sequence[Article], lineage: Iterable[Lineage]) -> Story:
    """The record of a story, at least one member. Copies that were written as lineage only belong to it, too."""
    ordered = sorted(members, key=lambda a: (a.at, a.article_id))
    own = {a.article_id for a in ordered}
    copies = {row.article_id: row for row in lineage if row.original_article_id in own or row.article_id in own}
    ids = [*(a.article_id for a in ordered), *sorted(copies.keys() - own)]
    originals = {id_: copies[id_].original_article_id for id_ in ids if id_ in copies}
    lead = next((a for a in ordered if a.article_id not in originals), ordered[0])
    sites = [*(a.site for a in ordered), *(registrable_domain(copies[id_].url) for id_ in sorted(copies))]
    return Story(
        story_id=story_id,
        lead_article_id=lead.article_id,
        article_ids=tuple(ids),
        originals=originals,
        sites=tuple(dict.fromkeys(sites)),
        title=lead.title,
        first_seen=iso(ordered[0].at),
        last_seen=iso(ordered[-1].at),
    )
