"""How one poll of a feed ends and when the next one is due: decided without a network, a ledger or Beam."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from schemas.config import Poll
from schemas.errors import GuardTimeout
from schemas.feeds import FeedIntent
from schemas.health import Health
from schemas.ports import DueFeed, PollReport, Response
from schemas.records import DateValue, FeedEntry
from schemas.words import PollResult
from transforms.feed.parse import ParsedFeed, body_hash
from transforms.feed.report import dead_poll, of_feed, parse, refusal, report, request_for

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL, NEW_URL = "https://harbour.test/feed", "https://harbour.test/rss"
SETTINGS = Poll(first_poll_entries=3, first_poll_max_age_days=7)
FEED = DueFeed(
    "f", URL, health=Health(read=True, last_success=NOW.timestamp() - 3_600, whole_at=NOW.timestamp() - 3_600)
)
FRESH = DueFeed("f", URL)
NO_FEED = ParsedFeed("not_a_feed", "it is a page")


def answer(status: int = 200, body: bytes = b"<rss/>", **headers: str) -> Response:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(URL, URL, status=status, body=body, headers=named)


def moved(status: int = 200, to: str = NEW_URL, permanent: bool = True) -> Response:
    return answer(status)._replace(final_url=to, redirects=(URL,), permanent=permanent)


def entry(name: str, *, days: float | None = 0.0) -> tuple[FeedEntry, str]:
    at = None
    if days is not None:
        at = DateValue(value=(NOW - timedelta(days=days)).isoformat(), precision="second", source="feed")
    return FeedEntry(entry_id=name, link=name, url=name, title=name, published=at), f"guid-{name}"


def parsed(*items: tuple[FeedEntry, str], result: str = "ok", reason: str = "") -> ParsedFeed:
    return ParsedFeed(result, reason, title="The Harbour", link="https://harbour.test/", items=items)


def poll(feed: DueFeed, response: Response, read: ParsedFeed | None = None) -> PollReport:
    return report(feed, response, read, NOW, SETTINGS)


def wait(done: PollReport) -> float:
    return done.feed.health.next_check - NOW.timestamp()


def test_every_poll_ends_in_one_word_of_the_closed_list():
    failed = {name: answer()._replace(failure=name, reason="so it is") for name in ("too_large", "private_address")}
    down = answer(0)._replace(failure="unreachable", reason="no connection")
    ends = {
        "new": poll(FEED, answer(), parsed(entry("a"))),
        "unchanged": poll(FEED, answer(304)),
        "moved": poll(FEED._replace(moves=1, moved_to=NEW_URL), moved(), parsed()),
        "gone": poll(FEED, answer(410)),
        "blocked": poll(FEED, answer(403)),
        "unreachable": poll(FEED, down),
        "too_large": poll(FEED, failed["too_large"]),
        "private_address": poll(FEED, failed["private_address"]),
        "not_a_feed": poll(FEED, answer(), NO_FEED),
        "malformed": poll(FEED, answer(), parsed(result="malformed", reason="it breaks off")),
        "dead": dead_poll(FEED, "u", GuardTimeout("parse ran past 20 s"), NOW, SETTINGS),
    }
    assert {word: done.result for word, done in ends.items()} == {word.value: word for word in PollResult}
    silent = {word for word, done in ends.items() if not done.reason}
    assert silent == {"new"}


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (304, "unchanged"), (404, "gone"), (410, "gone"), (401, "blocked"), (403, "blocked"), (429, "blocked"),
        (500, "unreachable"), (503, "unreachable"), (400, "unreachable"), (204, "unreachable"), (0, "unreachable"),
    ],
)  # fmt: skip
def test_a_status_that_brings_no_feed(status, word):
    found = refusal(answer(status))
    assert found is not None
    assert found[0] == word
    assert bool(found[2]) is (status != 304)  # an answer needs no back-off


def test_a_body_is_read_and_a_failure_nobody_foresaw_is_unreachable():
    assert refusal(answer(200)) is None
    found = refusal(answer()._replace(failure="a new kind", reason="why"))
    assert found == (PollResult.UNREACHABLE, "why", "a new kind")


@pytest.mark.parametrize("bad", [(answer(500), None), (answer(403), None), (answer(), NO_FEED)])
def test_errors_in_a_row_are_counted_and_waited_for_and_the_first_answer_ends_them(bad):
    feed, waits = FEED, []
    for _ in range(3):
        done = poll(feed, *bad)
        feed, waits = done.feed, [*waits, wait(done)]
    assert feed.health.errors == 3
    assert waits == [waits[0], 2 * waits[0], 4 * waits[0]]
    assert feed.health.last_error == done.reason
    well = poll(feed, answer(304))
    assert (well.feed.health.errors, well.feed.health.last_error) == (0, "")
    broken = poll(feed, answer(), parsed(entry("a"), result="malformed", reason="it breaks off"))
    assert (broken.feed.health.errors, len(broken.items)) == (0, 1)


def test_a_dead_poll_counts_as_an_error_and_its_letter_tells_what_was_asked():
    done = dead_poll(FEED._replace(etag="v1"), "u", GuardTimeout("parse ran past 20 s"), NOW, SETTINGS)
    assert (done.feed.health.errors, done.feed.etag, done.items) == (1, "v1", ())
    assert done.letter is not None
    letter = done.letter
    assert (letter.subject, letter.subject_id, letter.url, letter.kind) == ("poll", "f", URL, "GuardTimeout")
    assert '"etag":"v1"' in letter.input
    again = dead_poll(FEED, "u", GuardTimeout("parse ran past 20 s"), NOW, SETTINGS)
    assert again.letter is not None
    assert again.letter.dead_id == letter.dead_id  # a retry writes no second letter


def test_what_lets_a_server_say_not_modified_is_kept_only_with_the_entries_it_stands_for():
    body = b"<rss><channel><item/></channel></rss>"
    held = FEED._replace(etag="old", last_modified="then", body_hash="before")
    fresh = answer(200, body, etag="v2", last_modified="now")
    for read in (parsed(entry("a")), parsed(entry("a"), result="malformed", reason="it breaks off")):
        done = poll(held, fresh, read)
        assert (done.feed.etag, done.feed.last_modified, done.feed.body_hash) == ("v2", "now", body_hash(body))
        assert (done.title, done.site) == ("The Harbour", "https://harbour.test/")
    for response, nothing in ((answer(304, b"", etag="v2"), None), (answer(503, etag="v2"), None), (fresh, NO_FEED)):
        kept = poll(held, response, nothing)
        assert (kept.feed.etag, kept.feed.last_modified, kept.feed.body_hash) == ("old", "then", "before")
        assert kept.items == ()


def test_a_server_that_stops_sending_an_etag_is_not_asked_with_the_old_one():
    assert poll(FEED._replace(etag="old"), answer(), parsed()).feed.etag == ""


def test_a_permanent_redirect_is_believed_when_it_is_met_twice_in_a_row():
    first = poll(FEED, moved(), parsed())
    assert (first.result, first.feed.url, first.feed.moves) == ("new", URL, 1)
    second = poll(first.feed, moved(), parsed())
    assert (second.result, second.feed.url) == ("moved", NEW_URL)
    assert (second.feed.moves, second.feed.moved_to) == (0, "")
    unmodified = poll(first.feed, moved(304))
    assert (unmodified.result, unmodified.feed.url) == ("moved", NEW_URL)
    third = poll(second.feed, answer()._replace(url=NEW_URL, final_url=NEW_URL), parsed())
    assert (third.result, third.feed.url, third.feed.moves) == ("new", NEW_URL, 0)


@pytest.mark.parametrize(
    ("between", "read"),
    [
        (moved(permanent=False), parsed()),
        (moved(to="https://elsewhere.test/feed"), parsed()),
        (answer(), parsed()),
        (answer(503), None),
        (moved(410), None),
    ],
)
def test_a_redirect_that_does_not_repeat_begins_anew(between, read):
    feed = poll(FEED, moved(), parsed()).feed
    feed = poll(feed, between, read).feed
    last = poll(feed, moved(), parsed())
    assert (last.result, last.feed.url, last.feed.moves) == ("new", URL, 1)


def test_a_redirect_to_what_is_no_feed_never_changes_the_address():
    """As when a whole site leads to its front page while its feeds are being mended."""
    feed, front = FEED, moved(to="https://harbour.test/")
    for _ in range(4):
        done = poll(feed, front, NO_FEED)
        feed = done.feed
        assert (done.result, feed.url, feed.moves) == ("not_a_feed", URL, 0)
    assert poll(feed, answer(), parsed()).result == "new"


def test_news_that_comes_by_a_move_is_not_lost():
    done = poll(FEED._replace(moves=1, moved_to=NEW_URL), moved(), parsed(entry("a")))
    assert (done.result, [item.entry.entry_id for item in done.items]) == ("moved", ["a"])


def test_a_first_poll_takes_the_newest_few_and_remembers_the_others():
    items = [entry("older", days=3), entry("ancient", days=8), entry("new", days=1), entry("undated", days=None)]
    items += [entry("oldest taken", days=6.9)]
    first = poll(FRESH, answer(), parsed(*items))
    assert {item.entry.entry_id for item in first.items if item.take} == {"undated", "new", "older"}
    assert [item.entry.entry_id for item in first.items] == [found.entry_id for found, _ in items]
    assert first.items[0].guid == "guid-older"
    assert {item.entry.first_seen for item in first.items} == {NOW.isoformat()}
    later = poll(FEED, answer(), parsed(*items))
    assert all(item.take for item in later.items)


def test_a_first_poll_of_an_old_feed_takes_nothing_and_is_an_answer_all_the_same():
    done = poll(FRESH, answer(), parsed(entry("ancient", days=400)))
    assert [item.take for item in done.items] == [False]
    assert done.result == "new"
    assert wait(done) > SETTINGS.interval_s  # what old a feed shows tells little of when it will show more


def test_a_line_of_the_feeds_file_sets_the_interval_of_its_feed():
    slow = of_feed(SETTINGS, FeedIntent("f", URL, interval_s=300))
    assert (slow.shortest_interval_s, slow.longest_interval_s) == (300, 300)
    assert of_feed(SETTINGS, FeedIntent("f", URL)) == of_feed(SETTINGS, None) == SETTINGS
    for read in (None, parsed(*(entry(str(n)) for n in range(50)))):
        assert 270 <= wait(report(FEED, answer(200 if read else 304), read, NOW, slow)) <= 330


def test_news_are_what_the_ledger_does_not_know():
    items = parsed(entry("a", days=1), entry("b", days=2), entry("c", days=None))
    told = report(FEED, answer(), items, NOW, SETTINGS, {"b"})
    at = NOW.timestamp()
    assert told.feed.health.times == (at - 86_400, at)
    nothing = report(FEED, answer(), items, NOW, SETTINGS, {"a", "b", "c"})
    assert nothing.feed.health.times == ()


def test_a_server_that_says_not_modified_is_believed_for_a_day_and_then_tested():
    held = FEED._replace(etag='W/"1"', last_modified="then")
    asked = request_for(held, NOW, 10)
    assert (asked.etag, asked.last_modified, asked.robots) == ('W/"1"', "then", False)
    later = request_for(held, NOW + timedelta(days=1), 10)
    assert (later.url, later.etag, later.last_modified) == (URL, "", "")
    whole = poll(held, answer(200, etag='W/"1"'), None)
    assert request_for(whole.feed, NOW + timedelta(hours=23), 10).etag == 'W/"1"'
    same = poll(held, answer(304), None)
    assert same.feed.health.whole_at == held.health.whole_at


@pytest.mark.parametrize(
    ("held", "headers", "lies"),
    [
        ({"etag": "v1"}, {"etag": "v1"}, True),
        ({"last_modified": "then"}, {"last_modified": "then"}, True),
        ({"etag": "v1"}, {"etag": "v2"}, False),
        ({"etag": "v1", "last_modified": "then"}, {"etag": "v2", "last_modified": "then"}, False),
        ({}, {}, False),
    ],
)
def test_news_under_the_old_validators_show_that_not_modified_was_a_lie(held, headers, lies):
    done = poll(FEED._replace(**held), answer(200, **headers), parsed(entry("a")))
    assert done.feed.health.distrusted is lies
    if lies:
        assert request_for(done.feed, NOW, 10).etag == request_for(done.feed, NOW, 10).last_modified == ""


def test_what_the_guarded_pool_is_given_and_gives_travels_as_bytes():
    body = b'<rss version="2.0"><channel><title>Harbour</title><item><title>A</title></item></channel></rss>'
    work = pickle.loads(pickle.dumps((body, "text/xml", URL, "f", NOW, ())))
    read = pickle.loads(pickle.dumps(parse(work)))
    assert (read.result, read.title, len(read.items)) == ("ok", "Harbour", 1)
