"""Which page goes on with an article: a link has to say so, and its address as well; never another article."""

from __future__ import annotations

import pytest

from transforms.links import split
from transforms.page.join import Asking, next_of
from transforms.page.metadata import Hint
from transforms.page.parts import may_go_on, number_of
from transforms.page.read import Job

SITE = "https://daily.example"
HERE = f"{SITE}/news/ferry-7"
PROSE = "<p>The harbour council voted on Tuesday night to close the old bridge for two years, its chair said.</p>" * 3


def page(head: str = "", body: str = "", kind: str = "article") -> bytes:
    og = f'<meta property="og:type" content="{kind}">' if kind else ""
    return f"<html><head><title>Ferry</title>{og}{head}</head><body>{PROSE}{body}</body></html>".encode()


def after(html: bytes, here: str = HERE, *before: str) -> str:
    return next_of(Asking(Job(html, here, "text/html", Hint()), (*before, here)))


def rel(to: str) -> bytes:
    return page(f'<link rel="next" href="{to}">')


@pytest.mark.parametrize(
    ("first", "part", "number"),
    [
        ("/story", "/story/2", 2),
        ("/story/", "/story/2/", 2),
        ("/story/", "/story/page/2", 2),
        ("/story", "/story/seite-2", 2),
        ("/story", "/story-page-3", 3),
        ("/story-seite-1", "/story-seite-2", 2),
        ("/story/page/1", "/story/page/2", 2),
        ("/story.html", "/story-2.html", 2),
        ("/story.html", "/story,2.html", 2),
        ("/story.html", "/story/2.html", 2),
        ("/story.html", "/story.html/2", 2),
        ("/story.html", "/story-p2.html", 2),
        ("/story?id=5", "/story?id=5&page=2", 2),
        ("/story?page=1&id=5", "/story?id=5&page=2", 2),
        ("/story", "/story?pagewanted=2", 2),
        ("/story", "/story?Seite=12", 12),
    ],
)
def test_the_address_of_a_part_is_that_of_the_first_with_a_number(first, part, number):
    found = number_of(split(SITE + part), split(SITE + first))
    assert found is not None
    assert found.value == number


@pytest.mark.parametrize(
    ("first", "part"),
    [
        ("/news/41", "/news/42"),  # a number of its own
        ("/news/1", "/news/2"),
        ("/friday-notes", "/friday-notes-2"),  # a second article of the same name
        ("/story", "/other/2"),
        ("/story", "/story/comments/2"),
        ("/story", "/story/comment-page-2"),
        ("/story", "/story/2024"),
        ("/story", "/story/100"),
        ("/story", "/story/0"),
        ("/story?id=5", "/story?id=6&page=2"),
        ("/index.php?page=41", "/index.php?page=42"),
        ("/story", "/story?page=two"),
        ("/story", "/story?id=2"),
        ("/story", "/story"),
        ("/story.html", "/story-2"),
        ("/story.html", "/story-2.php"),
    ],
)
def test_what_has_another_address_is_no_part(first, part):
    assert number_of(split(SITE + part), split(SITE + first)) is None


def test_parts_lie_on_the_same_host():
    assert number_of(split("https://elsewhere.example/story/2"), split(f"{SITE}/story")) is None
    assert number_of(split("https://blog.daily.example/story/2"), split(f"{SITE}/story")) is None
    assert number_of(split("https://www.daily.example/story/2"), split(f"{SITE}/story")) is not None


@pytest.mark.parametrize(
    "html",
    [
        rel("/news/ferry-7/2"),
        rel("https://www.daily.example/news/ferry-7?page=2"),
        rel("?page=2"),
        rel("?page=1"),  # counted from 0
        page('<base href="/news/"><link rel="next" href="ferry-7/2">'),
        page(body='<p><a class=more rel="nofollow next" href="/news/ferry-7/2">Read on</a></p>'),
        page(body='<div class="page-links">Pages: <span>1</span> <a href="/news/ferry-7/2/">2</a></div>'),
        page(body='<nav aria-label="Pagination"><b>1</b> <a href="?page=2">2</a> <a href="?page=3">3</a></nav>'),
        page(body='<ul class="pager"><li>1</li><li><a href="?page=1">2</a></li></ul>'),
        page(body='<div class="article-pager"><a href="/news/ferry-7/seite-2">Nächste Seite</a></div>'),
    ],
)
def test_a_link_that_says_so_names_the_next_part(html):
    assert after(html).startswith(SITE.replace("//", "//www.") if b"www" in html else SITE)


