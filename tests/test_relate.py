"""Statements and stories of committed units: real files, a real SQLite ledger, units settled as Settle settles them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from said import TOPIC, Said, told
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from test_ledger import SetClock
from test_readmodel import House, copied, with_model

from pipeline.ledger import forgetting, window
from pipeline.ledger import tables as t
from pipeline.ledger.engine import held
from pipeline.relate import MARK, anew, relate
from schemas.commits import Package
from schemas.config import Relate as Bounds
from schemas.ids import article_id
from schemas.records import ClaimChange, Notice, Revision, Span, Statement, Story

FINCH, LORNA = "Alasdair Finch", "Lorna Weatherby"
MOVED = "rescue teams had moved 430 people out of the lower streets of Saltmere"
OTHER = "rescue teams had moved 340 people out of the lower streets of Saltmere"
STONE = "the levee at Saltmere would be rebuilt in stone before the winter"
WALL = "there is more patch than wall along the whole of the Tarrow"
DAY_S = 86_400


class Relating(House):
    """A house whose units are walked and related in one call."""

    bounds = Bounds()

    def relate(self) -> int:
        self.walk()
        return relate(self.ledger, self.root, self.bounds)

    def take(self, *packages: Package) -> None:
        self.commit(*packages)
        assert self.relate() >= 1

    def anew(self) -> int:
        return anew(self.ledger, self.root, self.bounds)

    def related(self) -> dict[str, list[tuple[object, ...]]]:
        with self.ledger.reading() as connection:
            return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in t.RELATED}

    def records(self, table: str, kind: type) -> list:
        with self.ledger.reading() as connection:
            bodies = connection.scalars(select(t.metadata.tables[table].c.record)).all()
        return [msgspec.json.decode(body, type=kind) for body in bodies if body]

    @property
    def statements(self) -> list[Statement]:
        return sorted(self.records("read_statements", Statement), key=lambda s: (s.first_seen, s.words))

    @property
    def stories(self) -> list[Story]:
        return sorted(self.records("read_stories", Story), key=lambda s: s.first_seen)

    @property
    def changes(self) -> list[ClaimChange]:
        return self.records("read_claim_changes", ClaimChange)

    @property
    def notices(self) -> list[Notice]:
        return self.records("read_notices", Notice)

    def in_window(self) -> int:
        with self.ledger.reading() as connection:
            mine = select(func.count()).select_from(t.related_claims).where(t.related_claims.c.facts != b"")
            return connection.scalar(mine) or 0

    def erase(self, *packages: Package) -> None:
        gone = forgetting.Holdings(articles={p.article.article_id: p.article.url for p in packages})
        with self.ledger.engine.begin() as connection:
            forgetting.erase(connection, gone, disposition="forgotten")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Relating]:
    made = Relating(tmp_path, SetClock())
    with held(made.ledger.url):
        yield made


def week(house: Relating) -> None:
    """Three outlets over a day: copies in other words, two figures, a denial, a revision, a lineage row."""
    first = told("hc", (FINCH, MOVED), (LORNA, WALL))
    house.commit(first, told("nl", ("Ann Lee", "the choir had never sung better"), slug="choir", title="Applause"))
    house.commit(told("id", (FINCH, OTHER), hours=2))
    house.commit(told("nl", (FINCH, STONE), hours=3), told("mp", (FINCH, STONE.replace("would", "would not")), hours=4))
    by = copied("grid", "hc")
    by = msgspec.structs.replace(by, original_article_id=first.article.article_id, original_url=first.article.url)
    revised = told("hc", (FINCH, MOVED.replace("430", "460")), (LORNA, WALL), before=first, by=(by,))
    house.commit(revised)


def test_claims_of_two_outlets_become_one_statement_with_both_figures(house):
    house.take(told("hc", (FINCH, MOVED)))
    assert [(s.words, s.outlets, s.conflicts) for s in house.statements] == [(MOVED, 1, ())]
    house.take(told("id", ("Finch", OTHER), hours=2))
    [statement] = house.statements
    assert (statement.outlets, statement.sites, statement.speaker) == (2, ("hc.test", "id.test"), FINCH)
    [conflict] = statement.conflicts
    assert (conflict.kind, conflict.span.exact, conflict.other_span.exact) == ("quantity", "430", "340")


def spans(house: Relating) -> Iterator[tuple[str, Span]]:
    for statement in house.statements:
        for conflict in statement.conflicts:
            yield conflict.article_id, conflict.span
            yield conflict.other_article_id, conflict.other_span


def test_every_conflict_stands_in_the_current_texts_on_both_sides(house):
    week(house)
    house.relate()
    with house.ledger.reading() as connection:
        mine = select(t.read_revisions.c.record).where(t.read_revisions.c.current.is_(True))
        texts = {
            r.article_id: r.text for r in (msgspec.json.decode(b, type=Revision) for b in connection.scalars(mine))
        }
    found = list(spans(house))
    assert len(found) >= 6
    for article, span in found:
        assert texts[article][span.start : span.end] == span.exact
    kinds = {c.kind for s in house.statements for c in s.conflicts}
    assert kinds == {"quantity", "negation"}


def test_the_opposite_is_told_on_both_statements(house):
    house.take(told("nl", (FINCH, STONE)), told("mp", (FINCH, STONE.replace("would", "would not")), hours=1))
    one, other = house.statements
    assert [c.other_statement_id for c in one.conflicts] == [other.statement_id]
    assert [c.other_statement_id for c in other.conflicts] == [one.statement_id]


# Again, anew, in any order


def test_unit_by_unit_gives_what_all_at_once_gives(house):
    week(house)
    assert house.relate() == 4
    at_once = house.related()
    assert house.anew() == 4
    assert house.related() == at_once
    assert house.relate() == 0


def test_taken_as_they_come_or_after_a_day_units_give_the_same(tmp_path):
    made = []
    for name, as_they_come in (("one", True), ("two", False)):
        house = Relating(tmp_path / name, SetClock())
        house.root.mkdir(parents=True)
        with held(house.ledger.url):
            if as_they_come:
                commit = house.commit
                house.commit = lambda *packages, commit=commit, house=house: (commit(*packages), house.relate())  # type: ignore[method-assign]
            week(house)
            house.relate()
            made.append(house.related())
    assert made[0] == made[1]


def test_the_order_of_a_units_rows_decides_nothing(house, tmp_path):
    packages = [told("hc", (FINCH, MOVED)), told("id", (FINCH, OTHER)), told("nl", (LORNA, WALL), (FINCH, STONE))]
    house.take(*packages)
    second = Relating(tmp_path / "second", SetClock())
    second.root.mkdir(parents=True)
    with held(second.ledger.url):
        second.take(*reversed(packages))
        assert second.related() == house.related()


def test_a_unit_that_dies_half_way_is_taken_again_with_the_same_result(house):
    week(house)
    house.relate()
    whole = house.related()
    with house.ledger.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON read_stories WHEN (SELECT count(*) FROM read_stories) > 1 "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(IntegrityError, match="full"):
        house.anew()
    half = house.related()
    assert half["related_claims"] and half != whole
    with house.ledger.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
        mark = connection.scalar(select(t.counters.c.value).where(t.counters.c.name == MARK))
    assert 1 <= (mark or 0) < 4, "what was whole is not taken again"
    house.relate()
    assert house.related() == whole


def test_what_is_not_walked_is_not_related(house):
    house.commit(told("hc", (FINCH, MOVED)))
    assert relate(house.ledger, house.root, house.bounds) == 0
    assert house.statements == []


# Bounds


def crowd(house: Relating, count: int, first: int = 0) -> None:
    """As many people, each with a matter of their own."""
    tags = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(first, first + count)]
    said: list[Said] = [(f"Ada Person{tag}", f"matter{tag} will be settled by the council of Saltmere") for tag in tags]
    for at in range(0, count, 10):
        house.commit(told(f"p{first + at}", *said[at : at + 10], slug=f"s{first + at}", title=f"Matter {first + at}"))


def steps(house: Relating, *packages: Package) -> int:
    """Hundreds of steps of SQLite's machine that it takes to relate a unit of these packages."""
    house.commit(*packages)
    house.walk()
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    with house.ledger.engine.connect() as connection:
        connection.connection.driver_connection.set_progress_handler(count, 100)  # type: ignore[union-attr]
    assert relate(house.ledger, house.root, house.bounds) == 1
    with house.ledger.engine.connect() as connection:
        connection.connection.driver_connection.set_progress_handler(None, 0)  # type: ignore[union-attr]
    return counted[0]


