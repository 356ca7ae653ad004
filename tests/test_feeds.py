"""Feeds as publishers write them, well and badly: what they say comes out, and what is broken costs only itself."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import ids
from schemas.records import DateValue
from transforms.feed.dates import from_rfc3339, from_struct, is_future, moment, precision
from transforms.feed.html import plain, sanitised
from transforms.feed.parse import Item, ParsedFeed, body_hash, parse_feed, select_first_poll

URL = "https://daily.example/feeds/all.xml"
NOW = datetime(2024, 5, 8, 12, 0, tzinfo=UTC)


def parse(body: str | bytes, content_type: str = "application/xml", url: str = URL) -> ParsedFeed:
    data = body if isinstance(body, bytes) else body.encode()
    return parse_feed(data, content_type=content_type, url=url, feed="f", now=NOW)


def rss(*items: str, channel: str = "", root: str = "") -> str:
    head = f"<title>The Daily</title><link>https://www.daily.example/</link><language>en-GB</language>{channel}"
    declaration = '<?xml version="1.0" encoding="utf-8"?>'
    return f'{declaration}\n<rss version="2.0"{root}><channel>{head}{"".join(items)}</channel></rss>'


def item(number: int, more: str = "") -> str:
    return (
        f"<item><title>Story {number}</title><link>https://www.daily.example/news/story-{number}?utm_source=rss</link>"
        f'<guid isPermaLink="false">g{number}</guid><description>About {number}.</description>'
        f"<pubDate>Tue, 07 May 2024 10:00:00 +0200</pubDate>{more}</item>"
    )


def only(feed: ParsedFeed) -> Item:
    assert len(feed.items) == 1, feed
    return feed.items[0]


def titles(feed: ParsedFeed) -> list[str]:
    return [entry.title for entry, _ in feed.items]


# --- formats ----------------------------------------------------------------------------------------------------------


def test_rss_2_tells_all_it_has() -> None:
    feed = parse(
        rss(
            """<item><title>Ferry &amp; bridge</title>
            <link>https://www.daily.example/news/ferry/?utm_source=rss&amp;id=7#top</link>
            <guid isPermaLink="false">ferry-7</guid>
            <description>&lt;p&gt;The &lt;b&gt;ferry&lt;/b&gt; runs.&lt;/p&gt;&lt;p&gt;Again.&lt;/p&gt;</description>
            <content:encoded><![CDATA[<p>The ferry runs. <a href="/map">Map</a><script>alert(1)</script></p>]]>
            </content:encoded>
            <dc:creator>Ann Otter</dc:creator><category>Transport</category><category>Transport</category>
            <pubDate>Tue, 07 May 2024 10:00:00 +0200</pubDate></item>""",
            channel="<ttl>30</ttl>",
            root=' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"',
        )
    )
    assert (feed.result, feed.reason) == ("ok", "")
    assert (feed.title, feed.link, feed.language, feed.ttl_minutes) == (
        "The Daily",
        "https://www.daily.example/",
        "en-gb",
        30,
    )
    entry, guid = only(feed)
    assert guid == "ferry-7"
    assert entry.link == "https://daily.example/news/ferry?id=7"
    assert entry.url == "https://www.daily.example/news/ferry/?utm_source=rss&id=7"
    assert entry.entry_id == ids.entry_id(link=entry.link, feed="", guid="", title="", summary="")
    assert entry.title == "Ferry & bridge"
    assert entry.summary == "The ferry runs. Again."
    assert entry.content == '<p>The ferry runs. <a href="https://www.daily.example/map">Map</a></p>'
    assert entry.authors == ("Ann Otter",)
    assert entry.categories == ("Transport",)
    assert entry.published == DateValue(
        value="2024-05-07T08:00:00+00:00", precision="second", source="feed:published", zone="+02:00"
    )
    assert entry.updated is None
    assert (entry.language, entry.first_seen) == ("en-gb", "")


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_every_rss_with_a_version_is_read(version: str) -> None:
    feed = parse(rss(item(1)).replace('version="2.0"', f'version="{version}"'))
    assert feed.result == "ok"
    assert titles(feed) == ["Story 1"]


def test_netscape_rss_091_may_name_its_document_type() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.example/rss-0.91.dtd">'
    feed = parse(rss(item(1)).replace("<rss", f"{doctype}\n<rss", 1))
    assert (feed.result, titles(feed)) == ("ok", ["Story 1"])


def test_rdf_is_read_and_its_dublin_core_date_says_where_it_came_from() -> None:
    feed = parse(
        """<?xml version="1.0"?>
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
                 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
        <channel rdf:about="https://daily.example/"><title>The Daily</title><link>https://daily.example/</link>
        <dc:language>de</dc:language><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
        <items><rdf:Seq><rdf:li resource="https://daily.example/a-1"/></rdf:Seq></items></channel>
        <item rdf:about="https://daily.example/a-1"><title>Eins</title><link>https://daily.example/a-1</link>
        <dc:date>2024-05-07T08:30Z</dc:date><dc:creator>Jo Biber</dc:creator></item></rdf:RDF>"""
    )
    assert (feed.result, feed.ttl_minutes) == ("ok", 30)
    entry, _ = only(feed)
    assert entry.link == "https://daily.example/a-1"
    assert entry.published == DateValue(
        value="2024-05-07T08:30:00+00:00", precision="minute", source="feed:updated", zone="+00:00"
    )
    assert entry.published == entry.updated
    assert entry.authors == ("Jo Biber",)
    assert entry.language == "de"


def test_rss_090_is_read() -> None:
    feed = parse(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>Old</title><link>https://old.example/</link>
        </channel><item><title>One</title><link>https://old.example/one</link></item></rdf:RDF>"""
    )
    assert (feed.result, titles(feed)) == ("ok", ["One"])


