"""Nobody's server is asked before the settings say who asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.contact import require_contact
from schemas.config import Network, TestNetwork
from schemas.errors import ConfigError

ROOT = Path(__file__).parents[1]


def newsbeam(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env={"PYTHONPATH": str(ROOT)})


def test_a_contact_opens_the_way_and_a_test_network_needs_none():
    require_contact(Network(user_agent="desk/1.0 (+https://desk.example/bot)"), ["https://daily.example/rss"])
    require_contact(Network(test=TestNetwork({"daily.test": "127.0.0.1:80"})), ["http://daily.test/rss"])
    require_contact(Network(), ["http://127.0.0.1/x", "http://localhost/x", "http://[oops", ""])
    with pytest.raises(ConfigError, match=r"daily\.example could ask"):
        require_contact(Network(), ["http://127.0.0.1/x", "https://daily.example/rss"])


COMMANDS = ("run", "watch", "feeds check", "try https://daily.example/a", "feeds discover daily.example")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_asks_the_web_says_so_first(command, tmp_path):
    (tmp_path / "feeds.toml").write_text('[[feed]]\nurl = "https://daily.example/rss"\n', encoding="utf-8")
    done = newsbeam(*command.split(), cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "network.user_agent names nobody whom daily.example could ask" in done.stderr
    assert "set yours: [network] user_agent" in done.stderr
    assert not list(tmp_path.glob("out/archive/*"))
