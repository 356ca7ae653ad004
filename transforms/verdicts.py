"""What Dedupe thinks of the drafts of one unit: new, unchanged, a duplicate, or a copy of another text.

Pure: it sees light prints (ids, evidence, sampled shingles) and what is committed, in no particular order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

from schemas.commits import IndexRow
from schemas.ids import article_id
from schemas.ports import Before, Neighbours
from schemas.records import Lineage, Record
from schemas.words import Disposition
from transforms.lineage import Found, lineage, precedence
from transforms.nearness import Nearness, beside, nearness

SAME = "the text is the one already held"
TRIVIAL = "only white space, typography or a counter differ from the text already held"


class Print(Record, frozen=True, kw_only=True):
    """What is compared of a draft."""

    visit_id: str
    direct: bool  # the entry's own link is the article's address
    index: IndexRow


class Verdict(Record, frozen=True, kw_only=True):
    """How Dedupe ends a visit; `disposition` is "" for a draft that goes on."""

    disposition: str = ""
    reason: str = ""
    original_article_id: str = ""
    lineage: tuple[Lineage, ...] = ()  # of the copy to its original; of committed copies to a draft that goes on
    supersedes: str = ""
    before: Before | None = None  # the text that the article has had, of one that goes on


def judge(
    prints: Sequence[Print],
    known: Mapping[str, IndexRow],
    neighbours: Neighbours,
    texts: Mapping[str, Before],
    unit: str,
) -> dict[str, Verdict]:
    """A verdict for each visit of a unit, by visit id. `known` is by article id, `texts` by revision id."""
    verdicts: dict[str, Verdict] = {}
    survivors: list[Print] = []
    groups: dict[str, list[Print]] = {}
    for p in sorted(prints, key=lambda p: p.visit_id):
        groups.setdefault(p.index.article_id, []).append(p)
    for article, group in groups.items():
        before = known.get(article)
        winner = _winner(group, before)
        for p in group:
            if p is not winner:
                verdicts[p.visit_id] = Verdict(
                    disposition=Disposition.DUPLICATE.value,
                    reason=f"it led to {p.index.url}, which another entry holds",
                )
        if winner is None:
            continue
        same = before is not None and before.revision_id == winner.index.revision_id
        alike = before is not None and (same or before.text_key == winner.index.text_key)
        if before is not None and alike and not _read_anew(winner, before):
            verdicts[winner.visit_id] = Verdict(
                disposition=Disposition.UNCHANGED.value, reason=SAME if same else TRIVIAL
            )
        elif before is not None and not before.copy_of:
            told = texts.get(before.revision_id)
            verdicts[winner.visit_id] = Verdict(supersedes=before.reading_id, before=told)
            survivors.append(winner)
        else:
            survivors.append(winner)
    verdicts.update(_copies(survivors, set(verdicts), neighbours, unit))
    return verdicts


def _read_anew(p: Print, before: IndexRow) -> bool:
    """A replay knows its reading beforehand: of the same text, it is another one by other rules, model or code."""
    return p.index.reading_id not in {"", before.reading_id}


def _winner(group: list[Print], before: IndexRow | None) -> Print | None:
    """The one visit that may bring this article: its own entry's, or for a new article the most direct one."""
    if before is not None:
        return next((p for p in group if p.index.entry_id == before.entry_id), None)
    return min(group, key=lambda p: (not p.direct, p.visit_id))


def _copies(survivors: Sequence[Print], revised: set[str], neighbours: Neighbours, unit: str) -> dict[str, Verdict]:
    """Verdicts of the new articles. Those of `revised` visits stay what they are, and others may be copies of them."""
    here = {p.index.article_id: p.index for p in survivors}
    sharing = beside({id_: row.sample for id_, row in here.items()})
    new = [p for p in survivors if p.visit_id not in revised]
    near: dict[str, list[tuple[IndexRow, Nearness]]] = {}
    for row in (p.index for p in new):
        named = [article_id(row.source_url)] if row.source_url else []
        ids = dict.fromkeys([*named, *sharing.get(row.article_id, ()), *neighbours.of.get(row.article_id, ())])
        rows = [here.get(id_) or neighbours.rows.get(id_) for id_ in ids]
        others = [other for other in rows if other is not None and other.article_id != row.article_id]
        near[row.article_id] = [(other, nearness(row.sample, other.sample)) for other in others]
    originals = {article: found for article, others in near.items() if (found := original_among(here[article], others))}
    verdicts: dict[str, Verdict] = {}
    for p in new:
        article = p.index.article_id
        root = _rooted(article, originals)
        if root is None:
            copies = [other for other, it in near[article] if it.is_copied and other.article_id not in here]
            verdicts[p.visit_id] = Verdict(lineage=tuple(_copied_by(p.index, copies, unit, p.visit_id)))
            continue
        verdicts[p.visit_id] = Verdict(
            disposition=Disposition.COPY.value,
            reason=f"{root.near.covered:.0%} of its text stands in {root.original.url}",
            original_article_id=root.original.article_id,
            lineage=(lineage(p.index, root, unit, p.visit_id),),
        )
    return verdicts


def original_among(row: IndexRow, others: Iterable[tuple[IndexRow, Nearness]]) -> Found | None:
    """The one that all others go back to, of those that hold the row's text and have it from an earlier hand."""
    held = {other.article_id: (other, near) for other, near in others if near.is_copy and precedence(other, row)[0]}
    if not held:
        return None
    first = reduce(
        lambda a, b: a if precedence(a, b)[0] else b, sorted((o for o, _ in held.values()), key=lambda o: o.url)
    )
    return Found(first, held[first.article_id][1], precedence(first, row)[1])


def _rooted(article: str, originals: Mapping[str, Found]) -> Found | None:
    """An original that is a copy itself stands for its own original. In a ring, the first by id is the original."""
    path = [article]
    while path[-1] in originals:
        following = originals[path[-1]].original.article_id
        if following in path:
            ring = path[path.index(following) :]
            return originals[article] if article != min(ring) else None
        path.append(following)
    if path[-1] == article:
        return None
    return originals[article]._replace(original=originals[path[-2]].original)


def _copied_by(row: IndexRow, committed: Iterable[IndexRow], unit: str, visit: str) -> Iterator[Lineage]:
    """Of committed articles whose text this one holds, those that turn out to be its copies."""
    for other in committed:
        ours, reasons = precedence(row, other)
        if ours:
            yield lineage(other, Found(row, nearness(other.sample, row.sample), reasons), unit, visit)