@pytest.mark.parametrize(
    "html",
    [
        page(),
        rel("/news/ferry-8"),  # the next article, as most blogs have it
        rel("/news/the-council-votes"),
        rel("/news/ferry-7/3"),  # not the next one
        rel("https://elsewhere.example/news/ferry-7/2"),
        rel("/news/ferry-7"),
        rel("javascript:void(2)"),
        page(body='<p>See <a href="/news/ferry-7/2">2</a></p>'),  # no pager around it
        page(body='<div class="pagination"><a href="/news/ferry-7/2">Our picture of the day</a></div>'),
        page(body='<div class="comment-pager"><nav><a rel="next" href="?page=1">Next</a></nav></div>'),
        page(body='<div class="comments"><ul class="pager"><li><a href="?page=2">2</a></li></ul></div>'),
        page(body='<ul class="pager"><li><a href="?page=2#comments">2</a></li></ul>'),
        page(body='<div class="swiper-pagination"><a href="?page=2">2</a></div>'),
        page('<script type="application/ld+json">{"@type": "QAPage"}</script><link rel=next href="?page=2">'),
    ],
)
def test_any_other_link_does_not(html):
    assert after(html) == ""


def test_a_list_of_articles_has_no_parts():
    teasers = "".join(f"<article><h2><a href='/n/{n}'>Plan {n}</a></h2><p>It was {n}.</p></article>" for n in range(9))
    head = '<link rel="next" href="/topics/harbour/page/2">'
    listing = f"<html><head>{head}</head><body>{teasers}</body></html>".encode()
    assert may_go_on(listing, f"{SITE}/topics/harbour", f"{SITE}/topics/harbour", 1)
    assert after(listing, f"{SITE}/topics/harbour") == ""
    few = f"<html><head>{head}</head><body><h2>A</h2><p>Short.</p></body></html>".encode()
    assert after(few, f"{SITE}/topics/harbour") == ""
    assert after(page('<link rel="next" href="/page/2">'), f"{SITE}/") == ""


def test_a_page_that_says_nothing_of_itself_is_an_article_where_it_has_prose():
    assert after(page('<link rel="next" href="?page=2">', kind="")) == f"{HERE}?page=2"
    assert after(page('<link rel="next" href="/news/ferry-7/2">', kind="website")) == f"{HERE}/2"


def test_the_row_goes_on_from_part_to_part():
    two, three = f"{HERE}/2", f"{HERE}/3"
    links = f'<div class="page-links"><a href="{HERE}">1</a> <a href="{two}">2</a> <a href="{three}">3</a></div>'
    assert after(page(body=links)) == two
    assert after(page(body=links, kind=""), two, HERE) == three
    assert after(page(body=links), three, HERE, two) == ""
    zero = page(body=f'<ul class="pager"><li><a href="{HERE}">1</a></li><li><a rel=next href="?page=2">3</a></li></ul>')
    assert after(zero, f"{HERE}?page=1", HERE) == f"{HERE}?page=2"


def test_no_bytes_take_long_or_raise():
    for piece in (b'<link rel="next" href="', b"<a href=2 rel=next>", b"href=" * 9 + b"2 ", b'<base href="/2'):
        assert after(page() + piece * 20_000) == ""
    assert next_of(Asking(Job(b"%PDF-1.7 href=/2", HERE, "", Hint()), (HERE,))) == ""
    assert not may_go_on(b"\xff\xfehref=/2", "", "", 1)
