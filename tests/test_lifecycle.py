"""What became of an article's claims from one revision to the next, and what its outlet says of its mistakes. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import compared, told

from transforms.lifecycle import Change, steps
from transforms.notices import notices, spoken_of

FINCH, LORNA = "Alasdair Finch", "Lorna Weatherby"
MOVED = "rescue teams had moved 430 people out of the lower streets"
WALL = "there is more patch than wall along the river"


def became(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [
        (
            step.kind.value if step.kind else "",
            step.before.content if step.before else "",
            step.after.content if step.after else "",
        )
        for step in steps(compared(told("hc", *before)), compared(told("hc", *after)))
    ]


def test_what_stays_to_the_letter_has_not_changed_wherever_it_stands_now():
    assert became([(FINCH, MOVED), (LORNA, WALL)], [(LORNA, WALL), (FINCH, MOVED)]) == [
        ("", WALL, WALL),
        ("", MOVED, MOVED),
    ]


@pytest.mark.parametrize(
    ("who", "now", "kind"),
    [
        (FINCH, "rescue teams had taken 430 people out of the lower streets by boat", "reworded"),
        (FINCH, MOVED.replace("430", "460"), "number"),
        (FINCH, MOVED.replace("430", "at least 430"), "reworded"),
        (FINCH, MOVED.replace("430 people", "people"), "number"),
        (LORNA, MOVED, "speaker"),
        ("Finch", MOVED, ""),
    ],
)
def test_a_claim_that_changes_is_told_from_one_that_is_new(who, now, kind):
    assert became([(FINCH, MOVED)], [(who, now)]) == [(kind, MOVED, now)]


def test_what_came_was_added_and_what_went_was_withdrawn():
    assert became([(FINCH, MOVED)], [(FINCH, MOVED), (LORNA, WALL)])[1] == ("added", "", WALL)
    assert became([(FINCH, MOVED), (LORNA, WALL)], [(FINCH, MOVED)])[1] == ("withdrawn", WALL, "")
    assert became([(FINCH, MOVED)], [(LORNA, WALL)]) == [("added", "", WALL), ("withdrawn", MOVED, "")]


def test_the_alikest_pair_is_taken_first():
    near, nearer = MOVED.replace("430", "460"), MOVED
    assert [kind for kind, *_ in became([(FINCH, MOVED)], [(FINCH, near), (FINCH, nearer)])] == ["added", ""]


SAID = st.lists(
    st.tuples(st.sampled_from([FINCH, LORNA, ""]), st.sampled_from([MOVED, WALL, MOVED.replace("430", "9"), "yes"])),
    max_size=5,
)


@settings(deadline=None)
@given(SAID, SAID)
def test_every_claim_of_both_sides_comes_once(before, after):
    ours, theirs = compared(told("hc", *before)), compared(told("hc", *after, slug="flood"))
    made = steps(ours, theirs)
    assert [s.after for s in made if s.after] == theirs
    assert sorted(s.before.claim_id for s in made if s.before) == sorted(f.claim_id for f in ours)
    for step in made:
        assert (step.kind is Change.ADDED) == (step.before is None)
        assert (step.kind is Change.WITHDRAWN) == (step.after is None)


# Notices


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Correction: The river is the Tarrow, not the Yarrow.", "correction"),
        ("CORRECTED – the toll in paragraph two", "correction"),
        ("Editor’s note: this paragraph has been corrected.", "correction"),
        ("An earlier version of this article misstated the number of people moved.", "correction"),
        ("A previous version of this story incorrectly said that 340 people were moved.", "correction"),
        ("This article was amended on 3 March 2026.", "correction"),
        ("Clarification: the wall dates from the 1950s.", "clarification"),
        ("This story has been updated to clarify who paid.", "clarification"),
        ("Retraction: Deaths at the Infirmary", "retraction"),
        ("The Courier has retracted the article.", "retraction"),
        ("The correction of the river’s course took ten years.", ""),
        ("He said the minister was wrongly accused.", ""),
        ("Police withdrew the officers at noon.", ""),
        ("The council corrected the plan in April.", ""),
    ],
)
def test_a_notice_is_known_by_its_words(line, kind):
    text = f"Boats worked along Weir Lane.\n{line}\nThe rain went on."
    found = notices("Tarrow floods Saltmere", text)
    assert [n.kind for n in found] == ([kind] if kind else [])
    for notice in found:
        assert text[notice.span.start : notice.span.end] == notice.span.exact == line


def test_a_title_is_a_notice_by_its_first_word_alone():
    [found] = notices("Correction: people moved at Saltmere", "It was 430.")
    assert (found.kind, found.title) == ("correction", True)
    assert notices("An earlier version of this article misstated it", "It was 430.") == []


def test_a_long_paragraph_is_no_notice():
    assert notices("t", "Correction: " + "x " * 500) == []


def test_a_notice_speaks_of_the_claims_whose_figures_or_words_it_names():
    made = told(
        "hc", (FINCH, MOVED), (LORNA, WALL), more="Correction: It was 430 people whom rescue teams moved, not 530."
    )
    [notice] = notices(made.revision.title, made.revision.text)
    assert [f.content for f in spoken_of(made.revision.text, notice, compared(made))] == [MOVED]
