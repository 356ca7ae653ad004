"""What was kept for as long as it was to be kept goes: pages and readings, in general and of one site, by one way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import article, rss, spanish
from sqlalchemy import select
from test_revisits import SlowWorld, Time

from pipeline import driver
from pipeline.explain import explain, render
from pipeline.forget import What, forget
from pipeline.ledger import tables as t
from pipeline.ledger.engine import held
from pipeline.seeds import load_rules
from pipeline.segments import pages_of, verify
from pipeline.sqlviews import query
from pipeline.upkeep import Gone, upkeep
from schemas.config import Guard, Lease, Network, Output, Paths, Retention, Settings
from schemas.errors import ConfigError
from schemas.feeds import FeedIntent
from schemas.ids import feed_id
from transforms.sinks.files import orphans

ONE, TWO = "https://harbour.test", "https://ridge.test"
FEED = f"{ONE}/rss"


@dataclass(frozen=True)
class House(SlowWorld):
    """The real world but for network and time, without revisits."""

    fake: FakeWeb = field(default_factory=FakeWeb)


def house(folder: Path, retention: Retention, web: FakeWeb) -> House:
    settings = Settings(
        network=Network(user_agent="desk/1.0 (+https://desk.example/bot)"),
        lease=Lease(revisit_ages_s=()),
        output=Output(dir=str(folder)),
        paths=Paths(),
        guard=Guard(workers=1),
        retention=retention,
    )
    feeds = {feed_id(FEED): FeedIntent(feed_id(FEED), FEED)}
    return House(settings=settings, rules=load_rules("", ""), aliases=(), feeds=feeds, fake=web)


def kept_for(here: House, retention: Retention) -> House:
    return replace(here, settings=replace(here.settings, retention=retention))


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[House, datetime]:
    tmp_path = tmp_path_factory.mktemp("first")
    Time.at = datetime.now(UTC) - timedelta(days=2)
    web = FakeWeb().feed(FEED, rss(f"{ONE}/old", f"{TWO}/old"))
    for url in (f"{ONE}/old", f"{TWO}/old", f"{ONE}/new"):
        web.page(url, article(url[-3:], spanish(url)))
    here = house(tmp_path, Retention(), web)
    driver.run(here)
    Time.at += timedelta(days=2)
    web.feed(FEED, rss(f"{ONE}/old", f"{TWO}/old", f"{ONE}/new"))
    driver.run(here)
    return here, Time.at


@pytest.fixture
def read(first, tmp_path) -> House:
    """An article of each of two sites, read two days ago, and one of today."""
    house_, Time.at = first
    shutil.copytree(house_.settings.output.dir, tmp_path / "out")
    return house(tmp_path / "out", Retention(), replace(house_.fake, table=dict(house_.fake.table)))


def readings(here: House) -> set[str]:
    return {url for (url,) in query(Path(here.settings.output.dir), "SELECT url FROM revisions")[1]}


def keep_up(here: House) -> Gone:
    with held(here.settings.ledger_url):
        return upkeep(here)


def sound(here: House) -> None:
    out = Path(here.settings.output.dir)
    assert orphans(out) == []
    assert list(verify(here.ledger(), out / "archive")) == []


def test_what_is_kept_for_ever_stays(read):
    assert keep_up(read) == Gone()
    assert readings(read) == {f"{ONE}/old", f"{TWO}/old", f"{ONE}/new"}


def test_pages_go_and_readings_stay(read):
    here = kept_for(read, Retention(pages_days=1))
    with here.ledger().reading() as connection:
        assert len(list(connection.scalars(select(t.captures.c.page)))) == 3
    assert keep_up(here) == Gone(pages=2, segments=1)
    assert readings(here) == {f"{ONE}/old", f"{TWO}/old", f"{ONE}/new"}
    assert pages_of(here.ledger(), f"{ONE}/old") == []
    [new] = pages_of(here.ledger(), f"{ONE}/new")
    assert here.archive().read(new).status == 200
    sound(here)
    assert keep_up(here) == Gone()


def test_a_site_has_a_time_of_its_own(read):
    here = kept_for(read, Retention(pages_days=1, site_pages_days={"ridge.test": 0, "nobody.test": 1}))
    assert keep_up(here).pages == 1
    assert pages_of(here.ledger(), f"{TWO}/old")
    here = kept_for(read, Retention(site_readings_days={"ridge.test": 1}))
    assert keep_up(here) == Gone(readings=1, pages=1, segments=1)
    assert readings(here) == {f"{ONE}/old", f"{ONE}/new"}
    sound(here)


def test_readings_go_with_all_that_was_derived_and_are_not_news_again(read):
    here = kept_for(read, Retention(readings_days=1))
    Time.at += timedelta(minutes=1)
    summary = driver.run(here)  # its end is where retention is looked at
    assert (summary.total, summary.balanced) == (0, True)
    assert readings(here) == {f"{ONE}/new"}
    with here.ledger().reading() as connection:
        assert len(connection.execute(select(t.articles)).all()) == 1
        assert connection.execute(select(t.tombstones)).all() == []
    [story] = explain(here.ledger(), f"{ONE}/old")
    assert "its readings were kept long enough" in render(story)
    sound(here)
    Time.at += timedelta(hours=7)
    assert driver.run(here).total == 0  # its feed shows it still
    changed = here.fake.table[FEED].body.decode().replace("About old", "More about old", 1)
    here.fake.feed(FEED, changed)
    Time.at += timedelta(hours=7)
    assert driver.run(here).visits == {"written": 1}  # what has changed is news


def test_once_a_day_is_often_enough_for_a_run(read):
    here = kept_for(read, Retention(readings_days=1))
    driver.run(here)
    Time.at += timedelta(hours=23)
    driver.run(kept_for(here, Retention(readings_days=0.5)))
    assert readings(here) == {f"{ONE}/new"}
    Time.at += timedelta(hours=2)
    driver.run(kept_for(here, Retention(readings_days=0.5)))
    assert readings(here) == set()


def test_with_tombstones_what_has_expired_does_not_come_back(read):
    here = kept_for(read, Retention(readings_days=1, tombstones=True))
    keep_up(here)
    here.fake.feed(FEED, rss(f"{ONE}/old").replace("About old", "More about old"))
    Time.at += timedelta(hours=7)
    assert driver.run(here).visits == {"forgotten": 1}
    [story] = explain(here.ledger(), f"{ONE}/old")
    assert "by retention: it was kept long enough" in render(story)


def test_a_forget_that_died_is_finished_by_the_next_run(read):
    from pipeline.ledger.tombstones import Stone, raise_stones

    with read.ledger().reading() as connection:
        [entry] = connection.scalars(select(t.entries.c.entry_id).where(t.entries.c.url == f"{ONE}/old"))
    with read.ledger().engine.begin() as connection:
        raise_stones(connection, [Stone("entry", entry, f"{ONE}/old")], "Ann", "", read.ledger().now())
    driver.run(read)
    assert readings(read) == {f"{TWO}/old", f"{ONE}/new"}
    sound(read)


def test_a_dry_run_says_so_and_changes_nothing(read):
    here = kept_for(read, Retention(pages_days=1))
    assert upkeep(here, dry_run=True) == Gone(pages=2, segments=1)
    assert forget(here, What(site="harbour.test"), who="", why="", dry_run=True).links == (f"{ONE}/new", f"{ONE}/old")
    assert keep_up(here) == Gone(pages=2, segments=1)


def test_settings_name_sites_as_they_are_registered_and_days(tmp_path, monkeypatch):
    from pipeline.settings import load

    monkeypatch.chdir(tmp_path)
    loaded = load(None, {"retention.site_pages_days": "ridge.test=30, harbour.test=0.5"}, {})
    assert loaded.settings.retention.site_pages_days == {"ridge.test": 30.0, "harbour.test": 0.5}
    (tmp_path / "newsbeam.toml").write_text('[retention.site_pages_days]\n"ridge.test" = 30\n', encoding="utf-8")
    assert load(None, {}, {}).settings.retention.site_pages_days == {"ridge.test": 30}
    for wrong in ("www.ridge.test=3", "ridge.test=-1", "ridge.test=soon"):
        with pytest.raises(ConfigError):
            load(None, {"retention.site_pages_days": wrong}, {})
