"""JSON Feed as generators write it, and as it breaks."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import ids
from schemas.records import DateValue
from transforms.feed.parse import ParsedFeed, parse_feed

URL = "https://notes.example/feed.json"


def parse(document: Any, cut: int | None = None) -> ParsedFeed:
    text = document if isinstance(document, str) else json.dumps(document)
    body = text[:cut].encode("utf-8", "surrogatepass")
    return parse_feed(body, content_type="application/feed+json", url=URL, feed="f")


def feed(*items: Any, version: str = "1.1", **more: Any) -> dict[str, Any]:
    head = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": "Notes",
        "home_page_url": "https://notes.example/",
    }
    return {**head, **more, "items": list(items)}


def story(number: int) -> dict[str, Any]:
    return {"id": str(number), "url": f"https://notes.example/story-{number}", "title": f"Story {number}"}


def test_version_11_tells_all_it_has() -> None:
    read = parse(
        feed(
            {
                "id": "7",
                "url": "/2024/ferry?utm_source=json",
                "title": "Ferry  & bridge",
                "summary": "The ferry runs.",
                "content_html": '<p>The ferry <a href="map">runs</a>.<script>alert(1)</script></p>',
                "date_published": "2024-05-07T10:00:00+02:00",
                "date_modified": "2024-05-07T09:00:00Z",
                "authors": [{"name": "Ann Otter"}, {"url": "https://x.example"}, "nobody"],
                "tags": ["Transport", 7, "Transport"],
                "language": "en-NZ",
            },
            language="en",
        )
    )
    assert (read.result, read.title, read.link, read.language) == ("ok", "Notes", "https://notes.example/", "en")
    ((entry, guid),) = read.items
    assert (guid, entry.title, entry.summary) == ("7", "Ferry & bridge", "The ferry runs.")
    assert entry.link == "https://notes.example/2024/ferry"
    assert entry.url == "https://notes.example/2024/ferry?utm_source=json"
    assert entry.entry_id == ids.entry_id(link=entry.link, feed="", guid="", title="", summary="")
    assert entry.content == '<p>The ferry <a href="https://notes.example/2024/map">runs</a>.</p>'
    assert entry.authors == ("Ann Otter",)
    assert entry.categories == ("Transport", "7")
    assert entry.published == DateValue(
        value="2024-05-07T08:00:00+00:00", precision="second", source="feed:published", zone="+02:00"
    )
    assert entry.updated == DateValue(
        value="2024-05-07T09:00:00+00:00", precision="second", source="feed:updated", zone="+00:00"
    )
    assert entry.language == "en-nz"


def test_version_1_has_one_author_and_plain_text_becomes_paragraphs() -> None:
    read = parse(feed({"id": 5, "content_text": "One & two.\n\nThree <b>.", "author": {"name": "Jo"}}, version="1"))
    ((entry, guid),) = read.items
    assert (guid, entry.authors) == ("5", ("Jo",))
    assert entry.content == "<p>One &amp; two.</p>\n<p>Three &lt;b&gt;.</p>"
    assert entry.summary == "One & two. Three <b>."
    assert (entry.link, entry.url, entry.title, entry.published) == ("", "", "", None)
    assert entry.entry_id == ids.entry_id(link="", feed="f", guid="5", title="", summary="")


def test_a_link_post_leads_to_the_page_that_it_is_about() -> None:
    ((entry, _),) = parse(feed({"id": "1", "title": "Look", "external_url": "https://other.example/a-1"})).items
    assert entry.link == "https://other.example/a-1"


def test_a_bad_item_costs_no_other() -> None:
    bad = {
        "id": ["x"],
        "url": 7,
        "title": {"a": 1},
        "authors": "Jo",
        "tags": {},
        "date_published": 12,
        "language": None,
    }
    read = parse(feed(story(1), "no object", bad, None, {**story(2), "date_published": "soon"}, story(3)))
    assert read.result == "malformed"
    assert "2 of 6 items" in read.reason
    assert [entry.title for entry, _ in read.items if entry.title] == ["Story 1", "Story 2", "Story 3"]


def test_lone_surrogates_and_controls_do_no_harm() -> None:
    text = json.dumps(feed(story(1))).replace("Story 1", "A\\ud83d\\u0000\\u0007 b")
    assert parse(text).items[0][0].title == "A\ufffd b"


@pytest.mark.parametrize("items_first", [False, True])
def test_a_cut_document_keeps_the_items_before_the_break(items_first: bool) -> None:
    document = feed(*(story(n) for n in range(10)))
    if items_first:
        document = {"version": document["version"], "items": document["items"], "title": "Notes"}
    text = json.dumps(document)
    read = parse(text, cut=text.index("story-7"))
    assert read.result == "malformed"
    assert "broken JSON" in read.reason
    assert [entry.title for entry, _ in read.items] == [f"Story {n}" for n in range(7)]


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        "[]",
        "{",
        '{"version": "https://jsonfeed.org/version/1.1"}',
        '{"version": "2.0", "items": []}',
        '{"error": "not found"}',
        "[" * 100_000,
        '{"version": "https://jsonfeed.org/version/1.1", "items": ' + "[" * 100_000,
        '{"items": [' + "1" * 10_000 + "]}",
    ],
)
def test_json_that_is_no_feed_is_told_in_words(document: str) -> None:
    read = parse(document)
    assert (read.result, read.items) == ("not_a_feed", ())
    assert read.reason


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(
    ["id", "url", "title", "summary", "content_html", "content_text", "authors", "tags", "date_published"]
)


@given(st.lists(st.dictionaries(keys, values) | values, max_size=4), st.integers(0, 400))
def test_any_values_and_any_cut_end_in_a_word(items: list[Any], cut: int) -> None:
    assert parse(feed(*items)).result in {"ok", "malformed"}
    assert parse(feed(*items), cut=cut).result in {"ok", "malformed", "not_a_feed"}
