"""Each field of a page's metadata: its origins in their order, what contradicts them, and what broken pages say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import DateValue
from transforms.page import text as pagetext
from transforms.page.authors import MORE, NO_PERSON, PERSON, WHOLE
from transforms.page.metadata import Hint, Metadata, metadata
from transforms.page.names import MAX_AUTHORS, people
from transforms.page.read import Extracted, extract
from transforms.page.spoken import spoken
from transforms.titles import MOST, end_keys

URL = "https://www.harbour-post.example/news/bridge-closes-42"
TITLE = "Old bridge closes for two years"
BODY = "<p>" + "The bridge over the northern river was closed on Monday after engineers had found cracks in it. " * 4


def read(head: str = "", top: str = "", hint: Hint | None = None, url: str = URL, lang: str = "en-GB") -> Metadata:
    page = f"<html lang='{lang}'><head>{head}</head><body><article><h1>{TITLE}</h1>{top}{BODY}</article></body></html>"
    tree = pagetext.parse(page)
    return metadata(tree, pagetext.json_ld(tree), url, hint or Hint())


def ld(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def article(**fields: Any) -> str:
    return ld({"@type": "NewsArticle", "headline": TITLE, **fields})


def against(found: Metadata, field: str) -> list[tuple[str, str]]:
    return [(one.value, one.origin) for one in found.contradictions if one.field == field]


# ---- authors


def test_an_author_that_is_a_reference_is_found_in_the_graph() -> None:
    graph = [
        {"@type": "Article", "headline": TITLE, "author": {"@id": "#ann"}, "publisher": {"@id": "#us"}},
        {"@type": "Person", "@id": "#ann", "name": "Ann Bee"},
        {"@type": "Organization", "@id": "#us", "name": "Harbour Post"},
    ]
    found = read(ld({"@graph": graph}))
    assert (found.authors, found.origins["authors"], found.site_name) == (("Ann Bee",), "jsonld", "Harbour Post")


@pytest.mark.parametrize(
    ("top", "names", "origin"),
    [
        ("<div><span>By</span> <a href='/author/a'>Ann Bee</a> and <a href='/author/c'>Cy Dee</a></div>",
         ("Ann Bee", "Cy Dee"), "byline"),
        ("<p>Von Ann Bee, Cy Dee</p>", ("Ann Bee", "Cy Dee"), "byline"),
        ("<p>3 May 2031 by Ann Bee</p>", ("Ann Bee",), "byline"),
        ("<p>By <a href='/author/a'>Ann Bee</a></p><p>Fact-checked by</p><a href='/author/c'>Cy Dee</a>",
         ("Ann Bee",), "byline"),
        ("<p>Reviewed by Cy Dee</p>", (), ""),
        ("<p>By</p><a href='/category/x'>Wedding Plans</a>", (), ""),
        ("<div class='post-author'><b>Ann Bee</b><i>Senior Reporter</i></div>", ("Ann Bee",), "class:author"),
        ("<span>Ann Bee</span><time>3 May 2031</time>", ("Ann Bee",), "shown beside the date"),
        ("<span>Share This</span><time>3 May 2031</time>", (), ""),
        ("<p>By <a href='/user/jdee'>jdee</a></p>", ("jdee",), "byline"),
        ("<div class='related'><p>By Ann Bee</p></div>", (), ""),
    ],
)  # fmt: skip
def test_a_shown_byline_is_found_by_its_wording_its_mark_or_its_date(
    top: str, names: tuple[str, ...], origin: str
) -> None:
    found = read(top=top)
    assert (found.authors, found.origins.get("authors", "")) == (names, origin)


@pytest.mark.parametrize(
    ("raw", "persons"),
    [
        ("Ann Bee, Ph.D.", ("Ann Bee",)),
        ("Ann Bee, Head of Research, Community Work", ("Ann Bee",)),
        ("Ann Bee, Privacy and Digital Expert", ("Ann Bee",)),
        ("Ann Bee - Harbour Post Editorial Team", ("Ann Bee",)),
        ("Harbour Post https://www.harbour-post.example, Ann Bee", ("Ann Bee",)),
        ("박준석 기자", ("박준석",)),
        ("Md Najmul Hossain", ("Md Najmul Hossain",)),
        ("webmaster", ()),
        ("undefined", ()),
        ("View more posts", ()),
    ],
)
def test_a_person_is_no_role_degree_or_button(raw: str, persons: tuple[str, ...]) -> None:
    assert people([raw], {"harbourpost"}).persons == persons


def test_an_agency_stands_apart_and_a_house_only_where_nobody_else_is_named() -> None:
    both = read(article(author=["Ann Bee", {"@type": "Organization", "name": "Reuters"}]))
    assert (both.authors, both.agency, both.origins["agency"]) == (("Ann Bee",), "Reuters", "jsonld")
    wire = read(article(author={"@type": "Organization", "name": "AFP"}))
    assert (wire.authors, wire.agency) == ((), "AFP")
    house = read(article(author={"@type": "Organization", "name": "Harbour Post"}))
    assert (house.authors, house.origins["authors"]) == (("Harbour Post",), "jsonld" + NO_PERSON)
    person = read(article(author={"@type": "Organization", "name": "Harbour Post"}), "<p>By Ann Bee</p>")
    assert person.authors == ("Ann Bee",)
    assert [(c.value, c.reason) for c in person.contradictions] == [("Harbour Post", PERSON)]


def test_a_whole_name_beats_a_user_name_and_a_longer_byline_a_cut_one() -> None:
    user = read("<meta name='author' content='abee2'>", "<p>By Ann Bee</p>")
    assert user.authors == ("Ann Bee",)
    login = read(article(author="ann.b-post"), "<p>By Ann Bee</p>")
    assert (login.authors, [c.reason for c in login.contradictions]) == (("Ann Bee",), [WHOLE])
    longer = read(article(author="Ann Bee"), "<p>By Ann Bee and Cy Dee</p>")
    assert (longer.authors, longer.origins["authors"]) == (("Ann Bee", "Cy Dee"), "byline")
    assert [(c.value, c.reason) for c in longer.contradictions] == [("Ann Bee", MORE)]


def test_two_origins_that_name_different_persons_are_both_kept() -> None:
    found = read(article(author="Ann Bee") + "<meta name='author' content='Cy Dee'>")
    assert found.authors == ("Ann Bee",)
    assert against(found, "authors") == [("Cy Dee", "meta:author")]


# ---- title


def test_what_most_weight_speaks_for_is_the_title_and_the_rest_is_kept() -> None:
    found = read(
        ld({"@type": "NewsArticle", "headline": "Bridge: all you need to know"})
        + f"<meta property='og:title' content='{TITLE}'><title>{TITLE} | Harbour Post</title>",
        hint=Hint(title=TITLE, own_site=True),
    )
    assert (found.title, found.origins["title"]) == (TITLE, "h1")
    assert against(found, "title") == [("Bridge: all you need to know", "jsonld")]


@pytest.mark.parametrize("name", ["Harbour Post", "harbour-post.example", "The Harbour Post"])
def test_the_site_leaves_the_title_where_page_or_address_name_it(name: str) -> None:
    page = (
        f"<html><head><title>Rain at last | {name}</title><meta property='og:site_name' content='Harbour Post'></head>"
    )
    tree = pagetext.parse(page + "<body><p>x</p></body></html>")
    assert metadata(tree, pagetext.json_ld(tree), URL, Hint()).title == "Rain at last"


def test_a_kicker_inside_the_heading_is_no_part_of_it() -> None:
    page = "<html><body><h1><span class='kicker'>Traffic</span> Old bridge closes at last</h1><p>x</p></body></html>"
    tree = pagetext.parse(page)
    assert metadata(tree, pagetext.json_ld(tree), URL, Hint()).title == "Old bridge closes at last"


# ---- dates


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("August 19th, 2031", "", "2031-08-19"),
        ("19. August 2031", "de", "2031-08-19"),
        ("le 1er août 2031", "fr", "2031-08-01"),
        ("19 de agosto de 2031", "es", "2031-08-19"),
        ("19 августа 2031", "ru", "2031-08-19"),
        ("2031年8月19日", "ja", "2031-08-19"),
        ("2031. 8. 19", "ko", "2031-08-19"),
        ("19.08.2031", "", "2031-08-19"),
        ("3/4/2031", "en-US", "2031-03-04"),
        ("3/4/2031", "en-GB", "2031-04-03"),
        ("3/4/2031", "en", ""),  # nobody says which is the month
        ("13/4/2031", "en", "2031-04-13"),
        ("31 February 2031", "", ""),
        ("version 3.4.2031.7", "", ""),
        ("5 listopada 2031", "pl", "2031-11-05"),
    ],
)
def test_a_date_in_words_is_read_where_it_is_clear(text: str, language: str, day: str) -> None:
    found = spoken(text, language)
    assert (found.day if found else "") == day


@pytest.mark.parametrize(
    ("top", "published", "modified"),
    [
        ("<p>Published: 3 May 2031</p><p>Updated 5 May 2031</p>",
         ("2031-05-03", "shown:published"), ("2031-05-05", "shown:updated")),
        ("<p>3 May 2031, updated 5 May 2031</p>",
         ("2031-05-03", "shown, without a wording"), ("2031-05-05", "shown:updated")),
        ("<p>Zuletzt aktualisiert: 5. Mai 2031</p>",
         ("2031-05-05", "shown:updated, no other date is stated"), ("2031-05-05", "shown:updated")),
        ("<div class='related'><p>Published: 3 May 2031</p></div>", None, None),
        ("<p>Copyright 3 May 2031</p>", None, None),
    ],
)  # fmt: skip
def test_a_date_beside_the_title_says_what_it_is(
    top: str, published: tuple[str, str] | None, modified: tuple[str, str] | None
) -> None:
    found = read(top=top)
    shown = [(date.value, date.source) if date else None for date in (found.published, found.modified)]
    assert shown == [published, modified]


def test_the_feeds_date_comes_first_and_what_contradicts_it_is_kept() -> None:
    feed = DateValue(value="2031-05-03T08:00:00+00:00", precision="second", source="feed:published")
    found = read(article(datePublished="2031-04-01"), hint=Hint(published=feed, own_site=True))
    assert found.published == feed
    assert against(found, "published") == [("2031-04-01", "jsonld")]


def test_a_day_in_the_address_counts_where_nothing_states_one() -> None:
    url = "https://www.harbour-post.example/2031/05/03/bridge"
    assert read(url=url).published == DateValue(value="2031-05-03", precision="day", source="address")
    other = read(article(datePublished="2031-05-09T08:00:00Z"), url=url)
    assert other.published is not None and other.published.source == "jsonld"
    assert against(other, "published") == [("2031-05-03", "address")]


def test_a_day_without_zone_does_not_contradict_its_neighbour() -> None:
    head = (
        article(datePublished="2031-05-03T23:30:00Z") + "<meta property='article:published_time' content='2031-05-04'>"
    )
    assert against(read(head), "published") == []


# ---- the rest


def test_section_tags_picture_licence_and_paywall_name_their_origins() -> None:
    found = read(
        article(articleSection="Traffic", keywords="bridge, river", license="https://licences.example/by",
                isAccessibleForFree="http://schema.org/False",
                image={"@type": "ImageObject", "url": "/i/bridge.jpg", "caption": "The bridge on Monday"})
        + "<meta name='news_keywords' content='other'>"
    )  # fmt: skip
    assert (found.section, found.tags, found.licence) == ("Traffic", ("bridge", "river"), "https://licences.example/by")
    assert (found.image, found.image_caption) == (
        "https://www.harbour-post.example/i/bridge.jpg", "The bridge on Monday",
    )  # fmt: skip
    assert (found.is_accessible_for_free, found.flags) == (False, ("paywalled",))
    names = ("section", "tags", "image", "image_caption", "licence", "is_accessible_for_free")
    assert {found.origins[name] for name in names} == {"jsonld"}
    assert read().is_accessible_for_free is None


def test_the_language_of_the_text_comes_before_its_tag_and_the_tag_is_kept() -> None:
    text = "Die Brücke über den Fluss wurde am Montag gesperrt, weil Ingenieure Risse gefunden hatten. " * 6
    page = f"<html lang='en'><body><article><h1>Brücke gesperrt</h1><p>{text}</p></article></body></html>"
    found = extract(page.encode(), url=URL, content_type="text/html; charset=utf-8", hint=Hint())
    assert isinstance(found, Extracted)
    assert (found.language, found.meta.origins["language"]) == ("de", "text")
    assert against(found.meta, "language") == [("en", "html:lang")]


# ---- broken pages


@pytest.mark.parametrize(
    "broken",
    [
        '{"@type":"NewsArticle","headline":',
        "[" * 1_000 + "]" * 1_000,
        '{"a":' * 1_000 + "1" + "}" * 1_000,
        '{"@type":"NewsArticle","author":' + "[" * 1_000 + '"Ann Bee"' + "]" * 1_000 + "}",
        '{"@type":"NewsArticle","author":{"@id":"#a"},"x":{"@type":"Person","@id":"#a","name":{"@id":"#a"}}}',
        json.dumps(
            {"@type": "NewsArticle", "author": 7, "datePublished": {"a": []}, "keywords": [[["x"]]], "image": [1]}
        ),
        json.dumps({"@type": [None, {}], "@id": ["x"], "author": [None, True, {"name": 3}]}),
        "\x00\x01",
        " " * 3_000_000,
    ],
)
def test_a_broken_script_costs_nothing_but_itself(broken: str) -> None:
    found = read(ld(broken) + "<meta name='author' content='Ann Bee'>")
    assert (found.title, found.authors) == (TITLE, ("Ann Bee",))


def test_five_hundred_authors_are_bounded_and_markup_inside_names_is_undone() -> None:
    crowd = [{"@type": "Person", "name": f"Ann {chr(65 + n % 26)}{'abcdefghij'[n // 26 % 10]}x"} for n in range(500)]
    assert len(read(article(author=crowd)).authors) == MAX_AUTHORS
    assert read(article(author="<a href='/x'>Ann &amp;#66;ee</a>")).authors == ("Ann Bee",)
    assert read(article(author=["https://harbour-post.example/ann", [["Ann Bee"], {"name": ["Cy Dee"]}]])).authors == (
        "Ann Bee", "Cy Dee",
    )  # fmt: skip


@pytest.mark.parametrize("raw", ["0000-00-00", "0000-00-00T00:00:00Z", "9999-12-31", "9999", "soon", "2031-02-31", ""])
def test_a_date_that_cannot_be_is_none(raw: str) -> None:
    found = read(article(datePublished=raw, dateModified=raw) + f"<meta name='date' content='{raw}'>")
    assert (found.published, found.modified) == (None, None)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.sampled_from(["#a", "Ann Bee", "2031-05-03"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["@id", "@type", "name", "url", "@value"]), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = ("author", "creator", "headline", "datePublished", "dateModified", "publisher", "image", "keywords", "license",
          "articleSection", "isAccessibleForFree", "mainEntityOfPage", "inLanguage", "@id", "url")  # fmt: skip


@settings(max_examples=60, deadline=None, database=None)
@given(st.dictionaries(st.sampled_from(FIELDS), values, max_size=8), st.text(max_size=80), st.text(max_size=40))
def test_whatever_a_page_says_is_read_and_every_value_has_an_origin(said: dict[str, Any], top: str, name: str) -> None:
    shown = "".join(f"&#{ord(char)};" for char in top if char.isprintable())
    meta = "".join(f"&#{ord(char)};" for char in name if char.isprintable())
    found = read(ld({"@type": "NewsArticle", **said}) + f"<meta name='author' content='{meta}'>", f"<p>By {shown}</p>")
    for field in ("title", "authors", "published", "modified", "agency", "section", "tags", "image", "licence"):
        assert bool(getattr(found, field)) == (field in found.origins), field
    assert len(found.authors) <= MAX_AUTHORS
    assert all(one.value and one.origin and one.reason for one in found.contradictions)


@given(st.text(max_size=120))
def test_no_text_makes_the_readers_of_names_and_dates_raise(raw: str) -> None:
    people([raw])
    spoken(raw, raw[:5])


def test_a_page_read_from_a_file_is_at_home_where_it_says() -> None:
    head = "<link rel='canonical' href='https://www.harbour-post.example/news/bridge'>"
    found = read(head, url="/tmp/page.html")
    assert (found.canonical_url, found.source_url) == ("https://www.harbour-post.example/news/bridge", "")
    assert read(head, url="https://other.example/a").source_url == "https://www.harbour-post.example/news/bridge"


def test_a_page_that_repeats_one_word_for_ever_is_read_all_the_same() -> None:
    for word in ("review ", "by ", "| ", "Ann Bee, ", "3 May 2031 ", "fact - "):
        long = word * 60_000
        found = read(
            article(author=long, articleSection=long) + f"<title>{long}</title>", f"<p>{long}</p>By <b>{long}</b>"
        )
        assert found.title == TITLE
        assert len(end_keys(long)) <= MOST
    nested = "<div class='related menu'>" * 200
    assert read(top=f"{nested}By Ann Bee").authors == ()
