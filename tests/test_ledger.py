"""The ledger's promise, told on a real SQLite file with a clock we set."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from alembic import command
from sqlalchemy import select

from pipeline.ledger import SqlLedger, tables
from pipeline.ledger import tables as t
from pipeline.ledger.engine import _alembic, behind, engine, held
from pipeline.ledger.queries import dead_letters, units_counted
from pipeline.ledger.replays import replay_dead
from schemas.commits import IndexRow
from schemas.config import Lease
from schemas.errors import LedgerHeld, Unbalanced, UnitLost
from schemas.flow import LeasedEntry, Settled
from schemas.health import Health
from schemas.ids import entry_id, feed_id, make_id
from schemas.ports import Budgets, DueFeed, PollReport, SeenItem, Segment
from schemas.records import DeadLetter, FeedEntry, RawPage, Visit
from transforms.shingles import SAMPLING, sampled

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = "http://harbour.test/feed"
F = feed_id(FEED)
SAMPLE = sampled(" ".join(f"word{n}" for n in range(300)))
STRANGE = sampled(" ".join(f"other{n}" for n in range(300)))


class SetClock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: SetClock):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with held(url):
        yield SqlLedger(url, clock, lease_s=600)


def entry(slug: str, host: str = "harbour.test", fingerprint: str = "1") -> FeedEntry:
    link = f"http://{host}/{slug}"
    identity = entry_id(link=link, feed=F, guid="", title="", summary="")
    return FeedEntry(entry_id=identity, link=link, url=link, title=slug, fingerprint=fingerprint)


def poll(ledger: SqlLedger, unit: str, *items: FeedEntry | SeenItem, etag: str = "v1", result: str = "new") -> None:
    [feed] = ledger.feeds_of(unit, ledger.due_feeds(unit, {F: FEED}))
    seen = tuple(i if isinstance(i, SeenItem) else SeenItem(i, i.title) for i in items)
    now = ledger.now()
    health = Health(read=True, last_success=now, next_check=now + 900)
    report = PollReport(feed._replace(etag=etag, health=health), result, "", seen)
    ledger.commit_poll(unit, report)


def open_unit(ledger: SqlLedger, name: str) -> str:
    unit = name.ljust(32, "0")
    ledger.open_unit(unit, "tester")
    return unit


def visits(unit: str, entries, disposition: str = "written") -> tuple[Visit, ...]:
    return tuple(
        Visit(
            visit_id=e.visit_id,
            entry_id=e.entry.entry_id,
            unit_id=unit,
            url=e.entry.link,
            at=START.isoformat(),
            why=e.why,
            disposition=disposition,
            step="claims",
            reason="",
        )
        for e in entries
    )


def states(ledger: SqlLedger) -> dict[str, str]:
    with ledger.reading() as connection:
        rows = connection.execute(select(tables.entries.c.url, tables.entries.c.state))
        return {url.rsplit("/", 1)[1]: state for url, state in rows}


def test_a_poll_stores_state_and_entries_together(ledger, clock):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"), entry("two"), etag="v7")
    assert states(ledger) == {"one": "pending", "two": "pending"}
    assert ledger.due_feeds(unit, {F: FEED}) == {}
    clock.later(minutes=16)
    [feed] = ledger.feeds_of(unit, ledger.due_feeds(unit, {F: FEED}))
    assert (feed.etag, feed.polled_before) == ("v7", True)


def test_due_feeds_answer_a_retry_alike(ledger):
    unit = open_unit(ledger, "a")
    assert ledger.due_feeds(unit, {F: FEED}) == ledger.due_feeds(unit, {F: FEED}) == {F: FEED}
    assert ledger.feeds_of(unit, [F]) == ledger.feeds_of(unit, [F]) != []


def test_a_poll_whose_unit_lost_the_feed_changes_nothing(ledger):
    first, second = open_unit(ledger, "a"), open_unit(ledger, "b")
    [feed] = ledger.feeds_of(first, ledger.due_feeds(first, {F: FEED}))
    ledger.give_back(first)
    ledger.due_feeds(second, {F: FEED})
    item = SeenItem(entry("late"), "late")
    ledger.commit_poll(first, PollReport(feed._replace(etag="stale"), "new", "", (item,)))
    assert states(ledger) == {}
    [feed] = ledger.feeds_of(second, ledger.due_feeds(second, {F: FEED}))
    assert feed.etag == ""


def test_polls_that_bring_nothing_are_committed_together_as_each_would_be_alone(tmp_path, clock):
    found = []
    for name in ("alone", "together"):
        clock.at = START
        url = f"sqlite:///{tmp_path / name}.db"
        with held(url):
            ledger = SqlLedger(url, clock, lease_s=600)
            unit, other = open_unit(ledger, "a"), open_unit(ledger, "b")
            leased = ledger.due_feeds(unit, {f"f{n}": f"http://h{n}.test/rss" for n in range(600)})
            due = {feed.feed_id: feed for feed in ledger.feeds_of(unit, leased)}
            ledger.give_back(unit)
            ledger.due_feeds(other, {"f3": "http://h3.test/rss"})
            ledger.open_unit(again := "c" * 32, "tester")
            ledger.due_feeds(again, leased)
            health = Health(read=True, next_check=ledger.now() + 900)
            same = {i: PollReport(f._replace(health=health, etag="v2"), "unchanged", "same") for i, f in due.items()}
            marked = due["f5"]._replace(body_hash="b", marks=("m1", "m2"), health=health)
            ledger.commit_poll(again, PollReport(marked, "new", "", (SeenItem(entry("one"), "one"),)))
            clock.later(minutes=16)
            ledger.due_feeds(again, {"f5": leased["f5"]})
            [same_as_before] = ledger.feeds_of(again, ["f5"])
            assert same_as_before.marks == ("m1", "m2")
            same["f5"] = PollReport(same_as_before._replace(health=health), "unchanged", "same")
            same["f7"] = PollReport(due["f7"]._replace(health=health), "unreachable", "no answer")
            same["f9"] = PollReport(due["f9"]._replace(url="http://new.test/rss"), "moved", "it now lives there")
            reports = list(same.values())
            if name == "alone":
                for report in reports:
                    ledger.commit_poll(again, report)
            else:
                ledger.commit_quiet(again, reports)
            with ledger.reading() as connection:
                rows = connection.execute(select(tables.feeds).order_by(tables.feeds.c.feed_id)).all()
                moved = connection.execute(select(tables.events.c.subject_id, tables.events.c.words)).all()
            found.append(([tuple(row) for row in rows], [tuple(row) for row in moved]))
    assert found[0] == found[1]
    assert sum("m1 m2" in row for row in found[0][0]) == 1
    assert (
        sum("v2" in row for row in found[0][0]) == 596
    )  # one was as before, one failed, one moved, one was another unit's


def test_what_a_first_poll_leaves_out_is_not_news_later(ledger, clock):
    unit = open_unit(ledger, "a")
    old = entry("old")
    poll(ledger, unit, entry("fresh"), SeenItem(old, "old", take=False))
    clock.later(minutes=16)
    poll(ledger, unit, entry("fresh"), old)
    assert states(ledger) == {"fresh": "pending"}
    clock.later(minutes=16)
    poll(ledger, unit, entry("old", fingerprint="2"))
    assert states(ledger) == {"fresh": "pending", "old": "pending"}


def test_a_changed_item_is_visited_again_also_when_it_changes_in_hand(ledger, clock):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"))
    leased = ledger.lease(unit, Lease())
    clock.later(minutes=16)
    poll(ledger, open_unit(ledger, "b"), entry("one", fingerprint="2"))
    assert states(ledger) == {"one": "leased"}
    ledger.prepare(Settled(unit_id=unit, visits=visits(unit, leased)))
    ledger.mark(unit)
    again = ledger.lease(open_unit(ledger, "c"), Lease())
    assert [(e.entry.title, e.why, e.entry.fingerprint) for e in again] == [("one", "revisit", "2")]


def test_lease_is_idempotent_and_keeps_the_budget_of_a_host(ledger):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, *(entry(f"n{i}") for i in range(5)), entry("else", host="ridge.test"))
    some = ledger.lease(unit, Lease(host_entries=2))
    assert sorted(e.entry.link.split("/")[2] for e in some) == ["harbour.test", "harbour.test", "ridge.test"]
    assert ledger.lease(unit, Lease(host_entries=2)) == some
    assert ledger.lease(open_unit(ledger, "b"), Lease()) == []  # the host is in use by the first unit


def test_settling_moves_forward_once_and_a_retry_changes_nothing(ledger):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"))
    leased = ledger.lease(unit, Lease())
    first = Settled(unit_id=unit, visits=visits(unit, leased))
    other = Settled(unit_id=unit, visits=visits(unit, leased, "copy"))
    assert ledger.prepare(first) == first
    assert ledger.prepare(other) == first
    ledger.mark(unit)
    ledger.mark(unit)
    with ledger.reading() as connection:
        assert connection.execute(select(tables.visits.c.disposition)).all() == [("written",)]


@pytest.mark.parametrize("wrong", ["missing", "twice", "stranger"])
def test_entries_and_outcomes_that_differ_fail_the_unit(ledger, wrong):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"), entry("two"))
    leased = ledger.lease(unit, Lease())
    rows = visits(unit, leased)
    stranger = msgspec.structs.replace(rows[1], entry_id="f" * 32)
    bad = {"missing": rows[:1], "twice": (*rows, rows[0]), "stranger": (rows[0], stranger)}[wrong]
    with pytest.raises(Unbalanced):
        ledger.prepare(Settled(unit_id=unit, visits=bad))
    assert set(states(ledger).values()) == {"leased"}


def test_a_unit_that_was_given_up_cannot_settle(ledger):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"))
    leased = ledger.lease(unit, Lease())
    ledger.give_back(unit)
    with pytest.raises(UnitLost):
        ledger.prepare(Settled(unit_id=unit, visits=visits(unit, leased)))


def test_recovery_rolls_prepared_units_forward_and_releases_dead_ones(ledger):
    done, dead = open_unit(ledger, "a"), None
    poll(ledger, done, entry("one"))
    leased = ledger.lease(done, Lease())
    ledger.prepare(Settled(unit_id=done, visits=visits(done, leased)))
    assert ledger.lease(open_unit(ledger, "b"), Lease()) == []
    finished, died = ledger.recover(lambda settled: ledger.mark(settled.unit_id), max_deaths=3)
    assert (finished, died) == ([done], [])
    assert states(ledger) == {"one": "done"}
    dead = open_unit(ledger, "c")
    assert ledger.recover(lambda settled: None, max_deaths=3) == ([], [dead])


def test_a_poisonous_entry_is_leased_alone_and_then_ends_dead(ledger):
    unit = open_unit(ledger, "p")
    poll(ledger, unit, entry("poison"), entry("bystander"))
    for name in "ab":
        unit = open_unit(ledger, name) if name != "a" else unit
        assert len(ledger.lease(unit, Lease())) == 2
        ledger.recover(lambda settled: None, max_deaths=3)
    alone = open_unit(ledger, "c")
    first = ledger.lease(alone, Lease())
    assert len(first) == 1
    ledger.recover(lambda settled: None, max_deaths=3)
    last = open_unit(ledger, "d")
    second = ledger.lease(last, Lease())
    assert len(second) == 1
    assert second[0].entry != first[0].entry
    ledger.prepare(Settled(unit_id=last, visits=visits(last, second)))
    ledger.mark(last)
    with ledger.reading() as connection:
        ends = dict(connection.execute(select(tables.visits.c.entry_id, tables.visits.c.disposition)).all())
        letters = connection.execute(select(tables.dead_letters.c.error)).all()
        sums = units_counted(connection, list(connection.scalars(select(tables.units.c.unit_id))))
    assert ends == {first[0].entry.entry_id: "dead", second[0].entry.entry_id: "written"}
    assert len(letters) == 1
    assert "3 units died" in letters[0][0]
    assert sums == (1, 2, {"dead": 1, "written": 1})  # units, leased, visits: the sums of a run agree


def failed(unit: str, leased: LeasedEntry, error: str) -> Settled:
    """A unit in which this entry ended dead."""
    letter = DeadLetter(
        dead_id=make_id("dead", leased.visit_id), subject="visit", subject_id=leased.visit_id, unit_id=unit,
        url=leased.entry.link, step="extract", kind=error, error=error, trace="", input="{}", at=START.isoformat(),
    )  # fmt: skip
    return Settled(unit_id=unit, visits=visits(unit, [leased], "dead"), dead_letters=(letter,))


def test_one_letter_tells_of_all_failures_of_an_entry_until_it_succeeds(ledger, clock):
    first = open_unit(ledger, "a")
    poll(ledger, first, entry("one"))

    def told() -> list[tuple[str, int, bool]]:
        with ledger.reading() as connection:
            rows = dead_letters(connection, open_only=False)
        return [(row["error"], row["tries"], bool(row["closed_at"])) for row in rows]

    for unit, error in ((first, "OneError"), (open_unit(ledger, "b"), "OtherError")):
        [leased] = ledger.lease(unit, Lease())
        ledger.prepare(failed(unit, leased, error))
        for _ in range(2):
            ledger.mark(unit)
        with ledger.engine.begin() as connection:
            assert replay_dead(connection, ledger.now(), kind="NoSuchError") == (0, 0)
            assert replay_dead(connection, ledger.now(), kind=error, step="extract") == (1, 0)
        clock.later(minutes=1)
    assert told() == [("OtherError", 2, False)]
    last = open_unit(ledger, "c")
    [leased] = ledger.lease(last, Lease())
    assert leased.why == "replay"
    ledger.prepare(Settled(unit_id=last, visits=visits(last, [leased])))
    ledger.mark(last)
    assert told() == [("OtherError", 2, True)]
    with ledger.engine.begin() as connection:
        assert replay_dead(connection, ledger.now()) == (0, 0)


def test_a_page_is_read_from_the_archive_however_often_it_is_replayed(ledger, clock):
    first = open_unit(ledger, "a")
    poll(ledger, first, entry("one"))
    page = RawPage(page_id="p", url="u", final_url="u", fetched_at="", sha256="", segment="s", offset=3)
    for number, name in enumerate("abc"):
        unit = open_unit(ledger, name) if name != "a" else first
        [leased] = ledger.lease(unit, Lease())
        assert (leased.capture is not None) is (number > 0)
        if number == 0:
            ledger.register(unit, Segment("s", 10, 1), {leased.entry.entry_id: [page]})
            assert ledger.registered(unit, [leased.entry.entry_id, "x"]) == {leased.entry.entry_id: (page,)}
            assert ledger.registered("another", [leased.entry.entry_id]) == {}
        clock.later(minutes=1)
        ledger.prepare(failed(unit, leased, "OneError"))
        ledger.mark(unit)
        with ledger.engine.begin() as connection:
            replay_dead(connection, ledger.now())


def test_budgets_of_feeds_and_sites_hold_one_unit_back_and_starve_nobody(ledger):
    unit = open_unit(ledger, "a")
    hosts = ["a.busy.test", "a.busy.test", "b.busy.test", "busy.test.example", "busy.test.example"]
    poll(ledger, unit, *(entry(str(n), host) for n, host in enumerate(hosts)))
    sites = Budgets(sites={"busy.test": 1, "a.busy.test": 2})
    taken = ledger.lease(unit, Lease(), sites)
    assert sorted(e.entry.title for e in taken) == ["0", "1", "2", "3", "4"]  # the longest name decides
    ledger.give_back(unit)
    fewer = ledger.lease(open_unit(ledger, "b"), Lease(), Budgets(sites={"busy.test": 1}))
    assert sorted(e.entry.title for e in fewer)[1:] == ["2", "3", "4"]
    ledger.give_back("b".ljust(32, "0"))
    three = ledger.lease(open_unit(ledger, "c"), Lease(), Budgets(feeds={F: 3, "another": 1}))
    assert len(three) == 3


def test_entries_of_a_dead_unit_resume_from_its_archive(ledger):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"), entry("two"))
    leased = ledger.lease(unit, Lease())
    page = RawPage(page_id="p", url="u", final_url="u", fetched_at="", sha256="", segment="s", offset=3)
    ledger.register(unit, Segment("s", 10, 1), {leased[0].entry.entry_id: [page]})
    ledger.recover(lambda settled: None, max_deaths=3)
    again = ledger.lease(open_unit(ledger, "b"), Lease())
    assert {e.entry.entry_id: e.capture for e in again} == {
        leased[0].entry.entry_id: page,
        leased[1].entry.entry_id: None,
    }


def test_the_committed_index_knows_articles_and_finds_candidates(ledger):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"))
    leased = ledger.lease(unit, Lease())
    row = IndexRow(
        article_id="1" * 32,
        url="http://harbour.test/one",
        site="harbour.test",
        entry_id=leased[0].entry.entry_id,
        revision_id="2" * 32,
        reading_id="3" * 32,
        text_key="k",
        sample=SAMPLE,
        sampling=SAMPLING,
    )
    ledger.prepare(Settled(unit_id=unit, visits=visits(unit, leased), index=(row,)))
    assert ledger.known([row.article_id]) == {}  # nothing is visible before the mark
    ledger.mark(unit)
    assert ledger.known([row.article_id])[row.article_id].text_key == "k"
    found = ledger.neighbours({"copy": SAMPLE, "stranger": STRANGE}, [], 0.0)
    assert found.of == {"copy": (row.article_id,)}
    assert found.rows == {row.article_id: row}
    assert ledger.neighbours({row.article_id: SAMPLE}, [], 0.0).of == {row.article_id: ()}  # not itself


def test_a_copy_whose_original_was_not_written_comes_again(ledger):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("copy"))
    leased = ledger.lease(unit, Lease())
    again = (leased[0].entry.entry_id,)
    ledger.prepare(Settled(unit_id=unit, visits=visits(unit, leased, "copy"), again=again))
    ledger.mark(unit)
    assert [e.why for e in ledger.lease(open_unit(ledger, "b"), Lease())] == ["revisit"]


def test_a_second_writer_is_refused_and_told_who_holds(ledger):
    code = f"from pipeline.ledger.engine import held\nwith held({ledger.url!r}): pass"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert other.returncode == 1
    assert "LedgerHeld" in other.stderr
    assert "pid" in other.stderr
    with pytest.raises(LedgerHeld), held(ledger.url):
        pass


def test_the_tables_are_those_of_the_migrations(ledger):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_an_unknown_feed_is_due(ledger):
    assert ledger.due([F]).feeds == 1
    assert DueFeed(F, FEED).polled_before is False


def test_a_unit_that_only_polled_is_done_when_it_is_given_back_and_one_with_entries_is_not(ledger):
    polled, holding = open_unit(ledger, "a"), open_unit(ledger, "b")
    poll(ledger, polled, entry("one"))
    ledger.give_back(polled)
    ledger.lease(holding, Lease())
    ledger.give_back(holding)
    with ledger.engine.connect() as connection:
        found = dict(connection.execute(select(t.units.c.unit_id, t.units.c.state)).all())
    assert (found[polled], found[holding]) == ("done", "died")
    assert states(ledger) == {"one": "pending"}


def page_of(number: int) -> RawPage:
    return RawPage(page_id=f"p{number}", url="u", final_url="u", fetched_at=START.isoformat(), sha256="0", segment="s",
                   offset=number, headers={"etag": f"v{number}"})  # fmt: skip


def fetched(ledger: SqlLedger, unit: str, entry_id: str, number: int) -> None:
    ledger.register(unit, Segment(f"s{number}", 1, 1), {entry_id: [page_of(number)]})


def test_what_a_dead_unit_archived_is_used_once_and_never_again(ledger, clock):
    """Else a page that changed would be read from its old capture for ever."""
    dead = open_unit(ledger, "a")
    poll(ledger, dead, entry("one"))
    [first] = ledger.lease(dead, Lease())
    fetched(ledger, dead, first.entry.entry_id, 1)
    ledger.recover(lambda settled: None, 3)
    second = open_unit(ledger, "b")
    [again] = ledger.lease(second, Lease())
    assert again.capture == page_of(1)
    clock.later(minutes=1)
    settle_one(ledger, second, again, revisit=ledger.now() + 60)
    clock.later(minutes=5)
    third = open_unit(ledger, "c")
    [later] = ledger.lease(third, Lease())
    assert (later.why, later.capture, later.etag) == ("revisit", None, "v1")


def settle_one(
    ledger: SqlLedger, unit: str, leased, disposition: str = "written", revisit: float = 0.0, again=()
) -> None:
    [visit] = visits(unit, [leased], disposition)
    visit = msgspec.structs.replace(visit, at=ledger.clock.now().isoformat())
    revisits = {leased.entry.entry_id: revisit} if revisit else {}
    ledger.prepare(Settled(unit_id=unit, visits=(visit,), revisits=revisits, again=again))
    ledger.mark(unit)


def test_a_copy_whose_original_was_not_written_is_asked_for_whole(ledger, clock):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"))
    [leased] = ledger.lease(unit, Lease())
    fetched(ledger, unit, leased.entry.entry_id, 1)
    settle_one(ledger, unit, leased, "copy", again=(leased.entry.entry_id,))
    [back] = ledger.lease(open_unit(ledger, "b"), Lease())
    assert (back.why, back.etag, back.capture) == ("revisit", "", None)


def test_an_entry_is_as_old_as_when_it_was_first_seen_however_often_it_changes(ledger, clock):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, entry("one"))
    [leased] = ledger.lease(unit, Lease())
    settle_one(ledger, unit, leased)
    clock.later(hours=30)
    late = open_unit(ledger, "b")
    changed = msgspec.structs.replace(entry("one", fingerprint="2"), first_seen=clock.now().isoformat())
    poll(ledger, late, changed)
    [back] = ledger.lease(late, Lease())
    assert (back.why, back.entry.first_seen, back.entry.fingerprint) == ("revisit", START.isoformat(), "2")


def test_new_entries_go_before_revisits_of_other_hosts_too(ledger, clock):
    unit = open_unit(ledger, "a")
    poll(ledger, unit, *(entry(f"{n}", host=f"h{n}.test") for n in range(6)))
    leased = ledger.lease(unit, Lease())
    revisits = {e.entry.entry_id: ledger.now() + 60 for e in leased}
    ledger.prepare(Settled(unit_id=unit, visits=visits(unit, leased), revisits=revisits))
    ledger.mark(unit)
    clock.later(hours=1)
    late = open_unit(ledger, "b")
    poll(ledger, late, entry("fresh"))
    assert [e.why for e in ledger.lease(late, Lease(unit_entries=2))].count("new") == 1


def test_a_feed_in_other_hands_is_due_when_its_lease_ends(ledger):
    ledger.due_feeds(open_unit(ledger, "a"), {F: FEED})
    due = ledger.due([F])
    assert (due.feeds, due.next_check) == (0, ledger.now() + 600)


def test_a_ledger_of_the_first_version_is_brought_up_to_date_with_its_rows_and_readers_are_told(tmp_path):
    url = f"sqlite:///{tmp_path}/newsbeam.db"
    with engine(url).connect() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        row = f"('{F}', '{FEED}', '{FEED}', 5.0, 3)"
        connection.exec_driver_sql(
            f"INSERT INTO feeds (feed_id, configured_url, url, last_success, errors) VALUES {row}"
        )
        columns = "(dead_id, subject_id, at, replayed_at)"
        connection.exec_driver_sql(
            f"INSERT INTO dead_letters {columns} VALUES ('x', 'v', 7.0, 9.0), ('y', 'w', 8.0, 0)"
        )
        connection.commit()
    told = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "runs", "--out", str(tmp_path)], capture_output=True, text=True
    )
    assert (told.returncode, "is of an earlier version" in told.stderr) == (2, True)
    with held(url):
        assert not behind(url)
        ledger = SqlLedger(url, SetClock(), 600)
        unit = open_unit(ledger, "a")
        [feed] = ledger.feeds_of(unit, ledger.due_feeds(unit, {F: FEED}))
        assert (feed.polled_before, feed.health.errors) == (True, 0)
        with ledger.reading() as connection:  # a letter that was replayed was closed by that
            assert [row["dead_id"] for row in dead_letters(connection)] == ["y"]


def test_a_ledger_that_kept_no_digests_knows_its_bodies_after_the_upgrade(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    with engine(url).connect() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        page = RawPage(
            page_id="p", url="u", final_url="u", fetched_at="2026-03-01", sha256="abc", segment="s", offset=7
        )
        row = ("e", "u", msgspec.json.encode(page).decode(), 1.0)
        connection.exec_driver_sql(
            "INSERT INTO captures (entry_id, unit_id, page, registered_at) VALUES (?,?,?,?)", row
        )
        connection.commit()
    with held(url):
        assert SqlLedger(url, clock, 600).archived("v", ["abc", "other"]) == {"abc": page}
