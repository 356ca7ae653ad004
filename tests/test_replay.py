"""Archived pages are read again by new rules, without the network: exactly what is affected, exactly once."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import PDF, article, desk, rss, served, spanish
from test_forget import ONE, TWO, dies, here, newsbeam, sound
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.backfill import records
from pipeline.sqlviews import query
from schemas.errors import ArchiveError

LINE = "Aviso: este texto pertenece a la casa"
RULE = f"""site = "harbour.test"
[[rule]]
id = "notice"
action = "drop"
pattern = 'aviso: .*'
why = "a notice is no text"
removes = ["{LINE}"]
keeps = ["El aviso llegó tarde"]
"""
_ASKED: list[tuple[str, object]] = []  # what left this process for the network while somebody listens
_LISTEN = [False]


def _hear(event: str, given: tuple[object, ...]) -> None:
    if _LISTEN[0] and event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        _ASKED.append((event, given[1] if event == "socket.connect" else given[0]))


sys.addaudithook(_hear)


@pytest.fixture
def listening():
    """Addresses that are asked for, or connected to, from here on."""
    _ASKED.clear()
    _LISTEN[0] = True
    yield _ASKED
    _LISTEN[0] = False


def page(name: str, more: str = "") -> str:
    """An article; `more` stands between its two paragraphs, where an extractor takes it for a part of it."""
    middle = f"</p>{more}<p>{spanish(name + ' again')}" if more else ""
    return article(name, spanish(name)).replace("</p></article>", f"{middle}</p></article>")


@pytest.fixture(scope="module")
def read_once(tmp_path_factory):
    """The output of two sites whose pages were read once; then their press is gone."""
    folder = tmp_path_factory.mktemp("read")
    web = FakeWeb().feed(f"{ONE}/rss", rss(f"{ONE}/one", f"{ONE}/noticed"))
    web.feed(f"{TWO}/rss", rss(f"{TWO}/two", f"{TWO}/three"))
    web.page(f"{ONE}/noticed", page("noticed", f"<p>{LINE}</p>")).page(f"{ONE}/one", page("one"))
    web.page(f"{TWO}/two", page("two", f"<p>{LINE}</p>")).page(f"{TWO}/three", page("three"))
    with served(web) as address:
        newsbeam("run", config=desk(folder, address, [f"{ONE}/rss", f"{TWO}/rss"]))
    return folder / "out"


@pytest.fixture
def two_sites(read_once, tmp_path):
    """A desk with that output, and the file of its first site's rules, which is not there yet."""
    (tmp_path / "sites").mkdir()
    shutil.copytree(read_once, tmp_path / "out")
    sites = f"sites = {json.dumps(str(tmp_path / 'sites'))}"
    return desk(tmp_path, "127.0.0.1:9", [f"{ONE}/rss", f"{TWO}/rss"], paths=sites), tmp_path / "sites" / "harbour.toml"


def rows(config: Path, sql: str) -> list[tuple]:
    return query(Path(here(config).settings.output.dir), sql)[1]


def current(config: Path) -> dict[str, tuple[str, str]]:
    """(reading, what it supersedes) by the last word of an address, as it holds now."""
    found = rows(config, "SELECT url, reading_id, supersedes FROM readings JOIN revisions USING (revision_id)")
    return {url.rpartition("/")[2]: (reading, supersedes) for url, reading, supersedes in found}


def replay(config: Path, *more: str) -> dict:
    return json.loads(newsbeam("replay", "--archive", "--json", *more, config=config).stdout)


def test_a_rule_of_one_site_supersedes_exactly_that_sites_readings(two_sites, listening):
    config, rules = two_sites
    before = current(config)
    assert set(before) == {"one", "noticed", "two", "three"}
    assert replay(config)["total"] == 0  # nothing has changed

    rules.write_text(RULE, encoding="utf-8")
    ran = replay(config)
    assert (ran["visits"], ran["balanced"]) == ({"written": 2}, True)
    after = current(config)
    for name in ("one", "noticed"):
        assert after[name][1] == before[name][0]  # each names what it supersedes
        assert after[name][0] != before[name][0]
    assert {name: after[name] for name in ("two", "three")} == {name: before[name] for name in ("two", "three")}
    assert rows(config, "SELECT count(*), count(DISTINCT reading_id) FROM readings_all") == [(6, 6)]

    texts = dict(rows(config, "SELECT regexp_extract(url, '[a-z]+$'), text FROM revisions"))
    assert {name for name, text in texts.items() if LINE in text} == {"two"}
    assert [address for _, address in listening if "127.0.0.1" not in str(address)] == []
    assert listening == []  # nobody was asked, not even a neighbour
    assert replay(config)["total"] == 0
    sound(config)

    told = newsbeam("explain", f"{ONE}/noticed", config=config).stdout
    assert f"(replay) by reading {after['noticed'][0]}" in told
    assert "superseded on" in told
    assert "superseded" not in newsbeam("explain", f"{TWO}/two", config=config).stdout

    rules.unlink()  # and back: the first reading comes again, and holds again
    assert replay(config)["visits"] == {"written": 2}
    assert {name: reading for name, (reading, _) in current(config).items()} == {n: r for n, (r, _) in before.items()}
    sound(config)


def test_site_and_day_narrow_what_is_read_again(two_sites):
    config, rules = two_sites
    rules.write_text(RULE, encoding="utf-8")
    assert replay(config, "--site", "ridge.test")["total"] == 0
    assert replay(config, "--since", "2999-01-01")["total"] == 0
    assert replay(config, "--site", "www.harbour.test", "--since", "2020-01-01")["visits"] == {"written": 2}
    assert newsbeam("replay", "--archive", "--step", "nowhere", config=config, code=2)
    assert newsbeam("replay", "--site", "ridge.test", "--dead", config=config, code=2)
    assert newsbeam("replay", config=config, code=2)


