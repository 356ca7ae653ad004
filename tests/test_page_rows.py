"""The table of bad pages through the real archive, pool and steps: each ends in its own named result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from page_rows import LINES, ROWS, Row, article, garbled, page

from pipeline.world import RealWorld, open_world
from schemas.config import Extract, Guard, Output, Settings
from schemas.flow import Draft, DraftBody, LeasedEntry, Outcome, Page, PageBody, pack, unpack
from schemas.ports import Response
from schemas.records import FeedEntry
from schemas.words import Disposition
from transforms.clean import CleanDoFn
from transforms.extract import ExtractDoFn
from transforms.page.lean import flattened, lean
from transforms.page.mojibake import looks_garbled, mend
from transforms.page.text import parse, source

MEMORY_MB = 2_048  # of the process that reads the pages: half of what it has by default


def ended(world: RealWorld, rows: Sequence[Row]) -> list[Any]:
    """What archive, extraction and cleaning make of pages as they were fetched, in order."""
    now = datetime.now(UTC)
    given = [
        Response(row.url, row.url, status=200, headers=(("content-type", row.content_type),), body=row.body)
        for row in rows
    ]
    _, archived = world.archive().write("u", [(response, now) for response in given])
    pages = []
    for number, (row, raw) in enumerate(zip(rows, archived, strict=True)):
        entry = FeedEntry(entry_id=f"e{number}", link=row.url, url=row.url)
        leased = LeasedEntry(
            unit_id="u", visit_id=f"v{number}", why="new", feed_id="f", fetch="page", own_site=True, entry=entry
        )
        pages.append(Page("u", f"v{number}", f"e{number}", row.url, pack(PageBody(leased=leased, page=raw))))
    results: list[Any] = pages
    for step in (ExtractDoFn(world), CleanDoFn(world, learned=False)):
        step.setup()
        going = [i for i, result in enumerate(results) if not isinstance(result, Outcome)]
        for i, result in zip(going, step.results_of([results[i] for i in going]), strict=True):
            results[i] = result
    return results


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    out = str(tmp_path_factory.mktemp("pages"))
    return Settings(
        guard=Guard(workers=1, memory_mb=MEMORY_MB), output=Output(dir=out), extract=Extract(timeout_s=20.0)
    )


@pytest.fixture(scope="module")
def read(settings) -> dict[str, Any]:
    """Every row of the table, read by one worker."""
    world = open_world(settings, with_feeds=False)
    found = dict(zip(ROWS, ended(world, list(ROWS.values())), strict=True))
    yield found
    world.guard().stop()


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_page_ends_in_its_own_word(read, name):
    row, result = ROWS[name], read[name]
    if row.ends is not Disposition.WRITTEN:
        assert isinstance(result, Outcome), unpack(result.body, DraftBody).text[:300]
        assert (result.disposition, row.words in result.reason) == (row.ends, True), result.reason
        return
    assert isinstance(result, Draft), result
    body = unpack(result.body, DraftBody)
    assert [part for part in row.holds if part not in body.text] == []
    assert [part for part in row.lacks if part in body.text] == []
    assert (body.flags, body.language) == (row.flags, row.language or "en")
    assert all(body.text[h.start : h.end] == h.exact for h in body.headings)


SLOW = Row(b"<html><body>" + b"<p>a <a href='/x'>go</a> there</p>" * 15_000, Disposition.DEAD)
FINE = Row(article().encode(), holds=LINES)


def test_a_page_over_the_time_limit_is_dead_with_its_reason_and_the_next_one_is_read(settings):
    hasty = open_world(replace(settings, extract=Extract(timeout_s=0.4)), with_feeds=False)
    patient = open_world(settings, with_feeds=False)  # of the same pool
    assert hasty.guard() is patient.guard()
    ended(patient, [FINE])  # a worker that has started
    [slow], [fine] = ended(hasty, [SLOW]), ended(patient, [FINE])
    assert (slow.disposition, slow.step, slow.reason) == (
        Disposition.DEAD,
        "extract",
        "GuardTimeout: read_whole ran past 0.4 s",
    )
    assert isinstance(fine, Draft)


def test_a_page_over_the_memory_of_a_worker_is_dead_with_its_reason_and_the_next_one_is_read(settings):
    world = open_world(replace(settings, guard=Guard(workers=1, memory_mb=700)), with_feeds=False)
    try:
        dead, fine = ended(world, [Row(b"<b/>" * 8_000_000, Disposition.DEAD), FINE])
    finally:
        world.guard().stop()
    assert (dead.disposition, dead.step, dead.reason) == (
        Disposition.DEAD,
        "extract",
        "GuardCrash: read_whole ran out of the 700 MB of a worker",
    )
    assert isinstance(fine, Draft)


def test_what_is_left_out_of_a_source_is_what_no_reader_sees():
    script = "var a = '<p>no</p>';"
    small = f"<p>one</p><script>{script}</script><!-- x --><p>two</p>"
    assert lean(small) == small
    big = f"<p>one</p><SCRIPT type=a>{script * 200_000}</Script><!--{'y' * 3_000_000}--><p>two</p><style>"
    big += "z" * 3_000_000
    assert lean(big) == "<p>one</p><SCRIPT type=a></Script><!----><p>two</p><style>"
    picture = f"<img src='data:image/png;base64,{'A' * 3_000_000}'><p>two</p>"
    assert lean(picture) == "<img src='data:,'><p>two</p>"


def test_a_flat_source_keeps_lines_and_what_tells_areas_apart():
    assert flattened("<div><b>One</b> two</div><nav>x</nav><p class='a'>three<td>4</td>") == (
        "<br>One two<br><nav>x</nav><p class='a'>three<br>4<br>"
    )
    deep = source("<div>" * 300 + "<p>One</p>" + "</div>" * 300 + "<p>Two</p>")
    assert deep is not None
    assert (deep.flat, [p.text for p in deep.tree.iter("p")]) == (True, ["One", "Two"])


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("It’s André’s — “no”.", "It’s André’s — “no”."),
        ("Москва сообщила", "Москва сообщила"),
        ("naïve café, NÃO, Â and â, São", "naïve café, NÃO, Â and â, São"),
    ],
)
def test_text_that_was_decoded_wrongly_is_mended_and_sound_text_left(text, mended):
    for given in {text, garbled(text)}:
        tree = parse(f"<p>{given} {given}</p>")
        mend(tree)
        assert tree.findtext(".//p") == f"{mended} {mended}"
        assert mend(tree) is False


def test_garbled_beside_sound_letters_in_one_paragraph_is_no_certain_evidence():
    given = f"<p>{garbled('It’s — “no” é')} said André’s</p>"
    tree = parse(given)
    assert looks_garbled(given)
    assert mend(tree) is False


def test_a_page_asks_no_more_of_the_other_extractors_than_its_lean_source():
    """Twenty megabytes of script are read once, and no extractor sees them."""
    found = source(page("<script>" + "x" * 20_000_000 + "</script><p>One</p>"))
    assert found is not None
    assert len(found.text) < 2_000
