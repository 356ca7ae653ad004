"""What ends dead is kept with its input and its reason, comes again on request, and is written once its cause is gone.

The whole way by the command line: run, dead, replay, run. What fails is real: a language model that takes its process
down at one text, and a limit of time that is too tight for one feed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served, shaky_model, spanish
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.explain import explain
from pipeline.settings import load
from pipeline.world import RealWorld, open_world
from schemas.errors import ModelMissing, UsageError

HOST = "http://isla.test"
FATAL = f"{HOST}/fatal"
MANY = 1_900


def newsbeam(*arguments: str, config: Path, code: int = 0) -> str:
    """What a command prints on stdout."""
    done = CliRunner().invoke(app, [*arguments, "--config", str(config)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def summary(text: str) -> dict:
    return json.loads(text)


def rows(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def world(config: Path) -> RealWorld:
    return open_world(load(config, {}, {}).settings)


@pytest.fixture
def island(tmp_path, monkeypatch):
    """Two English and two Spanish articles; the Spanish model cannot bear one of them."""
    models = tmp_path / "models"
    name = shaky_model(models, "volcán")
    monkeypatch.syspath_prepend(models)
    web = FakeWeb().feed(f"{HOST}/rss", rss(*(f"{HOST}/{page}" for page in ("one", "uno", "fatal", "two"))))
    web.page(f"{HOST}/one", article("one")).page(f"{HOST}/two", article("two"))
    web.page(f"{HOST}/uno", article("uno", spanish("uno")))
    web.page(FATAL, article("fatal", spanish("fatal") + " Nadie miraba el volcán."))
    with served(web) as address:
        both = f'[annotate.models]\nen = "en_newsbeam_sm"\nes = "{name}"'
        # A memory limit of its own gives it a pool of its own, whose processes see the model's folder.
        yield desk(tmp_path, address, [f"{HOST}/rss"], guard="memory_mb = 4_001", annotate=both), web, models
    world(tmp_path / "newsbeam.toml").guard().stop()


def test_a_page_that_kills_its_worker_is_dead_alone_and_is_written_after_a_replay(island):
    config, web, models = island

    # One page is dead; its neighbours in every batch are written.
    first = summary(newsbeam("run", "--json", "--fail-on", "dead=20%", config=config, code=3))
    assert first["visits"] == {"dead": 1, "written": 3}
    assert first["balanced"]
    assert first["leased"] == first["total"] == 4

    # The letter says what, where and why, and where the page lies.
    [listed] = rows(newsbeam("dead", "--json", config=config))
    assert (listed["subject"], listed["step"], listed["kind"]) == ("visit", "annotate", "GuardCrash")
    assert listed["url"] == FATAL
    assert "died" in listed["error"]
    assert FATAL.removeprefix("http://") in newsbeam("dead", config=config).replace("\n", "")
    letter = show(config, listed["dead_id"][:12])
    assert letter["dead_id"] == listed["dead_id"]
    kept = json.loads(letter["input"])
    assert kept["url"] == kept["archive"]["final_url"] == FATAL
    assert (Path(world(config).settings.archive_dir) / kept["archive"]["segment"]).is_file()

    # The cause is gone: the archived page is read, and nobody is asked for it a second time.
    shaky_model(models, "volcán", mended=True)
    world(config).guard().stop()
    assert replay(config) == "1 entries and 0 feeds are due again\n"
    assert summary(newsbeam("run", "--json", config=config))["visits"] == {"written": 1}
    assert web.count(FATAL) == 1

    # The letter is closed, and still there.
    assert rows(newsbeam("dead", "--json", config=config)) == []
    [closed] = rows(newsbeam("dead", "--all", "--json", config=config))
    assert closed["dead_id"] == listed["dead_id"]
    assert show(config, closed["dead_id"]) == letter
    assert replay(config) == "0 entries and 0 feeds are due again\n"
    [story] = explain(world(config).ledger(), FATAL)
    told = [(visit["why"], visit["disposition"]) for visit in story["visits"]]
    assert told == [("new", "dead"), ("replay", "written")]
    assert [told["dead_id"] for told in story["dead_letters"]] == [letter["dead_id"]]
    assert summary(newsbeam("run", "--json", config=config))["total"] == 0


def replay(config: Path, *only: str) -> str:
    return CliRunner().invoke(app, ["replay", "--dead", *only, "--config", str(config)], catch_exceptions=False).stderr


def show(config: Path, dead_id: str) -> dict:
    """The JSON part of `dead show`: the trace stands below it."""
    text = CliRunner().invoke(app, ["dead", "--config", str(config), "show", dead_id]).stdout
    return json.JSONDecoder().raw_decode(text)[0]


def test_a_feed_that_cannot_be_read_in_time_is_dead_and_is_read_after_a_replay(tmp_path):
    long = rss(f"{HOST}/one", *(f"{HOST}/{n}" for n in range(MANY)))
    web = FakeWeb().feed(f"{HOST}/rss", long).page(f"{HOST}/one", article("one", spanish("one")))
    one = "first_poll_entries = 1"
    with served(web) as address:
        config = desk(tmp_path, address, [f"{HOST}/rss"], poll=f"timeout_s = 0.05\n{one}")
        ran = summary(newsbeam("run", "--json", config=config))
        assert (ran["polls"], ran["total"]) == ({"dead": 1}, 0)
        [listed] = rows(newsbeam("dead", "--json", config=config))
        assert (listed["subject"], listed["step"], listed["kind"]) == ("poll", "poll", "GuardTimeout")
        assert listed["url"] == f"{HOST}/rss"
        assert "0.05 s" in listed["error"]
        assert json.loads(show(config, listed["dead_id"])["input"])["url"] == f"{HOST}/rss"
        [feed] = rows(newsbeam("feeds", "list", "--json", config=config))
        assert (feed["state"], feed["result"], feed["last_error"]) == ("failing", "dead", listed["error"])

        desk(tmp_path, address, [f"{HOST}/rss"], poll=one)
        assert summary(newsbeam("run", "--json", config=config))["polls"] == {}  # it is not due yet
        assert replay(config) == "0 entries and 1 feeds are due again\n"
        ran = summary(newsbeam("run", "--json", config=config))
        assert (ran["polls"], ran["visits"]) == ({"new": 1}, {"written": 1})
    assert rows(newsbeam("dead", "--json", config=config)) == []
    assert len(rows(newsbeam("dead", "--all", "--json", config=config))) == 1
    world(config).guard().stop()


def test_what_fails_again_stays_open_with_its_new_error_and_a_count_until_it_succeeds(island):
    config, web, models = island
    newsbeam("run", "--json", config=config)
    [first] = rows(newsbeam("dead", "--json", config=config))
    assert first["tries"] == 1

    # Its cause is still there: the letter counts, and is the only one.
    assert replay(config) == "1 entries and 0 feeds are due again\n"
    assert [row["dead_id"] for row in rows(newsbeam("dead", "--json", config=config))] == [first["dead_id"]]
    assert summary(newsbeam("run", "--json", config=config))["visits"] == {"dead": 1}
    [second] = rows(newsbeam("dead", "--json", config=config))
    assert (second["dead_id"], second["tries"], second["step"]) == (first["dead_id"], 2, "annotate")
    assert len(rows(newsbeam("dead", "--all", "--json", config=config))) == 1

    # Now something else is wrong with it: the letter tells of that.
    segment = json.loads(show(config, first["dead_id"])["input"])["archive"]["segment"]
    file = Path(world(config).settings.archive_dir) / segment
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    assert replay(config) == "1 entries and 0 feeds are due again\n"
    newsbeam("run", "--json", config=config)
    [third] = rows(newsbeam("dead", "--json", config=config))
    assert (third["dead_id"], third["tries"], third["step"]) == (first["dead_id"], 3, "extract")
    assert third["kind"] == "ArchiveError"
    assert show(config, first["dead_id"])["error"] == third["error"]

    # Only what is named is sent through again.
    file.write_bytes(whole)
    shaky_model(models, "volcán", mended=True)
    world(config).guard().stop()
    assert replay(config, "--step", "annotate") == "0 entries and 0 feeds are due again\n"
    assert replay(config, "--kind", "GuardCrash") == "0 entries and 0 feeds are due again\n"
    assert replay(config, "--step", "extract", "--kind", "ArchiveError") == "1 entries and 0 feeds are due again\n"
    assert summary(newsbeam("run", "--json", config=config))["visits"] == {"written": 1}
    assert rows(newsbeam("dead", "--json", config=config)) == []
    [closed] = rows(newsbeam("dead", "--all", "--json", config=config))
    assert (closed["dead_id"], closed["tries"]) == (first["dead_id"], 3)
    assert closed["closed_at"]
    assert web.count(FATAL) == 1  # from its step on: nobody was asked for the page a second time


def test_a_step_that_does_not_exist_is_named_with_those_that_do(tmp_path):
    done = CliRunner().invoke(app, ["replay", "--dead", "--step", "extrakt", "--out", str(tmp_path)])
    assert isinstance(done.exception, UsageError)
    assert "annotate" in str(done.exception)


@pytest.mark.parametrize("command", [["run"], ["try", __file__]])
def test_a_model_that_is_not_installed_is_no_letter_for_each_page_but_stops_at_once(tmp_path, command):
    web = FakeWeb().feed(f"{HOST}/rss", rss(f"{HOST}/one"))
    with served(web) as address:
        config = desk(tmp_path, address, [f"{HOST}/rss"], annotate='models = { en = "en_newsbeam_mega" }')
        done = CliRunner().invoke(app, [*command, "--config", str(config)])
    assert isinstance(done.exception, ModelMissing)
    assert done.exception.exit_code == 4
    assert "'en_newsbeam_mega' is not installed" in str(done.exception)
    assert web.asked == []
