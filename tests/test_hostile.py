"""The hostile table through the whole graph: each input ends in its own named result, and the good ones lose nothing.

The real command, client, ledger, runner, pool and sinks; servers that say any bytes; caps that are low.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served
from hostile_rows import BODIES, EXTRACT_S, FEED_CAP, INSIDE, PAGE_CAP, PAGES, TLS, TOTAL_S, WIRES, of
from wire import answer, by_path, certificates, wired

from pipeline import driver
from pipeline.explain import explain
from pipeline.ledger.queries import dead_letters, feed_states, runs
from pipeline.settings import load
from pipeline.sqlviews import query
from pipeline.world import RealWorld, open_world
from schemas.words import Disposition, PollResult
from transforms.links import absolute

ROOT = Path(__file__).parents[1]
GOOD = "http://good.test"
ON_THE_WIRE = [f"{'https' if name in TLS else 'http'}://{name}.test" for name in WIRES]


def open_desk(config: Path) -> RealWorld:
    return open_world(load(config, {}, {}).settings)


class Day(NamedTuple):
    """One run over all of it."""

    world: RealWorld
    summary: dict[str, Any]
    polls: dict[str, tuple[str, str]]
    visits: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    folder = tmp_path_factory.mktemp("day")
    trusted, keys = certificates(folder)
    links = [f"{GOOD}/{name}" for name in PAGES] + [f"{at}/page" for at in ON_THE_WIRE] + [f"{at}page" for at in INSIDE]
    serves = {f"{name}.test": row.serve for name, row in WIRES.items()}
    for name, row in BODIES.items():
        web = {f"/{page}": answer(article(f"{name} {page}").encode()) for page in row.links}
        serves[f"{name}.test"] = by_path({"/rss": row.serve} | web)
    serves["good.test"] = by_path(
        {"/rss": answer(rss(*links).encode())} | {f"/{name}": row.serve for name, row in PAGES.items()}
    )
    serves["sound.test"] = by_path(
        {"/rss": answer(rss("https://sound.test/one").encode()), "/one": answer(article("sound").encode())}
    )
    watched = [f"http://{name}.test/rss" for name in BODIES] + [f"{at}/rss" for at in ON_THE_WIRE]
    watched += [f"{at}rss" for at in INSIDE] + [f"{GOOD}/rss", "https://sound.test/rss"]
    caps = f"max_feed_bytes = {FEED_CAP}\nmax_page_bytes = {PAGE_CAP}\ntotal_timeout_s = {TOTAL_S}"
    with wired(serves, keys) as addresses:
        config = desk(
            folder,
            "127.0.0.1:9",
            watched,
            network=caps,
            poll="first_poll_entries = 500",
            extract=f"timeout_s = {EXTRACT_S}",
            annotate="models = {}",
        )
        head = config.read_text(encoding="utf-8").partition("[network.test.resolve]")[0]
        resolve = "".join(f'"{host}" = "{address}"\n' for host, address in addresses.items())
        config.write_text(f"{head}[network.test.resolve]\n{resolve}", encoding="utf-8")
        ours = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SSL_CERT_FILE": str(trusted)}
        ours["NEWSBEAM_NETWORK__USER_AGENT"] = "desk/1.0 (+https://desk.example/bot)"
        command = [sys.executable, "-m", "pipeline.cli", "run", "--json", "--config", str(config)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=ours)
        assert done.returncode == 0, done.stderr
        world = open_desk(config)
        yield Day(world, json.loads(done.stdout), polls(world), visits(world))


def polls(world: RealWorld) -> dict[str, tuple[str, str]]:
    with world.ledger().reading() as connection:
        states = feed_states(connection)
    return {feed.url: (states[i]["last_result"], states[i]["last_error"]) for i, feed in world.feeds.items()}


def visits(world: RealWorld) -> dict[str, tuple[str, str]]:
    """How each visit ended, from the committed files."""
    _, rows = query(Path(world.settings.output.dir), "SELECT url, disposition, reason FROM visits")
    assert len({url for url, *_ in rows}) == len(rows)
    return {url: (disposition, reason) for url, disposition, reason in rows}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_feed_ends_in_its_own_word(day, name):
    row = BODIES[name]
    result, words = day.polls[f"http://{name}.test/rss"]
    assert (result, row.words in words) == (row.ends, True), words
    assert "Traceback" not in words


@pytest.mark.parametrize("at", ON_THE_WIRE)
def test_what_is_wrong_on_the_wire_ends_alike_for_a_feed_and_a_page(day, at):
    row = WIRES[at.rpartition("/")[2].removesuffix(".test")]
    for ended, words in (day.polls[f"{at}/rss"], day.visits[f"{at}/page"]):
        assert (ended, row.words in words) == (row.ends, True), words
        assert "Traceback" not in words


@pytest.mark.parametrize("at", INSIDE)
def test_no_spelling_of_an_address_leads_inside(day, at):
    for ended, words in (day.polls[f"{at}rss"], day.visits[absolute(f"{at}page")]):
        assert (ended, INSIDE[at] in words) == ("private_address", True), words


@pytest.mark.parametrize("name", [name for name in BODIES if BODIES[name].links])
def test_what_could_be_read_of_a_bad_feed_was_read(day, name):
    ended = {url: end for url, (end, _) in day.visits.items() if f"//{name}.test" in url}
    assert ended == {f"http://{name}.test/{page}": Disposition.WRITTEN for page in BODIES[name].links}


@pytest.mark.parametrize("name", PAGES)
def test_a_bad_page_ends_in_its_own_word(day, name):
    ended, words = day.visits[f"{GOOD}/{name}"]
    assert (ended, PAGES[name].words in words) == (PAGES[name].ends, True), words


def test_the_run_comes_to_its_end_and_its_sums_agree(day):
    found = day.polls
    assert found[f"{GOOD}/rss"] == (PollResult.NEW, "")
    assert found["https://sound.test/rss"][0] == PollResult.NEW  # what is right with TLS passes
    assert sum(day.summary["polls"].values()) == len(BODIES) + len(WIRES) + len(INSIDE) + 2
    shown = len(PAGES) + len(WIRES) + len(INSIDE) + sum(len(row.links) for row in BODIES.values()) + 1
    assert day.summary["leased"] == day.summary["total"] == len(day.visits) == shown
    assert day.summary["balanced"]
    with day.world.ledger().reading() as connection:
        letters = dead_letters(connection, open_only=False)
        for unit in runs(connection, limit=100):
            assert unit["leased"] == sum(unit["counts"].values())
            assert unit["state"] == "done"
    # One worker reads all pages: after the one that had to be stopped another took its place.
    assert [(row["url"], row["kind"]) for row in letters] == [(f"{GOOD}/slow", "GuardTimeout")]
    assert day.world.settings.guard.workers == 1


def test_no_file_of_this_machine_was_read_for_a_feed(day):
    """What an external entity points at stands nowhere: not in the ledger, not in the output, not in the archive."""
    secret = Path("/etc/passwd").read_bytes().splitlines()[0]
    assert len(secret) > 10
    files = [path for path in Path(day.world.settings.output.dir).rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        assert secret not in (gzip.decompress(data) if path.suffix == ".gz" else data), path


def test_line_ends_in_an_address_stay_in_it(tmp_path):
    """A redirect that hides a header in its address is asked for with the line ends encoded."""
    seen: list[bytes] = []

    def listen(connection: Any, head: bytes, over: Any) -> None:
        seen.append(head)
        answer(of("split", "one").encode())(connection, head, over)

    begin = answer(b"", "Location: http://target.test/rss%0d%0aX-Evil:%20yes\r\n", "302 Found")
    with wired({"split.test": begin, "target.test": listen}) as addresses:
        config = desk(tmp_path, addresses["split.test"], ["http://split.test/rss"])
        more = f'"target.test" = "{addresses["target.test"]}"\n'
        config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
        world = open_desk(config)
        driver.check_feeds(world)
        world.guard().stop()
    assert polls(world)["http://split.test/rss"][0] == PollResult.NEW
    assert seen[0].startswith(b"GET /rss%0D%0AX-Evil:%20yes HTTP/1.1\r\n")
    assert b"x-evil" not in seen[0].partition(b"\r\n")[2].lower()


def test_a_batch_that_fails_runs_again_one_by_one_and_only_the_guilty_page_is_dead(tmp_path):
    """A unit dies with its pages archived, and one archive file is damaged: its page cannot be read in its batch."""
    hosts = ["apple.test", "birch.test", "cedar.test", "daisy.test"]
    web = FakeWeb()
    for host in hosts:
        web.feed(f"http://{host}/rss", rss(f"http://{host}/news")).page(f"http://{host}/news", article(host))
    in_the_way = tmp_path / "out/data"
    in_the_way.parent.mkdir()
    in_the_way.write_text("not a folder", encoding="utf-8")
    with served(web) as address:
        one_segment_a_host = "batch_entries = 1"
        config = desk(tmp_path, address, [f"http://{host}/rss" for host in hosts], lease=one_segment_a_host)
        world = open_desk(config)
        with pytest.raises((OSError, RuntimeError), match="data"):
            driver.run(world)
        in_the_way.unlink()
        story = explain(world.ledger(), "http://cedar.test/news")[0]
        segment = Path(world.settings.archive_dir) / story["pages"][0]["segment"]
        segment.write_bytes(segment.read_bytes()[:100])
        summary = driver.run(world)
    world.guard().stop()
    assert summary.visits == {"dead": 1, "written": 3}
    assert summary.leased == summary.total == 4
    assert summary.balanced
    ends = visits(world)
    assert {url for url, (end, _) in ends.items() if end == "dead"} == {"http://cedar.test/news"}
    assert [web.count(f"http://{host}/news") for host in hosts] == [1, 1, 1, 1]
    with world.ledger().reading() as connection:
        [letter] = dead_letters(connection)
    assert (letter["step"], letter["kind"]) == ("extract", "ArchiveError")
    assert "damaged" in letter["error"]
