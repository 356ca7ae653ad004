"""A runner may run any bundle twice. Each DoFn of the graphs does, here, from fresh instances that travelled as bytes:
the second run emits what the first one did and leaves the world (ledger, archive, output) as it was.

One small unit goes through all of them: a real SQLite ledger, real files, the real guarded pool, and FakeWeb.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec
import pytest
from apache_beam.internal import pickler
from fakeweb import FakeWeb
from sqlalchemy import select

import transforms
from pipeline import graph, readmodel
from pipeline import relate as relating
from pipeline.ledger import tables as t
from pipeline.ledger.engine import held
from pipeline.seeds import load_rules
from pipeline.world import RealWorld
from schemas.commits import Package
from schemas.config import Extract, Guard, Output, Paths, Settings
from schemas.feeds import FeedIntent
from schemas.flow import Begin, Draft, LeasedEntry, Leases, Page, PageBody, Work, pack, unpack
from schemas.ids import feed_id
from schemas.records import RawPage
from transforms import annotate, claims, clean, dedupe, entities, extract, fetch, lease, poll, settle, step
from transforms.sinks.files import orphans, read_manifests
from transforms.step import MAIN, OUTCOMES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNIT = "1" * 32
HARBOUR, RIDGE = "https://harbour.test/feed", "https://ridge.test/feed"
STORY = (
    "The slipway at Port Orrin will close for eleven weeks while divers replace the chains that hold its cradle.",
    "“We found cracks in every third link,” said Marta Quillon, the harbour engineer, on Friday. “Nobody should be "
    "hauled up on that.”",
    "According to the boat owners, the closure comes at the worst possible time, because the herring are expected "
    "within a month and the nearest other slip stands forty miles to the south.",
    "The council said that it would pay for towing, and that smaller boats may use the beach beside the old quay.",
)


@dataclass(frozen=True)
class SetClock:
    def now(self) -> datetime:
        return NOW


@dataclass(frozen=True)
class BundleWorld(RealWorld):
    """The real world but for the network and the time."""

    fake: FakeWeb = field(default_factory=FakeWeb)

    def web(self) -> FakeWeb:
        return self.fake

    def clock(self) -> SetClock:
        return SetClock()


class State(NamedTuple):
    """What a bundle could change."""

    ledger: dict[str, list[dict[str, Any]]]
    archive: dict[str, str]
    output: dict[str, str]
    asked: list[str]


class Twice(NamedTuple):
    """A bundle's two runs: what they emitted as (tag, value), and the world behind each."""

    elements: Sequence[Any]
    first: list[tuple[str, Any]]
    second: list[tuple[str, Any]]
    after_first: State
    after_second: State

    def rows(self, tag: str = MAIN) -> list[Any]:
        return [value for on, value in self.second if on == tag]


def page(title: str, paragraphs: Iterable[str]) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"


def rss(home: str, *slugs: str) -> str:
    items = "".join(
        f"<item><title>{slug}</title><link>{home}/{slug}</link><guid>{home}/{slug}</guid>"
        f"<pubDate>Sat, 28 Feb 2026 0{number}:00:00 GMT</pubDate></item>"
        for number, slug in enumerate(slugs)
    )
    return f'<rss version="2.0"><channel><title>News</title><link>{home}/</link>{items}</channel></rss>'


def the_web() -> FakeWeb:
    at, to = "https://harbour.test", "https://ridge.test"
    web = FakeWeb().feed(HARBOUR, rss(at, "slipway", "moved", "missing", "brief", "lost"), etag='"1"')
    web.feed(RIDGE, rss(to, "same-story"))
    web.page(f"{at}/slipway", page("Slipway to close", STORY)).redirect(f"{at}/moved", f"{at}/slipway")
    web.page(f"{at}/brief", page("In brief", [STORY[0]])).page(f"{at}/lost", page("Lost", [*STORY[::-1]]))
    return web.page(f"{to}/same-story", page("Slipway closes", STORY))


def the_world(folder: Path) -> BundleWorld:
    feeds = {feed_id(url): FeedIntent(feed_id(url), url) for url in (HARBOUR, RIDGE)}
    feeds[feed_id(RIDGE)] = feeds[feed_id(RIDGE)]._replace(interval_s=300)
    feeds["off"] = FeedIntent("off", "https://off.test/feed", enabled=False)
    paths = Paths(ledger=f"sqlite:///{folder}/ledger/newsbeam.db", archive=str(folder / "archive"))
    settings = Settings(
        output=Output(dir=str(folder / "out")), paths=paths, guard=Guard(workers=1), extract=Extract(min_words=40)
    )
    return BundleWorld(settings=settings, rules=load_rules("", ""), aliases=(), feeds=feeds, fake=the_web())


