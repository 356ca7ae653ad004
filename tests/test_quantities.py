"""Numbers in a claim: values, ranges, limits, units, money, shares; and what is no quantity."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Quantity
from transforms.attribution.numerals import number
from transforms.attribution.quantities import quantities
from transforms.attribution.units import units

PIECES = ("12", "1,200", "half", "a third", " of ", " in ", "ten", "$", "Rs", " million", "%", "-", "–", " to ", "é")
PIECES += (" and ", "between ", "tonnes", "2024", "May", " p.m.", ".", ",", "\n", "٣", "a hundred", "bn", "°", "52nd")


def read(text: str) -> list[Quantity]:
    return list(quantities(text, 0, len(text)))


def told(text: str) -> list[tuple[float, str, str]]:
    return [(q.value, q.unit, q.what) for q in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it cost $2.5 million", (2_500_000.0, "USD", "")),
        ("it cost US$5bn", (5e9, "USD", "")),
        ("it cost Rs 1,140 crore", (11_400_000_000.0, "rupee", "")),
        ("it cost 4,000 Kenyan shillings", (4_000.0, "KES", "")),
        ("it cost 4,000 shillings", (4_000.0, "shilling", "")),  # of Kenya, Tanzania, Uganda, Somalia
        ("it cost 66 million baht", (66_000_000.0, "THB", "")),
        ("it rose 12 per cent", (12.0, "percent", "")),
        ("it rose 2 percentage points", (2.0, "percentage point", "")),
        ("it rose 26 basis points", (26.0, "basis point", "")),
        ("a third of voters", (0.333333, "share", "voters")),
        ("about one in ten people", (0.1, "share", "people")),
        ("half a million people", (500_000.0, "", "people")),
        ("three hundred and twelve houses", (312.0, "", "houses")),
        ("42 billion cubic meters of gas", (42e9, "m³", "gas")),
        ("a 26-year-old man", (26.0, "year", "age")),
        ("minus 190 degrees", (-190.0, "degree", "")),
        ("half an hour of rain", (0.5, "hour", "rain")),
        ("Tomas Reyes, 44, left", (44.0, "year", "age")),
    ],
)
def test_a_number_has_its_unit_and_what_it_counts(text: str, expected: tuple[float, str, str]) -> None:
    assert told(text) == [expected]


@pytest.mark.parametrize(
    ("text", "low", "high", "words"),
    [
        ("between 15,000 and 20,000 people", 15_000, 20_000, "15,000 and 20,000"),
        ("they range from $200 to $450 a month", 200, 450, "$200 to $450"),
        ("$10 to $15 million", 10_000_000, 15_000_000, "$10 to $15 million"),
        ("5-10% of voters", 5, 10, "5-10%"),
        ("8 to 12 weeks", 8, 12, "8 to 12 weeks"),
    ],
)
def test_a_range_is_one_quantity_with_two_ends(text: str, low: float, high: float, words: str) -> None:
    (one,) = read(text)
    assert (one.value, one.upper, one.span.exact) == (low, high, words)


def test_a_change_from_one_value_to_another_is_no_range() -> None:
    assert [(q.value, q.upper) for q in read("rose from 5 percent to 10 percent")] == [(5.0, None), (10.0, None)]


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("about 40 homes", "about"), ("at least 40 homes", "least"), ("more than 40 homes", "more"),
        ("up to 40 homes", "most"), ("nearly 40 homes", "less"), ("40 or so homes", "about"), ("40 homes", ""),
    ],
)  # fmt: skip
def test_how_exact_a_number_is_stands_beside_it(words: str, limit: str) -> None:
    (one,) = read(words)
    assert (one.value, one.limit, one.span.exact) == (40.0, limit, "40")


def test_a_rate_says_for_what_time() -> None:
    (one,) = read("120,000 barrels a day")
    assert (one.value, one.unit, one.per) == (120_000.0, "barrel", "day")


@pytest.mark.parametrize(
    "text",
    [
        "won 3-2 after 9-21, 22-20", "the 52nd", "a Boeing 737 flew", "in 2021", "on May 4", "at 7:30", "at 3 p.m.",
        "two in 2019", "over 5G", "one of them", "under section 14 of it", "call +250 788 000 112", "1. Did it rain?",
    ],
)  # fmt: skip
def test_scores_dates_clock_times_and_parts_of_names_are_no_quantities(text: str) -> None:
    assert read(text) == []


def test_numbers_in_words_are_read_as_they_are_said() -> None:
    words = {"twenty-one": 21, "a hundred and ten": 110, "nine thousand": 9_000, "half a": 0.5, "1,250.5": 1250.5}
    assert {word: number(word) for word in words} == words


def test_a_word_for_the_money_of_several_countries_stays_a_word() -> None:
    table = units()
    assert [table[w] for w in ("dinars", "francs", "baht", "kenyan shillings", "metres", "meters")] == [
        *("dinar", "franc", "THB", "KES", "m", "m"),
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join), st.data())
def test_quantities_of_any_text_hold_stand_in_order_and_lie_apart(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = quantities(text, start, end)
    assert all(text[q.span.start : q.span.end] == q.span.exact and q.span.exact for q in found)
    assert all(start <= q.span.start < q.span.end <= end for q in found)
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))
