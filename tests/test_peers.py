"""The table beside the peers: every system is asked alike, and one that fails costs its own figures only."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import peer_readers, peers
from benchmarks.extraction import Sample
from benchmarks.peer_readers import READERS, Given, Read, answer

ROOT = Path(__file__).parents[1]
TEXT = "The harbour council voted on Tuesday night to close the old bridge for two years, its chair said. " * 3
PAGE = f"<html lang=en><head><title>Bridge</title></head><body><article><h1>Bridge</h1><p>{TEXT}</p></article></body>"


def sample(html: str = PAGE) -> Sample:
    return Sample(
        Path("x"), "https://daily.example/bridge-1", html.encode(), TEXT, "Bridge", ("Ann Bee",), "2031-05-03"
    )


def test_without_the_peers_it_says_how_to_get_them(capsys, monkeypatch):
    assert peers.main(["--python", "/nowhere/python"]) == 1
    assert capsys.readouterr().err.strip() == "the peers are not installed: make peers"
    monkeypatch.setattr(peers, "PYTHON", Path("/nowhere/python"))
    assert peers.rows() == []


def test_our_own_row_comes_from_a_process_of_its_own(tmp_path):
    lines = list(peers.jobs([sample(), sample("%PDF-1.7")], tmp_path))
    assert len(lines) == 3, "the first page twice: the first answer is a warm-up"
    assert json.loads(lines[0])["language"] == "English"
    answers = peers.ask("newsbeam", lines, Path("/nowhere/python"))
    assert TEXT.strip() in answers.results[0].text
    assert (answers.results[1].text, answers.errors, len(answers.ms)) == ("", ["", ""], 2)
    found = peers.row("own/dev", "newsbeam", [sample(), sample()], answers)
    assert (found["pages"], found["title"], found["failed"]) == (2, 0.5, 0)
    assert 0.49 < found["token_f1"] < 0.51


def test_what_a_system_does_not_give_is_no_zero(tmp_path):
    answers = peers.Answers([peers.Result(TEXT, "", (), None, "")], [1.0], [""])
    found = peers.row("own/dev", "resiliparse", [sample()], answers)
    assert (found["title"], found["authors"], found["day"], found["token_f1"]) == (None, None, None, 1.0)
    assert peers.shown([found]).splitlines()[1].split()[-4:] == ["-", "-", "-", "0"]


def test_a_system_that_raises_on_a_page_scores_nothing_there(tmp_path):
    def poisoned(given: Given) -> Read:
        raise ValueError(f"no {given.url}")

    [line, _] = peers.jobs([sample()], tmp_path)
    said = answer(poisoned, None, json.loads(line))
    assert (said["text"], said["error"]) == ("", "ValueError: no https://daily.example/bridge-1")


def test_lists_of_names_that_hold_lists_are_names():
    assert peer_readers._flat(["Ann Bee", ["Cy Dee", None], ()]) == ("Ann Bee", "Cy Dee")
    assert peer_readers._flat(None) == ()


def test_nobody_asks_the_network(tmp_path):
    code = (
        "import socket, sys\nsys.argv = ['x', 'newsbeam']\nsys.stdin = []\n"
        "from benchmarks.peer_readers import main\nmain()\n"
        "try:\n    socket.create_connection(('127.0.0.1', 9))\n"
        "except ConnectionError as e:\n    assert 'without' in str(e)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", sorted({package for package, _ in READERS.values()} - {""}))
def test_each_peer_is_locked_for_an_environment_of_its_own(package):
    locked = {name: (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8") for name in ("peers", "run", "dev")}
    assert f"\n{package}==" in locked["peers"]
    if package in ("newspaper4k", "news-please", "goose3"):
        assert not [name for name in ("run", "dev") if f"\n{package}==" in locked[name]]
