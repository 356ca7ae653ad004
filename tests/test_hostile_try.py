"""`newsbeam try` on what is no article: one line for each input, in order, each with its own end; the rest goes on."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hostile import PDF, PNG, WALL, article, prose
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.tryout import BATCH, Reader, inputs
from pipeline.world import open_world
from schemas.config import Extract, Guard, Settings
from schemas.words import Disposition

ROOT = Path(__file__).parents[1]
CAP = 1_000_000
SMALL = ("--set", "guard.workers=1", "--set", f"network.max_page_bytes={CAP}")


class Bad(NamedTuple):
    """How an input that is no article ends, and words of the error."""

    disposition: Disposition
    words: str


FILES: dict[str, tuple[bytes, Bad | None]] = {
    "good.html": (article("good").encode(), None),
    "report.pdf": (PDF, Bad(Disposition.NOT_ARTICLE, "a PDF")),
    "report.html": (PDF, Bad(Disposition.NOT_ARTICLE, "a PDF")),
    "picture.png": (PNG, Bad(Disposition.NOT_ARTICLE, "an image")),
    "empty.html": (b"", Bad(Disposition.NOT_ARTICLE, "empty")),
    "empty.txt": (b"", Bad(Disposition.NOT_ARTICLE, "empty")),
    "login.html": (WALL, Bad(Disposition.NOT_ARTICLE, "login wall")),
    "deep.html": (b"<html><body>" + b"<b>" * 100_000 + b"deep", Bad(Disposition.NOT_ARTICLE, "no article text")),
    "line.txt": (b"word " * CAP, Bad(Disposition.TOO_LARGE, "1,000,000 bytes")),
    "good.txt": (prose("plain").encode(), None),
}
NAMES: dict[str, Bad] = {
    "missing.html": Bad(Disposition.DEAD, "No such file"),
    "http://127.0.0.1:9/private": Bad(Disposition.PRIVATE_ADDRESS, "127.0.0.1"),
    "http://[::ffff:10.0.0.1]/mapped": Bad(Disposition.PRIVATE_ADDRESS, "10.0.0.1"),
    "http://[half/an/address": Bad(Disposition.UNREACHABLE, "no http or https address"),
}
LINES: list[tuple[bytes, Bad | None]] = [
    (b'{"url": "https://a.test/1", "text": "half', Bad(Disposition.DEAD, "line 1 is no JSON")),
    (json.dumps({"url": "https://a.test/2", "html": article("two")}).encode(), None),
    (b"[1, 2]", Bad(Disposition.DEAD, "line 3 is no JSON object")),
    (b'{"url": "https://a.test/4"}', Bad(Disposition.DEAD, 'line 4 has neither "html" nor "text"')),
    (b"\xff\xfe\x00", Bad(Disposition.DEAD, "line 5 is no JSON")),
    (b'{"text": "' + b"word " * (CAP // 4) + b'"}', Bad(Disposition.TOO_LARGE, "1,000,000 bytes")),
    (json.dumps({"text": prose("seven"), "published": "no date", "title": 7}).encode(), None),
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Every input in one call: (what was asked in order, the lines of the answer)."""
    folder = tmp_path_factory.mktemp("inputs")
    for name, (body, _) in FILES.items():
        (folder / name).write_bytes(body)
    asked = [(str(folder / name), bad) for name, (_, bad) in FILES.items()]
    asked[1:1] = [(str(folder / name) if "://" not in name else name, bad) for name, bad in NAMES.items()]
    names = [name for name, _ in asked]
    stdin = b"\n".join(line for line, _ in LINES) + b"\n"
    done = CliRunner().invoke(app, ["try", *names, "-", "--json", *SMALL], input=stdin, catch_exceptions=False)
    assert done.exit_code == 0
    assert "Traceback" not in done.output
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return asked + [("", bad) for _, bad in LINES], answers


def test_every_input_gives_one_line_in_input_order(mixed):
    asked, answers = mixed
    assert len(answers) == len(asked)
    assert [answer["url"] for answer in answers][: len(asked) - len(LINES)] == [name for name, _ in asked if name]
    assert [answer["url"] for answer in answers][-len(LINES) :] == [
        "line 1", "https://a.test/2", "line 3", "https://a.test/4", "line 5", "line 6", "line 7",
    ]  # fmt: skip


