"""An article is looked at again when it is an hour, six hours, a day and a week old: what is seen, and what asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import article, rss, spanish
from sqlalchemy import select

from pipeline import driver
from pipeline.ledger import tables as t
from pipeline.seeds import load_rules
from pipeline.world import RealWorld
from schemas.config import Guard, Lease, Network, Output, Paths, Settings
from schemas.feeds import FeedIntent
from schemas.ids import feed_id
from schemas.words import Disposition
from transforms.revisits import AGAIN, revisit_at

HOUR, DAY = 3_600.0, 86_400.0
AGES = Lease().revisit_ages_s
SITE, FEED = "https://harbour.test", "https://harbour.test/feed"


def test_after_each_visit_the_next_age_is_waited_for_and_after_a_week_none():
    seen, now, visits = 1_000.0, 1_000.0, []
    while at := revisit_at("written", seen, now, AGES):
        visits.append(at - seen)
        now = at
    assert visits == [HOUR, 6 * HOUR, DAY, 7 * DAY]


def test_what_was_missed_is_not_made_up_for():
    assert revisit_at("unchanged", 0.0, 2 * DAY, AGES) == 7 * DAY
    assert revisit_at("unreachable", 0.0, 8 * DAY, AGES) == 0


@pytest.mark.parametrize("word", list(Disposition))
def test_what_can_change_or_be_reached_later_is_visited_again(word):
    again = {"written", "unchanged", "unreachable", "blocked"}
    assert bool(revisit_at(word, 0.0, 1.0, AGES)) is (word in AGAIN) is (word.value in again)


class Time:
    """Where the clock of every world of a test stands."""

    at = datetime.now(UTC)


@dataclass(frozen=True)
class SetClock:
    def now(self) -> datetime:
        return Time.at


@dataclass(frozen=True)
class SlowWorld(RealWorld):
    """The real world but for the network and the time."""

    fake: FakeWeb = field(default_factory=FakeWeb)

    def web(self) -> FakeWeb:
        return self.fake

    def clock(self) -> SetClock:
        return SetClock()


def world(folder: Path, fake: FakeWeb, feed: str, fetch: str = "page") -> SlowWorld:
    feeds = {feed_id(FEED): FeedIntent(feed_id(FEED), FEED, fetch=fetch)}
    ours = Network(user_agent="desk/1.0 (+https://desk.example/bot)")
    settings = Settings(network=ours, output=Output(dir=str(folder)), paths=Paths(), guard=Guard(workers=1))
    return SlowWorld(settings=settings, rules=load_rules("", ""), aliases=(), feeds=feeds, fake=fake.feed(FEED, feed))


def ended(here: SlowWorld) -> dict[str, list[tuple[str, str]]]:
    """How each entry's visits ended, in order: (why, disposition) by the last word of its address."""
    found: dict[str, list[tuple[str, str]]] = {}
    with here.ledger().reading() as connection:
        for row in connection.execute(select(t.visits).order_by(t.visits.c.at)):
            found.setdefault(row.url.rpartition("/")[2], []).append((row.why, row.disposition))
    return found


def test_a_revised_a_withdrawn_and_an_unchanged_article_are_seen_within_hours(tmp_path):
    start = Time.at = datetime.now(UTC)
    feed = rss(f"{SITE}/same", f"{SITE}/revised", f"{SITE}/withdrawn", f"{SITE}/down")

    def pages(revised: str) -> FakeWeb:
        web = FakeWeb().page(f"{SITE}/same", article("same", spanish("same")), etag='"s1"')
        return web.page(f"{SITE}/revised", article("revised", spanish(revised)), etag=f'"{revised}"')

    first = pages("revised").page(f"{SITE}/withdrawn", article("withdrawn", spanish("withdrawn")))
    driver.run(world(tmp_path, first.slow(f"{SITE}/down"), feed))

    Time.at = start + timedelta(minutes=50)
    early = pages("anew")
    driver.run(world(tmp_path, early, feed))
    assert [url for url in early.asked if url != FEED] == []

    Time.at = start + timedelta(hours=1, minutes=5)
    second = pages("anew").page(f"{SITE}/down", article("down", spanish("down")))
    here = world(tmp_path, second, feed)
    summary = driver.run(here)
    assert summary.balanced
    assert ended(here) == {
        "same": [("new", "written"), ("revisit", "unchanged")],
        "revised": [("new", "written"), ("revisit", "written")],
        "withdrawn": [("new", "written"), ("revisit", "gone")],
        "down": [("new", "unreachable"), ("revisit", "written")],
    }
    with here.ledger().reading() as connection:
        reasons = set(connection.scalars(select(t.visits.c.reason).where(t.visits.c.disposition == "unchanged")))
        revisions = list(
            connection.scalars(select(t.read_revisions.c.current).where(t.read_revisions.c.url.like("%revised")))
        )
    assert reasons == {"the server says it is not modified"}  # it was asked with what it had said itself
    assert sorted(revisions) == [False, True]

    Time.at = start + timedelta(hours=7)
    third = pages("anew").page(f"{SITE}/down", article("down", spanish("down")))
    driver.run(world(tmp_path, third, feed))
    assert sorted(url for url in third.asked if url != FEED) == [
        f"{SITE}/{name}" for name in ("down", "revised", "same")
    ]


def test_a_feed_whose_own_text_is_the_article_is_not_asked_for_pages(tmp_path):
    Time.at = datetime.now(UTC)
    feed = rss(f"{SITE}/one").replace("</item>", f"<description>{spanish('one', 12)}</description></item>")
    here = world(tmp_path, FakeWeb(), feed, fetch="never")
    driver.run(here)
    assert ended(here) == {"one": [("new", "written")]}
    with here.ledger().reading() as connection:
        assert list(connection.scalars(select(t.entries.c.revisit_at))) == [0.0]


def test_new_entries_go_before_revisits_within_a_hosts_budget(tmp_path):
    start = Time.at = datetime.now(UTC)
    old = [f"{SITE}/old{n}" for n in range(3)]
    fake = FakeWeb()
    for url in [*old, f"{SITE}/fresh"]:
        fake.page(url, article(url[-5:], spanish(url)))
    driver.run(world(tmp_path, fake, rss(*old)))
    Time.at = start + timedelta(hours=2)
    here = world(tmp_path, fake, rss(*old, f"{SITE}/fresh"))
    ledger = here.ledger()
    driver.check_feeds(here)
    ledger.open_unit("u" * 32, "tester")
    leased = ledger.lease("u" * 32, Lease(host_entries=2))
    assert [entry.why for entry in leased] == ["revisit", "new"]
    assert {entry.entry.url for entry in leased} > {f"{SITE}/fresh"}