def test_a_new_article_looks_only_where_its_keys_lead(house):
    crowd(house, 40)
    house.take(told("hc", (FINCH, MOVED)))
    few = steps(house, told("id", (FINCH, OTHER), hours=1))
    crowd(house, 560, first=40)
    house.relate()
    many = steps(house, told("nl", (FINCH, MOVED), hours=2))
    assert house.in_window() == 603
    assert few > 10
    assert many < 2 * few


def test_what_has_left_the_window_costs_nothing_and_is_not_met_again(house):
    house.take(told("hc", (FINCH, MOVED)))
    crowd(house, 300)
    house.relate()
    house.clock.later(days=15)
    house.take(told("mp", (LORNA, WALL)))
    assert house.in_window() == 1
    with house.ledger.reading() as connection:
        keys = connection.scalar(select(func.count()).select_from(t.claim_keys))
        articles = connection.scalar(select(func.count()).select_from(t.article_keys))
    assert (keys, articles) <= (30, 30)
    few = steps(house, told("id", (LORNA, WALL), hours=1))
    house.take(told("nl", (FINCH, MOVED), hours=1))
    assert len([s for s in house.statements if s.words == MOVED]) == 2, "the first one is past the window"
    house.clock.later(days=15)
    crowd(house, 300, first=300)
    house.relate()
    house.clock.later(days=15)
    house.take(told("mp", (LORNA, STONE), slug="later"))
    assert steps(house, told("hc", (LORNA, STONE), slug="later", hours=1)) < 2 * few