def test_atom_is_read_with_its_bases_types_and_two_dates() -> None:
    feed = parse(
        """<?xml version="1.0" encoding="utf-8"?>
        <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://wire.example/en/">
        <title type="html">Wire &amp;amp; Co</title><link rel="self" href="/feed"/><link href="/"/>
        <entry xml:lang="fr" xml:base="2024/"><id>tag:wire.example,2024:1</id>
        <title type="text">Why &lt;b&gt; is a tag</title><link rel="enclosure" href="a.mp3"/><link href="un"/>
        <published>2024-05-06</published><updated>2024-05-07T09:00:00Z</updated>
        <author><name>Zoé Loup</name><email>zoe@wire.example</email></author>
        <category term="a" label="Affaires"/>
        <summary type="html">&lt;p&gt;Court.&lt;/p&gt;</summary>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Tout <img src="i.png"/></p></div></content>
        </entry></feed>"""
    )
    assert (feed.result, feed.title, feed.link) == ("ok", "Wire & Co", "https://wire.example/")
    entry, guid = only(feed)
    assert guid == "tag:wire.example,2024:1"
    assert entry.url == "https://wire.example/en/2024/un"
    assert entry.title == "Why <b> is a tag"
    assert entry.summary == "Court."
    assert entry.content == '<p>Tout <img src="https://wire.example/en/2024/i.png"></p>'
    assert entry.published == DateValue(value="2024-05-06", precision="day", source="feed:published")
    assert entry.updated == DateValue(
        value="2024-05-07T09:00:00+00:00", precision="second", source="feed:updated", zone="+00:00"
    )
    assert (entry.authors, entry.categories, entry.language) == (("Zoé Loup",), ("Affaires",), "fr")


def test_atom_03_is_read() -> None:
    feed = parse(
        """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old wire</title>
        <link rel="alternate" type="text/html" href="https://wire.example/"/><entry><title>One</title>
        <link rel="alternate" type="text/html" href="https://wire.example/one"/><id>1</id>
        <issued>2024-05-06T10:00:00Z</issued><modified>2024-05-06T11:00:00Z</modified></entry></feed>"""
    )
    entry, _ = only(feed)
    assert entry.link == "https://wire.example/one"
    assert entry.published is not None and entry.published.value == "2024-05-06T10:00:00+00:00"


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(rss()) == ParsedFeed("ok", "", "The Daily", "https://www.daily.example/", "en-gb", 0, ())


# --- links and identity -----------------------------------------------------------------------------------------------


