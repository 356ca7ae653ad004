"""The pure pieces of the reading model: windows, tags, trees, attributions, lemmas."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from en_newsbeam_sm import parts, pieces, tags, trees
from en_newsbeam_sm.labels import ANCHORS, NAME_TAGS, ROLE_TAGS, lemma_of, lemma_script
from en_newsbeam_sm.parts import Anchor, Attribution
from en_newsbeam_sm.pieces import BREAK, START, Layout, Pieces

floats = st.floats(-8, 8, allow_nan=False, width=32)


# Case


@pytest.mark.parametrize(
    ("words", "alike"),
    [
        (["12", "3,000", "9.8"], True),
        (["12", "—", "a1"], False),
        (["a", "said", "élan"], True),
        (["A", "NATO"], False),
        (["NATO", "U.N."], True),
        (["Nairobi", "Élan"], True),
        (["McCarthy", "Nairobi", "iPhone", "nairobi"], False),
        (["الوزير", "日本"], True),
    ],
)
def test_words_are_of_one_case_when_their_letters_look_alike(words, alike):
    assert len({pieces.case_of(word) for word in words}) == (1 if alike else len(words))


@given(st.text(min_size=1))
def test_every_word_has_a_case_that_the_encoder_knows(word):
    assert 0 < pieces.case_of(word) < pieces.CASES


# Lemmas


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("said", "say"),
        ("Ministers", "minister"),
        ("Okafors", "Okafor"),
        ("U.S.", "U.S."),
        ("was", "be"),
        ("RUNNING", "run"),
        ("tenth", "10th"),
        ("’s", "2s"),
        ("½", "²"),
        ("İ", "i"),
        ("a", ""),
    ],
)
def test_a_script_makes_its_lemma_again(word, lemma):
    assert lemma_of(word, lemma_script(word, lemma)) == lemma


@given(st.text(max_size=12), st.text(max_size=12))
def test_for_any_word_and_any_lemma_a_script_makes_it_again(word, lemma):
    assert lemma_of(word, lemma_script(word, lemma)) == lemma


def test_one_script_serves_all_words_that_are_bent_alike():
    assert lemma_script("walked", "walk") == lemma_script("Painted", "paint")
    assert lemma_of("Shouted", lemma_script("walked", "walk")) == "shout"


def test_a_word_too_short_for_its_script_stays_as_it_is():
    assert lemma_of("As", lemma_script("walking", "walk")) == "as"


# Windows


@st.composite
def texts(draw):
    """Paragraphs as places of words, and how many pieces each word has."""
    lengths = draw(st.lists(st.integers(1, 60), min_size=1, max_size=8))
    size = st.integers(1, pieces.MOST_PIECES)
    words = draw(st.lists(size, min_size=sum(lengths), max_size=sum(lengths)))
    ends = np.cumsum(lengths).tolist()
    stops = draw(st.frozensets(st.integers(0, len(words) - 1)))
    return [range(a, b) for a, b in pairwise([0, *ends])], words, stops


layouts = st.sampled_from([Layout(), Layout(64, 16, 20), Layout(40, 0, 0), Layout(48, 40, 12)])


def packed(text, layout):
    paragraphs, sizes, stops = text
    words = [Pieces(tuple(1000 + 16 * i + k for k in range(n)), 1 + i % 10) for i, n in enumerate(sizes)]
    return pieces.pack(paragraphs, words, stops, layout), words


@settings(max_examples=150, deadline=None)
@given(texts(), layouts)
def test_each_word_is_answered_for_by_one_window_in_order(text, layout):
    windows, words = packed(text, layout)
    assert [w for window in windows for w in window.words[window.fresh :]] == list(range(len(words)))


@settings(max_examples=150, deadline=None)
@given(texts(), layouts)
def test_no_window_is_longer_than_the_layout_and_its_first_piece(text, layout):
    windows, _ = packed(text, layout)
    assert all(len(window.ids) <= layout.window + 1 for window in windows)


@settings(max_examples=150, deadline=None)
@given(texts(), layouts)
def test_a_window_holds_the_pieces_of_its_words_between_breaks(text, layout):
    windows, words = packed(text, layout)
    paragraph_of = {w: number for number, paragraph in enumerate(text[0]) for w in paragraph}
    for window in windows:
        assert window.ids[0] == START
        assert window.ids[-1] == BREAK
        for k, (w, at) in enumerate(zip(window.words, window.first, strict=True)):
            end = at + len(words[w].ids)
            assert tuple(window.ids[at:end]) == words[w].ids
            assert set(window.cases[at:end]) == {words[w].case}
            last = k + 1 == len(window.words) or k + 1 in window.breaks
            assert (window.ids[end] == BREAK) == last
        assert sum(i == BREAK for i in window.ids) == len(window.breaks)
        assert len(window.cases) == len(window.ids)
        numbers = [paragraph_of[w] for w in window.words]
        assert window.breaks == [k for k in range(len(numbers)) if not k or numbers[k] != numbers[k - 1]]


@settings(max_examples=100, deadline=None)
@given(texts(), layouts)
def test_what_a_window_reads_again_stands_right_before_it_and_is_short(text, layout):
    windows, words = packed(text, layout)
    for window in windows:
        again = window.words[: window.fresh]
        assert [*again, window.words[window.fresh]] == list(range(window.words[0], window.words[window.fresh] + 1))
        assert sum(len(words[w].ids) for w in again) <= max(layout.context, layout.overlap)


def test_short_paragraphs_share_a_window_and_the_last_ones_lead_the_next():
    windows, _ = packed(([range(i, i + 10) for i in range(0, 100, 10)], [1] * 100, frozenset()), Layout(44, 24, 0))
    assert windows[0].words == list(range(40))
    assert windows[1].fresh == 0  # a full window has no room for what came before
    assert windows[2].words[: windows[2].fresh] == list(range(60, 80))


def test_a_long_paragraph_is_cut_behind_a_full_stop():
    windows, _ = packed(([range(300)], [1] * 300, frozenset({149, 160, 299})), Layout(192, 0, 20))
    assert windows[0].words == list(range(161))
    assert windows[1].words[: windows[1].fresh] == list(range(141, 161))


# Tags


def tagged(scores):
    """The tags that spans stand for."""
    out = [0] * len(scores)
    for run in tags.runs(scores):
        for i in range(run.start, run.end):
            assert out[i] == 0
            out[i] = 2 * run.kind + (1 if i == run.start else 2)
    return out


def allowed(path):
    """Whether each later word follows one of its own kind."""
    return all(tag == 0 or tag % 2 or before in {tag - 1, tag} for before, tag in pairwise([0, *path]))


@st.composite
def scored(draw, most=5, kinds=2):
    n = draw(st.integers(0, most))
    rows = draw(st.lists(st.lists(floats, min_size=2 * kinds + 1, max_size=2 * kinds + 1), min_size=n, max_size=n))
    return np.asarray(rows, dtype=np.float32).reshape(n, 2 * kinds + 1)


@settings(max_examples=150, deadline=None)
@given(scored())
def test_spans_are_the_best_tags_that_make_sense_together(scores):
    found = tagged(scores)
    chances = tags.log_softmax(scores.astype(np.float64))
    worth = lambda path: sum(chances[i, tag] for i, tag in enumerate(path))  # noqa: E731
    assert allowed(found)
    best = max(worth(path) for path in product(range(scores.shape[1]), repeat=len(scores)) if allowed(path))
    assert worth(found) == pytest.approx(best, abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(scored(most=12, kinds=len(NAME_TAGS) // 2))
def test_where_the_best_tags_make_sense_they_are_taken_as_they_are(scores):
    best = scores.argmax(-1).tolist()
    if allowed(best):
        assert tagged(scores) == best


def rows(*liked, tags=5, sure=4.0):
    """Scores that like one tag of each word, or several: {tag: score}."""
    out = np.zeros((len(liked), tags), dtype=np.float32)
    for i, tag in enumerate(liked):
        for place, score in tag.items() if isinstance(tag, dict) else [(tag, sure)]:
            out[i, place] = score
    return out


def test_a_later_word_that_follows_nothing_is_repaired():
    assert tagged(rows({0: 9}, 2, 2, 0)) == [0, 1, 2, 0]
    assert tagged(rows({0: 9}, {2: 4, 0: 3.9}, {0: 9})) == [0, 0, 0]
    assert tagged(rows({1: 9}, {4: 4, 2: 3})) == [1, 2]


def test_two_spans_of_one_kind_side_by_side_stay_two():
    found = tags.runs(rows(1, 2, 1, 3, 4))
    assert [(run.start, run.end, run.kind) for run in found] == [(0, 2, 0), (2, 3, 0), (3, 5, 1)]


def test_a_span_is_as_sure_as_its_words_on_the_average():
    (run,) = tags.runs(np.log(np.asarray([[0.1, 0.8, 0.1], [0.2, 0.2, 0.6]])))
    assert run.score == pytest.approx(0.7)


def test_no_words_have_no_spans():
    assert tags.runs(np.zeros((0, 5), dtype=np.float32)) == []


# Trees


@st.composite
def squares(draw, most):
    n = draw(st.integers(1, most))
    return np.asarray(draw(st.lists(floats, min_size=n * n, max_size=n * n)), dtype=np.float32).reshape(n, n)


def is_tree(heads):
    """One root, and every word leads to it."""
    roots = [i for i, head in enumerate(heads) if head == i]
    if len(roots) != 1:
        return False
    for i in range(len(heads)):
        for _ in heads:
            i = heads[i]  # noqa: PLW2901
        if i != roots[0]:
            return False
    return True


def worth(scores, heads):
    return sum(float(scores[i, head]) for i, head in enumerate(heads))


@settings(max_examples=200, deadline=None)
@given(squares(14))
def test_heads_are_always_one_tree(scores):
    assert is_tree(trees.heads(scores))


@settings(max_examples=200, deadline=None)
@given(squares(4))
def test_no_other_tree_with_the_same_root_is_better(scores):
    found = trees.heads(scores)
    root = next(i for i, head in enumerate(found) if head == i)
    every = (h for h in product(range(len(scores)), repeat=len(scores)) if h[root] == root and is_tree(h))
    assert worth(scores, found) == pytest.approx(max(worth(scores, h) for h in every), abs=1e-3)


@settings(max_examples=200, deadline=None)
@given(squares(4))
def test_no_other_tree_is_better(scores):
    best = max(worth(scores, h) for h in product(range(len(scores)), repeat=len(scores)) if is_tree(h))
    assert worth(scores, trees.heads(scores)) == pytest.approx(best, abs=1e-3)


def test_a_root_that_is_a_little_better_by_itself_does_not_cost_a_better_tree():
    # Both the first and the last word would be root; the last one is better at it, but then the second word,
    # which wants to hang on the first, or the first one itself has no place.
    scores = np.asarray([[0, 0, -2], [2, 0, 0], [0, 0, 1]], dtype=np.float32)
    assert worth(scores, trees.heads(scores)) == 2


def test_the_best_heads_are_taken_where_they_are_a_tree():
    assert trees.heads(np.asarray([[0, 9, 0], [0, 9, 0], [0, 9, 0]], dtype=np.float32)) == [1, 1, 1]


def test_a_cycle_is_opened_where_it_costs_least():
    scores = np.full((4, 4), -9.0, dtype=np.float32)
    scores[0, 0] = 9  # root
    scores[1, 2] = scores[2, 3] = scores[3, 1] = 5  # a ring
    scores[1, 0], scores[2, 0], scores[3, 0] = 1, 3, 2
    assert trees.heads(scores) == [0, 2, 0, 1]


def test_two_rings_that_a_third_one_joins_are_opened_one_after_the_other():
    n = 40
    scores = np.full((n, n), -50.0, dtype=np.float32)
    for i in range(0, n, 2):
        scores[i, i + 1] = scores[i + 1, i] = 9  # pairs
        scores[i, (i + 3) % n] = 5  # and a ring of pairs
    scores[:, 7] += 60
    scores[7, 7] = 0
    assert is_tree(trees.heads(scores))


# Attributions


def test_words_stand_for_an_attribution_from_an_even_chance():
    scores = np.log(
        np.asarray(
            [
                [0.9, 0.1, 0, 0, 0, 0, 0],
                [0.4, 0.1, 0.3, 0.1, 0.1, 0, 0],  # no kind is as likely as none, but together they are
                [0.6, 0.4, 0, 0, 0, 0, 0],
                [0.1, 0, 0, 0, 0, 0, 0.9],
            ]
        )
        + 1e-9
    )
    found = parts.anchors(scores)
    assert [(a.word, a.kind) for a in found] == [(1, "belief"), (3, "bare")]
    assert [a.chance for a in found] == pytest.approx([0.6, 0.9], abs=1e-3)
    assert len(ANCHORS) == scores.shape[1]


def roles(*liked):
    return rows(*(ROLE_TAGS.index(tag) for tag in liked), tags=len(ROLE_TAGS), sure=9.0)


def test_parts_of_an_attribution_stand_where_its_paragraph_does():
    scores = roles("B-source", "I-source", "B-cue", "O", "B-content", "I-content")
    made = parts._made(Anchor(102, "denial", 0.9), scores, 100)
    assert made[:5] == (102, "denial", ((100, 102),), ((102, 103),), ((104, 106),))
    assert made.score == pytest.approx(0.9, abs=0.01)


def test_an_anchor_without_a_content_was_none():
    assert parts._made(Anchor(1, "speech", 0.9), roles("B-source", "B-cue", "O"), 0) is None


def test_a_bare_anchor_has_no_cue_and_any_other_is_its_own():
    scores = roles("B-source", "O", "B-content")
    assert parts._made(Anchor(2, "bare", 0.9), scores, 0)[1:4] == ("speech", ((0, 1),), ())
    assert parts._made(Anchor(1, "belief", 0.9), scores, 0)[1:4] == ("belief", ((0, 1),), ((1, 2),))


def test_a_content_may_stand_in_two_pieces():
    made = parts._made(Anchor(1, "speech", 1.0), roles("B-content", "B-cue", "B-source", "O", "B-content"), 0)
    assert made.content == ((0, 1), (4, 5))


def said(cue, content, score, type="speech"):
    return Attribution((cue or content)[0][0], type, (), cue, content, score)


def test_of_two_attributions_that_share_a_cue_the_surer_one_stays():
    weak, strong = said(((1, 3),), ((5, 9),), 0.6), said(((2, 4),), ((5, 8),), 0.8)
    assert parts._distinct([weak, strong]) == [strong]


def test_of_two_attributions_with_one_content_the_surer_one_stays():
    weak, strong = said(((1, 2),), ((5, 9),), 0.6), said((), ((5, 9),), 0.8)
    assert parts._distinct([weak, strong]) == [strong]


def test_attributions_inside_each_other_both_stay_in_the_order_of_the_text():
    outer, inner = said(((1, 2),), ((2, 9),), 0.6), said(((4, 5),), ((5, 9),), 0.9)
    assert parts._distinct([inner, outer]) == [outer, inner]


class Counted(tuple):
    """Spans that count how often someone looks at them."""

    __slots__ = ()
    looks = 0

    def __eq__(self, other):
        Counted.looks += 1
        return tuple.__eq__(self, other)

    def __hash__(self):
        Counted.looks += 1
        return tuple.__hash__(self)

    def __iter__(self):
        Counted.looks += 1
        return tuple.__iter__(self)


def looks(n):
    """How often `_distinct` looks at the spans of n attributions, one behind the other."""
    Counted.looks = 0
    some = [said(Counted(((9 * i, 9 * i + 1),)), Counted(((9 * i + 1, 9 * i + 8),)), 0.5) for i in range(n)]
    assert len(parts._distinct(some)) == n
    return Counted.looks


def test_four_times_the_attributions_are_about_four_times_the_work():
    assert looks(400) <= 6 * looks(100)
