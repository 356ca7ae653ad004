"""What a page says of its article is read with its origin, and nothing is claimed that nobody said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import DateValue
from transforms.page import bylines, jsonld
from transforms.page import text as pagetext
from transforms.page.dates import parse_date
from transforms.page.metadata import Hint, Metadata, htmldate_guess, metadata, without_site

URL = "https://www.harbour-post.example/news/bridge-closes-42"
FEED_DATE = DateValue(value="2031-05-02T08:00:00+00:00", precision="second", source="feed:published")


def read(head: str, body: str = "", hint: Hint | None = None, url: str = URL) -> Metadata:
    tree = pagetext.parse(f"<html lang='en-GB'><head>{head}</head><body>{body}<p>x</p></body></html>")
    return metadata(tree, pagetext.json_ld(tree), url, hint or Hint())


def ld(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


def test_json_ld_comes_before_meta_tags_and_each_field_names_its_origin() -> None:
    found = read(
        ld('{"@type":"NewsArticle","headline":"Bridge closes","datePublished":"2031-05-03T15:47:42+02:00"}')
        + "<meta property='og:title' content='Shocking news'><meta name='author' content='By Ann Bee and Cy Dee'>"
    )
    assert (found.title, found.authors) == ("Bridge closes", ("Ann Bee", "Cy Dee"))
    assert found.published == DateValue(
        value="2031-05-03T13:47:42+00:00", precision="second", source="jsonld", zone="+02:00"
    )
    assert found.origins == {
        "title": "jsonld",
        "authors": "meta:author",
        "published": "jsonld",
        "language": "html:lang",
    }


def test_a_broken_script_does_not_cost_the_others() -> None:
    good = (
        '{"@context":"x","@graph":[{"@type":"WebPage"},{"@type":["Article","NewsArticle"],"headline":["Tab\there"]}]}'
    )
    found = read(ld('{"@type":"NewsArticle","headline":') + ld("") + ld(f"<!-- {good} -->") + ld("[1, null, [[]]]"))
    assert found.title == "Tab here"


@pytest.mark.parametrize("raw", ["Tom &amp;amp; Jo &quot;win&quot;", "<em>Tom</em> &amp; Jo &#34;win&#34;"])
def test_markup_and_entities_inside_json_ld_are_undone(raw: str) -> None:
    assert jsonld.text({"name": raw}) == 'Tom & Jo "win"'


def test_the_article_itself_beats_the_stub_of_another() -> None:
    found = read(
        ld(
            '{"@type":"WebPage","relatedItem":{"@type":"NewsArticle","headline":"Other"},'
            '"mainEntity":{"@type":"NewsArticle","headline":"Mine","author":{"name":"Ann Bee"}}}'
        )
    )
    assert (found.title, found.authors) == ("Mine", ("Ann Bee",))


def test_a_date_of_the_sites_own_feed_comes_first_and_another_feeds_does_not_count() -> None:
    head = "<meta property='article:published_time' content='2031-05-03'>"
    assert read(head, hint=Hint(published=FEED_DATE, own_site=True)).published == FEED_DATE
    assert read(head, hint=Hint(published=FEED_DATE, own_site=False)).published == DateValue(
        value="2031-05-03", precision="day", source="meta:article:published_time"
    )
    assert read("", hint=Hint(published=FEED_DATE, own_site=False)).published is None


def test_a_feed_date_that_lies_ahead_is_not_believed() -> None:
    ahead = DateValue(value="2099-01-01", precision="day", source="feed:published:future")
    assert read("", hint=Hint(published=ahead, own_site=True)).published is None


def test_a_guessed_date_says_that_it_is_one() -> None:
    tree = pagetext.parse(
        "<html><body><p>The bridge was closed.</p>"
        "<footer><div class='published'>3 May 2021</div></footer></body></html>"
    )
    found = metadata(tree, pagetext.json_ld(tree), URL, Hint(), lambda: htmldate_guess(tree, URL))
    assert found.published == DateValue(value="2021-05-03", precision="day", source="guess:htmldate")


@pytest.mark.parametrize(
    ("raw", "value", "precision", "zone"),
    [
        ("2031-05-03T15:47:42.389Z", "2031-05-03T15:47:42+00:00", "second", "+00:00"),
        ("2031-05-03 15:47 -0430", "2031-05-03T20:17:00+00:00", "minute", "-04:30"),
        ("2031-05-03T15:47:42", "2031-05-03", "day", ""),  # no offset: any of 26 hours
        ("2031-5-3", "2031-05-03", "day", ""),
        ("2031-05", "2031-05", "month", ""),
        ("2031-05-03T15:47:42+99:00", "2031-05-03", "day", ""),  # no such offset
        ("20310503", "2031-05-03", "day", ""),
        ("Sat, 03 May 2031 15:47:42 GMT", "2031-05-03T15:47:42+00:00", "second", "+00:00"),
        ("Sat, 03 May 2031 15:47:42 +0200", "2031-05-03T13:47:42+00:00", "second", "+02:00"),
        ("1935596862000", "2031-05-03T17:47:42+00:00", "second", ""),
    ],
)
def test_dates_keep_the_precision_and_the_zone_they_were_written_with(
    raw: str, value: str, precision: str, zone: str
) -> None:
    assert parse_date(raw, "x") == DateValue(value=value, precision=precision, source="x", zone=zone)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "soon",
        "0001-01-01",
        "1970-01-01T00:00:00Z",
        "2031-13-45",
        "0000000000",
        "٢٠٣١-٠٥-٠٣",
        "0000-00-00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+02:00",
    ],
)
def test_what_is_no_date_is_none(raw: str) -> None:
    assert parse_date(raw, "x") is None


@given(st.text(max_size=60))
def test_no_text_makes_the_date_reader_raise(raw: str) -> None:
    parse_date(raw, "x")


def test_a_sites_name_leaves_the_title_only_on_the_pages_own_evidence() -> None:
    title = "Bridge closes - for good - Harbour Post"
    assert without_site(title, ["The Harbour Post"]) == "Bridge closes - for good"
    assert without_site(title, []) == title
    assert without_site("Why we left | Opinion | Site", [], ["Why we left"]) == "Why we left"
    assert without_site("Harbour Post", ["Harbour Post"]) == "Harbour Post"


def test_the_one_main_heading_beats_a_title_made_for_sharing_but_a_logo_does_not() -> None:
    head = "<meta property='og:title' content='You will not believe this bridge'>"
    assert read(head, "<h1>Old bridge closes for two years</h1>").title == "Old bridge closes for two years"
    assert read(head, "<h1>Harbour Post</h1>").title == "You will not believe this bridge"


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ann Bee and Cy Dee", ("Ann Bee", "Cy Dee")),
        ("Von Ann Bee, Cy Dee", ("Ann Bee", "Cy Dee")),
        ("Written by: Ann Bee", ("Ann Bee",)),
        ("https://facebook.example/annbee", ()),
        ("Ann Bee, Senior Reporter", ("Ann Bee",)),
        ("ann@example.com", ()),
        ("Harbour Post", ()),  # the site is no person
        ("Reuters", ()),  # an agency is kept apart
        ("Byron Vonn", ("Byron Vonn",)),
        ("Di Maio", ("Di Maio",)),
        ("ANN BEE; ann bee", ("ANN BEE",)),
    ],
)
def test_authors_are_persons(raw: str, names: tuple[str, ...]) -> None:
    assert bylines.persons([raw], ["Harbour Post"]) == names


def test_many_author_marks_are_those_of_other_stories() -> None:
    body = "".join(f"<a rel='author'>Ann {name}</a>" for name in ("Bee", "Cee", "Dee", "Eff"))
    assert read("", body).authors == ()
    assert read("", "<a rel='author' href='/ann'>Ann Bee</a>").authors == ("Ann Bee",)


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("/news/bridge-closes", "https://www.harbour-post.example/news/bridge-closes"),
        ("https://m.harbour-post.example/x", "https://m.harbour-post.example/x"),
        ("https://wire.example/bridge", ""),  # another domain: evidence of lineage, not this article's address
        ("https://www.harbour-post.example/", ""),  # a template's mistake: every page the front page
        ("javascript:void(0)", ""),
    ],
)
def test_a_canonical_link_counts_inside_its_domain_only(href: str, kept: str) -> None:
    assert read(f"<link rel='canonical' href='{href}'>").canonical_url == kept


def test_a_paywall_is_flagged() -> None:
    assert read(ld('{"@type":"NewsArticle","isAccessibleForFree":"False"}')).flags == ("paywalled",)
    assert read(ld('{"@type":"NewsArticle","isAccessibleForFree":true}')).flags == ()
