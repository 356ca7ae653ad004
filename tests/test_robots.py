"""robots.txt by RFC 9309, and what a site's files say against machine reading, over a real port."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from test_web import Server, Site, leads, robots, says
from test_web import open_web as open_web  # noqa: PLC0414 - a fixture
from test_web import site as site  # noqa: PLC0414 - a fixture

from pipeline.web.optouts import Reservation, closed_to_models, read_tdmrep, reserved_by, said_of
from pipeline.web.robots import KEEP_FAILURE_S, KEEP_S, MAX_BYTES, Kept, OriginCache, Rules
from schemas.ports import Request, Response

HERE = "http://daily.test"


def page(at: Site) -> None:
    at.send(b"here")


def ask(web, *paths: str) -> list[Response]:
    return web.get([Request(f"{HERE}{path}") for path in paths])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_refused_or_absent_file_allows_everything(status, site, open_web):
    site.paths |= {"/a": page, "/robots.txt": lambda at: at.send(b"User-agent: *\nDisallow: /", status)}
    [found] = ask(open_web(), "/a")
    assert (found.status, found.robots) == (200, "no_robots")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_not_asked_for_pages(status, site, open_web):
    site.paths |= {"/a": page, "/robots.txt": lambda at: at.send(b"", status)}
    [found] = ask(open_web(), "/a")
    assert (found.failure, found.reason) == ("unreachable", f"robots.txt unreachable: status {status}")
    assert site.asked("/a") == 0


def test_a_file_that_does_not_come_forbids_for_now(site, open_web):
    site.paths |= {"/a": page, "/robots.txt": says(b"", then=site.stopping)}
    [found] = ask(open_web(connect_timeout_s=0.1, first_byte_timeout_s=0.1), "/a")
    assert (found.failure, found.reason) == ("unreachable", "robots.txt unreachable: no answer within 0.1 s")


def test_five_redirects_are_followed_to_it_and_its_rules_hold_where_one_began(site, open_web):
    hops = {f"/r{n}": leads(f"/r{n + 1}") for n in range(4)}
    site.paths |= {"/a": page, "/robots.txt": leads("/r0"), "/r4": robots("User-agent: *\nDisallow: /a")} | hops
    assert ask(open_web(), "/a")[0].failure == "robots_refused"


def test_its_first_500_kib_are_read_and_no_more(site, open_web):
    filler = "# padding\n" * (MAX_BYTES // 10)
    site.paths |= {"/a": page, "/early": page}
    site.paths["/robots.txt"] = robots(f"User-agent: *\nDisallow: /early\n{filler}Disallow: /a\n")
    early, late = ask(open_web(), "/early", "/a")
    assert (early.failure, late.status) == ("robots_refused", 200)


def test_it_is_kept_for_a_day_and_a_failure_for_five_minutes():
    looks: list[str] = []
    time = [0.0]

    async def look(origin: str) -> Kept[Rules]:
        looks.append(origin)
        failed = len(looks) == 1
        return Kept(Rules(failure="unreachable" if failed else ""), KEEP_FAILURE_S if failed else KEEP_S)

    async def day() -> list[int]:
        cache, seen = OriginCache(look, lambda: time[0]), []
        for at in (0.0, 299.0, 301.0, 301.0 + 86_399.0, 301.0 + 86_401.0):
            time[0] = at
            await asyncio.gather(cache.of(HERE), cache.of(HERE))
            seen.append(len(looks))
        return seen

    assert asyncio.run(day()) == [1, 1, 2, 2, 3]


def test_a_crawl_delay_for_us_is_kept_between_two_requests(site, open_web):
    site.paths |= {
        "/a": page,
        "/robots.txt": robots("User-agent: otherbot\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 0.2"),
    }
    ask(open_web(), "/a", "/a?2", "/a?3")
    times = [at for _, path, _, at, _ in site.seen if path.startswith("/a")]
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(times))


GROUPS = """User-agent: GPTBot
Disallow: /

