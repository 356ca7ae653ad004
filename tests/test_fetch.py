"""A batch of entries becomes archived pages or ends, and one bad entry costs no other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import apache_beam as beam
import msgspec
import pytest
from apache_beam.testing.util import assert_that
from fakeweb import FakeWeb

from pipeline.archive import WarcArchive
from schemas.config import Settings
from schemas.errors import ArchiveError
from schemas.flow import LeasedEntry, Leases, Outcome, Page, PageBody, pack, unpack
from schemas.ports import Response, Segment
from schemas.records import DeadLetter, FeedEntry, RawPage
from schemas.sites import SiteIntent
from schemas.words import Disposition
from transforms.fetch import Fetch, FetchDoFn, own_text, verdict

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HTML = "<html><head><title>Ferry</title></head><body><p>The ferry left late, its owner said.</p></body></html>"


class Clock:
    def now(self) -> datetime:
        return NOW


_REGISTERED: list[tuple[str, Segment, dict[str, tuple[RawPage, ...]]]] = []


class Ledger:
    """Keeps what Fetch may tell a ledger, and checks that the segment lies there by then."""

    def __init__(self, root: str) -> None:
        self.root = root

    def forgotten(self, articles):
        return {}

    def archived(self, unit_id, digests) -> dict[str, RawPage]:
        return {}

    def register(self, unit_id: str, segment: Segment, pages: dict[str, tuple[RawPage, ...]]) -> None:
        archive = WarcArchive(self.root)
        assert [archive.read(page).status for parts in pages.values() for page in parts] == [200] * segment.records
        _REGISTERED.append((unit_id, segment, pages))

    def registered(self, unit_id: str, entry_ids: list[str]) -> dict[str, tuple[RawPage, ...]]:
        had = {entry: page for unit, _, pages in _REGISTERED if unit == unit_id for entry, page in pages.items()}
        return {entry: had[entry] for entry in entry_ids if entry in had}


class PickyArchive(WarcArchive):
    """A disk that cannot hold one page."""

    def write(self, unit_id, pages, *more):
        if any(b"poison" in response.body for response, _ in pages):
            raise ArchiveError("the disk does not like it")
        return super().write(unit_id, pages, *more)


@dataclass
class World:
    root: str
    fake: FakeWeb
    settings: Settings = field(default_factory=Settings)
    picky: bool = False
    sites: dict[str, SiteIntent] = field(default_factory=dict)

    def web(self) -> FakeWeb:
        return self.fake

    def archive(self) -> WarcArchive:
        return PickyArchive(self.root) if self.picky else WarcArchive(self.root)

    def ledger(self) -> Ledger:
        return Ledger(self.root)

    def clock(self) -> Clock:
        return Clock()


@pytest.fixture
def world(tmp_path):
    _REGISTERED.clear()
    return World(str(tmp_path), FakeWeb())


def leased(name: str, *, fetch: str = "page", capture: RawPage | None = None, **entry: object) -> LeasedEntry:
    url = f"https://daily.example/{name}"
    given = {"entry_id": f"e-{name}", "link": url, "url": url} | entry
    return LeasedEntry(
        unit_id="u1", visit_id=f"v-{name}", why="new", feed_id="f1", fetch=fetch, own_site=True,
        entry=FeedEntry(**given), capture=capture,  # type: ignore[arg-type]
    )  # fmt: skip


def run(world: World, *entries: LeasedEntry) -> tuple[dict[str, Page], dict[str, Outcome]]:
    step = FetchDoFn(world)  # type: ignore[arg-type]
    step.setup()
    results = list(step.process(Leases("u1", pack(list(entries)))))
    rows = {row.visit_id: row for row in results if isinstance(row, Page)}
    outcomes = {one.value.visit_id: one.value for one in results if isinstance(one, beam.pvalue.TaggedOutput)}
    assert len(rows) + len(outcomes) == len(results) == len(entries)
    return rows, outcomes


def page_of(row: Page) -> RawPage:
    return unpack(row.body, PageBody).page


def test_pages_of_a_batch_share_one_segment_that_is_registered_first(world):
    for name in "abc":
        world.fake.page(f"https://daily.example/{name}", HTML.replace("late", name), headers={"ETag": '"1"'})
    rows, outcomes = run(world, *(leased(name) for name in "abc"))
    assert outcomes == {}
    [(unit_id, segment, registered)] = _REGISTERED
    assert (unit_id, segment.records) == ("u1", 3)
    assert registered == {f"e-{name}": (page_of(rows[f"v-{name}"]),) for name in "abc"}
    assert world.archive().read(page_of(rows["v-b"])).body == HTML.replace("late", "b").encode()
    assert rows["v-a"][:4] == ("u1", "v-a", "e-a", "https://daily.example/a")
    assert unpack(rows["v-a"].body, PageBody).leased == leased("a")


def test_every_refusal_is_an_end_in_words(world):
    at = "https://daily.example/"
    (
        world.fake.page(f"{at}ok", HTML)
        .page(f"{at}gone", "", 410)
        .page(f"{at}login", "", 403)
        .page(f"{at}busy", "", 429)
        .page(f"{at}ill", "", 500)
        .page(f"{at}same", "", 304)
        .page(f"{at}pdf", b"%PDF-1.7 ...", headers={"Content-Type": "application/pdf"})
        .page(f"{at}film", b"\0\0\0\x18ftypmp42", headers={"Content-Type": "video/mp4"})
        .page(f"{at}noai", HTML, headers={"X-Robots-Tag": "noai"})
        .slow(f"{at}slow")
        .huge(f"{at}huge")
        .private(f"{at}inside")
        .forbids(f"{at}closed")
        .redirect(f"{at}circle", f"{at}circle")
    )
    expected = {
        "missing": ("gone", "status 404"),
        "gone": ("gone", "status 410"),
        "login": ("blocked", "status 403"),
        "busy": ("blocked", "status 429"),
        "ill": ("unreachable", "status 500"),
        "same": ("unchanged", "the server says it is not modified"),
        "pdf": ("not_article", "the address leads to a PDF, not to a page"),
        "film": ("not_article", "the address leads to a media file, not to a page"),
        "noai": ("opted_out", "x-robots-tag says noai"),
        "slow": ("unreachable", "no answer within 20 s"),
        "huge": ("too_large", "the answer is larger than 10,000,000 bytes"),
        "inside": ("private_address", "10.0.0.1 is a private address"),
        "closed": ("robots_refused", "robots.txt of daily.example asks us not to fetch it"),
        "circle": ("unreachable", "more than 5 redirects"),
    }
    rows, outcomes = run(world, leased("ok"), *(leased(name) for name in expected))
    assert list(rows) == ["v-ok"]
    assert {v[2:]: (o.disposition, o.reason) for v, o in outcomes.items()} == expected
    assert {o.step for o in outcomes.values()} == {"fetch"}
    assert _REGISTERED[0][1].records == 1  # what is opted out is not archived


def test_signals_that_stop_no_page_go_with_it(world):
    world.fake.page("https://daily.example/a", HTML, headers={"X-Robots-Tag": "noarchive"})
    rows, _ = run(world, leased("a"))
    assert page_of(rows["v-a"]).rights == {"x-robots-tag": "noarchive"}
    assert _REGISTERED[0][2]["e-a"][0].rights == {"x-robots-tag": "noarchive"}


def test_an_archived_page_is_not_fetched_again(world):
    world.fake.page("https://daily.example/a", HTML)
    rows, _ = run(world, leased("a"))
    capture = page_of(rows["v-a"])
    _REGISTERED.clear()
    rows, _ = run(world, leased("a", capture=capture))
    assert page_of(rows["v-a"]) == capture
    assert world.fake.count("https://daily.example/a") == 1
    assert _REGISTERED == []


def test_the_feeds_own_text_is_the_page_where_the_feed_says_so(world):
    rows, outcomes = run(
        world,
        leased("full", fetch="never", title="A & B", content="<p>Whole <b>text</b>.</p>", summary="short"),
        leased("brief", fetch="never", summary="One < two.\nThree."),
        leased("linkless", link="", url="", content="<p>No link at all.</p>"),
        leased("empty", fetch="never"),
    )
    assert world.fake.asked == []
    assert (outcomes["v-empty"].disposition, outcomes["v-empty"].reason) == (
        "not_article",
        "the feed brings no text of its own",
    )
    full, brief, linkless = (world.archive().read(page_of(rows[f"v-{name}"])) for name in ("full", "brief", "linkless"))
    assert b"<p>Whole <b>text</b>.</p>" in full.body
    assert b"<title>A &amp; B</title>" in full.body
    assert (full.header("content-type"), full.robots) == ("text/html; charset=utf-8", "not_asked")
    assert b"<p>One &lt; two.</p>\n<p>Three.</p>" in brief.body
    assert linkless.url == rows["v-linkless"].url == "urn:newsbeam:entry:e-linkless"


def test_only_the_guilty_entry_is_dead_and_nobody_is_asked_twice(world):
    world.picky = True
    for name in "abc":
        world.fake.page(f"https://daily.example/{name}", HTML + ("poison" if name == "b" else ""))
    rows, outcomes = run(world, *(leased(name) for name in "abc"))
    assert sorted(rows) == ["v-a", "v-c"]
    dead = outcomes["v-b"]
    assert (dead.disposition, dead.reason) == ("dead", "ArchiveError: the disk does not like it")
    letter = unpack(dead.body, DeadLetter)
    assert (letter.step, letter.kind, letter.at) == ("fetch", "ArchiveError", NOW.isoformat())
    assert json.loads(letter.input) == {
        "unit_id": "u1", "visit_id": "v-b", "entry_id": "e-b", "url": "https://daily.example/b",
    }  # fmt: skip
    assert [world.fake.count(f"https://daily.example/{name}") for name in "abc"] == [1, 1, 1]


def test_a_bundle_that_is_run_again_asks_nobody_for_what_is_archived(world):
    world.fake.page("https://daily.example/a", HTML).page("https://daily.example/b", "", 404)
    first, second = (run(world, leased("a"), leased("b")) for _ in range(2))
    assert first == second
    assert len(_REGISTERED) == 1
    assert [world.fake.count(f"https://daily.example/{name}") for name in "ab"] == [1, 2]


@pytest.mark.parametrize("failure", ["robots_refused", "unreachable", "too_large", "private_address"])
def test_every_failure_has_the_disposition_of_its_name(failure):
    assert verdict(Response("u", failure=failure, reason="so")) == (Disposition(failure), "so")


def test_a_page_has_no_verdict():
    for status in (200, 203):
        assert verdict(Response("u", status=status, body=HTML.encode())) == (None, "")
    assert verdict(Response("u", status=200, body=b"")) == (Disposition.NOT_ARTICLE, "the page is empty")
    assert verdict(Response("u", status=206, body=HTML.encode())) == (Disposition.UNREACHABLE, "status 206")
    octets = (("content-type", "application/octet-stream"),)
    assert verdict(Response("u", status=200, headers=octets, body=b"\x00\x01\x02" * 99))[0] is Disposition.NOT_ARTICLE
    assert verdict(Response("u", status=200, headers=octets, body=HTML.encode()))[0] is None


def test_a_text_of_broken_characters_is_a_page_all_the_same():
    entry = FeedEntry(entry_id="e", link="", url="", content="<p>lone \ud800 surrogate</p>")
    found = own_text(entry)
    assert found is not None and b"lone ? surrogate" in found.body


def test_the_step_runs_in_a_graph(world):
    for name in "abcd":
        world.fake.page(f"https://daily.example/{name}", HTML)
    batches = [Leases("u1", pack([leased(a), leased(b)])) for a, b in ("ab", "cx")]

    def visits(expected):
        def check(rows):
            assert sorted(row.visit_id for row in rows) == expected
            assert all(type(row).__name__ in ("Page", "Outcome") or hasattr(row, "body") for row in rows)

        return check

    with beam.Pipeline(runner="FnApiRunner") as pipeline:
        begin = pipeline | beam.Create(batches).with_output_types(Leases)
        rows, outcomes = begin | Fetch(world)
        assert rows.element_type is Page
        assert_that(rows, visits(["v-a", "v-b", "v-c"]), label="rows")
        assert_that(outcomes, visits(["v-x"]), label="outcomes")
    assert msgspec.msgpack.decode(batches[0].body, type=list[LeasedEntry])[0] == leased("a")
