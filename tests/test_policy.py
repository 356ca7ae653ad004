"""When a feed is polled again, decided on records alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Poll
from schemas.health import Health
from schemas.ports import Response
from schemas.words import PollResult
from transforms.feed.hints import fresh_for, of_document, retry_after
from transforms.policy import BACKOFF, DAY, HOUR, NEVER, Answer, Hints, chance_of, decide, rate

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
START = MONDAY.timestamp()
NOW = MONDAY + timedelta(hours=12)
AT = NOW.timestamp()
SETTINGS = Poll()
NOTHING = Answer()


EVEN = 0.5  # the middle of the jitter


def watched(times: list[float], until: float = START, every: float = HOUR) -> Health:
    """A feed that published at these instants and was polled every hour."""
    health, now = Health(), min([until - 14 * DAY, *times[:1]]) + every
    seen = 0.0
    while now <= until:
        news = tuple(t for t in times if seen < t <= now)
        health = decide(health, Answer(news=news), now, SETTINGS, EVEN)
        seen, now = now, now + every
    return health


def wait(health: Health, now: float = START, answer: Answer = NOTHING, settings: Poll = SETTINGS) -> float:
    return decide(health, answer, now, settings, EVEN).next_check - now


def test_a_feed_with_an_item_an_hour_is_asked_every_interval_and_others_by_the_root_of_their_rate():
    hourly = watched([START - n * HOUR for n in range(1, 300)])
    sparse = watched([START - n * 16 * HOUR for n in range(1, 20)])
    busy = watched([START - n * HOUR / 4 for n in range(1, 1_200)])
    later = START + 6 * HOUR  # when no burst is left
    assert wait(hourly, later) == pytest.approx(SETTINGS.interval_s, rel=0.25)
    assert wait(sparse, later) == pytest.approx(4 * SETTINGS.interval_s, rel=0.25)
    assert wait(busy, later) == pytest.approx(SETTINGS.interval_s / 2, rel=0.25)


def test_it_is_asked_sooner_right_after_news():
    health = watched([START - n * 6 * HOUR for n in range(1, 50)])
    news = Answer(news=(START,))
    assert wait(health, answer=news) < 0.8 * wait(health)


def test_by_night_it_is_asked_rarely_where_its_history_says_so():
    days = [START - d * DAY + h * HOUR + m * 600 for d in range(1, 15) for h in range(8, 18) for m in range(6)]
    health = watched(sorted(days))
    noon, night = START + 12 * HOUR, START + 22 * HOUR
    assert rate(health, noon) > 8 * rate(health, night)
    assert wait(health, night) > 2 * wait(health, noon)
    assert night + wait(health, night) < START + DAY + 9 * HOUR  # it is there again when the day begins


def test_a_feed_that_was_never_seen_and_one_that_shows_nothing_are_asked_ever_less():
    health, waits, now = Health(), [], START
    for _ in range(12):
        health = decide(health, NOTHING, now, SETTINGS, EVEN)
        waits.append(health.next_check - now)
        now = health.next_check
    assert waits == sorted(waits)
    assert SETTINGS.shortest_interval_s <= waits[0] <= 6 * HOUR


@given(
    news=st.lists(st.floats(START - 400 * DAY, START + DAY), max_size=60),
    chance=st.floats(0, 0.999),
    passed=st.floats(0, 400 * DAY),
    asked=st.floats(0, 1e12),
)
def test_whatever_comes_an_answering_feed_is_asked_within_its_bounds(news, chance, passed, asked):
    health = decide(Health(), Answer(news=tuple(news)), START, SETTINGS, chance)
    now = START + passed
    after = decide(health, Answer(hints=Hints(wait_s=asked)), now, SETTINGS, chance)
    for at, one in ((START, health), (now, after)):
        assert 0.89 * SETTINGS.shortest_interval_s <= one.next_check - at <= 1.11 * SETTINGS.longest_interval_s
        assert list(one.times) == sorted(set(one.times))
        assert len(one.hours) == 24


def test_what_a_feed_asks_for_makes_it_slower_never_quicker_and_never_silent():
    health = watched([START - n * HOUR for n in range(1, 100)])
    usual = wait(health)
    assert wait(health, answer=NOTHING._replace(hints=Hints(wait_s=1))) == usual
    assert wait(health, answer=NOTHING._replace(hints=Hints(wait_s=2 * HOUR))) == 2 * HOUR
    assert wait(health, answer=NOTHING._replace(hints=Hints(wait_s=1e9))) == SETTINGS.longest_interval_s


def test_what_a_document_asks_for_holds_until_the_next_one_is_read():
    health = watched([START - n * HOUR for n in range(1, 100)])
    asked = decide(health, NOTHING._replace(wishes=Hints(wait_s=2 * HOUR)), START, SETTINGS, EVEN)
    assert wait(asked) == 2 * HOUR  # as after a 304, which has no body
    assert wait(decide(asked, NOTHING._replace(wishes=Hints()), START, SETTINGS, EVEN)) < HOUR


@pytest.mark.parametrize("back", [60.0, DAY, 16 * DAY, 400 * DAY])
def test_a_clock_that_goes_back_neither_stops_a_feed_nor_rushes_it(back):
    health = watched([START - n * 6 * HOUR for n in range(1, 50)])
    after = decide(health, NOTHING, START - back, SETTINGS, EVEN)
    assert all(at <= START - back for at in after.times)
    assert after.next_check - (START - back) > 2 * SETTINGS.shortest_interval_s


def test_whatever_a_server_asks_nothing_is_put_off_for_more_than_a_day():
    late = Answer(
        PollResult.UNCHANGED, hints=Hints(retry_s=1e12, wait_s=1e12), wishes=Hints(skip_hours=frozenset({23}))
    )
    assert wait(Health(), answer=late) <= DAY + HOUR


def test_hours_and_days_that_a_feed_skips_are_skipped():
    health = watched([START - n * HOUR for n in range(1, 100)])
    skip = NOTHING._replace(wishes=Hints(skip_hours=frozenset({0, 1, 2}), skip_days=frozenset({1})))
    assert decide(health, skip, START, SETTINGS, EVEN).next_check == START + 3 * HOUR
    assert decide(health, skip, START + DAY - 60, SETTINGS, EVEN).next_check == START + 2 * DAY + 3 * HOUR
    always = NOTHING._replace(wishes=Hints(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7))))
    assert decide(health, always, START, SETTINGS, EVEN).next_check < START + HOUR


@pytest.mark.parametrize("cause", sorted(BACKOFF))
def test_each_cause_of_failure_has_its_own_back_off_that_doubles_to_a_ceiling(cause):
    first, longest = BACKOFF[cause]
    health, waits = watched([START - HOUR]), []
    for _ in range(12):
        health = decide(health, Answer(cause=cause, reason="why"), START, SETTINGS, EVEN)
        waits.append(health.next_check - START)
    assert waits[0] == first
    assert waits[1] == min(2 * first, longest)
    assert waits[-1] == longest
    assert (health.state, health.errors, health.last_error) == ("failing", 12, "why")
    assert health.times == (START - HOUR,)  # what was learnt stays


def test_a_feed_that_is_gone_for_good_is_retired_and_comes_back_when_it_answers():
    gone = decide(watched([START - HOUR]), Answer(cause="410"), START, SETTINGS, EVEN)
    assert (gone.state, gone.next_check) == ("retired", NEVER)
    assert decide(gone, NOTHING, START, SETTINGS, EVEN).state == "active"


def test_retry_after_is_kept_up_to_a_day():
    for asked, least in ((7_200.0, 7_200.0), (1e9, DAY)):
        shut = Answer(cause="429", hints=Hints(retry_s=asked))
        assert wait(Health(), answer=shut) == least


def test_a_feed_without_news_for_three_usual_gaps_is_quiet_until_it_speaks():
    health = watched([START - n * 8 * HOUR for n in range(1, 30)])
    assert health.median_gap_s == 8 * HOUR
    assert decide(health, NOTHING, START + 15 * HOUR, SETTINGS, EVEN).state == "active"
    quiet = decide(health, NOTHING, START + 17 * HOUR, SETTINGS, EVEN)
    assert quiet.state == "quiet"
    once = decide(Health(), Answer(news=(START - 3 * DAY,)), START, SETTINGS, EVEN)
    assert once.state == "active"  # its usual gap is not known yet
    assert decide(quiet, Answer(news=(START + DAY,)), START + DAY, SETTINGS, EVEN).state == "active"


def test_jitter_is_the_same_for_the_same_poll_and_spreads_many():
    waits = {decide(Health(), NOTHING, START, SETTINGS, chance_of(str(n))).next_check - START for n in range(50)}
    assert len(waits) == 50
    assert max(waits) / min(waits) <= 1.1 / 0.9 + 1e-9
    assert chance_of("a", "b") == chance_of("a", "b") != chance_of("ab")


def answer(body: bytes = b"", **headers: str) -> Response:
    return Response("u", status=200, body=body, headers=tuple((k.replace("_", "-"), v) for k, v in headers.items()))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache_control": "public, max-age=600"}, 600),
        ({"cache_control": "max-age=600", "age": "200"}, 400),
        ({"cache_control": 'MAX-AGE="600"'}, 600),
        ({"cache_control": "no-cache, max-age=600"}, 0),
        ({"cache_control": "max-age=600, must-revalidate"}, 600),
        ({"cache_control": "s-maxage=99"}, 0),
        ({"expires": "Mon, 02 Mar 2026 12:10:00 GMT"}, 600),
        ({"expires": "Mon, 02 Mar 2026 13:00:00 GMT", "date": "Mon, 02 Mar 2026 12:50:00 GMT"}, 600),
        ({"expires": "0"}, 0),
        ({"expires": "-1"}, 0),
        ({"expires": "Mon, 02 Mar 1998 12:10:00 GMT"}, 0),
        ({"expires": "Mon, 02 Mar 99999 12:10:00 GMT"}, 0),
        ({}, 0),
    ],
)
def test_how_long_a_server_calls_its_answer_fresh(headers, seconds):
    assert fresh_for(answer(**headers), NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("Mon, 02 Mar 2026 12:02:00 GMT", 120),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
        ("\u0661", 0),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value, seconds):
    assert retry_after(value, NOW) == seconds


def test_a_channel_says_when_it_sleeps():
    head = b"<rss><channel><skipHours><hour>0</hour><hour> 23 </hour><hour>24</hour><hour>77</hour></skipHours>"
    head += b"<skipDays><day>Saturday</day><day>SUNDAY</day><day>Someday</day></skipDays><item/></channel></rss>"
    asked = of_document(head, ttl_minutes=30)
    assert (asked.skip_hours, asked.skip_days, asked.wait_s) == ({0, 23}, {5, 6}, 1_800)
