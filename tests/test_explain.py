"""`newsbeam explain` tells of each end which feed, what answered, what decided, where the bytes are, and how to try
again; and the command that it names does so."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served, shaky_model, spanish
from typer.testing import CliRunner

from pipeline import driver
from pipeline.cli import app
from pipeline.ends import again, decided_by
from pipeline.explain import render
from pipeline.settings import load
from pipeline.world import RealWorld, open_world
from schemas.records import RawPage
from schemas.words import Disposition

SITE, TWIN, CLOSED = "http://isla.test", "http://twin.test", "http://closed.test"
FEED = f"{SITE}/rss"
CAP = 300_000


class Told(NamedTuple):
    """An end: the entry's address, and words of its story besides those that every story has."""

    url: str
    words: tuple[str, ...]
    archived: bool = False


ENDS = {
    Disposition.WRITTEN: Told(f"{SITE}/one", ("nothing stood against it", "reading ", "current revision"), True),
    Disposition.DUPLICATE: Told(f"{SITE}/moved", ("another entry led to this article first", "led to"), True),
    Disposition.COPY: Told(f"{TWIN}/copy", ("is a copy (syndicated", "sampled shingles"), True),
    Disposition.TOO_SHORT: Told(f"{SITE}/short", ("decided by: extract.min_words",), True),
    Disposition.NOT_ARTICLE: Told(f"{SITE}/empty", ("the page is empty",)),
    Disposition.ROBOTS_REFUSED: Told(f"{CLOSED}/secret", ("robots.txt of closed.test",)),
    Disposition.OPTED_OUT: Told(f"{SITE}/noai", ("x-robots-tag says noai", "obey_opt_out")),
    Disposition.GONE: Told(f"{SITE}/gone", ("status 410", "the status that isla.test answered")),
    Disposition.BLOCKED: Told(f"{SITE}/login", ("status 403",)),
    Disposition.UNREACHABLE: Told(f"{SITE}/cut", ("the connection broke off",)),
    Disposition.TOO_LARGE: Told(f"{SITE}/large", ("network.max_page_bytes", "300,000")),
    Disposition.PRIVATE_ADDRESS: Told("http://10.0.0.1/inside", ("10.0.0.1 is a private", "guard of addresses")),
    Disposition.DEAD: Told(f"{SITE}/fatal", ("the guarded pool: the process died", "1 failure"), True),
}  # fmt: skip


def the_web() -> FakeWeb:
    links = [end.url for end in ENDS.values()]
    web = FakeWeb().feed(FEED, rss(*links, f"{SITE}/old"))
    web.page(f"{SITE}/one", article("one", spanish("one", 12))).page(f"{SITE}/short", article("s", spanish("s", 1)))
    web.page(f"{SITE}/moved", "", 302, {"location": "/one"}).page(f"{SITE}/empty", "")
    web.page(f"{TWIN}/copy", article("copy", spanish("one", 12))).page(f"{SITE}/gone", "", 410)
    web.page(f"{CLOSED}/robots.txt", "User-agent: *\nDisallow: /").page(f"{SITE}/login", "", 403)
    web.page(f"{SITE}/noai", article("noai"), headers={"x-robots-tag": "noai"})
    web.page(f"{SITE}/cut", article("cut"), headers={"content-length": "99999"})
    web.page(f"{SITE}/large", "<p>" + "word " * CAP)
    return web.page(f"{SITE}/fatal", article("fatal", spanish("fatal") + " Nadie miraba el volcán."))


class Day(NamedTuple):
    config: Path
    summary: driver.Summary
    web: FakeWeb


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    folder = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch:
        name = shaky_model(folder / "models", "volcán")
        patch.syspath_prepend(folder / "models")
        web = the_web()
        with served(web) as address:
            config = desk(
                folder,
                address,
                [FEED],
                network=f"max_page_bytes = {CAP}",
                poll=f"first_poll_entries = {len(ENDS)}",
                guard="memory_mb = 4_002",
                annotate=f'[annotate.models]\nes = "{name}"',
            )
            lines = config.read_text(encoding="utf-8")
            config.write_text(f'{lines}"twin.test" = "{address}"\n"closed.test" = "{address}"\n', encoding="utf-8")
            here = open_here(config)
            yield Day(config, driver.run(here), web)
            here.guard().stop()


