"""Who had a text first: the evidence between two articles that hold it, and what follows for outlets. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from schemas.commits import IndexRow
from schemas.ids import lineage_id
from schemas.records import Lineage
from transforms.links import registrable_domain
from transforms.nearness import Nearness

SEEN_APART_S = 900.0  # what two feeds show within this time was seen in an order that is ours
CUT = 0.8  # a text with fewer shingles than this share of another's is cut


class Reason(StrEnum):
    """Why an article counts as the original of another, the strongest first."""

    SOURCE_LINK = "source_link"  # the copy's "Source link" names it, or another article: it is no original
    CANONICAL = "canonical"  # so does the copy's canonical link, across sites
    AGENCY = "agency"  # the copy credits the agency whose site it is on
    PUBLISHED = "published"  # it says that it was published earlier
    COMPLETENESS = "completeness"  # the copy is a cut of it
    FIRST_SEEN = "first_seen"  # a feed showed it earlier
    ADDRESS = "address"  # nothing tells: the first by address, so that it is always the same one


WORDS = {
    Reason.SOURCE_LINK: "source link",
    Reason.CANONICAL: "canonical link",
    Reason.AGENCY: "agency credited",
    Reason.PUBLISHED: "published later",
    Reason.COMPLETENESS: "cut",
    Reason.FIRST_SEEN: "seen later",
    Reason.ADDRESS: "nothing tells them apart",
}
"""What a reason says of the copy."""


class Found(NamedTuple):
    """The original of an article, and why."""

    original: IndexRow
    near: Nearness  # of the copy to it
    reasons: tuple[Reason, ...]  # the one that decided, then those that agree


def precedence(one: IndexRow, other: IndexRow) -> tuple[bool, tuple[Reason, ...]]:
    """Whether `one` is the original rather than `other`, by which reasons: the deciding one, then those that agree."""
    votes = [(reason, vote) for reason in Reason if (vote := _vote(reason, one, other))]
    first = votes[0][1] > 0
    agreed = tuple(reason for reason, vote in votes if (vote > 0) is first)
    return first, agreed if agreed == (Reason.ADDRESS,) else tuple(r for r in agreed if r is not Reason.ADDRESS)


def _vote(reason: Reason, one: IndexRow, other: IndexRow) -> int:
    """1 for `one` as the original, -1 for `other`, 0 where this evidence says nothing."""
    match reason:
        case Reason.SOURCE_LINK | Reason.CANONICAL:
            return _named(one, other, reason) - _named(other, one, reason)
        case Reason.AGENCY:
            return (other.agency == one.site != "") - (one.agency == other.site != "")
        case Reason.PUBLISHED:
            precise = min(len(one.published), len(other.published), len("2026-03-01T10:00"))
            return _less(one.published[:precise], other.published[:precise])
        case Reason.COMPLETENESS:
            a, b = len(one.sample), len(other.sample)
            return (b < CUT * a) - (a < CUT * b)
        case Reason.FIRST_SEEN:
            return _seen(one.first_seen, other.first_seen) if one.first_seen and other.first_seen else 0
        case Reason.ADDRESS:
            return 1 if one.url <= other.url else -1


def _named(original: IndexRow, copy: IndexRow, by: Reason) -> int:
    """2: the copy names it as its source; 1: it names another article."""
    if not copy.source_url or (copy.source_by or Reason.SOURCE_LINK.value) != by:
        return 0
    return 2 if copy.source_url == original.url else 1


def _seen(one: str, other: str) -> int:
    apart = (datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds()
    return (apart >= SEEN_APART_S) - (apart <= -SEEN_APART_S)


def _less(one: str, other: str) -> int:
    return (one < other) - (one > other)


def lineage(copy: IndexRow, found: Found, unit: str, visit: str) -> Lineage:
    """The row that stands in the place of a second article, or beside one that came before its original."""
    original, near = found.original, found.near
    cut = len(copy.sample) < CUT * len(original.sample)
    named = found.reasons[0] in (Reason.SOURCE_LINK, Reason.CANONICAL)
    return Lineage(
        lineage_id=lineage_id(copy.article_id, original.article_id),
        article_id=copy.article_id,
        url=copy.url,
        original_article_id=original.article_id,
        original_url=original.url,
        kind="scraper" if named else "cut" if cut else "syndicated",
        containment=round(near.containment, 4),
        resemblance=round(near.resemblance, 4),
        covered=round(near.covered, 4),
        reason=found.reasons[0].value,
        evidence=tuple(WORDS[reason] for reason in found.reasons),
        visit_id=visit,
        unit_id=unit,
    )


def independent(outlets: Mapping[str, str], lineage: Iterable[Lineage]) -> frozenset[str]:
    """The outlets that speak for themselves, of articles (id -> site): each counts where its article's original stands.

    Ten papers with one agency's text are one voice, the agency's, whether its own article is among them or not; a paper
    with a copy and a text of its own is a voice. Articles that copy one another in a ring count as the first by id.
    """
    origin: dict[str, tuple[str, str]] = {}  # copy -> original, its site
    for row in sorted(lineage, key=lambda row: (row.article_id, row.original_article_id), reverse=True):
        origin[row.article_id] = (row.original_article_id, registrable_domain(row.original_url))
    sites = {**dict(origin.values()), **outlets}
    return frozenset(sites[_root(article, origin)] for article in outlets)


def _root(article: str, origin: Mapping[str, tuple[str, str]]) -> str:
    path = [article]
    while path[-1] in origin:
        following = origin[path[-1]][0]
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]
