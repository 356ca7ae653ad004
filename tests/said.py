"""Articles in few words: who said what, in which outlet, when; as packages, and as claims that are compared."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from test_settle_pure import VERSIONS, package

from schemas.commits import IndexRow, Package
from schemas.ids import article_id, claim_id, entity_id, reading_id, revision_id
from schemas.records import Change, Claim, DateValue, Entity, Lineage, Span
from transforms.attribution.quantities import quantities
from transforms.statements.facts import Facts, context, facts, people_of, published

DAY = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
TOPIC = "Flood at Saltmere: the river Tarrow broke its bank"
Said = tuple[str, str]  # speaker, words


def told(
    site: str,
    *said: Said,
    slug: str = "flood",
    hours: float = 0,
    title: str = TOPIC,
    more: str = "",
    before: Package | None = None,
    by: tuple[Lineage, ...] = (),
    confidence: float = 0.9,
) -> Package:
    """An article of a line for each claim, `more` behind them; `before`: the revision whose place it takes."""
    text, claims, names = "", [], dict.fromkeys(name for name, _ in said if name)
    url = f"https://{site}.test/{slug}"
    for speaker, words in said:
        start = len(text) + 1
        text += f"“{words},” said {speaker or 'somebody'}.\n"
        claims.append((speaker, Span(start, start + len(words), words)))
    text += more
    article = article_id(url)
    revision = revision_id(article, text)
    reading = reading_id(revision, "v")
    row = IndexRow(
        article_id=article, url=url, site=f"{site}.test", entry_id=f"e-{site}-{slug}", revision_id=revision,
        reading_id=reading, text_key="k",
    )  # fmt: skip
    ids = {name: entity_id(reading, name, "PERSON") for name in names}
    made = package(site)
    return msgspec.structs.replace(
        made,
        article=msgspec.structs.replace(made.article, article_id=article, url=url, revision_id=revision),
        revision=msgspec.structs.replace(
            made.revision, revision_id=revision, article_id=article, url=url, title=title, text=text,
            published=DateValue(value=(DAY + timedelta(hours=hours)).isoformat(), precision="second", source="feed"),
            follows=before.revision.revision_id if before else "",
            changes=(Change(kind="changed", before="x", after="y"),) if before else (),
        ),
        reading=msgspec.structs.replace(
            made.reading, reading_id=reading, revision_id=revision, article_id=article, versions=VERSIONS,
            supersedes=before.reading.reading_id if before else "",
        ),
        entities=tuple(
            Entity(
                entity_id=id_, reading_id=reading, article_id=article, name=name, label="PERSON", aliases=(),
                mentions=(Span(text.index(name), text.index(name) + len(name), name),),
            )
            for name, id_ in ids.items()
        ),
        claims=tuple(
            Claim(
                claim_id=claim_id(reading, span.start, span.end), reading_id=reading, article_id=article, kind="direct",
                type="speech", content=(span,), speaker=speaker or None, speaker_entity_id=ids.get(speaker, ""),
                speaker_status="named" if speaker else "unresolved", confidence=confidence,
                quantities=quantities(text, span.start, span.end),
            )
            for speaker, span in claims
        ),
        lineage=by,
        index=row,
    )  # fmt: skip


def compared(made: Package) -> list[Facts]:
    people = people_of({e.entity_id: e for e in made.entities})
    at, about = published(made.revision, ""), context(made.revision)
    return [facts(claim, made.revision, people, at, about) for claim in made.claims]


def one(site: str, speaker: str, words: str, **more: float | str) -> Facts:
    """A single claim, as it is compared."""
    [found] = compared(told(site, (speaker, words), **more))  # type: ignore[arg-type]
    return found