def bundle(dofn: beam.DoFn, elements: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """One bundle as a worker runs it, on an instance of its own."""
    fresh = pickler.loads(pickler.dumps(dofn))
    fresh.setup()
    fresh.start_bundle()
    for element in elements:
        for result in fresh.process(element) or ():
            tagged = isinstance(result, beam.pvalue.TaggedOutput)
            yield (result.tag, result.value) if tagged else (MAIN, result)
    fresh.finish_bundle()
    fresh.teardown()


def state(world: BundleWorld) -> State:
    with world.ledger().reading() as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in t.metadata.sorted_tables
        }
    out, archive = Path(world.settings.output.dir), Path(world.settings.archive_dir)
    return State(rows, files(archive), files(out), list(world.fake.asked))


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def misplaced(row: Page) -> Page:
    """Its page is not where it says: a failure of ours."""
    body = unpack(row.body, PageBody)
    lost = msgspec.structs.replace(body.page, segment="2026-03-01/gone.warc.gz")
    return row._replace(body=pack(msgspec.structs.replace(body, page=lost)))


class Unit:
    """One unit on its way through the graphs, each bundle run twice before the next."""

    def __init__(self, world: BundleWorld) -> None:
        self.world = world
        self.runs: dict[type[beam.DoFn], Twice] = {}

    def twice(self, dofn: beam.DoFn, elements: Iterable[Any]) -> Twice:
        elements = list(elements)
        first, after_first = list(bundle(dofn, elements)), state(self.world)
        second, after_second = list(bundle(dofn, elements)), state(self.world)
        self.runs[type(dofn)] = Twice(elements, first, second, after_first, after_second)
        return self.runs[type(dofn)]

    def read(self) -> None:
        world = self.world
        world.ledger().open_unit(UNIT, "tester")
        due = self.twice(poll.FindDue(world), [Begin(UNIT)])
        self.twice(poll.PollFeeds(world), due.rows())
        leased = self.twice(lease.LeaseEntries(world), [Begin(UNIT)])
        pages = self.twice(fetch.FetchDoFn(world), leased.rows())
        found = [misplaced(row) if row.url.endswith("lost") else row for row in pages.rows()]
        drafts = self.twice(extract.ExtractDoFn(world), [found])
        cleaned = self.twice(clean.CleanDoFn(world), [drafts.rows()])
        printed = self.twice(dedupe.Fingerprint(world), [cleaned.rows()]).rows()
        verdicts = dict(
            self.twice(dedupe.Judge(world), [(UNIT, [dedupe.as_print(draft)[1] for draft in printed])]).rows()
        )
        joined = [(d.visit_id, {"draft": [d], "verdict": [verdicts[d.visit_id]]}) for d in printed]
        articles = self.twice(dedupe.Apply(), joined)
        annotated = self.twice(annotate.AnnotateDoFn(world), [articles.rows()])
        named = self.twice(entities.EntitiesDoFn(world), [annotated.rows()])
        works = self.twice(claims.ClaimsDoFn(world), [named.rows()])
        outcomes = [ended for run in self.runs.values() for ended in run.rows(OUTCOMES)]
        self.twice(settle.SettleUnit(world), [(UNIT, {"works": works.rows(), "outcomes": outcomes})])
        self.twice(readmodel.WalkUnit(world), [Begin(UNIT)])
        self.twice(relating.RelateUnits(world), [1])


CASES = [
    poll.FindDue, poll.PollFeeds, lease.LeaseEntries, fetch.FetchDoFn, extract.ExtractDoFn, clean.CleanDoFn,
    dedupe.Fingerprint, dedupe.Judge, dedupe.Apply, annotate.AnnotateDoFn, entities.EntitiesDoFn, claims.ClaimsDoFn,
    settle.SettleUnit, readmodel.WalkUnit, relating.RelateUnits,
]  # fmt: skip
CAUGHT_UP = (readmodel.WalkUnit, relating.RelateUnits)  # what they emit is how many units they took


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    world = the_world(tmp_path_factory.mktemp("unit"))
    with held(world.settings.ledger_url):
        made = Unit(world)
        made.read()
        yield made


