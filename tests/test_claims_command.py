"""`newsbeam claims` and `newsbeam relate`, by the command line, over units in a real ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from said import told
from test_ledger import SetClock
from test_relate import FINCH, LORNA, MOVED, OTHER, STONE, WALL, Relating
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.ledger.engine import held
from schemas.commits import Package
from schemas.ids import entity_id
from schemas.records import Entity, Span


class Desk:
    """The commands, asked of one house."""

    def __init__(self, house: Relating) -> None:
        self.house = house

    def ask(self, *arguments: str, code: int = 0) -> Result:
        where = ["--out", str(self.house.root), "--set", f"paths.ledger={self.house.ledger.url}"]
        done = CliRunner().invoke(app, [*arguments, *where])
        if code == 0 and done.exception:
            raise done.exception
        assert getattr(done.exception, "exit_code", done.exit_code) == code, done.output
        return done

    def claims(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ask("claims", *arguments, "--json").stdout.splitlines()]

    def words(self, *arguments: str) -> set[str]:
        return {row["words"] for row in self.claims(*arguments)}


def about(made: Package, name: str) -> Package:
    """All claims of an article name an entity."""
    reading = made.reading.reading_id
    entity = Entity(
        entity_id=entity_id(reading, name, "ORG"), reading_id=reading, article_id=made.article.article_id, name=name,
        label="ORG", aliases=("EA",), mentions=(Span(0, 1, made.revision.text[:1]),),
    )  # fmt: skip
    claims = tuple(msgspec.structs.replace(c, about=(entity.entity_id,)) for c in made.claims)
    return msgspec.structs.replace(made, entities=(*made.entities, entity), claims=claims)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    house = Relating(tmp_path_factory.mktemp("desk"), SetClock())
    with held(house.ledger.url):
        house.take(told("hc", (FINCH, MOVED), (LORNA, WALL)))
        house.take(about(told("id", (FINCH, OTHER), hours=2), "Environment Agency"))
        late = told("nl", ("", STONE), slug="stone", hours=30)
        source = (Span(len(STONE) + 8, len(STONE) + 16, "somebody"),)
        denial = msgspec.structs.replace(
            late.claims[0], type="denial", kind="indirect", source=source, best_guess=LORNA
        )
        house.take(msgspec.structs.replace(late, claims=(denial,)))
    return Desk(house)


def test_all_claims_come_the_newest_first(desk):
    assert [row["words"] for row in desk.claims()] == [STONE, OTHER, MOVED, WALL]


def test_a_claim_is_shown_with_who_verb_words_outlet_date_and_place(desk):
    shown = desk.ask("claims", "--outlet", "id.test").stdout
    assert shown == (
        f"{FINCH}: speech (direct), id.test, 2026-03-02T10:00:00+00:00\n"
        f"  “{OTHER}”\n"
        f"  characters 1 to {1 + len(OTHER)} of https://id.test/flood\n"
        "  2 outlets have it, 2 speak for themselves; first hc.test, 2026-03-02T08:00:00+00:00\n"
        "  in conflict (quantity) with what others have; --conflicts shows both sides\n\n"
    )


def test_a_speaker_that_is_not_certain_stands_as_the_article_has_it(desk):
    shown = desk.ask("claims", "--kind", "denial").stdout
    assert shown.startswith(f"“somebody”, perhaps {LORNA}: denial (indirect), nl.test")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--speaker", "finch"), {MOVED, OTHER}),
        (("--speaker", "Dr Lorna Weatherby"), {WALL}),
        (("--speaker", "Lorna Finch"), set()),
        (("--speaker", "somebody"), {STONE}),
        (("--entity", "environment agency"), {OTHER}),
        (("--entity", "EA"), {OTHER}),
        (("--entity", "Weatherby"), {WALL}),
        (("--kind", "indirect"), {STONE}),
        (("--kind", "speech"), {MOVED, OTHER, WALL}),
        (("--since", "2026-03-03"), {STONE}),
        (("--since", "2026-03-02T09:00:00+01:00"), {STONE, OTHER, MOVED, WALL}),
        (("--outlet", "https://www.hc.test/flood"), {MOVED, WALL}),
        (("--outlet", "hc.test", "--speaker", "finch", "--since", "2026-03-01"), {MOVED}),
    ],
)
def test_claims_are_found_by_what_is_asked(desk, arguments, words):
    assert desk.words(*arguments) == words


def test_json_holds_spans_that_stand_in_the_text_and_the_statement(desk):
    [row] = desk.claims("--outlet", "id.test")
    [span] = row["spans"]
    assert told("id", (FINCH, OTHER)).revision.text[span["start"] : span["end"]] == span["exact"] == OTHER
    assert row["statement"]["sites"] == ["hc.test", "id.test"]
    assert (row["statement"]["independent_outlets"], row["statement"]["conflicts"]) == (2, 1)


def test_a_conflict_is_shown_once_with_both_sides(desk):
    shown = desk.ask("claims", "--conflicts").stdout
    assert shown.splitlines()[0] == "conflict (quantity): hc.test and id.test"
    assert shown.count("conflict (") == 1
    assert f"“{MOVED.replace('430', '[430]')}”" in shown
    assert f"“{OTHER.replace('340', '[340]')}”" in shown
    [row] = desk.claims("--conflicts")
    assert [side["in_conflict"]["exact"] for side in row["sides"]] == ["430", "340"]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("--speaker", "Finch"), 1),
        (("--outlet", "id.test"), 1),
        (("--entity", "EA"), 1),
        (("--since", "2026-03-02T09:00"), 1),
        (("--speaker", "Weatherby"), 0),
        (("--outlet", "nl.test"), 0),
        (("--since", "2026-03-03"), 0),
        (("--kind", "indirect"), 0),
    ],
)
def test_conflicts_are_narrowed_by_either_side(desk, arguments, count):
    assert len(desk.claims("--conflicts", *arguments)) == count


def test_what_is_left_out_is_said(desk):
    done = desk.ask("claims", "--limit", "2")
    assert done.stdout.count("characters") == 2
    assert "there are more than 2 claims; --limit shows them" in done.stderr
    assert "more than" not in desk.ask("claims", "--limit", "4").stderr
    assert "no claims fit" in desk.ask("claims", "--speaker", "Nobody Here").stderr
    assert "no conflicts fit" in desk.ask("claims", "--conflicts", "--outlet", "nl.test").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kind", "shouted"), "--kind takes one of direct, indirect, mixed"),
        (("--since", "last week"), "--since takes a day or an instant"),
        (("--outlet", "not a site"), "--outlet takes a site such as example.org"),
        (("--speaker", "—"), "--speaker takes a name"),
        (("--entity", " "), "--entity takes a name"),
    ],
)
def test_a_bad_argument_is_named(desk, arguments, said):
    done = desk.ask("claims", *arguments, code=2)
    assert said in str(done.exception)


def test_without_a_ledger_it_says_how_one_is_made(tmp_path):
    done = CliRunner().invoke(app, ["claims", "--out", str(tmp_path / "none")])
    assert "there is no ledger" in str(done.exception)


def test_words_from_the_web_cannot_steer_the_terminal(tmp_path):
    house = Relating(tmp_path, SetClock())
    with held(house.ledger.url):
        house.take(told("hc", (FINCH, "red \x1b[31m alert\u202e\nLorna Weatherby: said (direct)")))
    shown = Desk(house).ask("claims").stdout
    assert "\x1b" not in shown and "\u202e" not in shown
    assert len(shown.splitlines()) == 4


def test_relate_takes_what_is_left_and_anew_gives_the_same(tmp_path: Path):
    house = Relating(tmp_path, SetClock())
    with held(house.ledger.url):
        house.commit(told("hc", (FINCH, MOVED)))
        house.commit(told("id", (FINCH, OTHER), hours=2))
    desk = Desk(house)
    assert desk.claims("--conflicts") == []
    assert "2 units were related" in desk.ask("relate").stderr
    assert len(desk.claims("--conflicts")) == 1
    before = house.related()
    assert "0 units were related" in desk.ask("relate").stderr
    assert "2 units were related" in desk.ask("relate", "--anew").stderr
    assert house.related() == before


def test_claims_that_are_not_related_yet_are_shown_all_the_same(tmp_path: Path):
    house = Relating(tmp_path, SetClock())
    with held(house.ledger.url):
        house.commit(told("hc", (FINCH, MOVED)))
        house.walk()
    [row] = Desk(house).claims("--since", "2026-03-02")
    assert (row["words"], row["at"], row["statement"]) == (MOVED, "2026-03-02T08:00:00+00:00", None)
    assert Desk(house).claims("--since", "2026-03-03") == []
