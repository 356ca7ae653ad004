"""A page that only leads to another, or names another of its site as its own, is followed once; never astray."""

from __future__ import annotations

import pytest
from test_fetch import leased, page_of, run
from test_fetch import world as world  # noqa: PLC0414 - a fixture

from schemas.ports import Response
from transforms.page.onward import Onward, onward

SITE = "https://daily.example"
TEXT = "<p>The ferry left late, its owner said.</p>"


def page(head: str, body: str = TEXT) -> str:
    return f"<html><head><title>Ferry</title>{head}</head><body>{body}</body></html>"


def refresh(to: str, delay: str = "0") -> str:
    return page(f'<meta http-equiv="refresh" content="{delay}; url={to}">', "Moving on.")


def canonical(to: str) -> str:
    return page(f'<link rel="canonical" href="{to}">')


def lead(html: str, at: str = f"{SITE}/news/ferry-7") -> Onward | None:
    return onward(Response(at, at, status=200, body=html.encode()))


@pytest.mark.parametrize(
    "content",
    ["0;url=/there", "0; URL='/there'", "5;url=https://daily.example/there", " 1.5 , /there", "0 url = \"/there\"",
     "0;https://www.daily.example/../there"],
)  # fmt: skip
def test_a_refresh_that_comes_soon_is_followed_however_it_is_written(content):
    found = lead(page(f"<meta content='{content}' HTTP-EQUIV=Refresh>".replace("'/there'", "&quot;/there&quot;")))
    assert found is not None
    assert (found.url.rpartition("/")[2], found.via) == ("there", "meta refresh")


@pytest.mark.parametrize(
    "html",
    [
        refresh("/there", "300"),  # a live page
        page('<meta http-equiv="refresh" content="0">'),
        refresh("/news/ferry-7"),  # itself
        refresh("https://elsewhere.example/there"),
        refresh("https://daily.example.evil.example/there"),
        refresh("javascript:alert(1)"),
        refresh("file:///etc/passwd"),
        page('<noscript><meta http-equiv="refresh" content="0;url=/no-script"></noscript>'),
        page('<!-- <meta http-equiv="refresh" content="0;url=/there"> -->'),
        page("", '<meta http-equiv="refresh" content="0;url=/there">'),
    ],
)
def test_other_refreshes_are_left_alone(html):
    assert lead(html) is None


@pytest.mark.parametrize(
    ("at", "to"),
    [
        ("/print/7", "/news/ferry-7"),
        ("/news/ferry-7", "https://www.daily.example/2026/ferry"),
        ("/index.php?id=5", "/index.php?id=6"),
    ],
)
def test_a_canonical_link_to_another_page_of_the_site_is_followed(at, to):
    found = lead(canonical(to), SITE + at)
    assert found is not None
    assert found.via == "rel=canonical"


@pytest.mark.parametrize(
    ("at", "to"),
    [
        ("/news/ferry-7", "/"),  # what some templates print on every page
        ("/news/ferry-7", "https://www.daily.example/index.html"),
        ("/news/ferry-7", "/news/"),
        ("/news/ferry-7?utm_source=rss", "/news/ferry-7"),  # another spelling of the page that is here
        ("/news/ferry-7", "http://www.daily.example/news/ferry-7/"),
        ("/news/ferry-7/amp", "/news/ferry-7"),
        ("/story?id=5&page=2", "/story?id=5"),
        ("/story?id=5", "/story"),
        ("/news/ferry-7", "https://elsewhere.example/ferry-7"),
        ("/news/ferry-7", "mailto:desk@daily.example"),
        ("/news/ferry-7", ""),
    ],
)
def test_a_canonical_link_that_leads_to_nothing_new_is_not_followed(at, to):
    assert lead(canonical(to), SITE + at) is None


def test_a_blog_of_another_owner_on_the_same_service_is_another_site():
    assert lead(canonical("https://two.blogspot.com/ferry"), "https://one.blogspot.com/ferry") is None


def test_hostile_heads_take_bounded_time():
    for piece in ('<meta http-equiv="refresh" content="', "0;" * 9, "<link rel=", "url=" * 9):
        assert lead(page(piece * 20_000)) is None


def fetched(world, html: str, *pages: tuple[str, str]):
    world.fake.page(f"{SITE}/a", html)
    for path, body in pages:
        world.fake.page(SITE + path, body)
    rows, outcomes = run(world, leased("a"))
    return rows.get("v-a"), outcomes.get("v-a")


def test_the_page_that_it_leads_to_is_archived_and_the_record_names_both(world):
    row, _ = fetched(world, refresh("/b"), ("/b", page("")))
    kept = page_of(row)
    assert (kept.url, kept.final_url, kept.redirects) == (f"{SITE}/a", f"{SITE}/b", (f"{SITE}/a",))
    assert kept.via == "meta refresh"
    again = world.archive().read(kept)
    assert (again.body, again.via, again.redirects) == (page("").encode(), "meta refresh", (f"{SITE}/a",))


def test_once_means_once(world):
    row, _ = fetched(world, refresh("/b"), ("/b", canonical("/c/9")), ("/c/9", page("")))
    assert page_of(row).final_url == f"{SITE}/b"
    assert world.fake.asked == [f"{SITE}/a", f"{SITE}/b"]


def test_a_refresh_in_a_circle_ends_in_words(world):
    _, ended = fetched(world, refresh("/b"), ("/b", refresh("/a")))
    assert (ended.disposition, ended.reason) == (
        "unreachable",
        f"its meta refresh leads in a circle, back to {SITE}/a",
    )
    world.fake.redirect(f"{SITE}/c", f"{SITE}/a")
    _, ended = fetched(world, refresh("/c"))
    assert ended.reason == f"its meta refresh leads in a circle, back to {SITE}/a"


@pytest.mark.parametrize(
    ("change", "ended"),
    [
        (lambda web: web.forbids(f"{SITE}/b"), "robots_refused"),
        (lambda web: web.private(f"{SITE}/b"), "private_address"),
        (lambda web: web.page(f"{SITE}/b", "", 410), "gone"),
        (lambda web: web.page(f"{SITE}/b", page(""), headers={"X-Robots-Tag": "noai"}), "opted_out"),
    ],
)
def test_a_refresh_to_a_refused_page_ends_as_that_page_does(world, change, ended):
    change(world.fake)
    _, outcome = fetched(world, refresh("/b"))
    assert outcome.disposition == ended


@pytest.mark.parametrize(
    "change",
    [
        lambda web: web.forbids(f"{SITE}/b/2"),
        lambda web: web.slow(f"{SITE}/b/2"),
        lambda web: web.page(f"{SITE}/b/2", "", 404),
        lambda web: web.redirect(f"{SITE}/b/2", f"{SITE}/a"),
    ],
)
def test_a_canonical_link_that_leads_to_nothing_leaves_the_page_that_is_there(world, change):
    change(world.fake)
    row, _ = fetched(world, canonical("/b/2"))
    assert (page_of(row).final_url, page_of(row).via) == (f"{SITE}/a", "")


def test_a_page_that_is_opted_out_is_not_followed_either(world):
    _, ended = fetched(world, page('<meta name="robots" content="noai"><link rel="canonical" href="/b/2">'))
    assert ended.disposition == "opted_out"
    assert world.fake.asked == [f"{SITE}/a"]
