"""A page becomes its article's own lines, or a refusal in words; hostile pages end in bounded time."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import SHARED
from pipeline.guard import PebbleGuard
from schemas.errors import GuardTimeout
from schemas.flow import DraftBody, LeasedEntry, Page, PageBody, pack, unpack
from schemas.records import DateValue, FeedEntry, RawPage
from transforms.extract import draft, hint_of
from transforms.page.read import Extracted, Hint, Job, Refusal, extract, extract_job, extract_text, headline

URL = "https://www.harbour-post.example/news/bridge-closes-42"
FIRST = "The harbour council voted on Tuesday night to close the old bridge for two years, its chair said."
SECOND = "“We have put this off for as long as we could,” said Ann Bee, who leads the council’s works committee."
THIRD = "Shopkeepers on the north bank, who fear for their trade, asked the court to stop the works until autumn."
FOURTH = "The court will hear them in June, and the engineers say that they can wait for that long but no longer."
LOGIN = "Subscribers only. Log in with your e-mail address, please, or buy a pass for a day and read all of it."
CONSENT = (
    "We and our partners use cookies and similar things for tracking. Give your consent to the use of cookies, or read "
    "our privacy notice before you choose what to do here."
)
TEASER = "Our reporter walks across the bridge one last time and speaks with people who have used it daily for years."
STORY = f"<p>{FIRST}</p><p>{SECOND}</p><h2>What the shops say</h2><p>{THIRD}</p><p>{FOURTH}</p>"


def page(body: str, head: str = "<title>Old bridge closes</title>") -> bytes:
    nav = "<nav><a href='/'>Home</a> <a href='/world'>World</a></nav>"
    foot = "<footer>Copyright Harbour Post. <a href='/terms'>Terms</a></footer>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{nav}{body}{foot}</body></html>".encode()


def read(html: bytes, content_type: str = "text/html; charset=utf-8", url: str = URL) -> Extracted:
    found = extract(html, url=url, content_type=content_type, hint=Hint())
    assert isinstance(found, Extracted), found
    return found


def refused(html: bytes, content_type: str = "text/html", url: str = URL) -> str:
    found = extract(html, url=url, content_type=content_type, hint=Hint())
    assert isinstance(found, Refusal), found
    assert found.disposition == "not_article"
    return found.reason


def test_an_article_is_its_paragraphs_each_a_line_without_the_page_around_them() -> None:
    found = read(page(f"<article>{STORY}</article>"))
    assert found.text.split("\n\n") == [FIRST, SECOND, "What the shops say", THIRD, FOURTH]
    assert (found.language, found.meta.origins["text"]) == ("en", "page:blocks")


def test_headings_are_spans_of_the_text() -> None:
    found = read(page(f"<article>{STORY}</article>"))
    assert [heading.exact for heading in found.headings] == ["What the shops say"]
    assert all(found.text[h.start : h.end] == h.exact for h in found.headings)


def test_the_authors_characters_stay_and_only_white_space_is_made_even() -> None:
    odd = "𝗖𝗿𝗲𝗱𝗶𝘁𝘀 go to the <b>old\n   team</b> &amp; the new, who met\u00a0at “No. 7” — twice\u200b a day, all year."
    text = read(page(f"<article>{STORY}<p>{odd}</p></article>")).text
    assert text.endswith("𝗖𝗿𝗲𝗱𝗶𝘁𝘀 go to the old team & the new, who met at “No. 7” — twice\u200b a day, all year.")


def test_list_items_rows_and_broken_lines_are_lines_of_their_own() -> None:
    parts = "<ul><li>two lanes by May</li><li>one by June</li></ul>"
    table = "<table><tr><th>Bank</th><th>Shops</th></tr><tr><td>North</td><td>12</td></tr></table>"
    text = read(page(f"<article>{STORY}{parts}{table}<p>Call the desk.<br>It opens at nine.</p></article>")).text
    assert "two lanes by May\none by June" in text
    assert "Bank | Shops\nNorth | 12" in text
    assert text.endswith("Call the desk.\nIt opens at nine.")


def test_the_source_link_under_an_article_is_known_and_the_pages_own_menu_is_not() -> None:
    source = "<p><a href='https://wire.example/bridge?id=7'>Source link</a></p>"
    links = read(page(f"<article>{STORY}{source}</article>")).links
    assert ("Source link", "https://wire.example/bridge?id=7") in links
    assert not {"Home", "World", "Terms"} & {anchor for anchor, _ in links}


def test_json_ld_text_stands_in_for_a_page_that_shows_none() -> None:
    body = "\\n\\n".join([FIRST, SECOND, THIRD, FOURTH]).replace("“", "&ldquo;")
    script = f'<script type="application/ld+json">{{"@type":"NewsArticle","articleBody":"{body}"}}</script>'
    found = read(page("<div id='app'></div>", script))
    assert found.text.split("\n\n") == [FIRST, SECOND, THIRD, FOURTH]
    assert found.meta.origins["text"] == "jsonld:articleBody"


def test_a_byline_in_the_text_names_the_authors_where_nothing_else_does() -> None:
    found = read(page(f"<article><p>By Ann Bee and Cy Dee</p>{STORY}</article>"))
    assert (found.meta.authors, found.meta.origins["authors"]) == (("Ann Bee", "Cy Dee"), "byline")
    plain = extract(b"By Ann Bee and Cy Dee\n\nThe bridge was closed.", url=URL, content_type="text/plain", hint=Hint())
    assert (plain.meta.authors, plain.meta.origins["authors"]) == (("Ann Bee", "Cy Dee"), "text:byline")
    assert read(page(f"<article><p>By the numbers</p>{STORY}</article>")).meta.authors == ()


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"", "text/html", "empty"),
        (b" \r\n\x00", "text/html", "empty"),
        (b"%PDF-1.7 \xe2\xe3", "text/html", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "image"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "media"),
        (b"abc\x00\x01\x00\x02\x00\x03" * 50, "text/html", "binary"),
        (b'{"a": 1}', "application/json", "application/json"),
        (b'<?xml version="1.0"?>\n<rss version="2.0"></rss>', "text/xml", "feed"),
        (b"\xef\xbb\xbf<feed xmlns='http://www.w3.org/2005/Atom'/>", "text/html", "feed"),
    ],
)
def test_what_is_no_page_is_refused_in_words(body: bytes, content_type: str, words: str) -> None:
    assert words in refused(body, content_type)


def test_a_login_wall_a_consent_wall_and_a_video_page_are_no_articles() -> None:
    login = f"<main><h1>Sign in to read on</h1><p>{LOGIN}</p><form><input type='password'></form></main>"
    assert "login wall" in refused(page(login))
    consent = f"<main><p>{CONSENT}</p></main>"
    assert "consent" in refused(page(consent))
    video = f"<main><h1>Watch: the bridge</h1><p>{TEASER}</p></main>"
    assert "video" in refused(page(video, "<meta property='og:type' content='video.other'>"))


def test_a_video_beside_a_whole_article_does_not_make_it_a_video_page() -> None:
    script = '<script type="application/ld+json">{"@type":"VideoObject","name":"Bridge"}</script>'
    assert FIRST in read(page(f"<article>{STORY}{STORY.replace('council', 'board')}</article>", script)).text


def test_a_front_page_of_headlines_is_no_article() -> None:
    links = [f"<a href='/n/{n}'>Council votes on plan number {n} for bridge</a>" for n in range(60)]
    for items in ("".join(f"<li><h3>{link}</h3></li>" for link in links), "".join(f"<p>{link}</p>" for link in links)):
        assert "index page" in refused(page(f"<main><ul>{items}</ul></main>"), url="https://x.example/news")


def test_a_front_page_of_teasers_is_no_article() -> None:
    titles = "".join(
        f"<div><h2><a href='/n/{n}'>Council votes on plan {n}</a></h2><p>Plan {n}</p></div>" for n in range(40)
    )
    assert "index page" in refused(page(f"<main>{titles}</main>"), url="https://x.example/")


def test_a_short_article_is_left_for_cleaning_to_judge() -> None:
    assert read(page(f"<article><p>{FIRST}</p><p>{SECOND}</p></article>")).text == f"{FIRST}\n\n{SECOND}"


HOSTILE = {
    "100k nested tags": b"<html><body>" + b"<div>" * 100_000 + FIRST.encode() + b"</div>" * 100_000,
    "100k open inline tags": b"<html><body><p>" + FIRST.encode() * 4 + b"<b><i>" * 50_000,
    "150k elements": b"<html><body>" + b"<p></p>" * 150_000 + FIRST.encode(),
    "50 MB in one line": b"<html><body><p>" + (FIRST.encode() + b" ") * 500_000,
    "NUL bytes": page(STORY).replace(b"o", b"o\x00"),
    "cut in a tag": page(STORY)[:-200] + b"<p class='",
    "no end tags": page(STORY).replace(b"</p>", b"").replace(b"</body></html>", b""),
    "only brackets": b"<" * 1_000_000,
    "deep JSON-LD": page(STORY, '<script type="application/ld+json">' + "[" * 200_000 + "</script>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_give_a_result(name: str) -> None:
    found = extract(HOSTILE[name], url=URL, content_type="text/html", hint=Hint())
    assert isinstance(found, Extracted | Refusal)
    if name in ("NUL bytes", "cut in a tag", "no end tags", "deep JSON-LD"):
        assert isinstance(found, Extracted)
        assert FIRST in found.text


@given(st.text(alphabet="<>/=\"' abph1&;#x\n\x00é", max_size=300))
def test_no_markup_raises_and_every_heading_holds(markup: str) -> None:
    found = extract(page(markup + STORY), url=URL, content_type="", hint=Hint())
    if isinstance(found, Extracted):
        assert all(found.text[h.start : h.end] == h.exact for h in found.headings)


def test_plain_text_is_kept_as_it_is_but_for_line_ends() -> None:
    raw = f"Old bridge closes\r\n\r\n{FIRST}  \r\n  {SECOND}\r{THIRD}\n"
    found = extract_text(raw, Hint())
    assert isinstance(found, Extracted)
    assert found.text == f"Old bridge closes\n\n{FIRST}  \n  {SECOND}\n{THIRD}\n"
    assert (found.meta.title, found.meta.origins["title"]) == ("Old bridge closes", "text")
    assert read(raw.encode(), "text/plain").text == found.text


def test_the_hints_title_comes_before_a_line_of_the_text() -> None:
    found = extract_text(f"A line\n\n{FIRST}", Hint(title="From the feed"))
    assert isinstance(found, Extracted)
    assert found.meta.title == "From the feed"
    assert isinstance(extract_text(" \n", Hint()), Refusal)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"bridge_north IMG 20310502 a3f9c1 s640x480\n\nOld bridge closes\n\n{FIRST}", "Old bridge closes"),
        (f"\n\nOld bridge closes: what now?\n\n{FIRST}", ""),  # ends a sentence: it may be the article's first line
        (f"{FIRST}\n\nOld bridge closes\n\n{SECOND}", ""),
        (f"Old bridge closes\n{FIRST}", ""),
        (f"Old bridge closes at 10 p.m. on 3 May\n\n{FIRST}", "Old bridge closes at 10 p.m. on 3 May"),
    ],
)
def test_a_headline_is_a_short_line_that_stands_alone(text: str, title: str) -> None:
    assert headline(text) == title


def leased(**more: object) -> LeasedEntry:
    entry = FeedEntry(entry_id="e", link=URL, url=URL, title="Feed title", language="en")
    given_: dict[str, object] = {"fetch": "page", "own_site": False, **more}
    return LeasedEntry(unit_id="u", visit_id="v", why="new", feed_id="f", entry=entry, **given_)  # type: ignore[arg-type]


def test_a_feeds_word_counts_for_its_own_site_and_where_its_text_is_the_article() -> None:
    assert not hint_of(leased()).own_site
    assert hint_of(leased(own_site=True)).own_site
    assert hint_of(leased(fetch="never")).own_site


def test_a_draft_has_the_canonical_address_and_its_site() -> None:
    raw = RawPage(page_id="p", url=URL, final_url=URL + "?utm_source=x", fetched_at="", sha256="", segment="", offset=0)
    row = Page("u", "v", "e", URL, pack(PageBody(leased=leased(), page=raw)))
    found = read(
        page(f"<article>{STORY}</article>", "<title>Old bridge closes</title><link rel=canonical href='/news/bridge'>")
    )
    body = unpack(draft(row, unpack(row.body, PageBody), found).body, DraftBody)
    assert (body.canonical_url, body.site) == ("https://harbour-post.example/news/bridge", "harbour-post.example")
    assert (body.title, body.why, body.page) == ("Old bridge closes", "new", raw)
    plain = unpack(draft(row, unpack(row.body, PageBody), read(page(STORY))).body, DraftBody)
    assert plain.canonical_url == "https://harbour-post.example/news/bridge-closes-42"


def test_it_runs_in_the_guarded_pool() -> None:
    published = DateValue(value="2031-05-03", precision="day", source="feed:published")
    job = Job(page(f"<article>{STORY}</article>"), URL, "text/html", Hint(published=published, own_site=True))
    guard = PebbleGuard(workers=1, memory_mb=4_096)
    try:
        found, refusal = guard.map(extract_job, [job, job._replace(html=b"%PDF-1")], timeout_s=60)
        slow = job._replace(html=b"<html><body>" + b"<p>a <a href='/x'>go</a> there</p>" * 15_000)
        late = guard.map(extract_job, [slow], timeout_s=0.05)[0]
    finally:
        guard.stop()
    assert isinstance(found, Extracted)
    assert found.meta.published == published
    assert found == pickle.loads(pickle.dumps(extract_job(job)))
    assert isinstance(refusal, Refusal)
    assert isinstance(late, GuardTimeout)


@pytest.mark.skipif(not (SHARED / "pages").is_dir(), reason="the recorded pages are not here")
def test_recorded_news_pages_of_the_development_half_are_read() -> None:
    from benchmarks.extraction import ours, samples
    from benchmarks.figures import mean, token_f1

    pages = samples("fundus", "dev", limit=24)
    results = [ours(sample) for sample in pages]
    assert not [result.refused for result in results if result.refused]
    assert mean(token_f1(r.text, s.text).f1 for r, s in zip(results, pages, strict=True)) > 0.93
    assert all(result.published for result in results)


@pytest.mark.skipif(not (SHARED / "seed").is_dir(), reason="the seed article is not here")
def test_the_seed_article_keeps_every_character_and_finds_its_title() -> None:
    raw = (SHARED / "seed" / "article.txt").read_text(encoding="utf-8")
    gold = json.loads((SHARED / "seed" / "gold.json").read_text(encoding="utf-8"))
    found = extract_text(raw, Hint())
    assert isinstance(found, Extracted)
    assert (found.text, found.meta.title, found.language) == (raw, gold["title"], "en")


def test_the_feeds_own_full_text_stands_for_a_page_that_shows_little() -> None:
    content = f"<p>{FIRST}</p><p>{SECOND}</p><figure><figcaption>The bridge</figcaption></figure>" * 3
    little = page(
        "<article><p>Read this story with a subscription, which costs less than a cup of coffee.</p></article>"
    )
    found = extract(little, url=URL, content_type="text/html", hint=Hint(content=content, own_site=True))
    assert isinstance(found, Extracted)
    assert found.text.startswith(f"{FIRST}\n\n{SECOND}")
    assert found.meta.origins["text"] == "feed:content"
    assert found.paragraphs == (), "these lines stand in the feed, not on the page"
    whole = extract(page(f"<article>{STORY}</article>"), url=URL, content_type="text/html", hint=Hint(content=content))
    assert isinstance(whole, Extracted)
    assert whole.meta.origins["text"] == "page:blocks"
