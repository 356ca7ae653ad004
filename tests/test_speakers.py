"""Whom a claim may be given to: candidates with what speaks for each, and the choice that leaves doubt open."""

from __future__ import annotations

import math

import pytest

from models.training import speakers as recipe
from schemas.annotation import Annotation
from schemas.records import Span
from transforms.attribution import weighed as choice
from transforms.attribution.candidates import Case, case, source_of
from transforms.attribution.cast import Cast
from transforms.attribution.speech import ANONYMOUS, NAMED, REASONS, UNRESOLVED, Context, Said, Speaker
from transforms.attribution.trees import Trees
from transforms.attribution.weighed import LEAST, LEAST_NOBODY, LEAST_TURN, chances, weighed, weights
from transforms.drafts import EntityDraft

TEXT = (
    "Amara Okafor, director of the Harbour Trust, came first. Mr. Tomas Reyes came later.\n"
    "The trust has grain, she said. A driver disagreed."
)
TREES = Trees(Annotation((), (), ""))
OPEN = Speaker(UNRESOLVED, "pronoun_ambiguous")


def entity(name, label, text=TEXT):
    at = text.index(name)
    return EntityDraft(
        name=name, label=label, aliases=(), mentions=(Span(at, at + len(name), name),), salience=0.5, notes=()
    )


def the_case(words, ruled=OPEN, said=(), text=TEXT, kind=None):
    cast = Cast(
        text, [entity("Amara Okafor", "PERSON"), entity("Harbour Trust", "ORG"), entity("Tomas Reyes", "PERSON")]
    )
    second = text.index("\n") + 1
    context = Context(cast, said, (second, len(text)), (text.index("Mr."), second - 1), ())
    span = None
    if words:
        at = text.index(words, second)
        span = (at, at + len(words))
    found = case(text, TREES, source_of(text, span, second, context), ruled, context)
    assert kind in {None, found.kind}
    return found


def names(found):
    return [member.entity.name if member else None for member in found.members]


def row(found, name):
    return found.rows[names(found).index(name)]


@pytest.mark.parametrize(("words", "kind"), [("she", "she"), ("The trust", "the"), ("A driver", "a"), ("", "none")])
def test_what_kind_of_source_it_is(words, kind):
    the_case(words, kind=kind)


def test_everyone_named_before_is_a_candidate_and_nobody_named_is_the_last():
    assert set(names(the_case("The trust"))) == {"Amara Okafor", "Harbour Trust", "Tomas Reyes", None}
    assert names(the_case("The trust"))[-1] is None


def test_a_pronoun_rules_out_who_is_of_the_other_gender():
    assert "Tomas Reyes" not in names(the_case("she"))
    assert "Tomas Reyes" in names(the_case("The trust"))


def test_features_tell_the_nearest_the_role_and_the_shared_word():
    found = the_case("The trust")
    assert row(found, "Tomas Reyes")["rank 1|the"] == row(found, "Amara Okafor")["rank 2|the"] == 1.0
    assert row(found, "Harbour Trust")["shares a word"] == 1.0
    assert row(found, "Amara Okafor")["shares a word"] == 0.0
    assert row(found, "Tomas Reyes")["sentence before|the"] == 1.0


def test_who_spoke_last_is_told_and_stays_a_candidate():
    cast = Cast(TEXT, [entity("Amara Okafor", "PERSON")])
    last = Said(0, Speaker(NAMED, "name_in_source", cast.members[0]))
    found = the_case("she", said=[last])
    assert row(found, "Amara Okafor")["spoke last|she"] == row(found, "Amara Okafor")["speaker 1|she"] == 1.0


def test_what_the_rules_say_is_a_feature_among_others():
    cast = Cast(TEXT, [entity("Amara Okafor", "PERSON")])
    found = the_case("she", ruled=Speaker(NAMED, "pronoun_subject", cast.members[0]))
    assert row(found, "Amara Okafor")["ruled pronoun_subject"] == 1.0
    assert row(found, None)["nobody, ruled pronoun_subject"] == 1.0
    guessed = the_case("she", ruled=Speaker(UNRESOLVED, "pronoun_ambiguous", cast.members[0]))
    assert row(guessed, "Amara Okafor")["guessed pronoun_ambiguous"] == 1.0


# The choice


