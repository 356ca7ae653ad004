"""An article that has been read -> the Package that Settle writes: the one place where drafts get their ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.commits import IndexRow, Package
from schemas.flow import DraftBody
from schemas.ids import article_id, claim_id, entity_id, make_id, reading_id, revision_id
from schemas.records import Article, Claim, DateValue, Entity, Reading, Revision, TimeWords, Unverified, Versions
from transforms.attribution.speech import NAMED
from transforms.drafts import ClaimDraft, EntityDraft
from transforms.evidence import evidence, parts, unverified


def day_of(draft: DraftBody, now: datetime) -> str:
    """The day whose rules apply to an article: its publication, else its fetch, else today."""
    if draft.published:
        return draft.published.value[:10]
    return (draft.page.fetched_at if draft.page else now.isoformat())[:10]


def reading_of(revision: str, versions: Versions) -> str:
    """The id of what these versions read in a revision."""
    return reading_id(revision, make_id("versions", *(str(v) for v in msgspec.structs.astuple(versions))))


def package(
    row: Any,
    draft: DraftBody,
    entities: Sequence[EntityDraft],
    claims: Sequence[ClaimDraft],
    versions: Versions,
    now: datetime,
) -> Package:
    """Everything one visit writes. The same draft and versions give the same ids."""
    article = article_id(draft.canonical_url)
    revision = revision_id(article, draft.text)
    reading = reading_of(revision, versions)
    named = tuple(_entity(e, reading, article) for e in entities)
    ids = [claim_id(reading, c.content[0].start, c.content[-1].end) for c in claims]
    made = [_claim(c, ids, named, reading, article, draft) for c in claims]
    faults = [(claim, unverified(draft.text, claim)) for claim in made]
    sound = {claim.claim_id for claim, fault in faults if not fault}
    return Package(
        article=Article(article_id=article, url=draft.canonical_url, site=draft.site, revision_id=revision),
        revision=_revision(draft, article, revision),
        reading=Reading(
            reading_id=reading,
            revision_id=revision,
            article_id=article,
            versions=versions,
            supersedes=draft.supersedes if draft.supersedes != reading else "",
            visit_id=row.visit_id,
            unit_id=row.unit_id,
            entry_id=row.entry_id,
            read_at=now.isoformat(),
            unverified=tuple(Unverified(claim_id=c.claim_id, reason=fault) for c, fault in faults if fault),
        ),
        page=draft.page,
        parts=draft.parts,
        entities=named,
        claims=tuple(
            claim if claim.inside in sound else msgspec.structs.replace(claim, inside="")
            for claim, fault in faults
            if not fault
        ),
        lineage=draft.copied_by,
        index=_index(draft.index, revision, reading),
        layout=draft.layout,
    )


def _revision(draft: DraftBody, article: str, revision: str) -> Revision:
    return Revision(
        revision_id=revision,
        article_id=article,
        url=draft.canonical_url,
        site=draft.site,
        title=draft.title,
        authors=draft.authors,
        agency=draft.agency,
        published=draft.published,
        modified=draft.modified,
        language=draft.language,
        text=draft.text,
        headings=draft.headings,
        paragraphs=draft.paragraphs,
        captions=draft.captions,
        section=draft.section,
        tags=draft.tags,
        image=draft.image,
        image_caption=draft.image_caption,
        licence=draft.licence,
        is_accessible_for_free=draft.is_accessible_for_free,
        contributors=draft.contributors,
        removals=draft.removals,
        source_url=draft.source_url,
        word_count=len(draft.text.split()),
        origins=draft.origins,
        contradictions=draft.contradictions,
        flags=draft.flags,
        page_id=draft.page.page_id if draft.page else "",
        part_ids=tuple(part.page_id for part in draft.parts),
        follows=draft.follows,
        changes=draft.changes,
    )


def _entity(draft: EntityDraft, reading: str, article: str) -> Entity:
    return Entity(
        entity_id=entity_id(reading, draft.name, draft.label),
        reading_id=reading,
        article_id=article,
        name=draft.name,
        label=draft.label,
        aliases=draft.aliases,
        mentions=draft.mentions,
        salience=draft.salience,
        notes=draft.notes,
    )


def _claim(
    draft: ClaimDraft, ids: Sequence[str], entities: Sequence[Entity], reading: str, article: str, body: DraftBody
) -> Claim:
    named = draft.speaker_status == NAMED
    said = draft.stated
    return Claim(
        claim_id=claim_id(reading, draft.content[0].start, draft.content[-1].end),
        reading_id=reading,
        article_id=article,
        kind=draft.kind,
        type=draft.type,
        content=draft.content,
        cue=draft.cue,
        source=draft.source,
        speaker=entities[draft.speaker].name if named else None,
        speaker_entity_id=entities[draft.speaker].entity_id if named else "",
        speaker_status=draft.speaker_status,
        speaker_role=draft.speaker_role,
        best_guess=entities[draft.best_guess].name if draft.best_guess >= 0 else None,
        reason=draft.reason,
        confidence=draft.confidence,
        stated_at=_stated(said, body.published),
        negated=draft.negated,
        modality=draft.modality,
        quantities=draft.quantities,
        about=tuple(entities[i].entity_id for i in draft.about),
        cue_lemma=draft.cue_lemma,
        cue_class=draft.cue_class,
        stated_words=(said.span,) if said else (),
        stated_in=draft.stated_in,
        tense=draft.tense,
        negations=draft.negations,
        conditions=draft.conditions,
        hedges=draft.hedges,
        times=draft.times,
        inside=ids[draft.inside] if draft.inside >= 0 else "",
        notes=draft.notes,
        evidence=evidence(body.text, parts(draft), body.paragraphs),
    )


def _stated(said: TimeWords | None, published: DateValue | None) -> DateValue | None:
    """When a claim was said: as its words tell, nothing where they tell a time that cannot be worked out, else when the
    article was published."""
    if said is None:
        return published
    return DateValue(value=said.value, precision=said.precision, source="text") if said.value else None


def _index(index: IndexRow | None, revision: str, reading: str) -> IndexRow | None:
    return msgspec.structs.replace(index, revision_id=revision, reading_id=reading) if index else None
