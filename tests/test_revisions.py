"""What was added, removed and changed between two texts of one article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Change
from transforms.fold import text_key
from transforms.revisions import changes

BEFORE = "The bridge is closed.\n\nThe mayor said that ten people were hurt on Monday.\n\nPolice are on the scene."


def told(after: str, before: str = BEFORE) -> list[tuple[str, str, str, int, int]]:
    return [(c.kind, c.before, c.after, c.before_at, c.after_at) for c in changes(before, after)]


def test_a_paragraph_that_was_put_in_is_added_at_its_place():
    after = BEFORE.replace("\n\nPolice", "\n\nTwo boats sank.\n\nPolice")
    assert told(after) == [("added", "", "Two boats sank.", 0, 3)]


def test_a_paragraph_that_was_taken_out_is_removed():
    assert told("The bridge is closed.\n\nPolice are on the scene.") == [
        ("removed", "The mayor said that ten people were hurt on Monday.", "", 2, 0)
    ]


def test_a_paragraph_with_other_words_is_changed_and_both_texts_are_kept():
    after = BEFORE.replace("ten people", "twelve people")
    [one] = changes(BEFORE, after)
    assert one == Change(
        kind="changed",
        before="The mayor said that ten people were hurt on Monday.",
        after="The mayor said that twelve people were hurt on Monday.",
        before_at=2,
        after_at=2,
    )


def test_in_one_stretch_what_belongs_together_is_changed_and_the_rest_is_new_or_gone():
    new = ["The bridge is closed.", "Divers search.", "The mayor said that twelve were hurt on Monday.", "More soon."]
    after = "\n\n".join(new)
    assert [kind for kind, *_ in told(after)] == ["added", "changed", "removed", "added"]
    assert told(after)[1][3:] == (2, 3)


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace("\n\n", "\n").replace(" ", "  "),
        BEFORE.replace("bridge", "br\u00adidge") + "\n\n12 comments",
        "Updated: 3 March 2026, 10:45 GMT\n\n" + BEFORE,
        "Last updated at 10.45am\n\n" + BEFORE,
    ],
)
def test_white_space_typography_and_counters_make_no_change(after):
    assert changes(BEFORE, after) == ()
    assert text_key(BEFORE) == text_key(after)


def test_a_number_in_a_sentence_is_a_change():
    assert len(changes("He made 12 comments.", "He made 13 comments.")) == 1


TEXTS = st.lists(st.sampled_from(["one two three", "one two four", "five", "six seven", "12 comments"]), max_size=12)


@given(TEXTS, TEXTS)
def test_the_changes_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    found = changes("\n\n".join(old), "\n\n".join(new))
    gone = {c.before_at for c in found if c.before_at}
    come = {c.after_at for c in found if c.after_at}
    kept = [line for n, line in enumerate(old, 1) if n not in gone and line != "12 comments"]
    assert kept == [line for n, line in enumerate(new, 1) if n not in come and line != "12 comments"]
    assert all(c.before == (old[c.before_at - 1] if c.before_at else "") for c in found)
    assert all(c.after == (new[c.after_at - 1] if c.after_at else "") for c in found)
    assert {c.kind for c in found} <= {"added", "removed", "changed"}


def test_a_text_of_one_line_ten_thousand_times_is_told_apart_in_time():
    assert len(changes("ha ha\n" * 10_000, "ha ha\n" * 10_000 + "the end")) == 1
