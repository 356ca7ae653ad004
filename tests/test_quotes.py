"""Quotation marks of all outlets: where quoted words begin and end, and what only looks like a mark."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.attribution.quotes import quotations
from transforms.attribution.sentences import sentences


def words(text: str) -> list[str]:
    return [text[q.start : q.end] for q in quotations(text)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('"We are late," she said. "Very late."', ["We are late,", "Very late."]),
        ("“We are late,” she said.", ["We are late,"]),
        ("‘We are late,’ she said.", ["We are late,"]),
        ("«On arrive», dit-elle.", ["On arrive"]),
        ("»Wir kommen«, sagte sie.", ["Wir kommen"]),
        ("„Wir kommen“, sagte sie.", ["Wir kommen"]),
        ("“[As] much as we hope, it ends,” he wrote.", ["[As] much as we hope, it ends,"]),
        ("“He told me ‘go home’ twice,” she said.", ["He told me ‘go home’ twice,"]),
        ("‘He told me “go home” twice,’ she said.", ["He told me “go home” twice,"]),
        ("“They said “enough” and left,” he said.", ["They said “enough” and left,"]),
        ('“We are late," she said.', ["We are late,"]),
        ('"We are late,” she said.', ["We are late,"]),
        ('„Wir kommen", sagte sie.', ["Wir kommen"]),
        ('“We are late, she said. "Very late," he said.', ["Very late,"]),
    ],
)
def test_every_kind_of_mark_gives_the_words_without_the_mark(text, quoted):
    assert words(text) == quoted


@pytest.mark.parametrize(
    "text",
    [
        "The workers’ union met on Monday.",
        "It’s the players' fault, isn't it, and the '90s are over.",
        "Rock ’n’ roll is back in the ‘80s bar.",
        'A 5" pipe burst under the road.',
        "The dogs' owners and the cats' owners agreed.",
    ],
)
def test_an_apostrophe_is_no_quotation(text):
    assert words(text) == []


def test_a_single_mark_does_not_close_at_a_plural_possessive():
    text = "‘The workers’ rights were never in doubt,’ the minister said."
    assert words(text) == ["The workers’ rights were never in doubt,"]


def test_a_quotation_runs_over_paragraphs_that_each_begin_with_a_mark():
    text = "She said: “First we waited.\n“Then we walked.\n“Then we slept.”\nNobody came."
    first, second, third = quotations(text)
    assert (first.continued, first.continues) == (True, False)
    assert (second.continued, second.continues) == (True, True)
    assert (third.continued, third.continues) == (False, True)
    assert text[second.start : second.end] == "Then we walked."


def test_a_mark_that_never_closes_does_not_swallow_an_article():
    text = "The bill, known as “the gift, passed on Monday.\nIt was signed on Friday. “Good,” he said."
    assert words(text) == ["Good,"]


def test_a_whole_paragraph_without_its_last_mark_still_counts():
    assert words("“We will not go, whatever they say, and nor will our children.\nThe road is closed.") == [
        "We will not go, whatever they say, and nor will our children."
    ]


def test_a_quotation_is_one_word_of_its_sentence():
    text = "“Why now? Why us?” Mr. Adeyemi asked. He sat down. “Enough.” “More.”"
    cut = [text[s.start : s.end] for s in sentences(text, quotations(text))]
    assert cut == ["“Why now? Why us?” Mr. Adeyemi asked.", "He sat down.", "“Enough.”", "“More.”"]


def test_a_dateline_belongs_to_no_sentence():
    text = "NAIROBI, March 12 (Savanna Press) - The road is open, the ministry said."
    (only,) = sentences(text, quotations(text))
    assert text[only.start : only.end] == "The road is open, the ministry said."


@given(st.text(alphabet="ab .,?\n\"'“”‘’«»„[]s", max_size=120))
def test_quotations_of_any_text_are_ordered_and_apart(text):
    found = quotations(text)
    assert all(q.open < q.start <= q.end <= q.close <= len(text) for q in found)
    assert all(a.close <= b.open for a, b in pairwise(found))
    for s in sentences(text, found):
        assert 0 <= s.start < s.end <= len(text)
        assert "\n" not in text[s.start : s.end]
