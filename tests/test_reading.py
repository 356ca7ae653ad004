"""From a cleaned draft to the package that is written: three steps, ids that a rerun makes again, dead rows alone."""

from datetime import UTC, datetime

import apache_beam as beam
import pytest

from pipeline.model import SpacyModel
from schemas.commits import Package
from schemas.config import Annotate as AnnotateSettings
from schemas.config import Settings
from schemas.flow import Draft, DraftBody, Outcome, unpack
from schemas.flow import pack as packed
from schemas.records import DateValue, Versions
from transforms.annotate import PARTLY, AnnotateDoFn
from transforms.claims import ClaimsDoFn
from transforms.entities import EntitiesDoFn

TEXT = "Amara Okafor runs the port.\n“The port is open,” Ms. Okafor said. Officials say it was closed on Monday."


class HereGuard:
    def map(self, call, items, *, timeout_s):
        return [call(item) for item in items]


class Noon:
    def now(self) -> datetime:
        return datetime(2024, 5, 1, 12, tzinfo=UTC)


class Desk:
    """A world with a model in this process and a clock that stands still."""

    def __init__(self, max_chars: int = 10_000) -> None:
        self.settings = Settings(annotate=AnnotateSettings(max_chars=max_chars))
        self.aliases = (("Kenya", "Kenya", "GPE"),)

    def clock(self) -> Noon:
        return Noon()

    def model(self) -> SpacyModel:
        return SpacyModel(HereGuard(), self.settings.annotate.models)

    def versions(self, language: str, site: str, day: str, page: object = None) -> Versions:
        return Versions(code="0", model=self.model().version(language), rules=f"{site} on {day}")


def draft(n: int, text: str = TEXT, language: str = "en") -> Draft:
    published = DateValue(value="2024-04-30T08:00:00+00:00", precision="minute", source="feed")
    body = DraftBody(
        canonical_url=f"https://a.example/{n}",
        site="a.example",
        title="T",
        text=text,
        language=language,
        published=published,
    )
    return Draft("unit", f"visit{n}", f"entry{n}", body.canonical_url, packed(body))


def run(rows, world):
    """The three steps as the graph chains them; (packages, outcomes)."""
    outcomes = []
    for dofn in (AnnotateDoFn(world), EntitiesDoFn(world), ClaimsDoFn(world)):
        dofn.setup()
        out = list(dofn.process(rows))
        outcomes += [o.value for o in out if isinstance(o, beam.pvalue.TaggedOutput)]
        rows = [o for o in out if not isinstance(o, beam.pvalue.TaggedOutput)]
    return [unpack(row.body, Package) for row in rows], outcomes


@pytest.fixture(scope="module")
def package():
    (only,), outcomes = run([draft(1)], Desk())
    assert outcomes == []
    return only


def test_a_claim_points_at_its_entity_and_its_words(package):
    okafor = next(e for e in package.entities if e.name == "Amara Okafor")
    direct, reported = package.claims
    assert direct.speaker == "Amara Okafor"
    assert direct.speaker_entity_id == okafor.entity_id
    assert direct.content[0].exact == "The port is open,"
    assert package.revision.text[direct.content[0].start : direct.content[0].end] == direct.content[0].exact
    assert (reported.speaker, reported.speaker_status) == (None, "anonymous")
    assert direct.stated_at == package.revision.published


def test_all_records_of_a_package_are_joined_by_their_ids(package):
    assert package.reading.revision_id == package.revision.revision_id == package.article.revision_id
    assert {r.reading_id for r in (*package.entities, *package.claims)} == {package.reading.reading_id}
    assert package.reading.versions.rules == "a.example on 2024-04-30"
    assert len({c.claim_id for c in package.claims}) == len(package.claims)


def test_a_bundle_that_runs_again_makes_the_same_package(package):
    assert run([draft(1)], Desk())[0] == [package]


def test_an_article_is_read_alike_among_others(package):
    packages, _ = run([draft(0, "Nothing here."), draft(1), draft(2, TEXT * 3)], Desk())
    assert packages[1] == package


def test_a_language_without_a_model_is_written_without_entities_and_claims():
    (only,), outcomes = run([draft(1, "El puerto está abierto, dijo Amara Okafor en Kenya.", "es")], Desk())
    assert (only.entities, only.claims, outcomes) == ((), (), [])
    assert only.revision.language == "es"
    assert only.reading.versions.model == ""


def test_an_article_past_the_limit_is_read_in_part_and_says_so():
    (only,), _ = run([draft(1, TEXT + "\n“No,” said Tomas Reyes.")], Desk(max_chars=len(TEXT) + 3))
    assert only.revision.flags == (PARTLY,)
    assert only.revision.text.endswith("Tomas Reyes.")
    assert "Tomas Reyes" not in {c.speaker for c in only.claims}


class Fickle(SpacyModel):
    """A model that chokes on one article."""

    def annotate(self, texts, language):
        return [
            ValueError("choked") if "Nothing" in t else r
            for t, r in zip(texts, super().annotate(texts, language), strict=True)
        ]


class FickleDesk(Desk):
    def model(self) -> SpacyModel:
        return Fickle(HereGuard(), self.settings.annotate.models)


def test_an_article_that_the_model_chokes_on_dies_alone():
    packages, outcomes = run([draft(0, "Nothing here."), draft(1)], FickleDesk())
    assert [p.article.url for p in packages] == ["https://a.example/1"]
    (dead,) = outcomes
    assert isinstance(dead, Outcome)
    assert (dead.disposition, dead.step, dead.visit_id) == ("dead", "annotate", "visit0")
    assert "choked" in dead.reason
