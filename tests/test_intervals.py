"""Intervals of figures, by drawing the articles again."""

from __future__ import annotations

from collections import Counter

from benchmarks.intervals import bootstrap, in_words


def share(counts):
    return {"share": 100 * counts.get("right", 0) / max(1, counts.get("all", 0))}


def test_a_figure_that_all_articles_agree_on_has_no_width():
    assert bootstrap([Counter(right=1, all=2)] * 30, share) == {"share": (50.0, 50.0)}


def test_the_width_is_that_of_the_mean_of_as_many_draws():
    low, high = bootstrap([Counter(right=number % 2, all=1) for number in range(400)], share)["share"]
    assert low < 50 < high
    assert 8 < high - low < 12  # two times 1.96 standard errors: 100 * sqrt(.25 / 400) each


def test_large_articles_weigh_more_and_the_same_rows_give_the_same_bounds():
    rows = [Counter(right=90, all=100), *[Counter(all=1)] * 9]
    assert bootstrap(rows, share) == bootstrap(rows, share)
    assert bootstrap(rows, share)["share"][0] == 0.0  # a third of the draws lack the large one
    assert bootstrap([], share) == {}


def test_in_words():
    assert (in_words((1.04, 2.25)), in_words(None)) == ("1.0 to 2.2", "")