def test_the_window_holds_so_many_claims_and_no_more(house):
    house.bounds = Bounds(window_claims=25)
    crowd(house, 100)
    house.relate()
    assert house.in_window() == 25
    with house.ledger.reading() as connection:
        numbers = connection.scalars(select(t.related_claims.c.n).where(t.related_claims.c.facts != b"")).all()
    assert sorted(numbers) == list(range(76, 101)), "the newest"
    at_once = house.related()
    house.anew()
    assert house.related() == at_once


def test_a_key_that_many_share_keeps_its_newest(house):
    for n in range(3 * window.HOT):
        house.commit(told(f"p{n}", (FINCH, MOVED), slug=f"s{n}", hours=n / 10))
    house.relate()
    with house.ledger.reading() as connection:
        most = connection.scalar(
            select(func.count()).select_from(t.claim_keys).group_by(t.claim_keys.c.key).order_by(func.count().desc())
        )
    assert most is not None and most <= 2 * window.HOT + 1
    [statement] = house.statements
    assert statement.outlets == 3 * window.HOT


def test_a_statement_past_the_window_is_still_whole_when_a_claim_of_it_changes(house):
    first = told("hc", (FINCH, MOVED), (LORNA, WALL))
    house.take(first, told("id", (FINCH, OTHER), hours=2))
    [before] = [s for s in house.statements if s.words == MOVED]
    house.clock.later(days=15)
    house.take(told("mp", (LORNA, STONE)))
    assert house.in_window() == 1
    house.take(told("hc", (FINCH, MOVED), (LORNA, WALL + " and back"), before=first))
    [after] = [s for s in house.statements if s.words == MOVED]
    assert (after.statement_id, after.first_seen, after.outlets) == (before.statement_id, before.first_seen, 2)


# Life-cycle, notices, stories


def test_a_revision_says_what_became_of_its_claims_and_stays_in_its_statements(house):
    first = told("hc", (FINCH, MOVED), (LORNA, WALL))
    house.take(first)
    [moved] = [s for s in house.statements if s.words == MOVED]
    now = MOVED.replace("430", "460")
    second = told("hc", (FINCH, now), (LORNA, STONE), before=first, hours=3)
    house.take(second)
    made = {change.kind: change for change in house.changes}
    assert set(made) == {"number", "added", "withdrawn"}
    assert (made["number"].before_words, made["number"].words) == (MOVED, now)
    assert (made["withdrawn"].before_speaker, made["added"].speaker) == (LORNA, LORNA)
    assert {c.follows for c in made.values()} == {first.revision.revision_id}
    [still] = [s for s in house.statements if s.statement_id == moved.statement_id]
    assert (still.words, still.claim_ids) == (now, (second.claims[0].claim_id,))
    assert WALL not in [s.words for s in house.statements], "what was withdrawn is said by nobody"