def test_relative_links_of_rss_rest_on_the_channels_link_and_of_atom_on_the_feeds_address() -> None:
    relative = "<item><title>A</title><link>news/a-1</link></item>"
    assert only(parse(rss(relative)))[0].url == "https://www.daily.example/news/a-1"
    entry = '<entry><title>A</title><link href="a-1"/></entry>'
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://other.example/"/>{entry}</feed>'
    assert only(parse(atom))[0].url == "https://daily.example/feeds/a-1"


def test_a_guid_counts_as_link_only_when_it_is_one() -> None:
    permalink = "<item><title>A</title><guid>https://daily.example/a-1</guid></item>"
    assert only(parse(rss(permalink)))[0].link == "https://daily.example/a-1"
    number = "<item><title>A</title><guid>12345</guid></item>"
    assert only(parse(rss(number)))[0].url == ""
    denied = '<item><title>A</title><guid isPermaLink="false">https://daily.example/a-1</guid></item>'
    assert only(parse(rss(denied)))[0].url == ""
    both = "<item><guid>https://daily.example/?p=1</guid><title>A</title><link>https://daily.example/a-1</link></item>"
    assert only(parse(rss(both)))[0].link == "https://daily.example/a-1"


def test_without_a_link_the_guid_decides_and_without_both_the_words_do() -> None:
    by_guid, guid = only(parse(rss("<item><title>A</title><guid isPermaLink='false'>g</guid></item>")))
    assert (by_guid.link, by_guid.url, guid) == ("", "", "g")
    assert by_guid.entry_id == ids.entry_id(link="", feed="f", guid="g", title="", summary="")
    assert by_guid.published is None
    by_words, guid = only(parse(rss("<item><title>A</title><description>B</description></item>")))
    assert guid == ""
    assert by_words.entry_id == ids.entry_id(link="", feed="f", guid="", title="A", summary="B")


def test_the_link_behind_a_feed_proxy_is_the_link() -> None:
    proxied = (
        "<item><title>A</title><link>http://feedproxy.example/~r/daily/~3/xyz/</link>"
        "<feedburner:origLink>https://daily.example/a-1?utm_medium=feed</feedburner:origLink></item>"
    )
    entry, _ = only(parse(rss(proxied, root=' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"')))
    assert entry.link == "https://daily.example/a-1"


def test_items_that_all_link_to_the_front_page_stay_apart() -> None:
    front = "<item><title>{0}</title><link>https://www.daily.example/</link><guid isPermaLink='false'>{0}</guid></item>"
    feed = parse(rss(front.format("a"), front.format("b")))
    assert titles(feed) == ["a", "b"]
    assert {entry.link for entry, _ in feed.items} == {""}


def test_links_that_are_none_leave_the_item() -> None:
    feed = parse(rss("<item><title>A</title><link>javascript:alert(1)</link></item>"))
    assert (only(feed)[0].url, titles(feed)) == ("", ["A"])


def test_an_item_shown_twice_is_given_once_and_an_empty_one_not_at_all() -> None:
    again = item(1).replace("utm_source=rss", "utm_source=home").replace("https://www.", "http://")
    feed = parse(rss(item(1), again, "<item></item>", item(2)))
    assert titles(feed) == ["Story 1", "Story 2"]


def test_two_links_under_one_guid_are_two_entries() -> None:
    feed = parse(rss(item(1), item(2).replace("g2", "g1")))
    assert [guid for _, guid in feed.items] == ["g1", "g1"]


def test_the_feeds_id_and_not_its_address_is_in_an_identity() -> None:
    body = rss("<item><title>A</title></item>").encode()
    before = parse_feed(body, content_type="", url="https://old.example/rss", feed="f")
    after = parse_feed(body, content_type="", url="https://new.example/rss", feed="f")
    assert before.items[0][0].entry_id == after.items[0][0].entry_id


# --- change -----------------------------------------------------------------------------------------------------------


def fingerprint(text: str) -> str:
    return only(parse(rss(text, root=' xmlns:atom="http://www.w3.org/2005/Atom"')))[0].fingerprint