def dofns() -> set[type[beam.DoFn]]:
    """Every DoFn under `transforms` and in the modules that the graphs take their steps from."""
    names = [module.name for module in pkgutil.walk_packages(transforms.__path__, "transforms.")]
    names += [value.__module__ for value in vars(graph).values() if isinstance(value, type)]
    found: set[type[beam.DoFn]] = set()
    for module in map(importlib.import_module, names):
        kinds = [v for v in vars(module).values() if isinstance(v, type) and issubclass(v, beam.DoFn)]
        found |= {kind for kind in kinds if kind.__module__ == module.__name__}
    return found - {step.StepDoFn}


def test_every_dofn_of_the_graphs_has_its_case():
    assert dofns() == set(CASES)


def test_the_unit_leads_each_entry_to_an_end_of_its_own(unit):
    """Else the cases below would say little: rows and outcomes come out of the steps that can give them."""
    assert set(unit.runs) == set(CASES)
    assert all(run.first for run in unit.runs.values())
    rows = unit.runs[settle.SettleUnit].after_second.ledger["visits"]
    ends = {row["url"].rpartition("/")[2]: (row["disposition"], row["step"]) for row in rows}
    assert ends == {
        "slipway": ("written", "claims"),
        "moved": ("duplicate", "dedupe"),
        "missing": ("gone", "fetch"),
        "brief": ("too_short", "clean"),
        "lost": ("dead", "extract"),
        "same-story": ("copy", "dedupe"),
    }
    [work] = unit.runs[claims.ClaimsDoFn].rows()
    assert any(claim.speaker == "Marta Quillon" for claim in unpack(work.body, Package).claims)


def test_a_feeds_own_interval_is_kept_and_one_that_is_switched_off_is_left_alone(unit):
    rows = unit.runs[poll.PollFeeds].after_first.ledger["feeds"]
    waits = {row["url"]: row["next_check"] - NOW.timestamp() for row in rows}
    assert set(waits) == {HARBOUR, RIDGE}
    assert 270 <= waits[RIDGE] <= 330 < waits[HARBOUR]


@pytest.mark.parametrize("kind", [k for k in CASES if k not in CAUGHT_UP])
def test_a_retried_bundle_emits_what_it_emitted(unit, kind):
    run = unit.runs[kind]
    assert run.second == run.first


@pytest.mark.parametrize("kind", CASES)
def test_a_retried_bundle_leaves_the_world_as_it_was(unit, kind):
    before, after = unit.runs[kind].after_first, unit.runs[kind].after_second
    for name, rows in before.ledger.items():
        assert (name, after.ledger[name]) == (name, rows)
    assert after.archive == before.archive
    assert after.output == before.output
    again = after.asked[len(before.asked) :]
    assert again == (["https://harbour.test/missing"] if kind is fetch.FetchDoFn else [])


@pytest.mark.parametrize("kind", CAUGHT_UP)
def test_a_retried_walk_finds_nothing_more_to_take(unit, kind):
    run = unit.runs[kind]
    assert (run.first, run.second) == ([(MAIN, 1)], [(MAIN, 0)])


def test_a_retried_fetch_asks_again_only_for_what_is_not_archived(unit):
    run = unit.runs[fetch.FetchDoFn]
    before, after = run.after_first, run.after_second
    again = after.asked[len(before.asked) :]
    assert again == ["https://harbour.test/missing"]
    emitted = {row.entry_id: unpack(row.body, PageBody).page for row in run.rows()}
    held_now = {row["entry_id"]: msgspec.json.decode(row["page"], type=RawPage) for row in after.ledger["captures"]}
    assert held_now == emitted


def elsewhere(tag: str, row: Any) -> Any:
    """What Fetch emitted, without where the page stands."""
    if not isinstance(row, Page):
        return tag, row
    body = unpack(row.body, PageBody)
    page = msgspec.structs.replace(body.page, segment="", offset=0, payload="")
    return tag, row._replace(body=b""), body.leased, page


