"""Which claims say the same, and which cannot both be right. Pure: no ledger, no model."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from said import one, told

from schemas.records import Claim, Quantity, Span
from transforms.attribution.quantities import quantities
from transforms.statements.amounts import agree, amounts, clash, comparable, told_as_change, unmoved
from transforms.statements.cluster import COMPARED, Window, place
from transforms.statements.compare import NEGATION, QUANTITY, SPEAKER, compare, likeness
from transforms.statements.keys import HEAVIEST, SHARED, keys, runs
from transforms.statements.made import Member, drift, statement
from transforms.statements.polarity import negated
from transforms.statements.speakers import BODY, GUESSED, NAMED, NOBODY, Speaker, handles, same, speaker
from transforms.statements.words import stem, weight, words

FINCH = "Alasdair Finch"
MOVED = "rescue teams had moved 430 people out of the lower streets of Saltmere"
OTHER = "rescue teams had moved 340 people out of the lower streets of Saltmere"
STONE = "the levee at Saltmere would be rebuilt in stone before the winter"


def figures(text: str):
    return amounts(text, quantities(text, 0, len(text)))


def placing(some, inherited):
    return place(Window(), some, inherited, {one.claim_id: keys(one) for one in some})


def of(source: str = "", *, named: str | None = None, guess: str | None = None, person: bool = True) -> Speaker:
    span = (Span(0, len(source), source),) if source else ()
    made = Claim(
        claim_id="c", reading_id="r", article_id="a", kind="direct", type="speech", content=(Span(0, 1, "x"),),
        source=span, speaker=named, best_guess=guess, speaker_status="named" if named else "unresolved",
    )  # fmt: skip
    return speaker(made, person)


# Words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fell", "fallen"),
        ("theatre", "theater"),
        ("rebuilt", "rebuild"),
        ("labour’s", "labor"),
        ("Ministers", "minister"),
    ],
)
def test_forms_of_one_word_have_one_stem(one, other):
    assert stem(one) == stem(other) != ""


@pytest.mark.parametrize("word", ["the", "would", "not", "said", "forty", "million"])
def test_words_that_say_nothing_about_the_matter_and_numbers_have_no_stem(word):
    assert stem(word) == ""


def test_words_stand_where_they_are_found_and_rare_ones_weigh_more():
    text = "The levee’s patches, people said."
    found = list(words(text))
    assert [text[w.start : w.end] for w in found] == ["levee’s", "patches", "people"]
    assert weight(stem("levee")) > weight(stem("people")) > 0


# Amounts


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        ("14 people were hurt", "17 people were hurt", False),
        ("at least 14 people were hurt", "17 people were hurt", True),
        ("more than 20 people were hurt", "17 people were hurt", False),
        ("up to 20 people were hurt", "17 people were hurt", True),
        ("about 400 people were hurt", "430 people were hurt", True),
        ("some 400 people were hurt", "340 people were hurt", False),
        ("nearly 500 people were hurt", "470 people were hurt", True),
        ("3,000 people were hurt", "2,960 people were hurt", True),
        ("3,000 people were hurt", "2,300 people were hurt", False),
        ("10 km of track", "10,000 metres of track", True),
        ("2 weeks of rain", "14 days of rain", True),
        ("1.3 billion crowns of debt", "1,320 million crowns of debt", True),
    ],
)
def test_figures_are_ranges_and_agree_where_both_can_be_right(one, other, can):
    [a], [b] = figures(one)[:1], figures(other)[:1]
    assert comparable(a, b)
    assert agree(a, b) is agree(b, a) is can


def test_figures_of_different_things_are_not_compared():
    [a], [b] = figures("14 people were hurt"), figures("17 houses were hurt")
    assert not comparable(a, b)
    assert clash([a], [b]) is None
    assert comparable(a, figures("17 passengers were hurt")[0]), "passengers are people"


def test_a_figure_that_has_its_like_on_the_other_side_does_not_clash():
    ours, theirs = figures("60 houses and 40 houses stood"), figures("40 houses and 60 houses stood")
    assert clash(ours, theirs) is None
    found = clash(figures("12 houses and 40 houses stood"), theirs)
    assert found and (found[0].low, found[1].low) == (12, 60)


@pytest.mark.parametrize(
    ("one", "other", "still"),
    [
        ("at least 14 people", "at least 17 people", False),
        ("at least 14 people", "14 people", True),
        ("up to 14 people", "up to 17 people", False),
        ("about 400 people", "410 people", True),
        ("14 people", "17 people", False),
    ],
)
def test_a_figure_moved_though_both_may_be_right(one, other, still):
    assert unmoved(figures(one)[0], figures(other)[0]) is still


def test_a_figure_without_a_unit_or_a_thing_is_none():
    assert amounts("9", [Quantity(value=9.0, unit="", what="", span=Span(0, 1, "9"))]) == ()


def test_a_figure_that_was_another_one_before_says_so():
    assert told_as_change("the toll has risen to 17") and told_as_change("17 people so far")
    assert not told_as_change("17 people were hurt")


# Negation


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("the bank did not fail in April", {"fail", "april"}),
        ("nobody could doubt it, the bank failed", {"doubt"}),
        ("not only the bank failed", set()),
        ("a strike was ruled out", {"strike"}),
        ("the bank would never not fail", set()),
        ("the minister refused to resign", {"resign"}),
    ],
)
def test_negation_reaches_what_it_denies_to_the_end_of_its_clause(text, reached):
    assert negated(text, 0, len(text)) == {stem(word) for word in reached}


# Speakers


def test_a_title_or_a_first_name_may_be_missing_and_another_first_name_may_not():
    full, short = of(named="Lorna Weatherby"), of(named="Weatherby")
    assert same(full, short) and same(short, full)
    assert not same(full, of(named="Graham Weatherby"))
    assert of(named="Dr Lorna Weatherby") == full


def test_a_body_is_known_by_its_words_and_anybody_is_nobody():
    assert of("the ministry spokesman") == Speaker(BODY, ("ministry",))
    assert of("a spokeswoman for the Valley Mutual").tokens == of("the Valley Mutual").tokens
    assert of("police").kind == BODY
    for nobody in ("two officials", "a resident", "they", "the minister", "residents", "a ministry spokesman"):
        assert of(nobody) == Speaker(), nobody
    assert of(guess="Lorna Weatherby").kind == GUESSED
    assert (of(named="Lorna Weatherby").kind, Speaker().kind) == (NAMED, NOBODY)


def test_nobody_in_particular_is_not_the_same_as_nobody():
    assert not same(Speaker(), Speaker())


NAMES = st.lists(st.sampled_from(["lorna", "weatherby", "fire", "service", "moor", "water"]), min_size=1, max_size=3)


@given(NAMES, NAMES, st.booleans(), st.booleans())
def test_speakers_that_may_be_one_are_found_by_one_handle(a, b, one, other):
    ours, theirs = Speaker(NAMED, tuple(a), one), Speaker(NAMED, tuple(b), other)
    if same(ours, theirs):
        assert set(handles(ours)) & set(handles(theirs))
    assert same(ours, theirs) == same(theirs, ours)


# Two claims


def test_other_words_for_the_same_are_one_statement():
    a = one("hc", FINCH, STONE)
    b = one("id", "Finch", "before winter the Saltmere levee would be built again in stone")
    found = compare(a, b)
    assert found.same and not found.conflict
    assert 0 < likeness(a, b) <= 1


def test_the_same_words_of_two_people_are_two_statements():
    assert not compare(one("hc", FINCH, "we will rebuild the wall"), one("id", "Ann Lee", "we will build a wall")).same


def test_another_figure_by_the_same_speaker_is_one_statement_and_a_conflict():
    found = compare(one("hc", FINCH, MOVED), one("id", FINCH, OTHER))
    assert (found.same, found.conflict) == (True, QUANTITY)
    assert found.figures and [f.low for f in found.figures] == [430, 340]


def test_a_figure_that_changes_in_time_or_at_one_outlet_is_no_conflict():
    first = one("hc", FINCH, MOVED)
    assert not compare(first, one("id", FINCH, OTHER, hours=24 * 4)).conflict
    assert not compare(first, one("hc", FINCH, OTHER, slug="later")).conflict
    risen = "rescue teams had so far moved 480 people out of the lower streets of Saltmere"
    assert not compare(first, one("id", FINCH, risen)).conflict


def test_the_opposite_by_the_same_speaker_is_a_conflict_of_two_statements():
    found = compare(one("hc", FINCH, STONE), one("id", FINCH, STONE.replace("would be", "would not be")))
    assert (found.same, found.conflict) == (False, NEGATION)


def test_words_copied_to_the_letter_in_another_mouth_are_a_conflict_only_where_both_are_sure():
    words_ = "there is more patch than wall along the whole of the Tarrow"
    assert compare(one("hc", FINCH, words_), one("id", "Lorna Weatherby", words_)).conflict == SPEAKER
    unsure = one("id", "Lorna Weatherby", words_, confidence=0.3)
    assert not compare(one("hc", FINCH, words_), unsure).conflict
    assert compare(one("hc", FINCH, words_), one("id", "", words_)).same, "one article does not know who said it"
    elsewhere = one("id", "Lorna Weatherby", words_, title="Choir of Northgate wins a prize", slug="choir")
    assert not compare(one("hc", FINCH, words_), elsewhere).same


CONTENTS = st.sampled_from([MOVED, OTHER, STONE, STONE.replace("would", "would not"), "we hope", "it is over", "yes"])
WHO = st.sampled_from([FINCH, "Finch", "Lorna Weatherby", ""])


@given(WHO, CONTENTS, WHO, CONTENTS, st.sampled_from(["hc", "id"]))
def test_it_does_not_matter_which_of_two_is_asked(who, what, other, words_, site):
    a, b = one("nl", who, what), one(site, other, words_, hours=1)
    there, back = compare(a, b), compare(b, a)
    assert (there.same, there.conflict, there.score) == (back.same, back.conflict, pytest.approx(back.score))
    assert not (there.same and there.conflict == NEGATION)


@given(WHO, CONTENTS, WHO, CONTENTS)
def test_claims_that_say_the_same_share_the_keys_by_which_they_are_found(who, what, other, words_):
    a, b = keys(one("hc", who, what)), keys(one("id", other, words_))
    if compare(one("hc", who, what), one("id", other, words_)).same:
        assert sum(worth for key, worth in a.asked.items() if key in b.posted) >= SHARED
    assert set(a.asked) >= {key for key in a.posted if key in a.asked}


def test_a_claim_of_many_words_stands_under_few_keys():
    long = one("hc", FINCH, " ".join(f"levee{n} wall{n} stone{n}" for n in "abcdefghijklmnop"))
    assert len(keys(long).posted) <= HEAVIEST + len(long.amounts) + 2
    assert len(runs(long.folded)) == 2


# Clusters


def test_the_order_of_arrival_within_a_unit_decides_nothing():
    found = [one("hc", FINCH, MOVED), one("id", FINCH, OTHER, hours=1), one("nl", "Finch", MOVED, hours=2)]
    made = []
    for some in permutations(found):
        placed, clashes = placing(some, {})
        made.append(([(p.facts.claim_id, p.statement) for p in placed], clashes))
    assert all(one_ == made[0] for one_ in made)
    placed, clashes = made[0]
    assert len({statement_ for _, statement_ in placed}) == 1
    assert len(clashes) == 2, "340 against each of the two that say 430"


def test_a_new_claim_is_compared_with_few_however_many_speak():
    window = Window()
    for n in range(300):
        mine = one("hc", FINCH, f"{MOVED} on day {n}", slug=f"s{n}", hours=n / 10)
        window.add(mine, keys(mine), f"s{n}")
    assert len(window.near(keys(one("id", FINCH, MOVED, hours=40)).asked)) == COMPARED


def test_a_claim_that_takes_the_place_of_another_stays_in_its_statement():
    new = one("hc", FINCH, "something else altogether about trains")
    [placed], _ = placing([new], {new.claim_id: "its statement"})
    assert placed.statement == "its statement"


# Statements as records


def test_a_statement_says_who_had_it_first_and_how_it_drifts():
    first, later = one("hc", FINCH, MOVED), one("id", "Finch", OTHER, hours=2)
    cut = one("nl", "Finch", "rescue teams had moved 430 people", hours=5)
    _, clashes = placing([first, later, cut], {})
    same_ = {f.claim_id: "s" for f in (first, later, cut)}
    members = [Member(cut, "Finch"), Member(later, "Finch"), Member(first, FINCH)]
    made = statement("s", first.claim_id, members, [], clashes, same_)
    assert (made.first_seen, made.words, made.speaker) == ("2026-03-02T08:00:00+00:00", MOVED, FINCH)
    assert made.sites == ("hc.test", "id.test", "nl.test")
    assert (made.articles, made.outlets, made.independent_outlets) == (3, 3, 3)
    assert [v.drift for v in made.variants] == [(), ("reworded", "figure"), ("shortened",)]
    [conflict, *_] = made.conflicts
    assert (conflict.kind, conflict.site, conflict.other_site) == ("quantity", "hc.test", "id.test")
    for span, text in (
        (conflict.span, told("hc", (FINCH, MOVED))),
        (conflict.other_span, told("id", ("Finch", OTHER))),
    ):
        assert text.revision.text[span.start : span.end] == span.exact
    assert (conflict.span.exact, conflict.other_span.exact) == ("430", "340")


def test_forty_papers_with_two_figures_are_one_conflict():
    papers = [one(f"p{n}", FINCH, MOVED if n % 2 else OTHER, hours=n / 10) for n in range(12)]
    placed, clashes = placing(papers, {})
    assert len(clashes) > 10
    of_ = {p.facts.claim_id: p.statement for p in placed}
    made = statement("s", papers[0].claim_id, [Member(f, FINCH) for f in papers], [], clashes, of_)
    assert len(made.conflicts) == 1


def test_drift_of_the_same_words_in_other_type_is_none():
    assert drift(one("hc", FINCH, "We Hope"), one("id", FINCH, "we hope")) == ()
