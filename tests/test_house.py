"""The house keeps its shape: imports go one way, help is quick, and the docs name what there is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.words import Disposition, PollResult

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {"schemas": {"schemas"}, "transforms": {"schemas", "transforms"}}
OURS = {"schemas", "transforms", "pipeline"}
DOCS = "\n".join(path.read_text(encoding="utf-8") for path in [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_imports_go_one_way(folder):
    against = {
        str(path.relative_to(ROOT)): sorted(wrong)
        for path in (ROOT / folder).rglob("*.py")
        if (wrong := imported(path) & OURS - MAY_IMPORT[folder])
    }
    assert against == {}


def test_the_press_knows_nothing_of_newsbeam():
    press = [ROOT / "pipeline/press.py", *(ROOT / "pipeline/press").glob("*.py")]
    strangers = {name for path in press if path.exists() for name in imported(path)} - set(sys.stdlib_module_names)
    assert strangers <= {"pipeline"}
    for path in press:
        if path.exists():
            modules = re.findall(r"^from (pipeline[\w.]*) import", path.read_text(encoding="utf-8"), re.M)
            assert all(module.startswith("pipeline.press") for module in modules)


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nsys.argv = ['newsbeam', '--help']\nfrom pipeline.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
        "heavy = {'apache_beam', 'spacy', 'pyarrow', 'duckdb', 'sqlalchemy', 'trafilatura', 'pydantic'}\n"
        "heavy &= set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "explain" in done.stdout


def test_what_runs_in_the_guarded_pool_imports_no_beam():
    """A worker process starts in half the time without it."""
    code = (
        "import sys\nimport pipeline.discover, pipeline.guard, pipeline.model\n"
        "import transforms.feed.parse, transforms.feed.report, transforms.page.read\n"
        "assert 'apache_beam' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def commands() -> list[str]:
    from typer.main import get_command

    from pipeline.cli import app

    found = []
    for name, command in get_command(app).commands.items():
        found.append(name)
        found += [f"{name} {sub}" for sub in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_docs(command):
    assert f"newsbeam {command}" in DOCS


@pytest.mark.parametrize("word", [*Disposition, *PollResult])
def test_every_disposition_and_poll_result_is_in_the_docs(word):
    assert f"`{word}`" in DOCS


def test_locks_have_hashes_and_no_addresses():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
