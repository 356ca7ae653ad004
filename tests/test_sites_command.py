"""`newsbeam sites`: recorded pages are judged, and a file is proposed from pages of one site."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import desk, served
from test_forget import newsbeam

from schemas.errors import ConfigError
from schemas.layoutfile import parse_layouts
from schemas.layouts import Layout
from transforms.page.agree import f1, shingles_of
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, extract
from transforms.site_rules.compare import texts_of
from transforms.site_rules.expect import Expected, differences, parse_expected
from transforms.site_rules.propose import Given, NoProposal, propose
from transforms.site_rules.stable import is_stable, selectors_of

HERE = Path(__file__).parent / "sites"
NAMES = sorted(file.stem for file in HERE.glob("*.toml"))


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    return desk(folder, "127.0.0.1:9", [])


def layout_of(name: str) -> Layout:
    [layouts] = parse_layouts({name: (HERE / f"{name}.toml").read_text(encoding="utf-8")}).values()
    return layouts[0]


def pages_of(name: str) -> list[tuple[Given, Expected]]:
    found = []
    for file in sorted((HERE / name).glob("*.toml")):
        wanted = parse_expected(file.read_text(encoding="utf-8"), str(file))
        found.append((Given(file.stem, wanted.url, file.with_suffix(".html").read_bytes(), "text/html"), wanted))
    return found


def read(page: Given, layout: Layout | None) -> Extracted:
    found = extract(page.body, url=page.url, content_type="text/html", hint=Hint(), layout=layout)
    assert isinstance(found, Extracted)
    return found


def test_every_recorded_page_of_ours_is_as_expected(config):
    assert len(NAMES) == 15
    done = newsbeam("sites", "check", *(str(HERE / f"{name}.toml") for name in NAMES), config=config)
    assert done.stderr.endswith("30 pages, 0 not as expected\n")
    assert newsbeam("sites", "check", config=config).stderr.endswith("11 pages, 0 not as expected\n")


def test_a_page_that_is_not_as_expected_fails_the_check_and_says_how(config, tmp_path):
    shutil.copy(HERE / "ghost.toml", tmp_path)
    shutil.copytree(HERE / "ghost", tmp_path / "ghost")
    file = tmp_path / "ghost.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('drop = ".kg-card"', 'drop = ".kg-bookmark-card"'))
    done = newsbeam("sites", "check", "--json", str(file), config=config, code=1)
    assert done.stdout.count("words: ") == 2
    assert "2 pages, 2 not as expected" in done.stderr
    shutil.rmtree(tmp_path / "ghost")
    assert "no recorded page" in newsbeam("sites", "check", str(file), config=config, code=1).stdout
    newsbeam("sites", "check", str(tmp_path / "nothing.toml"), config=config, code=2)
    newsbeam("sites", "check", str(HERE / "ghost" / "1.toml"), config=config, code=2)


def test_differences_name_each_field():
    [(page, wanted), _] = pages_of("drupal")
    found = read(page, layout_of("drupal"))
    assert list(differences(found, wanted)) == []
    other = wanted._replace(title="x", authors=[], published="x", words=1, first="x", last="y", dropped=["x"])
    told = list(differences(found, other))
    for name in ("title", "authors", "published", "words", "first", "last", "dropped"):
        assert any(line.startswith(f"{name}: ") for line in told), name
    assert next(iter(differences(read(page, None), wanted))) == "no layout holds on 2026-03-12"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('url = "u"\nfetched = "d"', "words is missing"),
        ('url = "u"\nwords = "3"', "file.toml:2: words is no good (a whole number)"),
        ('url = "u"\ntitel = "x"', "did you mean 'title'?"),
    ],
)
def test_an_expected_result_that_is_wrong_names_its_line(text, words):
    with pytest.raises(ConfigError) as caught:
        parse_expected(text, "file.toml")
    assert words in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_proposed_reads_the_pages_as_the_hand_written_rules_do(name):
    pages, layout = pages_of(name), layout_of(name)
    proposed = propose((layout.site, tuple(page for page, _ in pages)))
    [mine] = parse_layouts({"proposed": proposed.text})[layout.site]
    least = 0.95 if name == "table-layout" else 0.999  # there lines of the text and others share one element
    for page, wanted in pages:
        found = read(page, mine)
        assert f1(shingles_of(found.text), shingles_of(read(page, layout).text)) >= least
        assert (found.meta.title, list(found.meta.authors)) == (wanted.title, wanted.authors)
        assert found.meta.published.value[:10] == wanted.published[:10]
        assert found.layout.failed == ()
    assert [row.page for row in proposed.rows] == ["1", "2"]


def test_numbers_of_day_and_month_are_told_apart_by_the_pages_being_of_one_time():
    pages = tuple(page for page, _ in pages_of("drupal"))
    assert 'date_format = "%m/%d/%Y - %H:%M"' in propose(("drupal.example", pages)).text


@pytest.mark.parametrize("name", ["article-body", "RichTextBody", "entry_content", "live-post__body", "h2-lead"])
def test_names_that_people_gave_are_stable(name):
    assert is_stable(name)


@pytest.mark.parametrize(
    "name",
    [
        "css-1x2y3z",
        "sc-bdVaJa",
        "post-4211",
        "Body_text__3xY9z",
        "a1b2c3",
        "yui_3_17",
        "xkcdqrt",
        "_hidden",
        "jsx-99",
        "d_B",
    ],
)
def test_names_that_a_build_or_a_database_made_are_not(name):
    assert not is_stable(name)


def test_the_lasting_part_of_a_made_name_is_used():
    from lxml import html

    node = html.fragment_fromstring(
        '<div id="c4711" class="Body_text__3xY9z css-1x2y3z row" itemprop="articleBody">x</div>'
    )
    assert list(selectors_of(node)) == ["[itemprop=articleBody]", "[class*=Body_text__]"]


def test_pages_that_lead_to_no_file_are_refused_in_words(config, tmp_path):
    pages = [page for page, _ in pages_of("ghost")]
    with pytest.raises(NoProposal, match="no article was found on x: leave it out"):
        propose(("x.example", (pages[0], Given("x", "https://x.example/", b"<html><body></body></html>", "text/html"))))
    with pytest.raises(NoProposal, match="leads to a PDF"):
        propose(("x.example", (Given("x", "https://x.example/", b"%PDF-1.4", "text/html"),)))
    ghost = [str(HERE / "ghost" / f"{n}.html") for n in (1, 2)]
    assert "name the --site" in str(newsbeam("sites", "new", *ghost, config=config, code=2).exception)
    lost = newsbeam("sites", "new", str(tmp_path / "no.html"), "--site", "x.example", config=config, code=2)
    assert "cannot be read" in str(lost.exception)


def test_what_stands_on_several_pages_is_no_text(config):
    from transforms.site_rules.propose import sample_of

    samples = [sample_of(page) for page, _ in pages_of("arc-like")]
    for sample, own in zip(samples, texts_of(samples), strict=True):
        assert not any("Download the Arc Wire app" in b.text for b in sample.blocks if b.node in own)


def test_a_file_is_proposed_from_pages_of_the_web_asked_for_as_every_page_is(tmp_path):
    one, two = ((HERE / "ghost" / f"{n}.html").read_text(encoding="utf-8") for n in (1, 2))
    web = FakeWeb().page("http://ghost.test/one", one).page("http://ghost.test/two", two)
    web.page("http://ghost.test/robots.txt", "User-agent: *\nDisallow: /closed", headers={"content-type": "text/plain"})
    web.page("http://ghost.test/closed", one)
    with served(web) as address:
        config = desk(tmp_path, address, ["http://ghost.test/rss"])
        done = newsbeam("sites", "new", "http://ghost.test/one", "http://ghost.test/two", config=config)
        [layout] = parse_layouts({"stdout": done.stdout})["ghost.test"]
        assert [css.text for css in layout.select] == [".gh-content"]
        assert "http://ghost.test/two" in done.stderr
        closed = newsbeam("sites", "new", "http://ghost.test/one", "http://ghost.test/closed", config=config, code=2)
        assert "robots.txt" in str(closed.exception)
        private = newsbeam("sites", "new", "http://127.0.0.1:1/x", config=config, code=2)
        assert "is a loopback address" in str(private.exception)
