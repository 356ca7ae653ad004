"""The press is what its expectations say: outlets, feeds, stories, oddities, and a log that leaves nothing out."""

from __future__ import annotations

import calendar
import gzip
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import feedparser
import pytest

from pipeline.press import Press
from pipeline.press.content import Content, default_folder, load
from pipeline.press.edition import cut, edition
from schemas.words import Disposition, PollResult

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
EXPECTED = json.loads((default_folder() / "expected.json").read_text(encoding="utf-8"))
CYCLES = ("cycle_1", "cycle_2")
HOSTS = sorted(load(default_folder()).outlets)


class Got(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    with Press(tmp_path / "press.jsonl", now=NOW) as running:
        yield running


@pytest.fixture(scope="module")
def content() -> Content:
    return load(default_folder())


def connect(address: str) -> http.client.HTTPConnection:
    host, port = address.split(":")
    return http.client.HTTPConnection(host, int(port), timeout=10)


def get(press: Press, url: str, method: str = "GET", **headers: str) -> Got:
    """Ask the press as a client does that maps the URL's host to an address; follows nothing."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = connect(press.hosts[host])
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, f"{parts.path}?{parts.query}".rstrip("?"), headers={"Host": host, **named})
    answer = connection.getresponse()
    got = Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    connection.close()
    return got


def feed_of(press: Press, url: str) -> Got:
    got = get(press, url)
    return get(press, got.headers["location"]) if got.status == 301 else got


def links(got: Got) -> list[str]:
    if "json" in got.headers["content-type"]:
        return [item["url"] for item in json.loads(got.body)["items"]]
    return [entry.link for entry in feedparser.parse(got.body).entries]


def logged(press: Press) -> list[dict[str, object]]:
    assert press.log_path is not None
    return [json.loads(line) for line in press.log_path.read_text(encoding="utf-8").splitlines()]


# --- outlets and feeds


@pytest.mark.parametrize("host", HOSTS)
def test_every_outlet_answers_with_its_front_page(press: Press, host: str) -> None:
    got = get(press, f"http://{host}/")
    assert got.status == 200
    assert press.content.outlets[host].name in got.text


def test_feeds_come_in_four_formats_and_are_valid(press: Press) -> None:
    versions: Counter[str] = Counter()
    for feed in press.feeds:
        got = feed_of(press, feed.url)
        if "json" in got.headers["content-type"]:
            document = json.loads(got.body)
            assert document["version"] == "https://jsonfeed.org/version/1.1"
            assert all(item["id"] and item["content_html"] for item in document["items"])
            assert all(datetime.fromisoformat(item["date_published"]) < NOW for item in document["items"])
            versions["json"] += 1
            continue
        parsed = feedparser.parse(got.body)
        assert bool(parsed.bozo) == ("moorland" in feed.url), feed.url
        assert parsed.feed.title == feed.title
        assert all(entry.title and entry.link for entry in parsed.entries)
        versions[parsed.version] += 1
    assert versions == {"rss20": 4, "atom10": 1, "rss10": 1, "json": 1}


def test_dates_are_relative_to_the_opening(press: Press) -> None:
    for feed in press.feeds:
        for entry in feedparser.parse(feed_of(press, feed.url).body).entries:
            if entry.get("published_parsed"):
                age = NOW.timestamp() - calendar.timegm(entry.published_parsed)
                assert 0 < age < 13 * 86_400, entry.link


def test_the_weekday_of_a_story_is_that_of_its_date(press: Press) -> None:
    text = get(press, "http://harbour-courier.test/region/ferry-collision").text
    assert "at Port Allard on Wednesday morning" in text
    assert "{day}" not in text


def test_a_feed_that_is_held_already_is_not_sent_again(press: Press) -> None:
    url = "http://northgate-ledger.test/feeds/all.atom"
    etag = get(press, url).headers["etag"]
    again = get(press, url, If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert get(press, url, If_None_Match='W/"other"').status == 200


def test_last_modified_counts_where_there_is_no_etag_to_compare(press: Press) -> None:
    url = "http://harbour-courier.test/rss.xml"
    headers = get(press, url).headers
    assert get(press, url, If_Modified_Since=headers["last-modified"]).status == 304
    assert get(press, url, If_Modified_Since="Sun, 01 Mar 2020 00:00:00 GMT").status == 200
    assert get(press, url, If_Modified_Since="the other day").status == 200
    both = get(press, url, If_Modified_Since=headers["last-modified"], If_None_Match='W/"other"')
    assert both.status == 200


def test_answers_are_packed_only_for_those_who_can_unpack(press: Press) -> None:
    url = "http://harbour-courier.test/transport/bridge-closure"
    plain, packed = get(press, url), get(press, url, Accept_Encoding="br, gzip;q=0.8")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "content-encoding" not in get(press, url, Accept_Encoding="gzip;q=0").headers
    assert get(press, url, "HEAD").body == b""


def test_one_connection_serves_many_requests(press: Press) -> None:
    connection = connect(press.hosts["newsgrid.test"])
    for path in ("/", "/robots.txt", "/feed/", "/nowhere", "/story/coral-survey"):
        connection.request("GET", path, headers={"Host": "newsgrid.test"})
        assert connection.getresponse().read()
    mine = connection.sock.getsockname()
    connection.request("GET", "/", headers={"Host": "newsgrid.test"})
    connection.getresponse().read()
    assert connection.sock.getsockname() == mine
    connection.close()


# --- what changes between the cycles


def test_the_second_cycle_changes_what_it_should(press: Press) -> None:
    before = {feed.url: feed_of(press, feed.url) for feed in press.feeds}
    press.next_cycle()
    after = {feed.url: feed_of(press, feed.url) for feed in press.feeds}
    changed = {url for url in before if before[url].body != after[url].body}
    unchanged = {url for url, result in EXPECTED["feeds"].items() if result["cycle_2"] in ("unchanged", "moved")}
    assert changed == set(before) - unchanged
    for url in unchanged:
        if "etag" in before[url].headers:
            assert before[url].headers["etag"] == after[url].headers["etag"]
    fresh = {link for url in after for link in set(links(after[url])) - set(links(before[url]))}
    assert {urlsplit(link).path for link in fresh} == {"/politics/ports-chief", "/story/norcell-1200-jobs"}


def test_a_revised_story_has_another_number(press: Press) -> None:
    url = "http://harbour-courier.test/region/ferry-collision"
    first = get(press, url).text
    press.next_cycle()
    second = get(press, url).text
    assert "At least 14 people were injured" in first
    assert "At least 17 people were injured" in second
    assert "14 people" not in second


def test_a_summary_can_change_while_the_story_stands(press: Press) -> None:
    def body(text: str) -> str:
        return text.partition('<div class="article-body">')[2].partition("</div>")[0]

    url, feed = "http://harbour-courier.test/health/infirmary-wing", "http://harbour-courier.test/rss.xml"
    page, listed = get(press, url).text, feedparser.parse(get(press, feed).body)
    press.next_cycle()
    later, relisted = get(press, url).text, feedparser.parse(get(press, feed).body)
    summaries = [next(e.summary for e in f.entries if e.link == url) for f in (listed, relisted)]
    assert summaries[0] != summaries[1]
    assert body(page) == body(later) != ""


# --- expectations


@pytest.mark.parametrize("number", [1, 2])
def test_every_link_of_every_feed_is_expected(press: Press, number: int) -> None:
    if number == 2:
        press.next_cycle()
    shown = {link for feed in press.feeds for link in links(feed_of(press, feed.url))}
    assert shown <= set(EXPECTED["entries"])
    visited = {link for link, entry in EXPECTED["entries"].items() if entry[CYCLES[number - 1]]}
    assert visited <= shown
    if number == 2:
        assert shown == set(EXPECTED["entries"])
        assert {feed.url for feed in press.feeds} == set(EXPECTED["feeds"])


def test_the_expectations_use_every_disposition_but_dead() -> None:
    expected = {entry[cycle] for entry in EXPECTED["entries"].values() for cycle in CYCLES} - {None}
    assert expected == set(Disposition) - {Disposition.DEAD, Disposition.FORGOTTEN}
    polls = {feed[cycle] for feed in EXPECTED["feeds"].values() for cycle in CYCLES}
    assert polls == {PollResult.NEW, PollResult.UNCHANGED, PollResult.MALFORMED, PollResult.MOVED}


STATUS = {"gone": 404, "blocked": 403, "duplicate": 302}


def test_addresses_answer_as_expected(press: Press) -> None:
    press.next_cycle()
    for link, entry in EXPECTED["entries"].items():
        host = urlsplit(link).hostname
        word = entry["cycle_1"] or entry["cycle_2"]
        if host not in press.content.outlets:
            assert word in ("private_address", "unreachable")
            continue
        want = 503 if word == "unreachable" else STATUS.get(word, 200)
        assert get(press, link).status == want, link


def test_a_redirect_leads_to_another_entrys_story(press: Press) -> None:
    to = get(press, "http://newsgrid.test/out/88412").headers["location"]
    assert EXPECTED["entries"][to]["cycle_1"] == "written"


def test_a_page_that_is_too_large_is_large_only_when_unpacked(press: Press) -> None:
    got = get(press, "http://inland-dispatch.test/2184-gauge-readings", Accept_Encoding="gzip")
    assert len(got.body) < 1_000_000
    assert 12_000_000 < len(gzip.decompress(got.body)) < 13_000_000


def test_opt_outs_stand_in_a_header_and_in_a_meta_tag(press: Press) -> None:
    assert "noai" in get(press, "http://inland-dispatch.test/2186-archive-opened").headers["x-robots-tag"]
    page = get(press, "http://northgate-ledger.test/culture/court-translators").text
    assert '<meta name="robots" content="noai' in page


def test_robots_txt_refuses_one_story(press: Press) -> None:
    from urllib.robotparser import RobotFileParser

    refused = []
    for link in EXPECTED["entries"]:
        host = urlsplit(link).hostname
        if host in press.content.outlets:
            rules, got = RobotFileParser(), get(press, f"http://{host}/robots.txt")
            rules.parse(got.text.splitlines() if got.status == 200 else [])
            refused += [] if rules.can_fetch("newsbeam", link) else [link]
    assert refused == [link for link, entry in EXPECTED["entries"].items() if entry["cycle_1"] == "robots_refused"]


def test_a_refusing_host_refuses(press: Press) -> None:
    host, port = press.hosts["quiet-harbour.test"].split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


def test_a_broken_feed_loses_its_last_item_only(press: Press) -> None:
    text = get(press, "http://moorland-post.test/index.xml").text
    assert (text.count("<item>"), text.count("</item>")) == (4, 3)
    press.next_cycle()
    assert not feedparser.parse(get(press, "http://moorland-post.test/index.xml").body).bozo


def test_two_items_share_one_guid(press: Press) -> None:
    entries = feedparser.parse(get(press, "http://newsgrid.test/feed/").body).entries
    [(guid, count)] = Counter(entry.id for entry in entries).most_common(1)
    assert count == 2
    twins = {entry.link for entry in entries if entry.id == guid}
    assert len(twins) == 2
    assert {EXPECTED["entries"][link]["cycle_1"] for link in twins} == {"written"}


def test_the_aggregators_copy_ends_with_a_link_and_a_footer_in_disguise(press: Press) -> None:
    page = get(press, "http://newsgrid.test/story/gannet-bridge-cracks").text
    link = page.index('<a href="http://harbour-courier.test/transport/bridge-closure" rel="nofollow">Source link</a>')
    letters = [character for character in page[link:] if 0x1D400 <= ord(character) <= 0x1D7FF]
    assert len(letters) > 60
    assert "copyright" not in page[link:].lower()
    assert "Rajiv Menon" in page
    assert "Catriona Voss" not in page


def test_a_feed_with_full_text_holds_whole_stories(press: Press) -> None:
    for entry in feedparser.parse(get(press, "http://tern-letter.test/letter.xml").body).entries:
        assert len(re.sub("<[^>]+>", " ", entry.content[0].value).split()) >= 150


# --- content


def stories(content: Content) -> dict[str, str]:
    """The texts that an article's reader would get, by slug: copies and what has no text of its own left out."""
    return {
        story.slug: story.body
        for outlet in content.outlets.values()
        for story in outlet.stories
        if len(story.body.split()) > 60
    }


def test_there_are_enough_english_articles_of_a_fair_length(content: Content) -> None:
    texts = stories(content)
    assert all(150 <= len(text.split()) <= 500 for text in texts.values())
    english = [slug for slug in texts if slug != "puerto"]
    assert len(english) >= 18
    quoted = [slug for slug in english if re.search(r"[“\"].+[”\"]", texts[slug]) and " said" in texts[slug]]
    assert quoted == english


def test_articles_share_no_phrases(content: Content) -> None:
    def grams(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return set(zip(*(words[at:] for at in range(6)), strict=False))

    sets = {slug: grams(text) for slug, text in stories(content).items()}
    shared = {(a, b): sets[a] & sets[b] for a, b in combinations(sets, 2)}
    assert {pair: same for pair, same in shared.items() if len(same) > 3} == {}


def test_two_outlets_count_differently(content: Content) -> None:
    texts = stories(content)
    assert "430 people" in texts["flood-evacuation"]
    assert "340 people" in texts["saltmere-water"]


def test_one_speaker_has_other_hours_in_another_paper(content: Content) -> None:
    texts = stories(content)
    for slug, hours in (("flood-evacuation", "nine hours"), ("saltmere-water", "six hours")):
        assert "Lorna Weatherby" in texts[slug] and hours in texts[slug]


def test_the_wire_story_is_the_same_in_both_outlets(content: Content) -> None:
    shown = edition(content, NOW, 1).shown
    [first] = [s for s in shown["harbour-courier.test"] if s.story.slug == "fisheries-pact"]
    [second] = [s for s in shown["northgate-ledger.test"] if s.story.slug == "fisheries-wire"]
    assert first.paragraphs == second.paragraphs
    assert {first.story.byline, second.story.byline} == {"Meridian Wire"}
    assert first.published < second.published


def test_a_cut_keeps_whole_words() -> None:
    assert cut("one two\n\nthree four five", 0.6) == "one two\n\nthree"


# --- log and life


def test_the_log_has_a_line_for_each_request_before_it_is_answered(press: Press) -> None:
    assert get(press, "http://newsgrid.test/nowhere?x=1").status == 404
    [line] = logged(press)
    assert datetime.fromisoformat(str(line.pop("at"))).tzinfo is not None
    assert int(str(line.pop("bytes"))) > 0
    want = {"cycle": 1, "method": "GET", "host": "newsgrid.test", "path": "/nowhere?x=1", "status": 404}
    assert line == want
    press.next_cycle()
    for feed in press.feeds:
        get(press, feed.url, "HEAD")
    assert [(row["cycle"], row["bytes"]) for row in logged(press)[1:]] == [(2, 0)] * len(press.feeds)


def test_a_client_that_hangs_up_harms_nobody(press: Press) -> None:
    host, port = press.hosts["inland-dispatch.test"].split(":")
    with socket.create_connection((host, int(port))) as rude:
        rude.sendall(b"GET /2184-gauge-readings HTTP/1.1\r\nHost: inland-dispatch.test\r\n\r\n")
        rude.recv(1_000)
    assert get(press, "http://inland-dispatch.test/").status == 200
    assert [row["status"] for row in logged(press)] == [200, 200]


def test_a_name_that_is_not_of_the_press_is_told_so(press: Press) -> None:
    press.hosts["stranger.test"] = press.hosts["newsgrid.test"]
    assert get(press, "http://stranger.test/").status == 421


def test_after_the_end_nobody_answers(press: Press) -> None:
    connection = connect(press.hosts["newsgrid.test"])
    connection.request("GET", "/", headers={"Host": "newsgrid.test"})
    connection.getresponse().read()
    press.stop()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        connection.request("GET", "/", headers={"Host": "newsgrid.test"})
        connection.getresponse()
    connection.close()


def test_its_list_of_feeds_can_be_read(press: Press, tmp_path: Path) -> None:
    from schemas.feeds import parse_feeds

    press.write_feeds_toml(tmp_path / "feeds.toml")
    text = (tmp_path / "feeds.toml").read_text(encoding="utf-8")
    assert len(tomllib.loads(text)["feed"]) == len(press.feeds)
    feeds = parse_feeds(text, "feeds.toml").values()
    assert [feed.url for feed in feeds if feed.fetch == "never"] == ["http://tern-letter.test/letter.xml"]


def test_it_runs_alone_and_is_steered_by_request_and_by_file(tmp_path: Path) -> None:
    ports, cycle, log = tmp_path / "ports.json", tmp_path / "cycle", tmp_path / "log.jsonl"
    files = ["--ports-file", str(ports), "--cycle-file", str(cycle), "--log", str(log), "--now", NOW.isoformat()]
    alone = subprocess.Popen([sys.executable, "-m", "pipeline.press", *files], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert alone.stdout is not None
        alone.stdout.readline()
        state = json.loads(ports.read_text(encoding="utf-8"))
        assert state["cycle"] == 1
        assert {"url": "http://tern-letter.test/letter.xml", "title": "The Tern Letter", "fetch": "never"} in state[
            "feeds"
        ]
        address = state["hosts"]["newsgrid.test"]

        def ask(method: str, path: str, host: str) -> bytes:
            connection = connect(address)
            connection.request(method, path, headers={"Host": host})
            body = connection.getresponse().read()
            connection.close()
            return body

        assert json.loads(ask("POST", "/__press__/next", address)) == {"cycle": 2}
        assert cycle.read_text().strip() == "2"
        assert b"norcell-1200-jobs" in ask("GET", "/feed/", "newsgrid.test")
        cycle.write_text("1")
        assert b"norcell-1200-jobs" not in ask("GET", "/feed/", "newsgrid.test")
        assert ask("POST", "/__press__/next", "newsgrid.test") == b""
        rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        assert [(row["cycle"], row["path"]) for row in rows] == [(2, "/feed/"), (1, "/feed/")]
    finally:
        alone.send_signal(signal.SIGTERM)
        assert alone.wait(timeout=10) == 0
        assert alone.stdout is not None
        alone.stdout.close()


def test_the_same_opening_makes_the_same_edition(content: Content) -> None:
    assert edition(content, NOW, 2) == edition(content, NOW, 2)
