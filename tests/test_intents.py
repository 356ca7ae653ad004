"""What people set for single feeds and sites takes effect: one run over a real port, with a line for each setting."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served, spanish
from sqlalchemy import select
from test_web import Server, Site, get, site  # noqa: F401 - a fixture
from typer.testing import CliRunner

from pipeline import driver
from pipeline.cli import app
from pipeline.ledger import tables as t
from pipeline.settings import load
from pipeline.sqlviews import query
from pipeline.web import AioWeb
from pipeline.world import RealWorld, open_world
from schemas.config import Network, TestNetwork
from schemas.errors import ConfigError
from schemas.feeds import parse_feeds
from schemas.ports import Request
from schemas.sites import SiteIntent, of_host, parse_sites
from transforms.feed.report import of_feed

NUMBERS = " ".join(str(n) for n in range(1, 90)) + "."
FEEDS: dict[str, str] = {
    "http://slow.test/rss": "shortest_interval_s = 40_000",
    "http://fast.test/rss": "longest_interval_s = 120",
    "http://many.test/rss": 'budget = 2\nlabels = ["wire"]',
    "http://numbers.test/rss": 'language = "pt-BR"',
    "http://own.test/rss": 'fetch = "never"',
    "http://licensed.test/rss": "",
    "http://closed.test/rss": "",
    "http://busy.test/rss": "retention_days = 30",
    "http://leads.test/rss": "",
}
MANY = [f"http://h{n}.test/{n}" for n in range(5)]
BUSY = [f"http://{host}.busy.test/{n}" for host in ("a", "b") for n in range(3)]
SITES = {
    "licensed.toml": 'site = "licensed.test"\n[collect]\nobey_opt_out = false\nreason = "our licence of 2 May"\n',
    "busy.toml": 'site = "busy.test"\n[collect]\nbudget = 1\nretention_days = 7\n',
}
ROBOTS = "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /bots\n\nUser-agent: *\nDisallow: /never\n"
TDMREP = '[{"location": "/", "tdm-reservation": 0}, {"location": "/mine/*", "tdm-reservation": 1}]'


def the_web() -> FakeWeb:
    web = FakeWeb()
    for host in ("slow", "fast"):
        web.feed(f"http://{host}.test/rss", rss())
    web.feed("http://many.test/rss", rss(*MANY)).feed("http://busy.test/rss", rss(*BUSY))
    for url in (*MANY, *BUSY):
        web.page(url, article(url, spanish(url)))
    web.feed("http://numbers.test/rss", rss("http://numbers.test/n"))
    web.page("http://numbers.test/n", f"<article><h1>Lots</h1><p>{NUMBERS}</p></article>")
    told = rss("http://own.test/1").replace("</item>", f"<description>{spanish('own', 12)}</description></item>")
    web.feed("http://own.test/rss", told)
    at = "http://leads.test"
    web.feed(f"{at}/rss", rss(f"{at}/go/1", f"{at}/print/2"))
    web.page(f"{at}/go/1", '<meta http-equiv="refresh" content="0; url=/story/1">Moving on.')
    web.page(f"{at}/print/2", f'<link rel="canonical" href="/story/2">{article("2")}')
    web.page(f"{at}/story/1", article("1", spanish("1"))).page(f"{at}/story/2", article("2", spanish("2")))
    for host in ("licensed", "closed"):
        at = f"http://{host}.test"
        web.page(f"{at}/robots.txt", ROBOTS).page(f"{at}/.well-known/tdmrep.json", TDMREP)
        paths = ("noai", "bots/1", "mine/2", "free/3")
        web.feed(f"{at}/rss", rss(*(f"{at}/{path}" for path in paths)))
        for path in paths:
            tag = {"x-robots-tag": "noai"} if path == "noai" else {}
            web.page(f"{at}/{path}", article(path, spanish(f"{host} {path}")), headers=tag)
    return web


class Day(NamedTuple):
    world: RealWorld
    summary: driver.Summary
    web: FakeWeb


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    folder = tmp_path_factory.mktemp("intents")
    (folder / "sites").mkdir()
    for name, text in SITES.items():
        (folder / "sites" / name).write_text(text, encoding="utf-8")
    web = the_web()
    with served(web) as address:
        paths = f"sites = {json.dumps(str(folder / 'sites'))}"
        config = desk(folder, address, list(FEEDS), paths=paths, annotate="models = {}", extract="min_words = 20")
        hosts = [url.split("/")[2] for url in (*MANY, *BUSY)]
        more = "".join(f'"{host}" = "{address}"\n' for host in dict.fromkeys(hosts))
        config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
        lines = "".join(f'[[feed]]\nurl = "{url}"\n{line}\n' for url, line in FEEDS.items())
        (folder / "feeds.toml").write_text(lines, encoding="utf-8")
        world = open_world(load(config, {}, {}).settings)
        yield Day(world, driver.run(world), web)
        world.guard().stop()


def units(day: Day, urls: list[str]) -> list[list[str]]:
    """The visits to these addresses, unit by unit."""
    _, rows = query(Path(day.world.settings.output.dir), 'SELECT unit_id, url FROM visits ORDER BY visits."at"')
    found: dict[str, list[str]] = {}
    for unit, url in rows:
        if url in urls:
            found.setdefault(unit, []).append(url)
    return list(found.values())


def ended(day: Day, host: str) -> dict[str, tuple[str, str]]:
    _, rows = query(Path(day.world.settings.output.dir), "SELECT url, disposition, reason FROM visits")
    at = f"http://{host}.test/"
    return {url.removeprefix(at): (word, why) for url, word, why in rows if url.startswith(at)}


def test_a_feeds_own_bounds_hold_its_interval(day):
    with day.world.ledger().reading() as connection:
        rows = connection.execute(select(t.feeds.c.url, t.feeds.c.next_check - t.feeds.c.checked_at)).all()
    waits = dict(rows)
    assert waits["http://slow.test/rss"] >= 0.9 * 40_000
    assert waits["http://fast.test/rss"] <= 1.1 * 120
    settings = day.world.settings.poll
    assert of_feed(settings, None) == settings


def test_no_pass_has_more_of_a_feed_than_its_budget_and_the_rest_comes_later(day):
    passes = units(day, MANY)
    assert [len(one) for one in passes] == [2, 2, 1]
    assert sorted(url for one in passes for url in one) == MANY


def test_no_pass_has_more_of_a_host_than_its_sites_budget(day):
    passes = units(day, BUSY)
    assert [sorted(url.split("/")[2] for url in one) for one in passes] == [["a.busy.test", "b.busy.test"]] * 3


def test_a_feeds_language_counts_where_nothing_else_tells_it(day):
    _, rows = query(Path(day.world.settings.output.dir), "SELECT url, language FROM revisions")
    languages = dict(rows)
    assert languages["https://numbers.test/n"] == "pt"
    assert languages["https://h0.test/0"] == "es"


def test_where_the_feeds_own_text_is_the_article_no_page_is_asked_for(day):
    assert ended(day, "own")["1"][0] == "written"
    assert day.web.count("http://own.test/1") == 0


def test_opt_outs_are_obeyed_unless_a_site_file_says_by_what_right_not(day):
    assert ended(day, "closed") == {
        "noai": ("opted_out", "x-robots-tag says noai"),
        "bots/1": ("opted_out", "robots.txt of closed.test closes it to gptbot"),
        "mine/2": ("opted_out", "tdmrep.json: /mine/* is reserved"),
        "free/3": ("written", "0 claims, 0 entities"),
    }
    assert {word for word, _ in ended(day, "licensed").values()} == {"written"}
    assert day.web.count("http://closed.test/bots/1") == 0, "robots.txt settles it before anybody is asked"
    _, rows = query(Path(day.world.settings.output.dir), "SELECT url, to_json(rights) FROM pages")
    rights = {url: dict(json.loads(text)) for url, text in rows if "licensed" in url}
    reason = {"read all the same": "our licence of 2 May"}
    assert rights == {
        "http://licensed.test/noai": {"x-robots-tag": "noai"} | reason,
        "http://licensed.test/bots/1": {"robots.txt": "closes it to gptbot"} | reason,
        "http://licensed.test/mine/2": {"tdmrep.json": "/mine/* is reserved"} | reason,
        "http://licensed.test/free/3": {},
    }


def test_what_a_page_leads_to_is_archived_under_both_addresses(day):
    _, rows = query(Path(day.world.settings.output.dir), "SELECT url, final_url, redirects, via FROM pages")
    at = "http://leads.test"
    assert sorted(row for row in rows if row[0].startswith(at)) == [
        (f"{at}/go/1", f"{at}/story/1", [f"{at}/go/1"], "meta refresh"),
        (f"{at}/print/2", f"{at}/story/2", [f"{at}/print/2"], "rel=canonical"),
    ]


def test_retention_is_kept_for_whoever_removes(day):
    assert {feed.url: feed.retention_days for feed in day.world.feeds.values() if feed.retention_days} == {
        "http://busy.test/rss": 30
    }
    assert of_host(day.world.sites, "a.busy.test").retention_days == 7
    assert of_host(day.world.sites, "busy.test.example").retention_days is None


def test_labels_choose_the_feeds_that_are_polled(tmp_path):
    web = FakeWeb().feed("http://a.test/rss", rss()).feed("http://b.test/rss", rss())
    with served(web) as address:
        config = desk(tmp_path, address, ["http://a.test/rss", "http://b.test/rss"])
        lines = '[[feed]]\nurl = "http://a.test/rss"\nlabels = ["wire"]\n[[feed]]\nurl = "http://b.test/rss"\n'
        (tmp_path / "feeds.toml").write_text(lines, encoding="utf-8")

        def newsbeam(*arguments: str) -> Any:
            return CliRunner().invoke(app, [*arguments, "--config", str(config)], catch_exceptions=True)

        assert newsbeam("run", "--label", "wire").exit_code == 0
        assert web.asked == ["http://a.test/rss"]
        assert newsbeam("feeds", "check", "--label", "wire").exit_code == 0
        assert web.asked == ["http://a.test/rss"] * 2
        listed = newsbeam("feeds", "list", "--label", "wire", "--json").stdout.splitlines()
        assert [json.loads(line)["url"] for line in listed] == ["http://a.test/rss"]
        assert "there are: wire" in str(newsbeam("run", "--label", "wires").exception)
        assert newsbeam("run").exit_code == 0
        assert web.count("http://b.test/rss") == 1


def test_a_sites_own_gap_stands_between_two_requests(site: Server) -> None:  # noqa: F811
    def page(at: Site) -> None:
        at.send(b"here")

    site.paths["/a"] = page
    hosts = dict.fromkeys(("www.patient.test", "daily.test"), f"127.0.0.1:{site.server_port}")
    network = Network(host_gap_s=0.0, retries=0, test=TestNetwork(hosts))
    web = AioWeb(network, {"patient.test": SiteIntent("patient.test", gap_s=0.15)})
    web.get([Request(f"http://{host}/a?{n}", robots=False) for host in hosts for n in range(3)])
    web.close()
    times = [at for host, _, _, at, _ in site.seen if host == "www.patient.test"]
    assert all(later - earlier >= 0.15 for earlier, later in pairwise(times))
    assert len(times) == 3


BAD_FEEDS = [
    ("budget = 0", 3, "budget = 0", "at least 1"),
    ("budget = 2.5", 3, "budget = 2.5", "whole number"),
    ("budget = true", 3, "budget = true", "whole number"),
    ("shortest_interval_s = 10", 3, "shortest_interval_s = 10", "at least 60"),
    ("longest_interval_s = nan", 3, "longest_interval_s = nan", "at least 60"),
    ("shortest_interval_s = 900\nlongest_interval_s = 600", 3, "longer than longest_interval_s", "swap"),
    ("interval_s = 900\nlongest_interval_s = 600", 4, "longest_interval_s means nothing", "leave one"),
    ("retention_days = 0", 3, "retention_days = 0", "greater than 0"),
    ("retention = 5", 3, "unknown key 'retention'", "retention_days"),
    ('fetch = "sometimes"', 3, 'fetch = "sometimes"', '"never"'),
    ("labels = [1]", 3, "labels = [1]", "list of words"),
    ('language = "portuguese"', 3, "language", '"pt-BR"'),
]
BAD_SITES = [
    ("obey_opt_out = false", 3, "needs a reason", "by what right"),
    ('obey_opt_out = false\nreason = " "', 4, "reason", "text in quotes"),
    ('reason = "so"', 3, "stands for nothing", "obey_opt_out = false"),
    ('obey_opt_out = "no"', 3, 'obey_opt_out = "no"', "true or false"),
    ("budget = 0", 3, "budget = 0", "at least 1"),
    ("gap_s = -1", 3, "gap_s = -1", "from 0 to 600"),
    ("gap_s = inf", 3, "gap_s = inf", "from 0 to 600"),
    ("retention_days = -2", 3, "retention_days", "greater than 0"),
    ("gaps = 3", 3, "unknown key 'gaps'", "gap_s"),
]


@pytest.mark.parametrize(("lines", "line", "what", "remedy"), BAD_FEEDS)
def test_a_bad_value_of_a_feed_is_named_with_its_place_and_what_is_allowed(lines, line, what, remedy):
    with pytest.raises(ConfigError) as caught:
        parse_feeds(f'[[feed]]\nurl = "http://a.test/rss"\n{lines}\n', "feeds.toml")
    assert str(caught.value).startswith(f"feeds.toml:{line}: ")
    assert what in str(caught.value)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(("lines", "line", "what", "remedy"), BAD_SITES)
def test_a_bad_value_of_a_site_is_named_with_its_place_and_what_is_allowed(lines, line, what, remedy):
    with pytest.raises(ConfigError) as caught:
        parse_sites({"sites/a.toml": f'site = "a.test"\n[collect]\n{lines}\n'})
    assert str(caught.value).startswith(f"sites/a.toml:{line}: ")
    assert what in str(caught.value)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"a.toml": "[collect]\nbudget = 1\n"}, "a.toml:1: [collect] is for one site"),
        ({"a.toml": 'site = "a.test"\ncollect = 3\n'}, "a.toml:2: `collect` is not a table"),
        (dict.fromkeys(("a.toml", "b.toml"), 'site = "a.test"\n[collect]\n'), "b.toml:2: a second [collect]"),
    ],
)
def test_a_table_for_no_site_and_a_second_one_are_refused(texts, words):
    with pytest.raises(ConfigError) as caught:
        parse_sites(texts)
    assert str(caught.value).startswith(words)


def test_validate_reads_the_files_of_sites_and_what_does_not_fit_the_settings(tmp_path):
    (tmp_path / "sites").mkdir()
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    slow = 'site = "a.test"\n[collect]\ngap_s = 100\n'
    (tmp_path / "sites" / "a.toml").write_text(slow, encoding="utf-8")
    (tmp_path / "newsbeam.toml").write_text('[paths]\nsites = "sites"\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["validate", "--config", str(tmp_path / "newsbeam.toml")])
    assert done.exit_code == 4
    assert "50 entries of a host of a.test, each 100 s after the other" in done.stderr