def test_a_fingerprint_changes_with_the_words_and_not_with_noise() -> None:
    before = fingerprint(item(1))
    assert fingerprint(item(1).replace("About 1.", "About  1.\n ")) == before
    assert (
        fingerprint(item(1).replace("About 1.", "&lt;p&gt;About 1.&lt;/p&gt;&lt;img src='https://t.example/7'/&gt;"))
        == before
    )
    assert fingerprint(item(1).replace("utm_source=rss", "utm_source=rss2")) == before
    assert fingerprint(item(1, "<comments>https://daily.example/c</comments>")) == before
    assert fingerprint(item(1).replace("Story 1", "Story one")) != before
    assert fingerprint(item(1).replace("About 1.", "About 2.")) != before
    assert fingerprint(item(1, "<atom:updated>2024-05-07T11:00:00Z</atom:updated>")) != before


def test_the_body_hash_forgets_what_generators_write_anew() -> None:
    stamp = "<lastBuildDate>Tue, 07 May 2024 10:0{0}:00 GMT</lastBuildDate><pubDate>{0}</pubDate><ttl>{0}</ttl>"
    stamp += '<generator version="{0}">Maker {0}</generator><!-- made in 0.{0} s -->'
    first, second = (rss(item(1), channel=stamp.format(n)).encode() for n in (1, 2))
    assert first != second
    assert body_hash(first) == body_hash(second)
    assert body_hash(rss(item(1)).encode()) != body_hash(rss(item(2)).encode())


def test_the_body_hash_sees_every_change_of_an_item() -> None:
    dated = rss(item(1)).encode()
    assert body_hash(dated) != body_hash(dated.replace(b"10:00:00", b"11:00:00"))
    bare = b"<rss><channel><pubDate>1</pubDate></channel></rss>"  # no item in sight: nothing is cut out
    assert body_hash(bare) != body_hash(bare.replace(b"1", b"2"))
    atom = '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><updated>{}</updated></a:entry><entry/></a:feed>'
    assert body_hash(atom.format(1).encode()) != body_hash(atom.format(2).encode())
    assert body_hash(rss(item(1)).encode("utf-16")) != body_hash(rss(item(2)).encode("utf-16"))
    assert body_hash(b"") == body_hash(b"")


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value", "exact", "zone"),
    [
        ("Tue, 07 May 2024 10:00:00 GMT", "2024-05-07T10:00:00+00:00", "second", "+00:00"),
        ("Tue, 07 May 2024 10:00:00 EST", "2024-05-07T15:00:00+00:00", "second", ""),  # the name of a zone is no offset
        ("Tue, 07 May 2024 10:00 +0530", "2024-05-07T04:30:00+00:00", "minute", "+05:30"),
        ("07 May 2024", "2024-05-07", "day", ""),
        ("2024-05-07", "2024-05-07", "day", ""),
        ("2024-05", "2024-05", "month", ""),
        ("2024", "2024", "year", ""),
        ("2024-05-07T10:00:00.123+02:00", "2024-05-07T08:00:00+00:00", "second", "+02:00"),
        ("2024-05-07T10:00Z", "2024-05-07T10:00:00+00:00", "minute", "+00:00"),
    ],
)
def test_dates_keep_the_precision_and_zone_that_were_written(written: str, value: str, exact: str, zone: str) -> None:
    published = only(parse(rss(f"<item><title>A</title><pubDate>{written}</pubDate></item>")))[0].published
    assert published == DateValue(value=value, precision=exact, source="feed:published", zone=zone)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "32 Foo 2024",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0001-01-01T00:00:00Z",
        "99999-01-01",
        "2024-13-45T99:99:99Z",
    ],
)
def test_a_date_that_is_none_leaves_the_item_without_one(written: str) -> None:
    entry, _ = only(parse(rss(f"<item><title>A</title><pubDate>{written}</pubDate></item>")))
    assert (entry.title, entry.published) == ("A", None)


def test_a_date_that_lies_ahead_is_kept_and_marked() -> None:
    ahead, _ = only(parse(rss("<item><title>A</title><pubDate>Sat, 11 May 2024 10:00:00 GMT</pubDate></item>")))
    assert ahead.published is not None
    assert (ahead.published.value, ahead.published.source) == ("2024-05-11T10:00:00+00:00", "feed:published:future")
    assert is_future(ahead.published)
    zone, _ = only(parse(rss("<item><title>A</title><pubDate>Wed, 08 May 2024 20:00:00 GMT</pubDate></item>")))
    assert zone.published is not None and not is_future(zone.published)


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,5}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"))
def test_a_json_date_is_read_or_none_on_any_text(written: str) -> None:
    value = from_rfc3339(written, "feed:published")
    if value is not None:
        assert value.precision == precision(written)
        assert moment(value).tzinfo is not None
    assert from_struct(written, None, "feed:published") is None


