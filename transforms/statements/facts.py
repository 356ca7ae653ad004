"""A claim as it is compared with others: one small record, made once, that needs neither its article nor a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from schemas.records import Claim, Entity, Record, Revision, Span
from transforms.fold import fold
from transforms.statements.amounts import Amount, amounts, told_as_change
from transforms.statements.polarity import negated
from transforms.statements.speakers import Speaker, speaker
from transforms.statements.words import heaviest, stems, total

CONTEXT = 12  # stems that say what an article is about
_LEAD = 600  # characters of a text from which they are taken, beside its title


class Facts(Record, frozen=True, array_like=True, gc=False):
    """`at`: when its outlet published it (epoch seconds), as far as that is known, else when it was read."""

    claim_id: str
    article_id: str
    site: str
    at: float
    kind: str
    speaker: Speaker
    stems: frozenset[str]
    mass: int  # summed weight of the stems
    negated: frozenset[str]  # of the stems
    denied: bool  # the speaker says that the content is not so
    amounts: tuple[Amount, ...]
    change: bool  # the words say that a figure was another one before
    folded: str  # the words, for copies
    context: frozenset[str]
    confidence: float
    spans: tuple[Span, ...]  # the content

    @property
    def content(self) -> str:
        return " ".join(span.exact for span in self.spans)

    def figure(self, amount: Amount) -> Span:
        """Where one of its figures stands."""
        span = next(s for s in self.spans if s.start <= amount.start and amount.end <= s.end)
        return Span(amount.start, amount.end, span.exact[amount.start - span.start : amount.end - span.start])


def facts(claim: Claim, revision: Revision, people: Collection[str], at: float, context: frozenset[str]) -> Facts:
    """`people`: ids and names of the reading's entities that are persons."""
    content = " ".join(span.exact for span in claim.content)
    said = frozenset(stem for span in claim.content for stem in stems(span.exact))
    reached = frozenset[str]().union(*(negated(revision.text, span.start, span.end) for span in claim.content))
    person = claim.speaker_entity_id in people if claim.speaker else (claim.best_guess or "") in people
    return Facts(
        claim.claim_id, claim.article_id, revision.site, at, claim.kind, speaker(claim, person), said, total(said),
        reached, claim.type == "denial", amounts(revision.text, claim.quantities), told_as_change(content),
        " ".join(fold(content).strip(" .,;:!?").split()), context, round(claim.confidence, 3), claim.content,
    )  # fmt: skip


def context(revision: Revision) -> frozenset[str]:
    """The heaviest stems of title and lead."""
    return frozenset(heaviest({*stems(revision.title), *stems(revision.text[:_LEAD])}, CONTEXT))


def people_of(entities: Mapping[str, Entity]) -> frozenset[str]:
    """Ids and names of those that are persons."""
    return frozenset(key for e in entities.values() if e.label == "PERSON" for key in (e.entity_id, e.name))


def published(revision: Revision, read_at: str) -> float:
    """When its outlet published it, in epoch seconds: the beginning of the time that it names.

    A reading that falls into that time (a day, a month) is the better answer, and so is one where no time is named.
    """
    read = datetime.fromisoformat(read_at).timestamp() if read_at else 0.0
    given = revision.published
    if given is None or read_at[: len(given.value)] == given.value:
        return read
    at = datetime.fromisoformat(given.value + _FILL.get(given.precision, ""))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


_FILL = {"year": "-01-01", "month": "-01"}
