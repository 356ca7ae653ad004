"""Words that tell a time: which day, week or year they mean, seen from the day of publication; what is not sure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import DateValue
from transforms.attribution.calendars import AHEAD, BACK
from transforms.attribution.times import times
from transforms.attribution.zones import Day, day_of_article, offset_of, published_day

FRIDAY = Day(date(2024, 5, 3), "published on 2024-05-03")
WORDS = ("on", "Tuesday", "last", "next", "March", "11", "2024", "May", "the", "1990s", "ago", "three", "weeks")
WORDS += (
    "yesterday",
    "Feb.",
    "29",
    "30",
    "31",
    ",",
    "winter",
    "a",
    "decade",
    "from now",
    "9999",
    "1600",
    "this",
    "week",
)
WORDS += ("week", "since", "by", "é", "٢٠")


def read(text: str, way: int = BACK, day: Day | None = FRIDAY) -> list[tuple[str, str, bool]]:
    return [(t.value, t.precision, t.sure) for t in times(text, 0, len(text), day, lambda _: way)]


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("on Tuesday", "2024-04-30", "day"),
        ("late Tuesday night", "2024-04-30", "day"),
        ("on Friday", "2024-05-03", "day"),
        ("last Friday", "2024-04-26", "day"),
        ("yesterday", "2024-05-02", "day"),
        ("last night", "2024-05-02", "day"),
        ("last week", "2024-W17", "week"),
        ("last weekend", "2024-04-27/2024-04-28", "day"),
        ("earlier this year", "2024", "year"),
        ("last month", "2024-04", "month"),
        ("three years ago", "2021", "year"),
        ("two weeks ago", "2024-W16", "week"),
        ("five days ago", "2024-04-28", "day"),
        ("a hundred and two years ago", "1922", "year"),
        ("March 11", "2024-03-11", "day"),
        ("11 November", "2023-11-11", "day"),
        ("in August", "2023-08", "month"),
        ("last November", "2023-11", "month"),
        ("Aug. 26, 2021", "2021-08-26", "day"),
        ("in August 2021", "2021-08", "month"),
        ("the 1990s", "1990/1999", "decade"),
        ("in 2019", "2019", "year"),
        ("2024-02-29", "2024-02-29", "day"),
    ],
)
def test_words_that_look_back_mean_the_nearest_such_time(text: str, value: str, precision: str) -> None:
    assert read(text) == [(value, precision, True)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("on Tuesday", "2024-05-07"), ("by June", "2024-06"), ("in March", "2025-03"), ("tomorrow", "2024-05-04")],
)
def test_words_that_look_ahead_mean_the_next(text: str, value: str) -> None:
    assert read(text, AHEAD) == [(value, read(text, AHEAD)[0][1], True)]


@pytest.mark.parametrize("text", ["on Tuesday", "in August", "last summer", "several days ago", "a week earlier"])
def test_what_the_words_leave_open_is_not_sure(text: str) -> None:
    ((_, _, sure),) = read(text, 0)
    assert not sure


def test_a_relation_stands_apart_from_the_time() -> None:
    text = "since March, by the end of 2026, before Monday"
    found = times(text, 0, len(text), FRIDAY, lambda _: BACK)
    assert [(t.relation, t.span.exact, t.value) for t in found] == [
        ("since", "March", "2024-03"), ("by", "the end of 2026", "2026"), ("before", "Monday", "2024-04-29"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["every Monday", "on Fridays", "you may 5", "2,024 people", "for three weeks", "May I", "page 2019"]
)
def test_how_often_how_long_and_other_numbers_tell_no_time(text: str) -> None:
    assert read(text) == []


def test_without_a_day_of_publication_only_dates_in_full_have_a_value() -> None:
    assert read("on Tuesday", day=None) == [("", "day", True)]
    assert read("5 May 2021", day=None) == [("2021-05-05", "day", True)]


def instant(value: str, zone: str = "") -> DateValue:
    return DateValue(value=value, precision="second", source="feed", zone=zone)


def test_the_day_of_publication_is_that_of_the_place() -> None:
    late = instant("2024-05-03T02:00:00+00:00", "+00:00")
    found = [published_day(late, place) for place in ("Washington", "Kabul", "Nowhere")]
    assert [day.day.day for day in found if day] == [2, 3, 3]
    assert [bool(day.others) for day in found if day] == [False, False, True]
    assert published_day(instant("2024-05-03T02:00:00+00:00", "-07:00")).day == date(2024, 5, 2)


def test_a_day_that_the_unknown_zone_decides_is_not_sure() -> None:
    day = published_day(instant("2024-05-03T02:00:00+00:00"))
    assert read("yesterday", day=day) == [("2024-05-02", "day", False)]
    assert read("on Tuesday", day=day) == [("2024-04-30", "day", True)]  # the same from either day


def test_a_text_that_was_changed_later_may_count_from_then() -> None:
    day = day_of_article(instant("2024-05-03T12:00:00+00:00"), instant("2024-09-01T12:00:00+00:00"), ["Kabul"])
    assert read("last month", day=day) == [("2024-04", "month", False)]


def test_a_country_has_a_time_only_where_all_of_it_has_one() -> None:
    noon = datetime(2024, 5, 3, 12, tzinfo=UTC)
    assert offset_of("Kenya", noon) == timedelta(hours=3)
    assert offset_of("Germany", noon) == timedelta(hours=2)
    assert offset_of("United States", noon) is None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.dates(),
    st.sampled_from([BACK, 0, AHEAD]),
)
def test_times_of_any_words_and_day_hold_and_lie_apart(text: str, day: date, way: int) -> None:
    found = times(text, 0, len(text), Day(day, "published"), lambda _: way)
    assert all(text[t.span.start : t.span.end] == t.span.exact and t.span.exact for t in found)
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))