# --- the first poll ---------------------------------------------------------------------------------------------------


def dated(number: int, days_ago: float | None) -> str:
    date = "" if days_ago is None else f"<pubDate>{(NOW - timedelta(days=days_ago)).isoformat()}</pubDate>"
    return f"<item><title>{number}</title><guid isPermaLink='false'>{number}</guid>{date}</item>"


def test_a_first_poll_takes_the_newest_items_of_the_last_days() -> None:
    feed = parse(rss(dated(1, 3), dated(2, 8), dated(3, 1), dated(4, None), dated(5, -400), dated(6, 6.9)))
    first = select_first_poll(feed.items, NOW, limit=50, max_age_days=7)
    assert [entry.title for entry, _ in first] == ["4", "5", "3", "1", "6"]
    assert [entry.title for entry, _ in select_first_poll(feed.items, NOW, limit=2, max_age_days=7)] == ["4", "5"]
    assert select_first_poll(feed.items, NOW, limit=0, max_age_days=7) == ()


def test_a_day_without_a_time_counts_to_its_end() -> None:
    feed = parse(rss("<item><title>A</title><pubDate>2024-05-01</pubDate></item>"))
    assert len(select_first_poll(feed.items, NOW, limit=50, max_age_days=7)) == 1


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>two<br>three</p>", "One two three"),
        ("AT&amp;T &lt; 3", "AT&T < 3"),
        ("&lt;p&gt;escaped twice&lt;/p&gt;", "escaped twice"),
        ("a<script>alert(1)</script>b<style>p{}</style>c<!-- d -->", "abc"),
        ("un<b>closed", "unclosed"),
        ("tab\tand\u00a0blank\r\n", "tab and blank"),
        ("\ud800 \x00", "\ufffd"),
        ("<div>" * 30_000 + "deep" + "</div>" * 30_000, "deep"),
    ],
)
def test_plain_text_has_no_markup(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\nscript:alert(1)">x</a>',
        '<img src="data:text/html,x" onerror="alert(1)">x',
        '<p onclick="alert(1)" style="position:fixed">x</p>',
        "<iframe src='https://x.example'></iframe>x",
        "<svg><script>alert(1)</script></svg>x",
        "<form action='https://x.example'><input></form>x",
    ],
)
def test_content_keeps_nothing_that_acts(markup: str) -> None:
    kept = sanitised(markup, URL)
    assert "x" in kept
    for bad in ("script", "alert", "style", "iframe", "form", "data:", "on"):
        assert bad not in kept


def test_titles_written_as_markup_become_text() -> None:
    title = "<item><title>{}</title></item>"
    assert titles(parse(rss(title.format("Tom &amp;amp; Jerry&amp;#8217;s")))) == ["Tom & Jerry’s"]
    assert titles(parse(rss(title.format("<![CDATA[The <em>big</em> one]]>")))) == ["The big one"]
    assert titles(parse(rss(title.format("<![CDATA[5 < 6 & 7 > 3]]>")))) == ["5 < 6 & 7 > 3"]
    assert titles(parse(rss(title.format("caf&eacute;&nbsp;noir")))) == ["café noir"]


def test_a_description_that_holds_the_whole_article_is_content_as_well() -> None:
    long = "&lt;p&gt;" + "Words of the article. " * 80 + "&lt;/p&gt;"
    entry, _ = only(parse(rss(f"<item><title>A</title><description>{long}</description></item>")))
    assert entry.content.startswith("<p>Words of the article.")
    short, _ = only(parse(rss("<item><title>A</title><description>&lt;p&gt;Short.&lt;/p&gt;</description></item>")))
    assert short.content == ""


def test_pictures_do_not_rename_their_item() -> None:
    media = (
        '<media:content url="https://p.example/1.jpg"><media:title>A picture</media:title>'
        "<media:description>Of a ferry.</media:description></media:content>"
    )
    entry, _ = only(parse(rss(item(1, media))))  # the prefix is not even declared
    assert (entry.title, entry.summary) == ("Story 1", "About 1.")


