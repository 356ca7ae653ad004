"""What is forgotten is nowhere any more, in no sink, index, read model or segment, and does not come back."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import zlib
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served, spanish
from typer.testing import CliRunner, Result
from warcio.checker import Checker

from pipeline.cli import app
from pipeline.segments import pages_of, verify
from pipeline.settings import load
from pipeline.sqlviews import query
from pipeline.world import RealWorld, open_world
from transforms.sinks import SINKS
from transforms.sinks.files import orphans, read_manifests

ROOT = Path(__file__).parents[1]
ONE, TWO = "http://harbour.test", "http://ridge.test"
MARK = "zanzibarine"  # stands in one article only


def newsbeam(*arguments: str, config: Path, code: int = 0) -> Result:
    done = CliRunner().invoke(app, [*arguments, "--config", str(config)])
    if code == 0 and done.exception:
        raise done.exception
    assert getattr(done.exception, "exit_code", done.exit_code) == code, done.output
    return done


def dies(point: str, *arguments: str, config: Path) -> None:
    """The same in a process that dies at a step of its own (`tests/dying.py`)."""
    command = [sys.executable, "-m", "tests.dying", *point.split(), *arguments, "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL, done.stderr


def secret(name: str) -> str:
    return article(name, f"{MARK} {spanish(name)}")  # Spanish: read without a language model, and quickly


def press() -> FakeWeb:
    web = FakeWeb().feed(f"{ONE}/rss", rss(f"{ONE}/secret", f"{ONE}/one", f"{TWO}/two"))
    web.feed(f"{TWO}/rss", rss(f"{TWO}/two", f"{TWO}/three"))
    web.page(f"{ONE}/secret", secret("secret"))
    for url in (f"{ONE}/one", f"{TWO}/two", f"{TWO}/three"):
        web.page(url, article(url[-5:], spanish(url)))
    return web


def here(config: Path) -> RealWorld:
    return open_world(load(config, {}, {}).settings)


def readings(config: Path) -> dict[str, str]:
    """Reading by address, as `newsbeam sql` sees them."""
    out = Path(here(config).settings.output.dir)
    return dict(query(out, "SELECT url, reading_id FROM readings JOIN revisions USING (revision_id)")[1])


def where(out: Path, word: str) -> list[str]:
    """Files below `out` in which a word stands, gzip members and Parquet pages opened."""
    found = []
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = unpacked(data)
        elif path.suffix == ".parquet":
            from pyarrow import parquet

            data = json.dumps(parquet.read_table(path).to_pylist(), default=str).encode()
        if word.encode() in data:
            found.append(path.relative_to(out).as_posix())
    return found


def unpacked(data: bytes) -> bytes:
    whole = b""
    while data:
        inflate = zlib.decompressobj(wbits=31)
        whole += inflate.decompress(data)
        data = inflate.unused_data
    return whole


def sound(config: Path) -> None:
    """Sums agree, nothing is orphaned, the archive verifies, and the read model is what the manifests say."""
    out = Path(here(config).settings.output.dir)
    assert orphans(out) == []
    files = [str(path) for path in (out / "archive").rglob("*.warc.gz")]
    assert Checker(Namespace(inputs=files, verbose=False)).process_all() == 0
    assert list(verify(here(config).ledger(), out / "archive")) == []
    with closing(sqlite3.connect(out / "newsbeam.db")) as ledger:
        sums = "SELECT u.unit_id, u.leased, count(v.visit_id) FROM units u LEFT JOIN visits v USING (unit_id)"
        for unit, leased, ended in ledger.execute(f"{sums} WHERE u.state = 'done' GROUP BY u.unit_id"):
            assert leased == ended, unit
        before = ledger.execute("SELECT * FROM read_claims ORDER BY claim_id").fetchall()
    for manifest in read_manifests(out):
        rows = [json.loads(line) for f in manifest.files if f.table == "visits" and f.format == "jsonl"
                for line in (out / f.path).read_text(encoding="utf-8").splitlines()]  # fmt: skip
        if rows:
            assert sum(manifest.counts.values()) == len(rows)
    newsbeam("reindex", config=config)
    with closing(sqlite3.connect(out / "newsbeam.db")) as ledger:
        assert ledger.execute("SELECT * FROM read_claims ORDER BY claim_id").fetchall() == before


@pytest.mark.parametrize("sinks", [[name] for name in SINKS] + [list(SINKS)])
def test_an_article_is_in_no_sink_any_more_and_does_not_come_back(tmp_path, sinks):
    web = press()
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss", f"{TWO}/rss"], output=f"sinks = {json.dumps(sinks)}")
        newsbeam("run", config=config)
        out = tmp_path / "out"
        assert len(where(out, MARK)) >= 3  # a segment, a table of each sink, the ledger
        before = readings(config)

        dry = newsbeam("forget", f"{ONE}/secret", "--dry-run", config=config)
        assert dry.stdout == f"{ONE.replace('http', 'https')}/secret\n"
        assert "would go: 1 entries, 1 articles, 1 readings, 1 archived pages" in dry.stderr
        assert readings(config) == before

        done = newsbeam("forget", f"{ONE}/secret", "--why", "the court said so", "--who", "Ann", config=config)
        assert "forgotten: 1 entries, 1 articles, 1 readings, 1 archived pages" in done.stderr
        assert where(out, MARK) == []
        gone = [url for url in before if url.endswith("/secret")]
        assert readings(config) == {url: reading for url, reading in before.items() if url not in gone}
        sound(config)

        # Its feed shows it anew, changed: the visit says how it is, and nobody is asked for the page.
        asked = web.count(f"{ONE}/secret")
        web.feed(f"{ONE}/rss", rss(f"{ONE}/secret", f"{ONE}/one").replace("About secret", f"{MARK} again"))
        newsbeam("feeds", "check", config=config)
        ran = json.loads(newsbeam("run", "--json", config=config).stdout)
        assert (ran["visits"]["forgotten"], ran["balanced"]) == (1, True)
        assert web.count(f"{ONE}/secret") == asked
        assert where(out, MARK) == []
    told = newsbeam("explain", f"{ONE}/secret", config=config).stdout
    assert "forgotten on " in told
    assert "by Ann: the court said so" in told
    assert json.loads(newsbeam("forget", "--list", "--json", config=config).stdout.splitlines()[0])["who"] == "Ann"


def test_an_article_that_other_links_lead_to_is_forgotten_whatever_leads_there(tmp_path):
    web = press().page(
        f"{TWO}/mirror", secret("secret").replace("</head>", f'<link rel="canonical" href="{TWO}/x"></head>')
    )
    with served(web) as address:
        config = desk(tmp_path, address, [f"{TWO}/rss"])
        newsbeam("forget", f"{TWO}/x", config=config, code=2)  # there is no ledger yet
        newsbeam("run", config=config)
        newsbeam("forget", f"{TWO}/x", config=config)  # nothing is known of it
        web.feed(f"{TWO}/rss", rss(f"{TWO}/mirror", f"{TWO}/two"))
        newsbeam("feeds", "check", config=config)
        ran = json.loads(newsbeam("run", "--json", config=config).stdout)
        assert ran["visits"] == {"forgotten": 1}
    # The page told only when it was read what it is: what was archived of it is out again when the run has ended.
    assert where(tmp_path / "out", MARK) == []
    assert pages_of(here(config).ledger(), f"{TWO}/mirror") == []
    sound(config)


def test_a_site_is_forgotten_with_what_it_publishes_later_and_others_stay(tmp_path):
    web = press()
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss", f"{TWO}/rss"])
        newsbeam("run", config=config)
        before = readings(config)
        newsbeam("forget", "--site", "www.ridge.test", config=config)
        after = readings(config)
        assert after == {url: reading for url, reading in before.items() if "ridge" not in url}
        assert len(after) == 2
        sound(config)
        web.feed(f"{ONE}/rss", rss(f"{TWO}/four")).page(f"{TWO}/four", article("four", spanish("four")))
        newsbeam("feeds", "check", config=config)
        ran = json.loads(newsbeam("run", "--json", config=config).stdout)
        assert ran["visits"] == {"forgotten": 1}
        assert web.count(f"{TWO}/four") == 0
        newsbeam("forget", "--before", "2999-01-01", config=config)
    assert readings(config) == {}
    assert list((tmp_path / "out" / "archive").rglob("*.warc.gz")) == []
    sound(config)


def test_a_page_that_was_archived_twice_is_forgotten_twice(tmp_path):
    """A batch that is fetched again archives again; the ledger knows the later page only."""
    web = press()
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss"])
        newsbeam("run", config=config)
    world = here(config)
    ledger, archive = world.ledger(), world.archive()
    [page] = pages_of(ledger, f"{ONE}/secret")
    with ledger.reading() as connection:
        [(entry, unit)] = connection.exec_driver_sql(
            "SELECT entry_id, unit_id FROM captures WHERE sha256 = ?", (page.sha256,)
        ).all()
    segment, [again] = archive.write(unit, [(archive.read(page), datetime.now(UTC))], [{"entry": entry}])
    ledger.register(unit, segment, {entry: [again]})
    assert len(where(tmp_path / "out" / "archive", MARK)) == 2
    newsbeam("forget", f"{ONE}/secret", config=config)
    assert where(tmp_path / "out", MARK) == []
    sound(config)


def test_a_tombstone_can_be_lifted_and_then_what_it_barred_is_read_as_if_new(tmp_path):
    web = press()
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss"])
        newsbeam("run", config=config)
        before = readings(config)
        newsbeam("forget", f"{ONE}/secret", config=config)
        newsbeam("forget", "--site", "harbour.test", config=config)
        assert "0 tombstones" in newsbeam("forget", "https://nobody.test/", "--lift", config=config).stderr
        newsbeam("forget", "--site", "harbour.test", "--lift", config=config)
        assert newsbeam("forget", "--list", "--json", config=config).stdout == ""
        newsbeam("run", config=config)
    assert readings(config) == before  # the very same ids
    sound(config)


POINTS = ("unarchive after", "replace_manifest after", "erase before")


def test_one_that_dies_on_its_way_finishes_when_it_is_repeated(tmp_path):
    web = press()
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss", f"{TWO}/rss"])
        newsbeam("run", config=config)
        before = readings(config)
        for point in POINTS:
            dies(point, "forget", f"{ONE}/secret", config=config)
            # Whatever has gone by now, it is not taken in again.
            assert "forgotten on" in newsbeam("explain", f"{ONE}/secret", config=config).stdout
        newsbeam("forget", f"{ONE}/secret", config=config)
        assert where(tmp_path / "out", MARK) == []
        assert readings(config) == {url: reading for url, reading in before.items() if not url.endswith("/secret")}
        sound(config)


def test_a_body_that_another_page_shares_stays_with_that_page(tmp_path):
    """Two addresses with the same bytes: the archive holds them once; the one that is forgotten is not the other."""
    web = FakeWeb().feed(f"{ONE}/rss", rss(f"{ONE}/a", f"{TWO}/b"))
    web.page(f"{ONE}/a", article("same", spanish("same"))).page(f"{TWO}/b", article("same", spanish("same")))
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss", f"{TWO}/rss"])
        newsbeam("run", config=config)
        ledger = here(config).ledger()
        [first] = [u for u in (f"{ONE}/a", f"{TWO}/b") if not pages_of(ledger, u)[0].payload]
        [other] = {f"{ONE}/a", f"{TWO}/b"} - {first}
        newsbeam("forget", first, config=config)
        [kept] = pages_of(ledger, other)
        assert here(config).archive().read(kept).body == article("same", spanish("same")).encode()
        assert kept.payload == ""
        assert pages_of(ledger, first) == []
        assert where(tmp_path / "out" / "archive", first) == []
    sound(config)


def test_what_is_in_other_hands_is_named_and_barred(tmp_path):
    from pipeline.forget import What, forget
    from schemas.config import Lease
    from schemas.errors import NewsbeamError

    web = press()
    with served(web) as address:
        config = desk(tmp_path, address, [f"{ONE}/rss"])
        newsbeam("feeds", "check", config=config)
        world = here(config)
        ledger = world.ledger()
        ledger.open_unit("u" * 32, "another machine")
        ledger.lease("u" * 32, Lease())
        object.__setattr__(ledger, "exclusive", False)  # as with a database that several machines share
        with pytest.raises(NewsbeamError, match="in the hands of a running unit"):
            forget(world, What(url=f"{ONE}/secret"), who="Ann", why="")
        object.__setattr__(ledger, "exclusive", True)
        ran = json.loads(newsbeam("run", "--json", config=config).stdout)
        assert ran["visits"]["forgotten"] == 1
        assert where(tmp_path / "out" / "archive", MARK) == []
