"""Bad feeds and bad pages through the whole graph: each ends in its own word, and the good ones lose nothing.

Real client, ledger, runner, pool and sinks; the web alone is made up, and answers over HTTP.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NamedTuple

import pytest
from fakeweb import FakeWeb
from hostile import PDF, PNG, WALL, article, desk, rss, served

from pipeline import driver
from pipeline.explain import explain
from pipeline.ledger.queries import dead_letters, feed_states, runs
from pipeline.settings import load
from pipeline.sqlviews import query
from pipeline.world import RealWorld, open_world
from schemas.words import Disposition, PollResult

FEED_CAP, PAGE_CAP = 900_000, 400_000
GOOD = "http://good.test"
DEEP = 100_000


class Bad(NamedTuple):
    """A bad feed: its body, what it was served with, how its poll ends, words of the reason, what is read of it."""

    body: bytes
    result: PollResult
    words: str
    headers: dict[str, str] = {}
    links: tuple[str, ...] = ()


def feed_of(name: str, *pages: str) -> str:
    return rss(*(f"http://{name}.test/{page}" for page in pages), title=name)


def before_last_item(name: str, inside: str) -> bytes:
    """Two good items with a third between them."""
    text = feed_of(name, "one", "two")
    cut = text.rindex("<item>")
    return (
        f"{text[:cut]}<item><title>Odd</title><link>http://{name}.test/odd</link>{inside}</item>{text[cut:]}".encode()
    )


LAUGHS = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY lol0 "lol">{LAUGHS}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'


def with_prolog(prolog: str, name: str, entity: str) -> bytes:
    items = feed_of(name, "one").partition("?>")[2]
    return (prolog + items.replace("About one", f"About &{entity};")).encode()


FEEDS = {
    "html": Bad(article("a front page").encode(), PollResult.NOT_A_FEED, "<html>", {"content-type": "text/html"}),
    "empty": Bad(b"", PollResult.NOT_A_FEED, "empty"),
    "blank": Bad(b" \r\n\t\x00\n", PollResult.NOT_A_FEED, "empty"),
    "picture": Bad(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, PollResult.NOT_A_FEED, "no feed"),
    "cutfile": Bad(
        feed_of("cutfile", "one", "two", "three").encode()[:-120], PollResult.MALFORMED, "2 items read, 1 lost",
        links=("one", "two"),
    ),
    "cutwire": Bad(
        feed_of("cutwire", "one", "two").encode(), PollResult.UNREACHABLE, "broke off", {"content-length": "9999"}
    ),
    "big": Bad(feed_of("big", *map(str, range(9_000))).encode(), PollResult.TOO_LARGE, "900,000"),
    "zipbomb": Bad(
        gzip.compress(b"<rss>" + b" " * 50_000_000), PollResult.TOO_LARGE, "900,000", {"content-encoding": "gzip"}
    ),
    "deepitem": Bad(
        before_last_item("deepitem", "<a>" * DEEP + "</a>" * DEEP), PollResult.NEW, "", links=("odd", "one", "two")
    ),
    "deeptext": Bad(
        before_last_item("deeptext", f"<description><![CDATA[{'<b>' * DEEP}]]></description>"), PollResult.NEW, "",
        links=("odd", "one", "two"),
    ),
    "deepopen": Bad(b"<rss><channel>" + b"<a>" * DEEP, PollResult.MALFORMED, "0 items read"),
    "charset": Bad(
        feed_of("charset", "one").replace("?>", ' encoding="ascii"?>').replace("About one", "À propos d’un café")
        .encode(), PollResult.NEW, "", links=("one",),
    ),
    "latin": Bad(
        feed_of("latin", "one").replace("?>", ' encoding="utf-8"?>').replace("About one", "Käse").encode("cp1252"),
        PollResult.MALFORMED, "not of its charset", links=("one",),
    ),
    "klingon": Bad(
        feed_of("klingon", "one").replace("?>", ' encoding="klingon"?>').replace("About one", "Über größere Käse")
        .encode("cp1252"), PollResult.NEW, "", {"content-type": "text/xml; charset=klingon"}, ("one",),
    ),
    "bomb": Bad(with_prolog(BOMB, "bomb", "lol9"), PollResult.MALFORMED, "entities that expand"),
    "outside": Bad(with_prolog(OUTSIDE, "outside", "secret"), PollResult.MALFORMED, "entities that expand"),
    "json": Bad(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id"', PollResult.MALFORMED, "JSON"),
}  # fmt: skip


class Page(NamedTuple):
    """A page of the good feed: its body, what it was served with, how its visit ends, words of the reason."""

    body: bytes
    disposition: Disposition
    words: str
    headers: dict[str, str] = {}


LOG = " ".join(
    f"On day {n} the gauge at lock {n * 7} showed {n * 3} marks, and nobody wrote why." for n in range(4_500)
)
LINE = article("one line", LOG).encode()  # some 330 KB without a line's end

PAGES = {
    "fine": Page(article("fine").encode(), Disposition.WRITTEN, ""),
    "pdf": Page(PDF, Disposition.NOT_ARTICLE, "a PDF", {"content-type": "application/pdf"}),
    "pdf-as-html": Page(PDF, Disposition.NOT_ARTICLE, "a PDF"),
    "image": Page(PNG, Disposition.NOT_ARTICLE, "an image", {"content-type": "image/png"}),
    "empty": Page(b"", Disposition.NOT_ARTICLE, "empty"),
    "login": Page(WALL, Disposition.NOT_ARTICLE, "login wall"),
    "deep": Page(b"<html><body>" + b"<b>" * DEEP + b"deep", Disposition.NOT_ARTICLE, "no article text"),
    "line-over-cap": Page(b"<p>" + b"word " * (PAGE_CAP // 4), Disposition.TOO_LARGE, "400,000"),
    "zip-over-cap": Page(
        gzip.compress(b"<p>" + b"word " * PAGE_CAP), Disposition.TOO_LARGE, "400,000", {"content-encoding": "gzip"}
    ),
    "line-under-cap": Page(LINE, Disposition.WRITTEN, ""),
    "cut": Page(article("cut").encode(), Disposition.UNREACHABLE, "broke off", {"content-length": "99999"}),
    "fine-too": Page(article("fine-too").encode(), Disposition.WRITTEN, ""),
}


def open_desk(config: Path) -> RealWorld:
    return open_world(load(config, {}, {}).settings)


class Day(NamedTuple):
    """One run over all of it."""

    world: RealWorld
    summary: driver.Summary
    web: FakeWeb


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    web = FakeWeb().feed(f"{GOOD}/rss", rss(*(f"{GOOD}/{name}" for name in PAGES)))
    for name, page in PAGES.items():
        web.page(f"{GOOD}/{name}", page.body, headers=page.headers)
    for name, bad in FEEDS.items():
        web.page(f"http://{name}.test/rss", bad.body, headers={"content-type": "application/xml"} | bad.headers)
        for page in bad.links:
            web.page(f"http://{name}.test/{page}", article(f"{name} {page}"))
    watched = [*(f"http://{name}.test/rss" for name in FEEDS), f"{GOOD}/rss"]
    with served(web) as address:
        caps = f"max_feed_bytes = {FEED_CAP}\nmax_page_bytes = {PAGE_CAP}"
        world = open_desk(desk(tmp_path_factory.mktemp("day"), address, watched, network=caps))
        yield Day(world, driver.run(world), web)
    world.guard().stop()


def polls(world: RealWorld) -> dict[str, tuple[str, str]]:
    with world.ledger().reading() as connection:
        states = feed_states(connection)
    return {feed.url: (states[i]["last_result"], states[i]["last_error"]) for i, feed in world.feeds.items()}


def visits(world: RealWorld) -> dict[str, tuple[str, str]]:
    """How each visit ended, from the committed files."""
    _, rows = query(Path(world.settings.output.dir), "SELECT url, disposition, reason FROM visits")
    assert len({url for url, *_ in rows}) == len(rows)
    return {url: (disposition, reason) for url, disposition, reason in rows}


@pytest.mark.parametrize("name", FEEDS)
def test_a_bad_feed_ends_in_its_own_word(day, name):
    bad = FEEDS[name]
    result, words = polls(day.world)[f"http://{name}.test/rss"]
    assert result == bad.result
    assert bad.words in words
    assert "Traceback" not in words


@pytest.mark.parametrize("name", [name for name in FEEDS if FEEDS[name].links])
def test_what_could_be_read_of_a_bad_feed_was_read(day, name):
    ended = {url: end for url, (end, _) in visits(day.world).items() if f"//{name}.test" in url}
    assert ended == {f"http://{name}.test/{page}": Disposition.WRITTEN for page in FEEDS[name].links}


@pytest.mark.parametrize("name", PAGES)
def test_a_bad_page_ends_in_its_own_word(day, name):
    page = PAGES[name]
    disposition, words = visits(day.world)[f"{GOOD}/{name}"]
    assert disposition == page.disposition
    assert page.words in words


def test_the_run_comes_to_its_end_and_its_sums_agree(day):
    assert polls(day.world)[f"{GOOD}/rss"] == (PollResult.NEW, "")
    assert sum(day.summary.polls.values()) == len(FEEDS) + 1
    shown = len(PAGES) + sum(len(bad.links) for bad in FEEDS.values())
    assert day.summary.leased == day.summary.total == len(visits(day.world)) == shown
    assert day.summary.balanced
    with day.world.ledger().reading() as connection:
        assert dead_letters(connection, open_only=False) == []
        for unit in runs(connection, limit=100):
            assert unit["leased"] == sum(unit["counts"].values())
            assert unit["state"] == "done"


def test_no_file_of_this_machine_was_read_for_a_feed(day):
    """What an external entity points at stands nowhere: not in the ledger, not in the output, not in the archive."""
    secret = Path("/etc/passwd").read_bytes().splitlines()[0]
    assert len(secret) > 10
    files = [path for path in Path(day.world.settings.output.dir).rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        assert secret not in (gzip.decompress(data) if path.suffix == ".gz" else data), path


def test_a_batch_that_fails_runs_again_one_by_one_and_only_the_guilty_page_is_dead(tmp_path):
    """A unit dies with its pages archived, and one archive file is damaged: its page cannot be read in its batch."""
    hosts = ["apple.test", "birch.test", "cedar.test", "daisy.test"]
    web = FakeWeb()
    for host in hosts:
        web.feed(f"http://{host}/rss", rss(f"http://{host}/news")).page(f"http://{host}/news", article(host))
    in_the_way = tmp_path / "out/data"
    in_the_way.parent.mkdir()
    in_the_way.write_text("not a folder", encoding="utf-8")
    with served(web) as address:
        one_segment_a_host = "batch_entries = 1"
        config = desk(tmp_path, address, [f"http://{host}/rss" for host in hosts], lease=one_segment_a_host)
        world = open_desk(config)
        with pytest.raises((OSError, RuntimeError), match="data"):
            driver.run(world)
        in_the_way.unlink()
        story = explain(world.ledger(), "http://cedar.test/news")[0]
        segment = Path(world.settings.archive_dir) / story["pages"][0]["segment"]
        segment.write_bytes(segment.read_bytes()[:100])
        summary = driver.run(world)
    world.guard().stop()
    assert summary.visits == {"dead": 1, "written": 3}
    assert summary.leased == summary.total == 4
    assert summary.balanced
    ends = visits(world)
    assert {url for url, (end, _) in ends.items() if end == "dead"} == {"http://cedar.test/news"}
    assert [web.count(f"http://{host}/news") for host in hosts] == [1, 1, 1, 1]
    with world.ledger().reading() as connection:
        [letter] = dead_letters(connection)
    assert (letter["step"], letter["kind"]) == ("extract", "ArchiveError")
    assert "damaged" in letter["error"]
