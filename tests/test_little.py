"""A feed that was read before is read in part, and what comes out is what a whole reading would have brought anew."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.feed.little import MOST
from transforms.feed.parse import ParsedFeed, parse_feed

URL = "https://daily.test/feed"
RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Daily</title>'
    "<link>https://daily.test/</link>{}</channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://daily.test/"><title>Daily</title>{}</feed>'
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    '<channel rdf:about="https://daily.test/"><title>Daily</title></channel>{}</rdf:RDF>'
)


def read(body: str, known: tuple[str, ...] = ()) -> ParsedFeed:
    return parse_feed(body.encode("utf-8", "replace"), content_type="application/xml", url=URL, known=known)


def rss_item(number: int, words: str) -> str:
    return f"<item><title>{words}</title><link>/a/{number}?utm_source=x</link><guid>g{number}</guid></item>"


def atom_entry(number: int, words: str) -> str:
    about = f'<title>{words}</title><link href="a/{number}"/><id>urn:{number}</id>'
    return f"<entry>{about}<author><name>A</name></author></entry>"


def rdf_item(number: int, words: str) -> str:
    return f'<item rdf:about="/a/{number}"><title>{words}</title><link>https://daily.test/a/{number}</link></item>'


FORMATS = {"rss": (RSS, rss_item), "atom": (ATOM, atom_entry), "rdf": (RDF, rdf_item)}
QUOTED = (
    "&#8220;Quoted&#8221;",
    "<![CDATA[</item><item>]]>",
    "<![CDATA[<b>Bold</b> words]]>",
    "<![CDATA[<item>]]>",
    "Caf\u00e9 &amp; bar",
)
WORDS = st.sampled_from(["Ferry late", "\u65b0\u805e", "", *QUOTED])
BETWEEN = st.sampled_from(["", "\n", " \t ", "<!-- ad -->", "stray", "<other/>", "<![CDATA[<item>]]>"])
BREAK = st.sampled_from(["", "", "", "<b>", "&nope;", "\x0b", "</channel>"])


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(sorted(FORMATS)),
    items=st.lists(st.tuples(st.integers(0, 12), WORDS, BETWEEN), max_size=12),
    shown=st.integers(0, 12),
    broken=BREAK,
)
def test_what_is_new_comes_out_as_a_whole_reading_brings_it(kind, items, shown, broken):
    document, item = FORMATS[kind]
    texts = [item(number, words) + between for number, words, between in items]
    before = read(document.format("".join(texts[:shown])))
    body = document.format("".join(texts) + broken)
    whole, little = read(body), read(body, before.marks)
    assert little.marks == whole.marks
    if not little.skipped:
        assert little.items == whole.items
        return
    known = {entry.entry_id for entry, _ in before.items}
    fresh = [found for found in whole.items if found[0].entry_id not in known]
    assert [found for found in little.items if found[0].entry_id not in known] == fresh
    assert {found[0].entry_id for found in little.items} <= {found[0].entry_id for found in whole.items}
    assert (little.result, little.title, little.link) == (whole.result, whole.title, whole.link)


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_of_fifty_items_three_are_read(kind):
    document, item = FORMATS[kind]
    old = [item(number, f"Item {number}") for number in range(47)]
    new = [item(number, f"Item {number}") for number in range(50, 53)]
    before = read(document.format("\n".join(old)))
    assert (len(before.marks), before.skipped) == (47, 0)
    after = read(document.format("\n".join(new + old)), before.marks)
    assert ([entry.title for entry, _ in after.items], after.skipped) == (["Item 50", "Item 51", "Item 52"], 47)
    assert len(after.marks) == 50


def test_a_changed_item_is_read_again_and_one_that_only_moved_is_not():
    before = read(RSS.format(rss_item(1, "One") + rss_item(2, "Two")))
    after = read(RSS.format(rss_item(2, "Two") + rss_item(1, "One, corrected")), before.marks)
    assert [entry.title for entry, _ in after.items] == ["One, corrected"]


def test_a_feed_without_anything_new_is_no_less_a_feed():
    before = read(RSS.format(rss_item(1, "One")))
    after = read(RSS.format("<!-- built anew -->" + rss_item(1, "One")), before.marks)
    assert (after.result, after.items, after.skipped, after.title) == ("ok", (), 1, "Daily")


@pytest.mark.parametrize(
    "body",
    [
        RSS.format(rss_item(1, "One") + "stray words" + rss_item(2, "Two")),
        RSS.format(rss_item(1, "<![CDATA[</item><item>]]>") + rss_item(2, "Two")),
        RSS.format(rss_item(1, "One") + rss_item(2, "Two"))[:-20],
        RSS.format("<item>" + rss_item(1, "One") + "</item>"),
        RSS.format("<!-- " + rss_item(1, "One") + " -->" + rss_item(2, "Two")),
        RSS.format("".join(rss_item(n, "x") for n in range(MOST + 1))),
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "One"}]}',
    ],
)
def test_in_doubt_the_whole_is_read(body):
    first = read(body)
    assert first.marks == ()
    assert read(body, tuple("0123456789abcdef")).items == first.items
