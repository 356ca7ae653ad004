"""The feeds of a site are found where it says they are and where they usually lie, and tried before being offered."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served

from transforms.feed.discover import in_page, in_robots, usual
from transforms.feed.parse import ParsedFeed, parse_feed, with_children

ROOT = Path(__file__).parents[1]
SITE = "http://harbour.test"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://harbour.test/a?x=1&amp;y=2</loc><n:news><n:publication><n:name>The Harbour</n:name>
<n:language>en</n:language></n:publication><n:publication_date>2026-03-01T08:00:00Z</n:publication_date>
<n:title><![CDATA[Ferry & crew]]></n:title><n:keywords>ferry, sea</n:keywords></n:news></url>
<url><loc> http://harbour.test/b </loc><lastmod>2026-02-28</lastmod></url>
<url><lastmod>2026-02-28</lastmod></url>
</urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
<sitemap><loc>/news.xml.gz</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>"""


def read(body: str | bytes) -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, content_type="application/xml", url=f"{SITE}/sitemap.xml")


def newsbeam(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "pipeline.cli", *args], capture_output=True, text=True, cwd=ROOT)


def test_a_news_sitemap_is_read_like_a_feed():
    found = read(NEWS)
    assert (found.result, found.title, len(found.items)) == ("ok", "The Harbour", 2)
    (first, guid), (second, _) = found.items
    assert (first.url, first.title, guid) == (f"{SITE}/a?x=1&y=2", "Ferry & crew", f"{SITE}/a?x=1&y=2")
    assert first.published is not None
    assert (first.published.value, first.published.source) == ("2026-03-01T08:00:00+00:00", "sitemap:publication_date")
    assert (first.language, first.categories) == ("en", ("ferry", "sea"))
    assert second.published is not None
    assert (second.published.value, second.published.precision) == ("2026-02-28", "day")


def test_a_gzipped_one_too_and_a_bomb_is_refused():
    assert read(gzip.compress(NEWS.encode())).items == read(NEWS).items
    assert read(gzip.compress(NEWS.encode())[:-30]).result in {"malformed", "ok"}
    bomb = read(gzip.compress(b" " * 60_000_000))
    assert (bomb.result, "gzip file of more than" in bomb.reason) == ("malformed", True)
    assert read(b"\x1f\x8b nonsense").result == "malformed"


def test_one_that_breaks_off_keeps_what_came_before():
    found = read(NEWS[: NEWS.index("<lastmod>2026-02-28</lastmod></url>\n<url><lastmod>")])
    assert (found.result, [entry.url for entry, _ in found.items]) == (
        "malformed",
        [f"{SITE}/a?x=1&y=2", f"{SITE}/b"],
    )


@pytest.mark.parametrize(
    "text", ["<urlset></urlset>", "<sitemapindex><sitemap/></sitemapindex>", "<urlset><url></url></urlset>"]
)
def test_one_that_lists_nothing_is_no_feed(text):
    assert read(text).result == "not_a_feed"


def test_an_index_names_its_sitemaps_the_newest_first_and_takes_their_items():
    index = read(INDEX)
    assert (index.result, index.items, index.children) == ("ok", (), (f"{SITE}/news.xml.gz", f"{SITE}/old.xml"))
    whole = with_children(index, [read(NEWS), ParsedFeed("not_a_feed", "it is a page"), read(NEWS)])
    assert (whole.result, whole.reason, len(whole.items)) == ("malformed", "it is a page", 2)


def test_many_open_blocks_are_read_in_one_pass():
    found = read("<urlset>" + "<url><loc><![CDATA[" * 20_000)
    assert found.result == "not_a_feed"


def test_a_page_says_where_its_feeds_are():
    page = b"""<html><head><base href="http://harbour.test/en/"><link rel="stylesheet" href="/rss.css" type="text/css">
    <link rel="Alternate" type="application/rss+xml; charset=utf-8" title=" All
    news " href="all.xml"><link rel="alternate" type="text/html" href="/fr"></head><body>
    <a href="/about">About</a><a href="/world/rss">World</a><a href="javascript:rss()">x</a>
    <a href="/feedback">f</a></body></html>"""
    assert [(p.url, p.why, p.title) for p in in_page(page, "text/html", f"{SITE}/")] == [
        (f"{SITE}/en/all.xml", "link element", "All news"),
        (f"{SITE}/world/rss", "link in the page", ""),
    ]


def test_robots_txt_names_sitemaps_and_there_are_usual_places():
    text = "User-agent: *\nSITEMAP: https://harbour.test/map.xml\nSitemap:/news.xml\nDisallow: /x"
    assert [p.url for p in in_robots(text, f"{SITE}/x")] == ["https://harbour.test/map.xml", f"{SITE}/news.xml"]
    assert {f"{SITE}/feed/", f"{SITE}/sitemap.xml"} <= {p.url for p in usual(f"{SITE}/a/b?c")}