def open_here(config: Path) -> RealWorld:
    return open_world(load(config, {}, {}).settings)


def newsbeam(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def story(config: Path, url: str) -> dict[str, Any]:
    """Of the entry whose own address it is: the first that is told."""
    return json.loads(newsbeam("explain", url, "--json", "--config", str(config)).splitlines()[0])


def test_the_run_had_every_end_but_those_that_need_an_earlier_visit(day):
    assert set(day.summary.visits) == {word.value for word in Disposition} - {"unchanged", "forgotten"}
    assert day.summary.balanced


@pytest.mark.parametrize("end", ENDS)
def test_every_end_tells_feed_answer_rule_bytes_and_the_next_try(day, end):
    told = ENDS[end]
    shown = render(story(day.config, told.url))
    lines = shown.splitlines()
    assert lines[0] == f"{told.url}: done"
    assert f"seen in {FEED}" in lines[1]
    assert f"visit (new) ended {end} at " in shown
    assert f"its feed {FEED} answered new at " in shown
    assert [words for words in (*told.words, "decided by: ", "in unit ") if words not in shown] == []
    assert ("archived in " in shown) is told.archived
    assert lines[-1].startswith("  to try again")
    assert lines[-1].endswith(f" && newsbeam run --config {day.config}")


@pytest.mark.parametrize("end", [end for end, told in ENDS.items() if told.archived])
def test_the_bytes_lie_where_the_story_says(day, end):
    [page] = story(day.config, ENDS[end].url)["pages"]
    assert Path(page["file"]).is_file()
    kept = RawPage(**{name: page[name] for name in RawPage.__struct_fields__})
    served_body = day.web.table[page["final_url"]].body
    assert open_here(day.config).archive().read(kept).body == served_body


def test_what_happened_first_is_told_first(day):
    told = newsbeam("explain", f"{SITE}/fatal", "--config", str(day.config))
    order = ["seen in", "asked http", "archived in", "ended dead", "dead letter", "to try again"]
    assert sorted(order, key=told.index) == order


def test_an_item_that_a_first_poll_left_out_is_known(day):
    shown = newsbeam("explain", f"{SITE}/old", "--config", str(day.config))
    assert f"{SITE}/old: left_out" in shown
    assert "poll.first_poll_entries" in shown
    assert f"newsbeam try {SITE}/old" in shown


def test_the_commands_that_are_named_lead_to_another_visit(day):
    """All of them together: what is archived is read from there, the rest is asked for again."""
    before = {end: day.web.count(told.url) for end, told in ENDS.items()}
    commands = {told.url: story(day.config, told.url)["again"]["commands"] for told in ENDS.values()}
    for url, (first, _) in commands.items():
        program, *arguments = shlex.split(first)
        assert program == "newsbeam"
        newsbeam(*arguments)
        assert story(day.config, url)["state"] == "pending"
    summary = driver.run(open_here(day.config))
    assert summary.total == len(ENDS)
    assert summary.visits["unchanged"] == 2  # the one that was written, and the copy
    asked = {end for end, told in ENDS.items() if day.web.count(told.url) > before[end]}
    resting = {Disposition.ROBOTS_REFUSED, Disposition.PRIVATE_ADDRESS}
    assert asked == set(ENDS) - resting - {Disposition.TOO_SHORT, Disposition.DEAD}
    [letter] = story(day.config, f"{SITE}/fatal")["dead_letters"]
    assert (letter["tries"], letter["closed_at"]) == (2, "")
    shown = newsbeam("explain", f"{SITE}/one", "--config", str(day.config))
    assert "visit (revisit) ended unchanged at dedupe" in shown
    assert "decided by: the committed text of the article, which is the same" in shown


@pytest.mark.parametrize("word", list(Disposition))
def test_no_end_is_without_a_reason_and_a_way_on(word):
    assert decided_by(word, "fetch", "http://isla.test/x", "OSError")
    assert again("done", word, "http://isla.test/it's", step="fetch", kind="OSError").commands
    assert again("pending", word, "").commands == ("newsbeam run",)