def test_an_archived_entry_and_a_feeds_own_text_ask_nobody_however_often(unit):
    """The bundle of a unit that resumes what a dead one had archived, and of a feed that says `fetch = "never"`."""
    world = unit.world
    [leases] = [run for run in unit.runs[fetch.FetchDoFn].elements if b"slipway" in run.body]
    leased = next(e for e in msgspec.msgpack.decode(leases.body, type=list[LeasedEntry]) if "slipway" in e.entry.url)
    page = next(unpack(r.body, PageBody).page for r in unit.runs[fetch.FetchDoFn].rows() if r.url.endswith("slipway"))
    own = msgspec.structs.replace(leased.entry, content="<p>The feed says it all.</p>")
    batch = [
        msgspec.structs.replace(leased, capture=page),
        msgspec.structs.replace(leased, visit_id="own", fetch="never", entry=own),
    ]
    asked = len(world.fake.asked)
    runs = [list(bundle(fetch.FetchDoFn(world), [Leases(UNIT, pack(batch))])) for _ in range(2)]
    assert len(world.fake.asked) == asked
    assert unpack(runs[0][0][1].body, PageBody).page == page
    assert [elsewhere(*row) for row in runs[0]] == [elsewhere(*row) for row in runs[1]]


@pytest.mark.parametrize("kind", [poll.FindDue, poll.PollFeeds, lease.LeaseEntries, settle.SettleUnit])
def test_a_bundle_that_comes_late_finds_its_unit_settled_and_does_nothing(unit, kind):
    """As when a runner had given up a worker that was only slow."""
    before = state(unit.world)
    late = list(bundle(kind(unit.world), unit.runs[kind].elements))
    after = state(unit.world)
    assert after._replace(asked=[]) == before._replace(asked=[])
    if kind in {poll.FindDue, lease.LeaseEntries}:
        assert late == []  # nothing is due, and nothing is handed out twice


def test_a_poll_that_died_between_two_feeds_is_made_whole_by_its_retry(tmp_path):
    world = the_world(tmp_path)
    with held(world.settings.ledger_url):
        ledger = world.ledger()
        ledger.open_unit(UNIT, "tester")
        both = list(feeds_of(bundle(poll.FindDue(world), [Begin(UNIT)])))
        batch = poll.FeedBatch(UNIT, pack(both))
        next(bundle(poll.PollFeeds(world), [batch]))  # and here its worker is gone
        with ledger.reading() as connection:
            assert Counter(connection.scalars(select(t.feeds.c.unit_id))) == {UNIT: 1, "": 1}
        assert list(bundle(poll.PollFeeds(world), [batch])) == [(MAIN, (UNIT, 1))] * 2
        with ledger.reading() as connection:
            assert Counter(connection.scalars(select(t.feeds.c.last_result))) == {"new": 2}
        assert len(ledger.lease(UNIT, world.settings.lease)) == 6


def feeds_of(batches: Iterable[tuple[str, poll.FeedBatch]]) -> Iterator[Any]:
    for _, batch in batches:
        yield from msgspec.msgpack.decode(batch.body)


def test_a_settlement_that_died_before_its_manifest_is_finished_with_the_files_it_prepared(unit, tmp_path):
    world = the_world(tmp_path)
    out = Path(world.settings.output.dir)
    with held(world.settings.ledger_url):
        world.ledger().open_unit(UNIT, "tester")
        list(bundle(poll.PollFeeds(world), [v for _, v in bundle(poll.FindDue(world), [Begin(UNIT)])]))
        leased = world.ledger().lease(UNIT, world.settings.lease)
        rows = [Draft(UNIT, e.visit_id, e.entry.entry_id, e.entry.url, b"") for e in leased]
        written = next(row for row in rows if row.url.endswith("slipway"))
        [work] = unit.runs[claims.ClaimsDoFn].rows()
        ended = [step.outcome(row, settle.Disposition.GONE, "fetch", "") for row in rows if row != written]
        element = (UNIT, {"works": [Work(*written[:4], work.body)], "outcomes": ended})
        out.mkdir()
        (out / "manifests").write_text("in the way")
        with pytest.raises(FileExistsError):
            list(bundle(settle.SettleUnit(world), [element]))
        prepared = set(files(out)) - {"manifests"}
        assert prepared
        (out / "manifests").unlink()
        assert list(bundle(settle.SettleUnit(world), [element])) == [(MAIN, UNIT)]
        [manifest] = read_manifests(out)
        assert {file.path for file in manifest.files} == prepared
        assert orphans(out) == []
        assert [row["state"] for row in state(world).ledger["units"]] == ["done"]