def of(*sums, kind="she"):
    members = [*Cast(TEXT, [entity("Amara Okafor", "PERSON"), entity("Tomas Reyes", "PERSON")]).members, None]
    return Case(kind, tuple(members), tuple({"weight": value} for value in sums))


@pytest.fixture
def one_weight(monkeypatch):
    monkeypatch.setattr(choice, "weights", lambda: {"weight": 1.0})


def test_chances_sum_to_one_and_follow_the_weights():
    found = chances(of(2.0, 0.0, 0.0), {"weight": 1.0})
    assert sum(found) == pytest.approx(1)
    assert found[0] == pytest.approx(math.exp(2) / (math.exp(2) + 2))
    assert chances(of(900.0, 0.0, 0.0), {"weight": 1.0})[0] == 1.0


def test_a_sure_one_is_named_an_unsure_one_only_guessed(one_weight):
    sure, unsure = weighed(of(4.0, 0.0, 0.0), OPEN, "she"), weighed(of(1.0, 0.9, 0.0), OPEN, "she")
    assert (sure.status, sure.member.place, sure.reason) == (NAMED, 0, "pronoun_weighed")
    assert sure.confidence >= LEAST
    assert (unsure.status, unsure.member.place, unsure.reason) == (UNRESOLVED, 0, "pronoun_ambiguous")
    assert unsure.confidence < LEAST


def test_nobody_named_needs_to_be_sure_too(one_weight):
    found = weighed(of(0.0, 0.0, 4.0, kind="a"), OPEN, "a driver")
    assert (found.status, found.reason, found.member, found.role) == (ANONYMOUS, "unnamed_person", None, "a driver")
    assert found.confidence >= LEAST_NOBODY
    assert weighed(of(0.0, 0.0, 4.0, kind="plural"), OPEN, "drivers").reason == "unnamed_group"
    assert weighed(of(0.0, 0.0, 1.0, kind="a"), OPEN, "a driver").status == UNRESOLVED


def test_words_without_a_source_ask_for_more(one_weight):
    doubt = math.log(2 * 0.8 / 0.2)
    assert LEAST < chances(of(doubt, 0.0, 0.0), {"weight": 1.0})[0] < LEAST_TURN
    assert weighed(of(doubt, 0.0, 0.0), OPEN, "she").status == NAMED
    assert weighed(of(doubt, 0.0, 0.0, kind="none"), OPEN, "").status == UNRESOLVED


def test_the_rules_reason_stays_where_they_meant_the_same_one(one_weight):
    same = of(4.0, 0.0, 0.0)
    assert weighed(same, Speaker(NAMED, "name_in_source", same.members[0]), "Okafor").reason == "name_in_source"
    assert weighed(same, Speaker(NAMED, "role", same.members[1]), "Okafor").reason == "pronoun_weighed"
    assert weighed(of(0.5, 0.4, 0.3), Speaker(NAMED, "role", same.members[1]), "x").reason == "doubtful"
    assert {"pronoun_weighed", "source_weighed", "turn_weighed", "doubtful"} <= set(REASONS)


def test_the_weights_that_are_shipped_are_read_and_name_features_that_exist():
    shipped = weights()
    assert len(shipped) > 100
    made = {name for words in ("she", "The trust", "A driver", "") for r in the_case(words).rows for name in r}
    assert len(made & set(shipped)) > 40


# Learning them


def test_what_always_speaks_for_the_right_one_gets_the_largest_weight():
    member = Cast(TEXT, [entity("Amara Okafor", "PERSON")]).members[0]
    given = [
        recipe.Example(Case("she", (member, None), ({"good": 1.0, "noise": float(i % 2)}, {"noise": 1.0})), (0,))
        for i in range(20)
    ]
    learnt = recipe.learn(given)
    assert learnt["good"] > 1
    assert learnt["good"] > abs(learnt.get("noise", 0.0))
    rows, error = recipe.check(given, learnt)
    assert rows[0][1] == 100
    assert 0 <= error < 0.5


def test_claims_whose_speaker_is_no_candidate_teach_nothing():
    member = Cast(TEXT, [entity("Amara Okafor", "PERSON")]).members[0]
    known = [recipe.Example(Case("she", (member, None), ({"good": 1.0}, {"other": 1.0})), (0,))] * 5
    lost = [recipe.Example(Case("she", (member, None), ({"odd": 1.0}, {"other": 1.0})), ())] * 5
    assert recipe.learn([*known, *lost]) == recipe.learn(known)
