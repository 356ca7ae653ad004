"""The further parts of an article are asked for with its first, within every limit; and nobody loses a page by it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import desk, rss, served, spanish
from lxml import html as lxml_html
from test_fetch import _REGISTERED, World, leased, run
from test_forget import ONE, here, newsbeam, sound, where
from test_replay import RULE, listening  # noqa: F401 - a fixture
from test_revisits import Time
from test_revisits import world as slow_world

from pipeline import driver
from pipeline.archive import WarcArchive
from pipeline.guard import PebbleGuard
from pipeline.sqlviews import query
from schemas.config import Extract, Lease, Network, Settings
from schemas.flow import Page, PageBody, unpack
from schemas.records import RawPage
from schemas.sites import SiteIntent

SITE = "https://daily.example"


@dataclass
class Desk(World):
    pool: PebbleGuard = field(default_factory=lambda: PebbleGuard(1, 4_096))

    def guard(self) -> PebbleGuard:
        return self.pool


@pytest.fixture(scope="module")
def pool():
    made = PebbleGuard(workers=1, memory_mb=4_096)
    yield made
    made.stop()


@pytest.fixture
def world(tmp_path, pool):
    _REGISTERED.clear()
    return Desk(str(tmp_path), FakeWeb(), pool=pool)


def part(name: str, more: str = "", text: str = "") -> str:
    """A page of an article; `more`: the address that it names as the next part."""
    link = f'<link rel="next" href="{more}">' if more else ""
    head = f'<title>Ferry</title><meta property="og:type" content="article">{link}'
    return f"<html><head>{head}</head><body><article><p>{text or spanish(name)}</p></article></body></html>"


def row_of(world, name: str = "a") -> tuple[Page, list[RawPage]]:
    rows, outcomes = run(world, leased(name))
    assert outcomes == {}
    body = unpack(rows[f"v-{name}"].body, PageBody)
    return rows[f"v-{name}"], [body.page, *body.parts]


def story(web: FakeWeb, parts: int, name: str = "a") -> FakeWeb:
    for n in range(1, parts + 1):
        more = f"{SITE}/{name}?page={n + 1}" if n < parts else ""
        web.page(f"{SITE}/{name}" + (f"?page={n}" if n > 1 else ""), part(f"{name}{n}", more))
    return web


def test_the_parts_are_archived_with_the_first_and_travel_with_it(world):
    story(world.fake, 3)
    row, pages = row_of(world)
    assert row.url == f"{SITE}/a"
    assert [page.url for page in pages] == [f"{SITE}/a", f"{SITE}/a?page=2", f"{SITE}/a?page=3"]
    assert [page.via for page in pages] == ["", "part", "part"]
    assert len({page.segment for page in pages}) == 1
    archive = world.archive()
    assert [archive.read(page).body for page in pages] == [world.fake.table[page.url].body for page in pages]
    assert [archive.read(page).via for page in pages] == ["", "part", "part"]
    [(_, segment, registered)] = _REGISTERED
    assert (segment.records, registered) == (3, {"e-a": tuple(pages)})
    assert archive.places(segment.path, ["e-a"]) == {page.offset for page in pages}


def test_a_bundle_that_runs_again_or_a_replay_has_its_parts_and_asks_nobody(world):
    story(world.fake, 2)
    _, pages = row_of(world)
    assert row_of(world)[1] == pages  # the unit's own
    _REGISTERED.clear()
    again = leased("a", capture=pages[0])
    rows, _ = run(
        world, type(again)(**{**{f: getattr(again, f) for f in again.__struct_fields__}, "parts": (pages[1],)})
    )
    body = unpack(rows["v-a"].body, PageBody)
    assert [body.page, *body.parts] == pages
    assert len(world.fake.asked) == 2
    assert _REGISTERED == []


def test_no_more_parts_than_the_setting_says(world):
    story(world.fake, 5)
    world.settings = Settings(extract=Extract(max_parts=3))
    assert len(row_of(world)[1]) == 3
    _REGISTERED.clear()
    world.settings = Settings(extract=Extract(max_parts=1))
    assert len(row_of(world)[1]) == 1
    assert len(world.fake.asked) == 4


def test_parts_count_within_the_budget_of_their_host(world):
    story(story(world.fake, 4), 4, "b")
    world.settings = Settings(lease=Lease(host_entries=4))
    rows, _ = run(world, leased("a"), leased("b"))
    assert sorted(len(unpack(row.body, PageBody).parts) for row in rows.values()) == [1, 1]
    assert len(world.fake.asked) == 4
    _REGISTERED.clear()
    world.sites = {"daily.example": SiteIntent("daily.example", budget=3)}
    assert len(row_of(world)[1]) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda web, at: web.forbids(at),
        lambda web, at: web.slow(at),
        lambda web, at: web.private(at),
        lambda web, at: web.page(at, "", 404),
        lambda web, at: web.page(at, b"%PDF-1.7"),
        lambda web, at: web.redirect(at, f"{SITE}/a"),
        lambda web, at: web.redirect(at, f"{SITE}/another"),
        lambda web, at: web.page(at, part("a1", f"{SITE}/a?page=2")),  # the first once more
        lambda web, at: web.page(at, part("a2", f"{SITE}/a?page=3"), headers={"X-Robots-Tag": "noai"}),
        lambda web, at: web.page(at, part("big", f"{SITE}/a?page=3", "ferry " * 4_000)),
    ],
)
def test_a_part_that_does_not_come_ends_the_row_and_what_there_is_is_kept(world, change):
    story(world.fake, 3).page(f"{SITE}/another", part("another"))
    change(world.fake, f"{SITE}/a?page=2")
    world.settings = Settings(network=Network(max_page_bytes=20_000))
    _, pages = row_of(world)
    assert [page.url for page in pages] == [f"{SITE}/a"]
    assert f"{SITE}/a?page=3" not in world.fake.asked


def test_an_article_that_is_opted_out_has_no_parts_asked_for(world):
    story(world.fake, 2).page(f"{SITE}/a", part("a1", "?page=2"), headers={"X-Robots-Tag": "noai"})
    _, outcomes = run(world, leased("a"))
    assert outcomes["v-a"].disposition == "opted_out"
    assert world.fake.asked == [f"{SITE}/a"]


def test_the_next_article_of_a_blog_is_no_part(world):
    world.fake.page(f"{SITE}/a", part("a", f"{SITE}/b")).page(f"{SITE}/b", part("b"))
    assert len(row_of(world)[1]) == 1
    assert world.fake.asked == [f"{SITE}/a"]


MARKS = ("zanzibarine", "quagmirest", "ultramontaine")


def town(parts: int = 3) -> FakeWeb:
    """A paper with an article in several parts, each with a word of its own, and with another article."""
    web = FakeWeb().feed(f"{ONE}/rss", rss(f"{ONE}/long", f"{ONE}/short"))
    web.page(f"{ONE}/short", part("short"))
    for n, mark in enumerate(MARKS[:parts], 1):
        more = f"{ONE}/long/{n + 1}" if n < len(MARKS) else ""
        text = f"{mark} {spanish(mark)}</p><p>{spanish(mark + ' again')}"
        web.page(f"{ONE}/long" + (f"/{n}" if n > 1 else ""), part(mark, more, text))
    return web


def rows(config: Path, sql: str) -> list[tuple]:
    return query(Path(here(config).settings.output.dir), sql)[1]


def test_through_the_whole_house_each_line_leads_back_to_the_page_that_it_stands_on(tmp_path):
    with served(town()) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss"])
        assert json.loads(newsbeam("run", "--json", config=config).stdout)["visits"] == {"written": 2}
    [(text, lines, first, others, flags)] = rows(
        config, "SELECT text, paragraphs, page_id, part_ids, flags FROM revisions WHERE url LIKE '%long'"
    )
    assert [mark in text for mark in MARKS] == [True] * 3
    assert text.index(MARKS[0]) < text.index(MARKS[1]) < text.index(MARKS[2])
    assert (len(others), flags) == (2, [])
    pages = {row[0]: row[1:] for row in rows(config, 'SELECT page_id, url, segment, "offset" FROM pages')}
    assert [pages[one][0] for one in (first, *others)] == [f"{ONE}/long", f"{ONE}/long/2", f"{ONE}/long/3"]
    archive = WarcArchive(here(config).settings.archive_dir)
    for line in lines:
        url, segment, offset = pages[line["page_id"] or first]
        held = RawPage(page_id="", url=url, final_url=url, fetched_at="", sha256="", segment=segment, offset=offset)
        body = archive._record(segment, offset).content_stream().read()
        [node] = lxml_html.document_fromstring(body.decode()).xpath(line["path"])
        assert " ".join(node.text_content().split()) == text[line["start"] : line["end"]], held.url
    told = newsbeam("explain", f"{ONE}/long", config=config).stdout
    assert f"asked for part 3, {ONE}/long/3" in told
    assert MARKS[0] in newsbeam("archive", "cat", f"{ONE}/long", config=config).stdout
    listed = newsbeam("archive", "cat", f"{ONE}/long", "--all", "--json", config=config).stdout.splitlines()
    assert {json.loads(line)["url"] for line in listed} == {f"{ONE}/long", f"{ONE}/long/2", f"{ONE}/long/3"}
    sound(config)


def test_a_replay_reads_all_parts_from_the_archive(tmp_path, listening):  # noqa: F811
    (tmp_path / "sites").mkdir()
    with served(town()) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss"], paths=f"sites = {json.dumps(str(tmp_path / 'sites'))}")
        newsbeam("run", config=config)
    before = rows(config, "SELECT text FROM revisions WHERE url LIKE '%long'")
    (tmp_path / "sites" / "harbour.toml").write_text(RULE, encoding="utf-8")
    listening.clear()
    assert json.loads(newsbeam("replay", "--archive", "--json", config=config).stdout)["visits"] == {"written": 2}
    assert listening == []
    assert rows(config, "SELECT text FROM revisions WHERE url LIKE '%long'") == before
    sound(config)


def test_what_is_forgotten_goes_with_all_its_parts(tmp_path):
    with served(town()) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss"])
        newsbeam("run", config=config)
    assert all(where(tmp_path / "out", mark) for mark in MARKS)
    newsbeam("forget", f"{ONE}/long", config=config)
    assert [where(tmp_path / "out", mark) for mark in MARKS] == [[], [], []]
    assert rows(config, "SELECT count(*) FROM pages") == [(1,)]
    sound(config)


def test_a_part_that_is_missing_is_said_and_comes_with_a_later_visit(tmp_path):
    feed = rss(f"{ONE}/long")
    start = Time.at = datetime.now(UTC)
    driver.run(slow_world(tmp_path, town(parts=2), feed))
    assert query(tmp_path, "SELECT flags FROM revisions")[1] == [(["incomplete"],)]
    Time.at = start + timedelta(hours=1, minutes=5)
    driver.run(slow_world(tmp_path, town(), feed))
    newest = "SELECT text, flags FROM revisions ORDER BY follows = '' LIMIT 1"
    [(text, flags)] = query(tmp_path, newest)[1]
    assert ([mark in text for mark in MARKS], flags) == ([True] * 3, [])