def test_what_ended_at_a_step_is_read_again_by_its_name(tmp_path):
    web = FakeWeb().feed(f"{ONE}/rss", rss(f"{ONE}/brief")).page(f"{ONE}/brief", article("brief", spanish("brief", 1)))
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss"])
        assert json.loads(newsbeam("run", "--json", config=config).stdout)["visits"] == {"too_short": 1}
    assert replay(config)["total"] == 0
    assert replay(config, "--step", "clean")["visits"] == {"too_short": 1}
    assert replay(config, "--step", "clean", "--set", "extract.min_words=5")["visits"] == {"written": 1}
    assert replay(config, "--step", "clean", "--set", "extract.min_words=5")["total"] == 0


def test_a_replay_that_dies_and_is_asked_for_again_ends_the_same(two_sites):
    config, rules = two_sites
    before = current(config)
    rules.write_text(RULE, encoding="utf-8")
    for point in ("prepare before", "mark before"):  # it ends in the hands of the one that finds it
        dies(point, "replay", "--archive", config=config)
    replay(config)
    after = current(config)
    assert {name: s for name, (_, s) in after.items() if s} == {name: before[name][0] for name in ("one", "noticed")}
    assert rows(config, "SELECT count(*), count(DISTINCT reading_id) FROM readings_all") == [(6, 6)]
    assert replay(config)["total"] == 0
    sound(config)


def test_a_page_that_is_in_the_archive_no_more_keeps_its_reading(two_sites):
    config, rules = two_sites
    before = current(config)
    newsbeam("upkeep", "--set", "retention.pages_days=0.0000001", config=config)
    rules.write_text(RULE, encoding="utf-8")
    done = newsbeam("replay", "--archive", config=config)
    assert "2 readings stay as they are" in done.output
    assert current(config) == before


def foreign(file: Path, *given: tuple[str, str | bytes, dict[str, str]], day: int = 1) -> Path:
    """A WARC file as another collector writes it: bodies as they were sent, requests between, 1.0."""
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True, warc_version="1.0")
        for url, body, headers in given:
            data = body.encode() if isinstance(body, str) else body
            status = headers.pop("status", "200 OK")
            head = StatusAndHeaders(status, [("Content-Type", "text/html"), *headers.items()], protocol="HTTP/1.1")
            at = {"WARC-Date": datetime(2021, 5, day, 8, tzinfo=UTC).isoformat().replace("+00:00", "Z")}
            writer.write_record(
                writer.create_warc_record(url, "response", BytesIO(data), http_headers=head, warc_headers_dict=at)
            )
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
            writer.write_record(writer.create_warc_record(url, "request", http_headers=asked))
    return file


def test_foreign_files_are_a_backfill(tmp_path, listening):
    config = desk(tmp_path, "127.0.0.1:9", [f"{ONE}/rss"])
    newsbeam("feeds", "check", config=config, code=1)  # nobody is there
    newsbeam("forget", "https://ridge.test/gone", config=config)
    listening.clear()
    packed = gzip.compress(page("packed").encode())
    first = foreign(
        tmp_path / "first.warc.gz",
        ("https://ridge.test/a", page("a"), {}),
        ("https://ridge.test/packed", packed, {"Content-Encoding": "gzip"}),
        ("https://ridge.test/a.pdf", PDF, {"Content-Type": "application/pdf"}),
        ("https://ridge.test/ours", page("ours"), {"X-Robots-Tag": "noai"}),
        ("https://ridge.test/missing", "nothing", {"status": "404 Not Found"}),
        ("https://ridge.test/gone", page("gone"), {}),
    )
    second = foreign(tmp_path / "second.warc.gz", ("https://ridge.test/a", page("a", "<p>Revisado.</p>"), {}), day=2)
    done = newsbeam("replay", "--archive", str(first), str(second), "--json", config=config)
    assert json.loads(done.stdout)["visits"] == {"written": 3}
    assert "3 taken" in done.stderr
    for words in ("1 not_article", "1 opted_out", "1 gone", "1 forgotten"):
        assert words in done.stderr
    assert listening == []
    texts = dict(rows(config, "SELECT url, text FROM revisions"))
    assert set(texts) == {"https://ridge.test/a", "https://ridge.test/packed"}
    assert "Revisado" in texts["https://ridge.test/a"]
    assert rows(config, "SELECT count(*) FROM revisions_all") == [(3,)]
    assert rows(config, "SELECT DISTINCT fetched_at[:7] FROM pages") == [("2021-05",)]
    again = newsbeam("replay", "--archive", str(first), str(second), "--json", config=config)
    assert json.loads(again.stdout)["total"] == 0
    assert "first.warc.gz@" in newsbeam("explain", "https://ridge.test/packed", config=config).stdout
    sound(config)


@pytest.mark.parametrize("left", [0.1, 0.4, 0.8])
def test_a_foreign_file_that_is_cut_says_so_and_no_half_page_is_taken(tmp_path, left):
    whole = foreign(tmp_path / "whole.warc.gz", ("https://ridge.test/c", page("c"), {})).read_bytes()
    file = tmp_path / "cut.warc.gz"
    file.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(ArchiveError, match="cannot be read to its end"):
        assert [record.response.body for record in records(file, 10_000_000)] == [page("c").encode()]
        raise AssertionError("nothing was said")
