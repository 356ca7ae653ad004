"""The claims of one statement -> its record: who had it first, how many speak for themselves, how it drifts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.instants import iso
from schemas.records import Conflict, Lineage, Span, Statement, Variant
from transforms.lineage import independent
from transforms.links import registrable_domain
from transforms.statements.amounts import comparable, unmoved
from transforms.statements.cluster import Clash, order
from transforms.statements.compare import QUANTITY
from transforms.statements.facts import Facts
from transforms.statements.speakers import NAMED

WHOLE = 0.8  # resemblance from which a copy holds all that its original says
KEPT = 0.8  # share of a wording's words from which another one is cut or longer, not reworded
VARIANTS = 50  # of one statement that are kept, the first ones
_KINDS = ("quantity", "negation", "speaker")


class Member(NamedTuple):
    """A claim of a statement, with the speaker's name as it is written."""

    facts: Facts
    name: str


def statement(
    statement_id: str,
    first_claim: str,
    members: Sequence[Member],
    lineage: Sequence[Lineage],
    clashes: Iterable[Clash],
    others: Mapping[str, str],
) -> Statement:
    """`members`: at least one. `lineage`: rows of articles among theirs. `others`: statements of clashing claims."""
    members = sorted(members, key=lambda m: order(m.facts))
    found = [m.facts for m in members]
    articles = {f.article_id: f.site for f in found}
    held = articles | _copies(articles, lineage)
    names = sorted((m for m in members if m.facts.speaker.kind == NAMED), key=lambda m: -len(m.name))
    return Statement(
        statement_id=statement_id,
        first_claim_id=first_claim,
        first_seen=iso(found[0].at),
        claim_ids=tuple(f.claim_id for f in found),
        articles=len(held),
        outlets=len(set(held.values())),
        independent_outlets=len(independent(held, lineage)),
        variants=tuple(_variants(found))[:VARIANTS],
        conflicts=tuple(_conflicts(statement_id, clashes, others)),
        speaker=names[0].name if names else next((m.name for m in members if m.name), ""),
        words=found[0].content,
        sites=tuple(dict.fromkeys([*(f.site for f in found), *sorted(set(held.values()))])),
        last_seen=iso(found[-1].at),
    )


def _copies(articles: Mapping[str, str], lineage: Iterable[Lineage]) -> dict[str, str]:
    """Article -> site of the whole copies of these articles, and of copies of those."""
    found: dict[str, str] = {}
    rows = [row for row in lineage if row.resemblance >= WHOLE and row.article_id not in articles]
    while more := [r for r in rows if r.original_article_id in {**articles, **found} and r.article_id not in found]:
        found |= {row.article_id: registrable_domain(row.url) for row in more}
    return found


def _variants(found: Sequence[Facts]) -> Iterable[Variant]:
    seen: set[str] = set()
    for one in found:
        if one.folded not in seen:
            seen.add(one.folded)
            yield Variant(
                claim_id=one.claim_id,
                article_id=one.article_id,
                site=one.site,
                at=iso(one.at),
                words=one.content,
                drift=drift(found[0], one),
                figures=tuple(one.figure(amount).exact for amount in one.amounts),
            )


def drift(first: Facts, one: Facts) -> tuple[str, ...]:
    """How a wording differs from the first one: codes, none for the same words."""
    if first.folded == one.folded:
        return ()
    ours, theirs = first.folded.split(), one.folded.split()
    shared = len(set(ours) & set(theirs))
    codes = []
    if shared < KEPT * min(len(set(ours)), len(set(theirs))):
        codes.append("reworded")
    elif len(theirs) != len(ours):
        codes.append("shortened" if len(theirs) < len(ours) else "lengthened")
    else:
        codes.append("reworded")
    if any(comparable(a, b) for a in first.amounts for b in one.amounts) and any(
        not any(unmoved(a, b) for a in first.amounts) for b in one.amounts
    ):
        codes.append("figure")
    return tuple(codes)


def _conflicts(mine: str, clashes: Iterable[Clash], others: Mapping[str, str]) -> list[Conflict]:
    """One for each pair of sides, by the claims that were first: forty papers with two figures are one conflict."""
    first: dict[tuple[str, ...], Conflict] = {}
    ordered = [_ordered(clash) for clash in clashes]
    for clash in sorted(ordered, key=lambda c: (_KINDS.index(c.kind), order(c.one), order(c.other))):
        statements = (others[clash.one.claim_id], others[clash.other.claim_id])
        sides = [clash.kind, *sorted(statements)]
        if clash.figures:
            sides += sorted(f"{figure.low:g}-{figure.high:g}" for figure in clash.figures)
        if tuple(sides) not in first:
            first[tuple(sides)] = _conflict(clash, next((s for s in statements if s != mine), ""))
    return list(first.values())


def _ordered(clash: Clash) -> Clash:
    if order(clash.one) <= order(clash.other):
        return clash
    figures = (clash.figures[1], clash.figures[0]) if clash.figures else None
    return Clash(clash.kind, clash.other, clash.one, figures)


def _conflict(clash: Clash, other_statement: str) -> Conflict:
    one, other = clash.one, clash.other
    spans: tuple[Span, Span] = one.spans[0], other.spans[0]
    if clash.kind == QUANTITY and clash.figures:
        spans = one.figure(clash.figures[0]), other.figure(clash.figures[1])
    return Conflict(
        kind=clash.kind,
        claim_id=one.claim_id,
        article_id=one.article_id,
        site=one.site,
        span=spans[0],
        other_claim_id=other.claim_id,
        other_article_id=other.article_id,
        other_site=other.site,
        other_span=spans[1],
        other_statement_id=other_statement,
    )
