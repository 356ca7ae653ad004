"""Odd texts through model, entities and claims: nothing breaks, offsets hold, and the work grows with the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_texts import ASKED, LEFT, NEWS, PEOPLE, PORT, ROWS, TIME, UNITS, Read, Watched, grown, work

from pipeline.model import load
from pipeline.seeds import load_aliases
from transforms.attribution.quotes import quotations
from transforms.claims import claims
from transforms.entities import entities

MARKS = "“”„‟«»\"‘’'"
STEP = 4_200  # characters, of one article over the next shorter one: farther back than any speaker is looked for
SLACK = 1.2  # a step may cost so much more than the one before it: candidates and the order of sets differ


@pytest.fixture(scope="module")
def nlp():
    return load("en_newsbeam_sm")


@pytest.fixture(scope="module")
def aliases():
    return load_aliases("")


@pytest.mark.parametrize("name", ROWS)
def test_an_odd_text_is_read_as_far_as_it_says_something(nlp, aliases, name):
    row = ROWS[name]
    read = Read(nlp, row.text, aliases)
    said = read.said()
    assert read.faults() == []
    assert [pair for pair in row.holds if pair not in said] == []
    assert [(part, words) for part in row.lacks for words, _ in said if part in words] == []
    assert row.claims in {-1, len(read.claims)}


def test_an_article_that_names_500_people_gives_each_of_them_his_own_words(nlp):
    read = Read(nlp, PEOPLE)
    assert read.faults() == []
    wrong = [c for c in read.claims if c.speaker < 0 or c.source[0].exact != read.entities[c.speaker].name]
    assert len(read.claims) == 540
    assert len({c.speaker for c in read.claims}) >= 535
    assert len(wrong) <= 5


@pytest.mark.parametrize("between", ["\n", " "], ids=["in paragraphs", "in one paragraph"])
def test_a_transcript_of_5000_quotations_is_read_to_its_end(nlp, between):
    text, seen = grown(nlp, UNITS["a transcript"], between, 5_000)
    read = Read(nlp, text, (), seen)
    assert read.faults() == []
    assert [c.kind for c in read.claims] == ["direct"] * 5_000
    assert read.claims[-1].content[0].end > len(text) - 20


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize(
    ("place", "before"),
    [(0, "Amara"), (0, "port"), (0, "would open"), (1, "Okafor said"), (1, "need it"), (2, "Tomas"), (2, "drivers")],
)
def test_a_stray_mark_costs_no_more_than_its_own_sentence(nlp, mark, place, before):
    lines = [PORT, TIME, LEFT, ASKED]
    lines[place] = lines[place].replace(before, mark + before)
    read = Read(nlp, "\n".join(lines))
    assert read.faults() == []
    wanted = [
        ("the port would open in May", "Amara Okafor"),
        ("We are out of time,", "Amara Okafor"),
        ("40 percent of drivers had left", "Tomas Reyes"),
        ("Nobody asked us,", "Tomas Reyes"),
    ]
    assert [pair for i, pair in enumerate(wanted) if i != place and pair not in read.said()] == []
    ends = [len("\n".join(lines[: i + 1])) for i in range(4)]
    for claim in read.claims:  # no words of two paragraphs
        assert len({sum(at > end for end in ends) for span in claim.content for at in (span.start, span.end)}) == 1


def test_a_part_of_a_content_that_is_only_a_mark_is_left_out(nlp):
    for read in (Read(nlp, f"{PORT}\n“We are out of time,” Okafor said {mark}. {ASKED}") for mark in '“"‘'):
        assert [words for words, _ in read.said() if not any(c.isalnum() for c in words)] == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_gives_spans_that_hold(text):
    assert Read(load("en_newsbeam_sm"), text).faults() == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(NEWS)), st.sampled_from([*MARKS, "\n", "😀", "|", "\t", "\u202e", "\x00"])))
)
def test_an_article_with_marks_anywhere_gives_spans_that_hold(added):
    text = NEWS
    for at, mark in added:
        text = text[:at] + mark + text[at:]
    assert Read(load("en_newsbeam_sm"), text).faults() == []


def last_step(sizes: list[tuple[int, int]]) -> float:
    """What the last of three steps costs at most, as a share of an earlier one: of lines or of characters.

    A longer article may cost less: what is no prose any more is passed over.
    """
    return max((c - b) / max(1, b - a, a) for a, b, c in zip(*sizes, strict=True))


LINES = dict.fromkeys(UNITS, "\n")
ONE_LINE = {name: " " for name in UNITS if "mark" in name or name in {"apostrophes", "a transcript", "a list of names"}}


@pytest.mark.parametrize(("name", "between"), [*LINES.items(), *ONE_LINE.items()])
def test_an_article_that_is_longer_by_as_much_costs_as_much_more(nlp, name, between):
    named, told = [], []
    for n in (1, 2, 3):
        text, seen = grown(nlp, UNITS[name], between, n * (STEP // len(UNITS[name]) + 1))
        watched, found = Watched(text), entities(text, seen)
        named.append(work(lambda w=watched, s=seen: entities(w, s)))
        told.append(work(lambda w=watched, s=seen, f=found: claims(w, s, f)))
    assert last_step(named) <= SLACK, named
    assert last_step(told) <= SLACK, told


def test_a_paragraph_of_so_many_more_marks_costs_as_much_more():
    for mark in MARKS:
        texts = [Watched(f"{mark}we {mark} " * n) for n in (340, 380, 420)]
        sizes = [work(lambda t=text: quotations(t)) for text in texts]
        assert last_step(sizes) <= SLACK, (mark, sizes)