@pytest.fixture
def web() -> FakeWeb:
    links = (("rss", "/all.rss"), ("atom", "/lost.atom"))
    head = "".join(f'<link rel="alternate" type="application/{kind}+xml" href="{href}">' for kind, href in links)
    made = FakeWeb().page(f"{SITE}/", f"<html><head>{head}</head></html>")
    made.feed(f"{SITE}/all.rss", rss(f"{SITE}/one", f"{SITE}/two")).page(f"{SITE}/rss", article("no feed"))
    made.page(f"{SITE}/robots.txt", f"Sitemap: {SITE}/index.xml", headers={"content-type": "text/plain"})
    made.page(f"{SITE}/index.xml", INDEX).page(f"{SITE}/news.xml.gz", gzip.compress(NEWS.encode()))
    return made.page(f"{SITE}/one", article("one")).page(f"{SITE}/a", article("a"))


def test_what_a_site_has_is_tried_and_offered(web, tmp_path):
    with served(web) as address:
        config = desk(tmp_path, address, [f"{SITE}/all.rss"])
        done = newsbeam("feeds", "discover", SITE, "--json", "--config", str(config))
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [(r["url"], r["kind"], r["items"], r["found by"]) for r in rows] == [
            (f"{SITE}/all.rss", "feed", 2, "link element"),
            (f"{SITE}/index.xml", "index", 0, "robots.txt"),
        ]
        assert f"{SITE}/lost.atom: status 404" in done.stderr
        shown = newsbeam("feeds", "discover", SITE, "--config", str(config))
        assert f'[[feed]]\nurl = "{SITE}/all.rss"\ntitle = "The Daily"\n' in shown.stdout
        none = newsbeam("feeds", "discover", f"{SITE}/nothing-here", "--config", str(config))
        assert (none.returncode, "status 404" in none.stderr) == (2, True)


def test_an_index_of_sitemaps_can_be_watched(web, tmp_path):
    with served(web) as address:
        config = desk(tmp_path, address, [f"{SITE}/index.xml"], poll="first_poll_max_age_days = 100000")
        done = newsbeam("run", "--json", "--config", str(config))
        assert done.returncode == 0, done.stderr
        summary = json.loads(done.stdout)
    assert summary["leased"] == summary["total"] == 2
    assert summary["polls"] == {"malformed": 1}  # the second sitemap of its index is not there: said, and nothing lost


OPML = b"""<?xml version="1.0"?><opml version="1.0"><head><title>mine</title></head><body>
<outline text="Sea"><outline text="North">
<outline type="rss" title="Harbour" xmlUrl="http://harbour.test/all.rss"/></outline>
<outline text="Not a feed" htmlUrl="http://x.test/"/></outline>
<outline xmlURL="http://ridge.test/rss" text="http://ridge.test/rss"/>
<outline xmlUrl="http://harbour.test/all.rss" text="again"/>
</body></opml>"""


def test_lists_come_in_from_opml_with_their_folders_and_go_out_again(tmp_path):
    (tmp_path / "mine.opml").write_bytes(OPML)
    file = tmp_path / "feeds.toml"
    file.write_text('# ours\n[[feed]]\nurl = "https://ridge.test/rss/"\n', encoding="utf-8")
    done = newsbeam("feeds", "import", str(tmp_path / "mine.opml"), "--feeds", str(file))
    assert (done.returncode, done.stderr.strip()) == (0, f"1 of 2 feeds added to {file}")
    assert file.read_text(encoding="utf-8").endswith(
        '\n\n[[feed]]\nurl = "http://harbour.test/all.rss"\ntitle = "Harbour"\nlabels = ["Sea", "North"]\n'
    )
    again = newsbeam("feeds", "import", str(tmp_path / "mine.opml"), "--feeds", str(file))
    assert again.stderr.startswith("0 of 2")
    out = newsbeam("feeds", "export", "--feeds", str(file)).stdout
    (tmp_path / "out.opml").write_text(out, encoding="utf-8")
    other = tmp_path / "other.toml"
    assert newsbeam("feeds", "import", str(tmp_path / "out.opml"), "--feeds", str(other)).returncode == 0
    assert other.read_text(encoding="utf-8").count("[[feed]]") == 2
    assert 'labels = ["Sea"]' in other.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<opml><body>", "no well-formed XML"),
        (b"<rss/>", "no OPML: its root is <rss>"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>', "declares entities"),
        (b'<opml><body><outline xmlUrl="ftp://x.test/rss"/></body></opml>', "is no good"),
    ],
)
def test_a_bad_list_is_refused_and_nothing_is_written(tmp_path, body, words):
    (tmp_path / "bad.opml").write_bytes(body)
    file = tmp_path / "feeds.toml"
    done = newsbeam("feeds", "import", str(tmp_path / "bad.opml"), "--feeds", str(file))
    assert done.returncode != 0
    assert words in done.stderr
    assert not file.exists()
