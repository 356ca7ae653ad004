"""What a claim tells besides who and which words: how it is put, when and where it was said, what it stands in."""

from __future__ import annotations

import pytest

from pipeline.model import load
from schemas.records import DateValue
from transforms.annotation import annotate_text
from transforms.attribution.details import Dates
from transforms.attribution.nesting import nested
from transforms.attribution.stance import cue_class
from transforms.claims import claims
from transforms.drafts import ClaimDraft
from transforms.entities import entities

FRIDAY = DateValue(value="2024-05-03T12:00:00+00:00", precision="second", source="feed", zone="+01:00")


def read(text: str, published: DateValue | None = FRIDAY) -> list[ClaimDraft]:
    seen = annotate_text(load("en_newsbeam_sm"), text)
    return claims(text, seen, entities(text, seen), Dates(published))


def about(text: str) -> list[str]:
    """The entities that the last claim is about."""
    seen = annotate_text(load("en_newsbeam_sm"), text)
    found = entities(text, seen)
    return [found[i].name for i in claims(text, seen, found)[-1].about]


def test_the_tense_is_that_of_the_contents_own_verb() -> None:
    tenses = {
        "Amara Okafor said the road was closed.": "past",
        "Amara Okafor said the road had been closed.": "past",
        "Amara Okafor said the road is closed.": "present",
        "Amara Okafor said the road will close.": "future",
        "Amara Okafor said the road would close.": "future",
        "“We are going to close the road,” Amara Okafor said.": "future",
    }
    assert {text: read(text)[0].tense for text in tenses} == tenses


@pytest.mark.parametrize(
    ("text", "negated", "scope"),
    [
        ("Amara Okafor said the port would not close the road.", True, ["not close the road"]),
        ("Amara Okafor said there is no evidence of a leak.", True, ["no evidence of a leak"]),
        ("Amara Okafor said nobody told the police.", True, ["nobody told the police"]),
        ("Amara Okafor said they wasn’t involved.", True, ["wasn’t involved"]),
        ("“It was not open. We left the port,” Amara Okafor said.", True, ["not open"]),
        ("“We are going to win without help,” Amara Okafor said.", False, ["without help"]),
        ("Amara Okafor said the road is open.", False, []),
    ],
)
def test_a_negation_has_a_scope_and_denies_the_claim_only_where_it_denies_its_verb(
    text: str, negated: bool, scope: list[str]
) -> None:
    (claim,) = read(text)
    assert (claim.negated, [n.scope.exact for n in claim.negations]) == (negated, scope)


def test_modals_conditions_and_hedges_are_told_apart() -> None:
    (claim,) = read("Amara Okafor said the port might probably close if the rain goes on.")
    assert claim.modality == "might"
    assert [h.exact for h in claim.hedges] == ["probably"]
    assert [c.exact for c in claim.conditions] == ["if the rain goes on"]
    (alleged,) = read("Police said the alleged thieves were in the port.")
    assert alleged.modality == "alleged"


def test_if_for_whether_is_no_condition() -> None:
    found = read("Amara Okafor said she did not know if the road is open.")
    assert found and all(claim.conditions == () for claim in found)


def test_when_and_where_something_was_said_stand_beside_its_cue() -> None:
    (claim,) = read("Amara Okafor told reporters in Nairobi on Tuesday that the road will close in June.")
    assert claim.stated is not None and (claim.stated.value, claim.stated.span.exact) == ("2024-04-30", "on Tuesday")
    assert [(p.name, p.basis) for p in claim.stated_in] == [("Nairobi", "words")]
    assert [(t.value, t.span.exact) for t in claim.times] == [("2024-06", "June")]  # ahead: it "will" close


def test_the_dateline_tells_the_place_where_the_sentence_does_not() -> None:
    (claim,) = read("NAIROBI, Kenya (AP) — The road is open, Amara Okafor said.")
    assert [(p.name, p.basis, p.span.exact) for p in claim.stated_in] == [("Nairobi", "dateline", "NAIROBI")]


def test_a_quotation_counts_from_the_day_on_which_it_was_said() -> None:
    (claim,) = read("“The road was closed yesterday,” Amara Okafor said on Tuesday.")
    assert [(t.value, t.basis) for t in claim.times] == [("2024-04-29", "said on 2024-04-30")]


def test_a_time_that_cannot_be_told_is_noted() -> None:
    (claim,) = read("Amara Okafor said on Tuesday that the road is open.", published=None)
    assert claim.stated is not None and claim.stated.value == ""
    assert claim.notes == ("when it was said, “on Tuesday”, cannot be told",)


def test_the_time_of_something_else_is_not_that_of_the_saying() -> None:
    (claim,) = read("After the 2022 election, Amara Okafor said the road is open.")
    assert claim.stated is None


def test_numbers_inside_times_are_no_quantities() -> None:
    (claim,) = read("Amara Okafor said 12 ships left three weeks ago.")
    assert [(q.value, q.what) for q in claim.quantities] == [(12.0, "ships")]
    assert [t.value for t in claim.times] == ["2024-W15"]


def test_a_claim_in_the_words_of_another_points_at_it() -> None:
    text = "“The minister said the road is safe,” said Amara Okafor."
    found = read(text)
    outer = next(k for k, c in enumerate(found) if c.content[0].exact.startswith("The minister"))
    inner = next(c for c in found if c.content[0].exact == "the road is safe")
    assert inner.inside == outer and found[outer].inside == -1


def test_a_bare_noun_means_the_one_whom_the_article_calls_so() -> None:
    text = "Minister Amara Okafor runs the port.\nTomas Reyes said the minister will leave."
    assert about(text) == ["Amara Okafor"]
    assert about(text.replace("the minister", "the former minister")) == []
    assert about(f"Minister Ines Duarte sat beside Minister Amara Okafor.\n{text}") == []


def test_whose_words_a_place_speaks_is_noted_with_the_claim() -> None:
    (claim,) = read("The Kremlin said the talks will go on.")
    assert claim.notes == ("Kremlin also stands for the leadership of Russia",)


def test_nesting_is_found_in_one_sweep() -> None:
    text = "a" * 40
    one = read("Amara Okafor said the road is open.")[0]

    def at(*spans: tuple[int, int]) -> ClaimDraft:
        from msgspec.structs import replace

        from schemas.records import Span

        return replace(one, content=tuple(Span(a, b, text[a:b]) for a, b in spans), cue=())

    assert nested([at((0, 30)), at((2, 10)), at((4, 8)), at((12, 20)), at((32, 40))]) == [-1, 0, 1, 0, -1]
    assert nested([at((0, 10), (20, 40)), at((22, 30))]) == [-1, 0]
    assert nested([at((0, 10)), at((0, 10))]) == [-1, -1]


def test_a_cue_is_known_by_its_lemma_and_its_class() -> None:
    lemmas = {
        "Amara Okafor admitted the road is closed.": ("admit", "admit"),
        "Amara Okafor warned the road will close.": ("warn", "warn"),
        "The road is open, according to Amara Okafor.": ("according", "neutral"),
        "Amara Okafor said the road is open.": ("say", "neutral"),
    }
    found = {text: read(text)[0] for text in lemmas}
    assert {text: (c.cue_lemma, c.cue_class) for text, c in found.items()} == lemmas
    assert (cue_class("call", "for"), cue_class("call", "the"), cue_class("warble", "")) == (
        "demand",
        "neutral",
        "other",
    )
