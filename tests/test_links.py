"""Two links that show one article have one name; two articles never share one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.links import MAX_CHARS, absolute, canonical, registrable_domain

ARTICLE = "https://example.com/news/2024/a-story"


@pytest.mark.parametrize(
    "written",
    [
        "https://example.com/news/2024/a-story",
        "http://example.com/news/2024/a-story",
        "HTTPS://WWW.Example.COM/news/2024/a-story",
        "https://example.com:443/news/2024/a-story",
        "http://example.com:80/news/2024/a-story",
        "https://example.com./news/2024/a-story",
        "https://reader:secret@example.com/news/2024/a-story",
        " \n https://example.com/news/2024/a-\nstory\t",
        "https:\\\\example.com\\news\\2024\\a-story",
        "https:///example.com/news/2024/a-story",
        "https://example.com/news/./2023/../2024/a-story",
        "https://example.com/%6eews/2024/a%2Dstory",
        "https://example.com/news/2024/a-story/",
        "https://example.com/news/2024/a-story/index.html",
        "https://example.com/news/2024/a-story?",
        "https://example.com/news/2024/a-story?&",
        "https://example.com/news/2024/a-story#comments",
        "https://example.com/news/2024/a-story#:~:text=some%20words",
        "https://example.com/news/2024/a-story#xtor=RSS-3",
        "https://example.com/news/2024/a-story;jsessionid=0A1B2C",
        "https://example.com/news/2024/a-story?utm_source=rss&utm_medium=feed&fbclid=1",
        "https://example.com/news/2024/a-story?UTM_Source=rss&amp;utm_medium=feed",
        "https://example.com/news/2024/a-story?at_medium=RSS&at_campaign=KARANGA",
        "https://example.com/news/2024/a-story?ns_mchannel=rss&cmpid=x&igshid=y&mc_cid=z&ref_src=w&gclid=v",
        "https://example.com/news/2024/a-story?ref=rss",
        "https://example.com/news/2024/a-story/amp",
        "https://example.com/news/2024/a-story/amp/",
        "https://example.com/amp/news/2024/a-story",
        "https://example.com/news/2024/a-story.amp",
        "https://example.com/news/2024/a-story?amp=1",
        "https://example.com/news/2024/a-story?outputType=amp",
        "https://amp.example.com/news/2024/a-story",
        "https://m.example.com/news/2024/a-story",
        "https://mobile.example.com/news/2024/a-story",
        "https://www.google.com/amp/s/www.example.com/news/2024/a-story",
        "https://www.google.co.uk/amp/s/amp.example.com/news/2024/a-story/amp?usqp=mq331",
        "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/news/2024/a-story",
        "https://www-example-com.cdn.ampproject.org/v/s/www.example.com/news/2024/a-story?amp_js_v=0.1",
    ],
)
def test_every_way_to_write_one_article_gives_one_name(written: str) -> None:
    assert canonical(written) == ARTICLE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/?id=1", "https://example.com/?id=2"),
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/a?page=1", "https://example.com/a?page=2"),
        ("https://example.com/a?article=1", "https://example.com/a?article=2"),
        ("https://example.com/a?source=minister", "https://example.com/a?source=mayor"),
        ("https://example.com/a?ref=12", "https://example.com/a?ref=13"),
        ("https://example.com/a?a=1&b=2", "https://example.com/a?b=2&a=1"),
        ("https://example.com/A", "https://example.com/a"),
        ("https://example.com/a//b", "https://example.com/a/b"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/#!/story/1", "https://example.com/#!/story/2"),
        ("http://example.com:8080/a", "http://example.com/a"),
        ("http://example.com:8080/a", "https://example.com:8080/a"),
        ("https://news.example.com/a", "https://example.com/a"),
        ("https://example.com/tag/amp", "https://example.com/tag"),
        ("https://example.com/amp", "https://example.com/"),
        ("https://one.blogspot.com/a", "https://two.blogspot.com/a"),
        ("https://news.google.com/articles/abc", "https://news.google.com/articles/abd"),
        ("https://theguardian.com/a?id=1", "https://theguardian.com/a?id=2"),
        ("https://example.com/a?cmp=1", "https://example.com/a?cmp=2"),
    ],
)
def test_two_articles_keep_two_names(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)
    assert canonical(one)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("https://www.gov.uk/a", "https://www.gov.uk/a"),  # gov.uk is a public suffix
        ("https://mobile.de/a", "https://mobile.de/a"),
        ("https://m.com/a", "https://m.com/a"),
        ("https://de.m.wikipedia.org/wiki/Zug", "https://de.wikipedia.org/wiki/Zug"),
        ("https://BÜCHER.example/x", "https://xn--bcher-kva.example/x"),
        ("https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x"),
        ("https://bücher。example/x", "https://xn--bcher-kva.example/x"),  # ideographic full stop
        ("https://faß.example/", "https://xn--fa-hia.example/"),  # UTS 46, not transitional
        ("https://пример.рф/новости", "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
        ("https://i❤.ws/", "https://xn--i-7iq.ws/"),  # sold, though IDNA 2008 forbids it
        ("http://[2001:DB8:0:0:0:0:0:1]:80/a", "https://[2001:db8::1]/a"),
        ("http://127.0.0.1:8000/a/", "http://127.0.0.1:8000/a"),
        ("https://example.com/a b|c?d=[e]", "https://example.com/a%20b%7Cc?d=%5Be%5D"),
        ("https://example.com/50%", "https://example.com/50%25"),
        ("https://www.theguardian.com/world/a?CMP=twt_gu&id=4", "https://theguardian.com/world/a?id=4"),
        ("https://example.com/index.php?id=7&utm_source=x", "https://example.com/?id=7"),
    ],
)
def test_hosts_and_encodings(written: str, name: str) -> None:
    assert canonical(written) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "#top",
        "/a/relative/path",
        "example.com/a",
        "mailto:desk@example.com",
        "javascript:alert(1)",
        "ftp://example.com/a",
        "feed://example.com/a",
        "https://",
        "https:///",
        "https://a..b/",
        "https://exa mple.com/",
        "https://example.com:99999/",
        "https://example.com:8a/",
        "https://[::1/",
        "https://[zz]/",
        "https://[fe80::1%25eth0]/",
        "https://\ud800.example/",
        "https://example.com/" + "a" * MAX_CHARS,
    ],
)
def test_what_is_no_link_has_no_name(text: str) -> None:
    assert canonical(text) == ""
    assert absolute(text) == ""


@pytest.mark.parametrize(
    ("link", "base", "name"),
    [
        ("b", "https://example.com/x/y", "https://example.com/x/b"),
        ("../b", "https://example.com/x/y/z", "https://example.com/x/b"),
        ("/b", "https://example.com/x/y", "https://example.com/b"),
        ("//other.example/b", "http://example.com/x", "https://other.example/b"),
        ("?id=2", "https://example.com/x?id=1", "https://example.com/x?id=2"),
        ("", "https://example.com/x?id=1", "https://example.com/x?id=1"),
        ("#!/b", "https://example.com/x", "https://example.com/x#!/b"),
        ("../../../../b", "https://example.com/x", "https://example.com/b"),
        ("https://other.example/c", "https://example.com/x", "https://other.example/c"),
        ("b", "not a base", ""),
        ("mailto:a@b", "https://example.com/x", ""),
    ],
)
def test_a_relative_link_is_resolved_against_its_base(link: str, base: str, name: str) -> None:
    assert canonical(link, base) == name


def test_what_is_fetched_stays_as_the_feed_wrote_it() -> None:
    assert absolute("http://www.Example.com/a/?utm_source=x#top") == "http://www.example.com/a/?utm_source=x"
    assert absolute("/ä?q=a b", "https://bücher.example/x") == "https://xn--bcher-kva.example/%C3%A4?q=a%20b"


@pytest.mark.parametrize(
    ("given_text", "domain"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("News.BBC.co.uk", "bbc.co.uk"),
        ("news.bbc.co.uk:8080/a", "bbc.co.uk"),
        ("https://www.gov.uk/", "www.gov.uk"),
        ("gov.uk", "gov.uk"),
        ("one.blogspot.com", "one.blogspot.com"),
        ("https://daily.press.test/a", "press.test"),
        ("https://www.сайт.рф/", "xn--80aswg.xn--p1ai"),
        ("http://127.0.0.1:8000/a", "127.0.0.1"),
        ("192.0.2.7", "192.0.2.7"),
        ("http://[::1]:8000/", "::1"),
        ("localhost", "localhost"),
        ("", ""),
        ("no host at all", ""),
    ],
)
def test_registrable_domain(given_text: str, domain: str) -> None:
    assert registrable_domain(given_text) == domain


labels = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
hosts = st.builds(lambda a, b: f"{a}.{b}", labels, st.sampled_from(["com", "co.uk", "example", "org", "blogspot.com"]))
hosts = st.builds(
    lambda first, host: first + host, st.sampled_from(["", "", "www.", "m.", "amp.", "de.m.", "news."]), hosts
)
segments = st.sampled_from(["", ".", "..", "amp", "index.html", "a-story", "2024", "A", "x.amp", "%7e", "é", "c", "s"])
paths = st.lists(segments, max_size=5).map(lambda parts: "".join(f"/{part}" for part in parts))
pairs = st.builds(
    lambda k, v: f"{k}={v}",
    st.sampled_from(["id", "p", "utm_source", "ref", "b"]),
    st.text("ab1%&=|", max_size=4) | st.just("rss"),
)
queries = st.lists(pairs, max_size=4).map("&".join)
links = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}{path}" + (f"?{query}" if query else ""),
    st.sampled_from(["http", "https"]),
    hosts,
    paths,
    queries,
)
wrapped = st.builds(
    lambda wrapper, link: wrapper + link.removeprefix("https://").removeprefix("http://"),
    st.sampled_from(
        ["", "https://www.google.com/amp/s/", "https://google.de/amp/", "https://x.cdn.ampproject.org/c/s/"]
    ),
    links,
).filter(lambda link: link.startswith("https://"))


@given(st.text(max_size=60) | links | wrapped | st.text(max_size=40).map("https://".__add__), st.text(max_size=20))
@example("https://x.cdn.ampproject.org/amp/c/s/www.y.com/a-1", "")
@example("https://google.com/amp/amp/s/y.com/a", "")
@example("https://y.com/a.amp.amp.amp.html/index.html//index.html", "")
@example("https://y.com/?a&amp;amp;amp;b", "")
def test_the_name_of_a_name_is_itself_on_any_text(url: str, base: str) -> None:
    name = canonical(url, base)
    assert canonical(name) == name
    assert name == "" or (name.isascii() and name.startswith(("https://", "http://")))
    assert absolute(absolute(url, base)) == absolute(url, base)
    assert registrable_domain(registrable_domain(url)) == registrable_domain(url)


@given(
    links,
    st.sampled_from(["utm_source=x", "fbclid=y", "at_medium=RSS", "ref=rss"]),
    st.sampled_from(["", "#top", "#a=b"]),
)
def test_trackers_and_fragments_change_nothing(link: str, tracker: str, fragment: str) -> None:
    tracked = link + ("&" if "?" in link else "?") + tracker + fragment
    assert canonical(tracked) == canonical(link)


@given(links)
def test_scheme_case_of_host_and_default_port_change_nothing(link: str) -> None:
    scheme, _, rest = link.partition("://")
    host, slash, tail = rest.partition("/")
    if "?" in host:
        host, slash, tail = host.partition("?")
    port = {"http": "80", "https": "443"}[scheme]
    other = {"http": "https", "https": "http"}[scheme]
    assert canonical(f"{scheme.upper()}://{host.upper()}:{port}{slash}{tail}") == canonical(link)
    assert canonical(f"{other}://{rest}") == canonical(link)


@given(links)
def test_the_name_leads_to_the_same_registrable_domain(link: str) -> None:
    assert registrable_domain(canonical(link)) == registrable_domain(link)
