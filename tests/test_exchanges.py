"""What a run archives of each exchange: the answer, what was sent for it, what it was for; and each body once."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from fakeweb import FakeWeb
from hostile import article, desk, rss, served
from test_archive import AT, page
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.archive import WarcArchive
from pipeline.segments import pages_of, verify
from pipeline.settings import load
from pipeline.world import RealWorld, open_world
from schemas.errors import ArchiveError

ROOT = Path(__file__).parents[1]
HOST = "http://harbour.test"


def newsbeam(*arguments: str, config: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipeline.cli", *arguments, "--config", str(config)]
    return subprocess.run(command, capture_output=True, cwd=ROOT)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two addresses that answer with the same bytes, and one of its own."""
    folder = tmp_path_factory.mktemp("desk")
    web = FakeWeb().feed(f"{HOST}/rss", rss(f"{HOST}/one", f"{HOST}/same?page=1", f"{HOST}/two"))
    web.page(f"{HOST}/one", article("one")).page(f"{HOST}/two", article("two"))
    web.page(f"{HOST}/same?page=1", article("one"), etag='"v1"')
    with served(web) as address:
        config = desk(folder, address, [f"{HOST}/rss"], output='sinks = ["jsonl"]')
        done = newsbeam("run", "--json", config=config)
        assert done.returncode == 0, done.stderr
    yield config, open_world(load(config, {}, {}).settings)


def records(here: RealWorld) -> list[tuple[dict[str, str], bytes, object]]:
    """(WARC headers, block, HTTP headers) of every record."""
    found = []
    for file in Path(here.settings.archive_dir).rglob("*.warc.gz"):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                found.append((dict(record.rec_headers.headers), record.content_stream().read(), record.http_headers))
    return found


def of_type(here: RealWorld, kind: str) -> list[tuple[dict[str, str], bytes, object]]:
    return [record for record in records(here) if record[0]["WARC-Type"] == kind]


def test_warcios_own_check_and_ours_find_nothing_to_say(run, capsys):
    config, here = run
    files = [str(file) for file in Path(here.settings.archive_dir).rglob("*.warc.gz")]
    assert len(files) == 1
    assert Checker(Namespace(inputs=files, verbose=True)).process_all() == 0
    assert capsys.readouterr().out.count("digest pass") == 2
    assert list(verify(here.ledger(), Path(here.settings.archive_dir))) == []
    assert b"0 problems" in newsbeam("archive", "verify", config=config).stderr


def test_every_page_stands_with_its_request_and_with_what_it_was_fetched_for(run):
    _, here = run
    answers = {head["WARC-Record-ID"]: head for head, *_ in (*of_type(here, "response"), *of_type(here, "revisit"))}
    assert len(answers) == 3
    requests, notes = of_type(here, "request"), of_type(here, "metadata")
    for found in (requests, notes):
        assert {head["WARC-Concurrent-To"] for head, *_ in found} == set(answers)
        assert all(head["WARC-Target-URI"] == answers[head["WARC-Concurrent-To"]]["WARC-Target-URI"]
                   for head, *_ in found)  # fmt: skip
    [asked] = [http for head, _, http in requests if head["WARC-Target-URI"].endswith("page=1")]
    assert (asked.protocol, asked.statusline) == ("GET", "/same?page=1 HTTP/1.1")
    assert asked.get_header("host") == "harbour.test"
    assert "newsbeam" in asked.get_header("user-agent")
    said = [dict(line.split(": ", 1) for line in block.decode().splitlines()) for _, block, _ in notes]
    [feed] = here.feeds
    assert {(words["feed"], words["why"]) for words in said} == {(feed, "new")}
    with here.ledger().reading() as connection:
        visits = connection.exec_driver_sql("SELECT entry_id, visit_id, unit_id FROM visits").all()
    assert {(w["entry"], w["visit"], w["unit"]) for w in said} == set(map(tuple, visits))


def test_a_body_that_was_archived_before_becomes_a_revisit_record_and_reads_like_any_page(run):
    config, here = run
    [(head, block, http)] = of_type(here, "revisit")
    assert head["WARC-Profile"].endswith("/revisit/identical-payload-digest")
    [original] = [h for h, *_ in of_type(here, "response") if h["WARC-Target-URI"] == head["WARC-Refers-To-Target-URI"]]
    assert original["WARC-Date"] == head["WARC-Refers-To-Date"]
    assert original["WARC-Payload-Digest"] == head["WARC-Payload-Digest"]
    assert (block, http.get_statuscode()) == (b"", "200")
    asked = head["WARC-Target-URI"]
    [raw] = pages_of(here.ledger(), asked)
    assert raw.payload
    assert raw.payload != f"{raw.segment}@{raw.offset}"
    cat = newsbeam("archive", "cat", asked, "--headers", config=config).stdout
    assert cat.endswith(article("one").encode())
    assert (b"etag" in cat) == asked.endswith("page=1")  # the headers are its own


def test_the_next_segment_knows_what_the_archive_holds(tmp_path):
    archive = WarcArchive(str(tmp_path))
    _, [first] = archive.write("unit-1", [(page(1), AT)])
    again = page(2, page(1).body)
    segment, [second, third] = archive.write("unit-2", [(again, AT), (page(3), AT)], known={first.sha256: first})
    assert second.payload == f"{first.segment}@{first.offset}"
    assert third.payload == ""
    assert archive.read(second) == again
    _, [fourth] = archive.write("unit-3", [(page(4, again.body), AT)], known={second.sha256: second})
    assert fourth.payload == second.payload  # no chain: it leads to the body itself
    (tmp_path / first.segment).unlink()
    with pytest.raises(ArchiveError, match="is missing"):
        archive.read(fourth)
    assert segment.records == 2


def test_an_empty_body_and_a_page_of_the_feeds_own_text_need_no_such_thing(tmp_path):
    archive = WarcArchive(str(tmp_path))
    _, pages = archive.write("unit-1", [(page(1, b""), AT), (page(2, b""), AT)], [{"feed": "f"}, {"feed": "f"}])
    assert [one.payload for one in pages] == ["", ""]
    assert [archive.read(one).url for one in pages] == [page(1).url, page(2).url]