def test_a_text_that_is_only_read_again_has_no_changes(house):
    first = told("hc", (FINCH, MOVED))
    house.take(first)
    again = with_model(told("hc", (FINCH, MOVED)), "m-2")
    house.take(again)
    assert house.changes == []
    assert len(house.statements) == 1


def test_a_text_that_comes_back_brings_its_claims_back(house):
    first = told("hc", (FINCH, MOVED))
    second = told("hc", (FINCH, STONE), before=first)
    for one in (first, second, first):
        house.take(one)
    assert [s.words for s in house.statements] == [MOVED]


def test_a_correction_is_tied_to_what_it_corrects(house):
    first = told("hc", (FINCH, MOVED))
    house.take(first, told("id", (FINCH, MOVED), hours=1))
    line = "An earlier version of this article misstated the number of people moved as 430."
    house.take(told("hc", (FINCH, MOVED.replace("430", "460")), before=first, more=line, hours=2))
    [notice] = house.notices
    assert (notice.kind, notice.span.exact, notice.corrects_article_id) == (
        "correction",
        line,
        first.article.article_id,
    )
    assert first.claims[0].claim_id in notice.claim_ids


def test_a_notice_in_an_article_of_its_own_is_tied_to_the_sites_earlier_article(house):
    first = told("hc", (FINCH, MOVED))
    house.take(first, told("id", (FINCH, MOVED), hours=1))
    text = "The number of people whom rescue teams moved out of the lower streets of Saltmere was 460, not 430."
    title = f"Correction: {TOPIC}"
    house.take(told("hc", slug="sorry", title=title, more=text, hours=9))
    [notice] = house.notices
    assert (notice.span.exact, notice.corrects_article_id) == (title, first.article.article_id)
    assert notice.claim_ids == (first.claims[0].claim_id,)


def test_articles_of_one_event_are_one_story_with_their_copies(house):
    week(house)
    house.relate()
    flood, choir = sorted(house.stories, key=lambda s: -len(s.article_ids))
    assert flood.sites[:2] == ("hc.test", "id.test") and "grid.test" in flood.sites
    assert choir.title == "Applause"
    whole = [s for s in house.statements if "grid.test" in s.sites]
    assert whole and all(s.independent_outlets < s.outlets for s in whole)


# Forgotten


def names(house: Relating) -> set[str]:
    """Every article that a record of what was related names."""
    found = {
        c[key]
        for s in house.statements
        for c in map(msgspec.structs.asdict, s.conflicts)
        for key in ("article_id", "other_article_id")
    }
    found |= {v.article_id for s in house.statements for v in s.variants}
    found |= {a for s in house.stories for a in (*s.article_ids, *s.originals, *s.originals.values())}
    found |= {c.article_id for c in house.changes}
    return found | {a for n in house.notices for a in (n.article_id, n.corrects_article_id)}


@pytest.mark.parametrize("which", ["hc", "id", "nl", "mp", "grid"])
def test_what_is_forgotten_leaves_statements_stories_conflicts_and_changes(house, which):
    week(house)
    house.relate()
    url = {"grid": "https://grid.test/"}.get(which, f"https://{which}.test/flood")
    gone = told(which)
    gone = msgspec.structs.replace(
        gone, article=msgspec.structs.replace(gone.article, article_id=article_id(url), url=url)
    )
    assert gone.article.article_id in names(house)
    house.erase(gone)
    assert gone.article.article_id not in names(house)
    assert f"{which}.test" not in {site for s in house.statements for site in s.sites} - {"nl.test"}
    with house.ledger.reading() as connection:
        left = {row.claim_id for row in connection.execute(select(t.related_claims.c.claim_id))}
        pairs = {c for row in connection.execute(select(t.claim_clashes)) for c in (row.claim_id, row.other_claim_id)}
        posted = set(connection.scalars(select(t.claim_keys.c.n)))
        numbers = set(connection.scalars(select(t.related_claims.c.n)))
    assert pairs <= left and posted <= numbers


def test_everything_forgotten_leaves_nothing(house):
    week(house)
    house.relate()
    with house.ledger.reading() as connection:
        ids = list(connection.scalars(select(t.related_articles.c.article_id)))
    with house.ledger.engine.begin() as connection:
        gone = forgetting.Holdings(articles=dict.fromkeys(ids, ""))
        forgetting.erase(connection, gone, disposition="forgotten")
    assert all(rows == [] for rows in house.related().values())