# --- broken ones ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        (item(2).replace("Story 2", "Profit & loss"), "Profit & loss"),
        (item(2).replace("Story 2", "Under < over"), "Under < over"),
        (item(2).replace("Story 2", "A <b>bold story"), "A bold story"),
        (item(2).replace("Story 2", "<![CDATA[Story 2"), "Story 2"),
        (item(2).replace("Story 2", "Story 2 &unknown;"), "Story 2 &unknown;"),
        (item(2).replace("Story 2", "Story 2 &#xD800;"), "Story 2 \ufffd"),
        (item(2).replace("Story 2", "Story\x01 2"), "Story 2"),
        (item(2, "<x:y>z</x:y>"), "Story 2"),
    ],
)
def test_a_broken_item_in_the_middle_costs_no_other(broken: str, title: str) -> None:
    feed = parse(rss(item(1), broken, item(3)))
    assert titles(feed) == ["Story 1", title, "Story 3"]
    assert [guid for _, guid in feed.items] == ["g1", "g2", "g3"]
    assert [entry.link[-7:] for entry, _ in feed.items] == ["story-1", "story-2", "story-3"]
    assert feed.title == "The Daily"


def test_an_item_that_never_ends_costs_only_itself() -> None:
    feed = parse(rss(item(1), item(2).replace("</item>", ""), item(3)))
    assert feed.result == "malformed"
    assert {"Story 1", "Story 3"} <= set(titles(feed))


def test_a_broken_channel_costs_no_item() -> None:
    feed = parse(rss(item(1), item(2)).replace("The Daily", "Day & <night"))
    assert feed.result == "malformed"
    assert titles(feed) == ["Story 1", "Story 2"]
    assert feed.link == "https://www.daily.example/"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_cut_feed_gives_its_whole_items_and_never_half_a_link(share: float) -> None:
    whole = rss(*(item(n) for n in range(10)))
    feed = parse(whole[: int(len(whole) * share)])
    assert feed.result == "malformed"
    links = {entry.link for entry, _ in parse(whole).items}
    assert {entry.link for entry, _ in feed.items} <= links
    assert len(feed.items) == whole[: int(len(whole) * share)].count("</item>")


def test_atom_and_rdf_break_no_worse() -> None:
    entry = "<entry><title>{0}</title><link href='https://wire.example/a-{0}'/></entry>"
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>W</title>" + "".join(map(entry.format, "1&3")) + "</feed>"
    assert titles(parse(atom)) == ["1", "&", "3"]
    node = "<item><title>{0}</title><link>https://w.example/a-{0}</link></item>"
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>W</title></channel>" + "".join(map(node.format, "1&3")) + "</rdf:RDF>"
    )
    assert titles(parse(rdf)) == ["1", "&", "3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_a_declared_charset_is_read(encoding: str) -> None:
    body = rss(item(1).replace("Story 1", "Café größer")).replace('encoding="utf-8"', f'encoding="{encoding}"')
    assert titles(parse(body.encode(encoding))) == ["Café größer"]


def test_a_wrong_charset_gives_way_to_what_fits() -> None:
    utf8 = rss(item(1).replace("Story 1", "Café größer"))
    assert titles(parse(utf8.replace('"utf-8"', '"iso-8859-1"'))) == ["Café größer"]
    assert titles(parse(utf8, content_type="text/xml; charset=us-ascii")) == ["Café größer"]
    assert titles(parse(utf8.replace('"utf-8"', '"no-such-charset"'))) == ["Café größer"]
    assert len(parse(utf8.encode("latin-1")).items) == 1
    spoilt = parse(utf8.encode().replace(b"About 1.", b"About \xff\xfe."))
    assert titles(spoilt) == ["Café größer"]


def test_what_stands_before_a_feed_does_not_hide_it() -> None:
    assert parse("\n\n  " + rss(item(1))).result == "ok"
    warned = parse("<br />\n<b>Warning</b>: something in line 7\n" + rss(item(1)))
    assert (warned.result, titles(warned)) == ("malformed", ["Story 1"])
    assert "text before the feed" in warned.reason


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"<!DOCTYPE html><html><head><title>Home</title></head><body><p>Hello</p></body></html>", "<html>"),
        (b"<html><body>" + b"<div>" * 100_000, "<html>"),
        (b"Not found", "Not found"),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", "without addresses"),
        (b"<opml version='2.0'><body/></opml>", "<opml>"),
        (b"%PDF-1.7 \x00\x01\x02", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (bytes(range(256)), ""),
        (b"<rss", "<rss>"),
    ],
)
def test_what_is_no_feed_is_told_in_words(body: bytes, word: str) -> None:
    feed = parse(body)
    assert (feed.result, feed.items) == ("not_a_feed", ())
    assert word in feed.reason and feed.reason


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>',
        f'<!-- <rss> --><!DOCTYPE rss [\n<!ENTITY l0 "lol">\n{LAUGHS}]>',
        f'<!DOCTYPE rss [<!ENTITY big "{"x" * 50_000}">]>',
        '<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % part SYSTEM "https://x.example/part.dtd"> %part;]>',
        "<!DOCTYPE rss [" + "".join(f'<!ENTITY n{n} "x">' for n in range(1_000)) + "]>",
        '<!doctype rss [<!entity l0 "&l1;">]>',
    ],
)
def test_an_entity_bomb_is_refused_before_any_parser_sees_it(doctype: str) -> None:
    feed = parse(rss(item(1).replace("Story 1", "&l9;&big;&file;")).replace("<rss", f"{doctype}<rss", 1))
    assert (feed.result, feed.items) == ("malformed", ())
    assert "expand" in feed.reason