User-agent: Googlebot
Disallow: /not-for-search

User-agent: ccbot # Common Crawl
User-agent: google-extended
Allow: /free
Disallow: /paid
"""


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (GROUPS, "/a", "closes it to gptbot"),
        (GROUPS.partition("\n\n")[2], "/a", ""),
        (GROUPS.partition("\n\n")[2], "/paid/1", "closes it to ccbot"),
        (GROUPS.partition("\n\n")[2], "/not-for-search", ""),
        ("User-agent: PerplexityBot\nDisallow: /", "/a", ""),  # a search engine
        ("User-agent: *\nDisallow: /a", "/a", ""),  # which robots.txt itself settles
        ("User-agent: newsbeam\nAllow: /\n\n" + GROUPS, "/a", ""),  # the site speaks to us
        ("User-agent: GPTBot\nDisallow:", "/a", ""),
        ("GPTBot Disallow /", "/a", ""),
    ],
)
def test_groups_for_crawlers_of_language_models_are_an_opt_out(text, path, said):
    assert said_of(closed_to_models(text, "newsbeam"), HERE + path) == said


def test_such_a_group_refuses_before_the_page_is_asked_for(site, open_web):
    site.paths |= {"/a": page, "/free/1": page, "/robots.txt": robots(GROUPS.partition("\n\n")[2])}
    site.paths["/paid/1"] = page
    closed, free = ask(open_web(), "/paid/1", "/free/1")
    assert (closed.failure, closed.reason) == ("opted_out", "robots.txt of daily.test closes it to ccbot")
    assert (free.status, site.asked("/paid/1")) == (200, 0)


def test_a_robots_txt_of_nothing_but_groups_costs_little():
    text = "".join(f"user-agent: gptbot\ndisallow: /{n}\n" for n in range(12_000))
    assert said_of(closed_to_models(text, "newsbeam"), f"{HERE}/77") == "closes it to gptbot"


TDMREP = b"""\xef\xbb\xbf[{"location": "/", "tdm-reservation": 0},
 {"location": "/news/*.html$", "tdm-reservation": 1, "tdm-policy": "https://daily.test/policy.json"},
 {"location": "/news/free", "tdm-reservation": "0"}, {"tdm-reservation": 1}, 7]"""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/news/a.html", "/news/*.html$ is reserved, policy https://daily.test/policy.json"),
        ("/news/a.html?x=1", ""),
        ("/news/a", ""),
        ("/", ""),
    ],
)
def test_the_longest_location_of_tdmrep_json_decides(path, said):
    assert reserved_by(read_tdmrep(TDMREP), HERE + path) == said


def test_what_is_no_tdmrep_json_reserves_nothing():
    for body in (b"", b"<html>", b"{}", b"[" * 100_000, b'["/"]', b"\xff\xfe\x00", b"null"):
        assert read_tdmrep(body) == ()
    assert reserved_by((Reservation("/*" * 2_000 + "x", True),), f"{HERE}/{'a' * 8_000}") == ""
    both = (Reservation("/a", False), Reservation("/a", True))
    assert reserved_by(both, f"{HERE}/a") == "/a is reserved"


def test_tdmrep_json_is_asked_for_once_an_origin_and_told_with_the_page(site, open_web):
    site.paths |= {"/news/a.html": page, "/b": page, "/.well-known/tdmrep.json": lambda at: at.send(TDMREP)}
    first, second = ask(open_web(), "/news/a.html", "/b")
    assert dict(first.reserved).keys() == {"tdmrep.json"}
    assert (second.reserved, second.status) == ((), 200)
    assert site.asked("/.well-known/tdmrep.json") == 1


def test_a_tdmrep_json_that_does_not_come_holds_up_no_page(site: Server, open_web):
    site.paths |= {"/a": page, "/.well-known/tdmrep.json": lambda at: at.send(b"", 500)}
    [found] = ask(open_web(), "/a")
    assert (found.status, found.reserved) == (200, ())
