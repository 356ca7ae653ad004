"""What Dedupe thinks of the drafts of one unit: new, unchanged, a duplicate, or a copy of an earlier text.

Pure: it sees light prints (ids and sampled shingles) and what is committed, in no particular order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.commits import IndexRow
from schemas.ids import lineage_id
from schemas.ports import Candidate
from schemas.records import Lineage, Record
from schemas.words import Disposition
from transforms.shingles import containment

COPY = 0.5  # share of a text's sampled shingles that another text holds
CUT = 0.8  # a copy with fewer shingles than this share of its original's is `cut`


class Print(Record, frozen=True, kw_only=True):
    """What is compared of a draft."""

    visit_id: str
    direct: bool  # the entry's own link is the article's address
    index: IndexRow


class Verdict(Record, frozen=True, kw_only=True):
    """How Dedupe ends a visit; `disposition` is "" for a draft that goes on."""

    disposition: str = ""
    reason: str = ""
    original: IndexRow | None = None
    containment: float = 0.0
    evidence: tuple[str, ...] = ()
    supersedes: str = ""
    copied_by: tuple[IndexRow, ...] = ()


class Resemblance(NamedTuple):
    original: IndexRow
    share: float
    evidence: tuple[str, ...]


def judge(
    prints: Sequence[Print], known: Mapping[str, IndexRow], candidates: Mapping[str, Candidate]
) -> dict[str, Verdict]:
    """A verdict for each visit of a unit, by visit id. `known` and `candidates` are by article id."""
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
        if before is not None and before.text_key == winner.index.text_key and not _read_anew(winner, before):
            verdicts[winner.visit_id] = Verdict(
                disposition=Disposition.UNCHANGED.value, reason="the text is the one already held"
            )
        else:
            survivors.append(winner)
    verdicts.update(_copies(survivors, known, candidates))
    return verdicts


def _read_anew(p: Print, before: IndexRow) -> bool:
    """A replay knows its reading beforehand: of the same text, it is another one by other rules, model or code."""
    return p.index.reading_id not in {"", before.reading_id}


def _winner(group: list[Print], before: IndexRow | None) -> Print | None:
    """The one visit that may bring this article: its own entry's, or for a new article the most direct one."""
    if before is not None:
        return next((p for p in group if p.index.entry_id == before.entry_id), None)
    return min(group, key=lambda p: (not p.direct, p.visit_id))


def _copies(
    survivors: list[Print], known: Mapping[str, IndexRow], candidates: Mapping[str, Candidate]
) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    earlier: list[tuple[Print, IndexRow]] = []  # with the original it goes back to
    for p in sorted(survivors, key=_rank):
        before = known.get(p.index.article_id)
        if before is not None and not before.copy_of:
            verdicts[p.visit_id] = Verdict(supersedes=before.reading_id)
            earlier.append((p, p.index))
            continue
        committed = [c for c in candidates.values() if c.article_id != p.index.article_id]
        found = _committed_original(p.index, committed) or _original_in_unit(p.index, earlier)
        if found is None:
            verdicts[p.visit_id] = Verdict(copied_by=tuple(_copied_by(p.index, committed)))
            earlier.append((p, p.index))
            continue
        verdicts[p.visit_id] = Verdict(
            disposition=Disposition.COPY.value,
            reason=f"{found.share:.0%} of its text stands in {found.original.url}",
            original=found.original,
            containment=round(found.share, 4),
            evidence=found.evidence,
        )
        earlier.append((p, found.original))
    return verdicts


def _rank(p: Print) -> tuple[bool, str, int, str]:
    """Originals first: no link to a source, published earlier, longer, then by address."""
    return bool(p.index.source_url), p.index.published or "9999", -len(p.index.shingles), p.index.url


def _committed_original(row: IndexRow, committed: Iterable[Candidate]) -> Resemblance | None:
    mine = frozenset(row.shingles)
    best: Resemblance | None = None
    for c in committed:
        share = containment(mine, c.shingles)
        if share < COPY or c.source_url == row.url:  # a committed copy that names this article as its source
            continue
        original = _as_row(c)
        if best is None or (share, original.url) > (best.share, best.original.url):
            best = Resemblance(original, share, _evidence(row, original, ("held earlier",)))
    return best


def _original_in_unit(row: IndexRow, earlier: list[tuple[Print, IndexRow]]) -> Resemblance | None:
    mine = frozenset(row.shingles)
    best: Resemblance | None = None
    for p, root in earlier:
        share = containment(mine, frozenset(p.index.shingles))
        if share >= COPY and (best is None or share > best.share):
            later = bool(row.published and root.published and row.published > root.published)
            best = Resemblance(root, share, _evidence(row, root, ("published later",) if later else ()))
    return best


def _evidence(row: IndexRow, original: IndexRow, more: tuple[str, ...]) -> tuple[str, ...]:
    return ("source link", *more) if row.source_url and row.source_url == original.url else more


def _copied_by(row: IndexRow, committed: Iterable[Candidate]) -> Iterator[IndexRow]:
    """Committed articles that name this one as their source and hold its text."""
    mine = frozenset(row.shingles)
    for c in committed:
        if c.source_url == row.url and containment(c.shingles, mine) >= COPY:
            yield _as_row(c)


def _as_row(c: Candidate) -> IndexRow:
    """A committed article as far as comparing needs it."""
    return IndexRow(
        article_id=c.article_id,
        url=c.url,
        site="",
        entry_id="",
        revision_id="",
        reading_id="",
        text_key="",
        source_url=c.source_url,
        shingles=tuple(sorted(c.shingles)),
    )


def lineage(
    copy: IndexRow, original: IndexRow, share: float, evidence: tuple[str, ...], unit: str, visit: str
) -> Lineage:
    """The row that stands in the place of a second article."""
    cut = len(copy.shingles) < CUT * len(original.shingles)
    kind = "scraper" if "source link" in evidence else "cut" if cut else "syndicated"
    return Lineage(
        lineage_id=lineage_id(copy.article_id, original.article_id),
        article_id=copy.article_id,
        url=copy.url,
        original_article_id=original.article_id,
        original_url=original.url,
        kind=kind,
        containment=share,
        evidence=evidence,
        visit_id=visit,
        unit_id=unit,
    )