def test_a_bomb_is_seen_through_its_encoding() -> None:
    bomb = rss(item(1)).replace("<rss", f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]><rss', 1)
    for encoding in ("utf-16", "utf-16-be"):
        assert "expand" in parse(bomb.replace('"utf-8"', '"utf-16"').encode(encoding)).reason


def test_a_document_type_may_declare_a_few_characters() -> None:
    doctype = '<!DOCTYPE rss [<!ENTITY nbsp "&#160;">\n<!ENTITY own "(c)">]>'
    feed = parse(rss(item(1).replace("Story 1", "Story&nbsp;1 &own;")).replace("<rss", f"{doctype}<rss", 1))
    assert (feed.result, titles(feed)) == ("ok", ["Story 1 (c)"])


@pytest.mark.parametrize(
    "body",
    [
        rss(item(1), "<item>" + "<a>" * 20_000 + "</a>" * 20_000 + "</item>"),
        rss(item(1), "<item><description><![CDATA[" + "<!--" * 50_000 + "]]></description></item>"),
        rss(item(1), "<item><description><![CDATA[" + "<div>" * 50_000 + "]]></description></item>"),
        rss(item(1), "<item><title>" + "<![CDATA[" * 50_000 + "</title></item>"),
        rss(item(1), "<item><title>" + "&" * 200_000 + "</title></item>"),
        rss(item(1), "<item><link>" + "https://" * 50_000 + "</link></item>"),
        rss(item(1)) + "<item>" * 20_000,
    ],
    ids=["nested", "comments", "divs", "cdata", "ampersands", "link", "items"],
)
def test_hostile_items_cost_no_other(body: str) -> None:
    assert "Story 1" in titles(parse(body))


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_end_in_a_word(body: bytes) -> None:
    for around in (body, rss("<item>", body.decode("latin-1"), "</item>", item(1)).encode()):
        feed = parse(around)
        assert feed.result in {"ok", "malformed", "not_a_feed"}
        assert (feed.reason == "") == (feed.result == "ok")
        assert len(body_hash(around)) == 32


@given(st.data())
def test_a_feed_damaged_anywhere_never_raises(data: st.DataObject) -> None:
    whole = rss(item(1), item(2), item(3))
    at = data.draw(st.integers(0, len(whole)))
    put = data.draw(
        st.sampled_from(["<", ">", "&", "]]>", "<![CDATA[", "<!--", "<item>", "</item>", '"', "\x00", "<?", ""])
    )
    cut = data.draw(st.integers(0, 30))
    assert parse(whole[:at] + put + whole[at + cut :]).result in {"ok", "malformed", "not_a_feed"}


def test_what_is_read_travels_between_processes() -> None:
    feed = parse(rss(item(1)))
    assert pickle.loads(pickle.dumps(feed)) == feed
    assert pickle.loads(pickle.dumps(parse_feed)) is parse_feed