def test_what_is_no_article_says_how_it_ended_and_why(mixed):
    failed = [(bad, answer) for (_, bad), answer in zip(*mixed, strict=True) if bad]
    assert len(failed) == sum(bad is not None for _, bad in FILES.values()) + len(NAMES) + 5
    for bad, answer in failed:
        assert answer["disposition"] == bad.disposition, answer
        assert bad.words in answer["error"]
        assert "Traceback" not in answer["error"]
        assert (answer["article"], answer["entities"], answer["claims"]) == (None, [], [])


def test_the_good_ones_among_them_are_read_whole(mixed):
    good = [answer for (_, bad), answer in zip(*mixed, strict=True) if not bad]
    assert len(good) == 4
    for answer in good:
        assert (answer["disposition"], answer["error"]) == (Disposition.WRITTEN, None)
        assert len(answer["article"]["text"].split()) > 100
        assert answer["article"]["language"] == "en"


def test_a_person_reads_the_same_without_a_traceback(tmp_path):
    for name in ("good.txt", "report.pdf"):
        (tmp_path / name).write_bytes(FILES[name][0])
    missing = tmp_path / "missing\x1b[31m.html"
    names = [str(tmp_path), str(missing)]
    done = CliRunner().invoke(app, ["try", *names, "--stop-after", "clean", *SMALL], catch_exceptions=False)
    assert done.exit_code == 0
    assert "report.pdf: not_article" in done.stdout
    assert "No such file" in done.stdout.replace("\n", " ")
    assert "\x1b" not in done.stdout
    assert "Traceback" not in done.output


def test_where_nothing_could_be_read_the_exit_code_says_so(tmp_path):
    done = CliRunner().invoke(app, ["try", str(tmp_path / "missing.html"), "--json", *SMALL], catch_exceptions=False)
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.timeout(60)
def test_a_pipe_that_does_not_end_is_answered_as_it_comes():
    """The answers to whole batches come while the pipe stays open, and it is read no further than a batch ahead."""
    command = [sys.executable, "-m", "pipeline.cli", "try", "-", "--json", "--stop-after", "extract", *SMALL]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert child.stdin is not None
    assert child.stdout is not None
    stdin, stdout = child.stdin, child.stdout
    text = prose("pipe", 600)  # 70 KB: more than a pipe holds
    sent = 0

    def pour() -> None:
        nonlocal sent
        with suppress(OSError):  # the reader is gone: the test is over
            for number in range(1, 10_000):
                stdin.write(line_of(number, text))
                stdin.flush()
                sent = number

    try:
        threading.Thread(target=pour, daemon=True).start()
        for number in range(1, 4 * BATCH + 1):
            answer = json.loads(stdout.readline())
            assert (answer["url"], answer["disposition"]) == (f"https://a.test/{number}", Disposition.WRITTEN)
            batches = -(-number // BATCH) + 1  # the one in hand and the next
            assert sent <= batches * BATCH + 2  # and what lies in the pipe
    finally:
        child.kill()
        child.wait()


def test_memory_does_not_grow_with_the_number_of_inputs():
    """Thirty inputs of a quarter of a megabyte or a hundred and thirty: what is answered is let go."""
    settings = Settings(guard=Guard(workers=1), extract=Extract(min_words=0))
    world = open_world(settings, with_feeds=False)
    text = prose("many", 2_000)
    lines = (line_of(number, text) for number in itertools.count(1))
    answers = Reader(world, "extract").lines(inputs(["-"], "auto", world, lines))
    tracemalloc.start()
    try:
        held = [memory_after(answers, 30), memory_after(answers, 100)]
    finally:
        tracemalloc.stop()
    assert held[1] < held[0] + 20 * len(text), held


def memory_after(answers: Iterator[dict[str, Any]], number: int) -> int:
    """Bytes that Python holds after so many further answers."""
    for answer in itertools.islice(answers, number):
        assert answer["error"] is None
    return tracemalloc.get_traced_memory()[0]


def line_of(number: int, text: str) -> bytes:
    return json.dumps({"url": f"https://a.test/{number}", "text": text}).encode() + b"\n"
