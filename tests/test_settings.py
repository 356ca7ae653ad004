"""A setting comes from one known place, and a wrong one is refused with that place and a remedy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.limits import AT_MOST, MAY_BE_ZERO, NOT_EMPTY, keys, value_of
from pipeline.settings import PATHS, Loaded, load, show_origin, variable
from schemas.config import Settings
from schemas.errors import ConfigError

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, name: str = "newsbeam.toml") -> Path:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(text: str = "", flags: dict[str, Any] | None = None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(written(text) if text else None, flags or {}, environ or {})
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_nothing_given_is_the_defaults() -> None:
    loaded = load(None, {}, {"HOME": "/", "PATH": ""})
    assert loaded.settings == Settings()
    assert set(loaded.origins) == set(keys())
    assert set(loaded.origins.values()) == {"default"}


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default() -> None:
    written("[network]\nretries = 5\nconnections = 5\nmax_redirects = 5\n")
    environ = {"NEWSBEAM_NETWORK__CONNECTIONS": "6", "NEWSBEAM_NETWORK__MAX_REDIRECTS": "6"}
    loaded = load(None, {"network.max_redirects": 7, "network.host_gap_s": None}, environ)
    network = loaded.settings.network
    assert (network.host_gap_s, network.retries, network.connections, network.max_redirects) == (1.0, 5, 6, 7)
    origins = loaded.origins
    assert origins["network.host_gap_s"] == "default"
    assert origins["network.retries"] == "newsbeam.toml:2"
    assert origins["network.connections"] == "NEWSBEAM_NETWORK__CONNECTIONS"
    assert origins["network.max_redirects"] == "flag"


def test_every_kind_of_value_can_come_from_each_place() -> None:
    file = written(
        'runner = "local"\n[output]\nsinks = ["jsonl"]\n[poll]\ninterval_s = 60\n[annotate.models]\nde = "de_x"\n'
        '[network.test.resolve]\n"a.test" = "127.0.0.1:80"\n'
    )
    loaded = load(file, {}, {})
    assert loaded.settings.output.sinks == ("jsonl",)
    assert loaded.settings.poll.interval_s == 60.0
    assert loaded.settings.annotate.models == {"de": "de_x"}, "a table replaces the default, it is not mixed with it"
    assert loaded.settings.network.test.resolve == {"a.test": "127.0.0.1:80"}
    assert loaded.origins["annotate.models"] == "newsbeam.toml:6"
    text = {
        "output.sinks": "parquet, jsonl",
        "poll.interval_s": "1e2",
        "lease.revisit_ages_s": "60, 1e3",
        "annotate.models": "en=en_a, de=de_b",
        "network.test.resolve": "a.test=127.0.0.1:8080,b.test=[::1]:8081",
        "extract.min_words": "0",
    }
    by_variable = load(file, {}, {variable(key): value for key, value in text.items()}).settings
    assert by_variable == load(file, text, {}).settings
    assert by_variable.output.sinks == ("parquet", "jsonl")
    assert by_variable.poll.interval_s == 100.0
    assert by_variable.lease.revisit_ages_s == (60.0, 1000.0)
    assert by_variable.annotate.models == {"en": "en_a", "de": "de_b"}
    assert by_variable.network.test.resolve["b.test"] == "[::1]:8081"
    assert load(file, {"output.sinks": ["jsonl"]}, {}).settings.output.sinks == ("jsonl",)


def test_dotted_keys_and_comments_of_toml_are_understood() -> None:
    loaded = load(written("# ours\nnetwork.retries = 4 # more\n"), {}, {})
    assert loaded.settings.network.retries == 4
    assert loaded.origins["network.retries"] == "newsbeam.toml:2"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[network]\nretires = 3\n", "newsbeam.toml:2: unknown key 'retires' in [network] (did you mean 'retries'?)"),
        ("\n[netwrk]\nretries = 3\n", "newsbeam.toml:2: unknown key 'netwrk' (did you mean 'network'?)"),
        ("network = 3\n", "newsbeam.toml:1: network is a table (write [network] above its keys)"),
        ("[network]\nretries = 'x'\n", "newsbeam.toml:2: network.retries should be a valid integer, not 'x'"),
        ("[network]\nretries = 2.5\n", "newsbeam.toml:2: network.retries should be a valid integer, not 2.5"),
        ("[network]\nhost_gap_s = true\n", "newsbeam.toml:2: network.host_gap_s should be a valid number, not True"),
        ("[output]\nsinks = 'jsonl'\n", "newsbeam.toml:2: output.sinks should be a valid array, not 'jsonl'"),
        ("[output]\nsinks = ['a', 3]\n", "newsbeam.toml:2: output.sinks should be a valid string at 1, not 3"),
        ("[annotate.models]\nen = 3\n", "newsbeam.toml:1: annotate.models should be a valid string at en, not 3"),
        ("[poll]\ninterval_s = 2020-01-01\n", "newsbeam.toml:2: poll.interval_s should be a valid number, not '2020"),
        ("[poll]\n\ninterval_s = -1\n", "newsbeam.toml:3: poll.interval_s is -1.0 (it has to be greater than 0)"),
        ("[poll]\ninterval_s = nan\n", "newsbeam.toml:2: poll.interval_s is nan"),
        ("[network]\nretries = -1\n", "newsbeam.toml:2: network.retries is -1 (it has to be at least 0)"),
        ("[lease]\nunit_entries = 1001\n", "newsbeam.toml:2: lease.unit_entries is 1001 (it has to be at most 1000)"),
        ("[output]\nsinks = []\n", "newsbeam.toml:2: output.sinks is empty"),
        ("[output]\nsinks = ['jsonl', 'jsonl']\n", "newsbeam.toml:2: output.sinks names a sink twice"),
        ("[output]\nsinks = ['parkett']\n", "newsbeam.toml:2: output.sinks names 'parkett'"),
        ("[output]\nsinks = ['parqet']\n", "(did you mean 'parquet'?)"),
        ("runner = 'loacl'\n", "newsbeam.toml:1: runner is 'loacl' (did you mean 'local'?)"),
        ('[network]\nuser_agent = "a\\nb: c"\n', "network.user_agent cannot stand in an HTTP header"),
        (
            "[network.test.resolve]\n'a.test' = 'localhost'\n",
            "newsbeam.toml:1: network.test.resolve leads 'a.test' to 'localhost'",
        ),
        ("[annotate.models]\nEnglish = 'x'\n", "annotate.models has 'English' = 'x'"),
        ("[paths]\nledger = 'news.db'\n", "(write a database address: sqlite:///newsbeam.db)"),
        ("[lease]\nrevisit_ages_s = [60, 5]\n", "newsbeam.toml:2: lease.revisit_ages_s is [60.0, 5.0]"),
        ("[poll]\nlongest_interval_s = 99999\n", "newsbeam.toml:2: poll.longest_interval_s is longer than"),
        ("[network]\nhost_gap_s = 90\n", "take longer than lease.lease_s"),
        ("[network]\nretries = \n", "newsbeam.toml:2: not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_remedy(text: str, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("NEWSBEAM_NETWORK__RETIRES", "3", "NEWSBEAM_NETWORK__RETIRES (did you mean 'NEWSBEAM_NETWORK__RETRIES'?)"),
        ("NEWSBEAM_NETWORK_RETRIES", "3", "did you mean 'NEWSBEAM_NETWORK__RETRIES'?"),
        ("NEWSBEAM_NETWORK__RETRIES", "many", "NEWSBEAM_NETWORK__RETRIES: network.retries takes numbers, not 'many'"),
        ("NEWSBEAM_NETWORK__RETRIES", "-1", "NEWSBEAM_NETWORK__RETRIES: network.retries is -1"),
        ("NEWSBEAM_ANNOTATE__MODELS", "en", "NEWSBEAM_ANNOTATE__MODELS: annotate.models is a table"),
        ("NEWSBEAM_OUTPUT__SINKS", "", "NEWSBEAM_OUTPUT__SINKS: output.sinks is empty"),
    ],
)
def test_a_wrong_variable_is_refused_by_its_name(name: str, value: str, words: str) -> None:
    assert words in refused(environ={name: value})


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("network.retires", 3, "unknown setting 'network.retires' (did you mean 'network.retries'?)"),
        ("retries", 3, "unknown setting 'retries' (did you mean 'network.retries'?)"),
        ("network", 3, "unknown setting 'network'"),
        ("network.retries", "x", "flag: network.retries takes numbers, not 'x'"),
        ("network.retries", 2.5, "flag: network.retries should be a valid integer, not 2.5"),
    ],
)
def test_a_wrong_flag_is_refused(key: str, value: Any, words: str) -> None:
    assert words in refused(flags={key: value})


def test_a_file_that_is_named_has_to_be_there_and_readable() -> None:
    with pytest.raises(ConfigError, match="there is no such settings file"):
        load(Path("absent.toml"), {}, {})
    Path("newsbeam.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(None, {}, {})


def test_paths_of_the_file_start_at_its_folder_and_those_of_flags_where_one_stands(house: Path) -> None:
    text = '[paths]\narchive = "warc"\nledger = "sqlite:///state/news.db"\nrules = "/etc/rules"\nsites = "~/sites"\n'
    written(text, "conf/news.toml")
    loaded = load(Path("conf/news.toml"), {"paths.feeds": Path("my.toml")}, {"NEWSBEAM_PATHS__ALIASES": "names.csv"})
    paths = loaded.settings.paths
    assert (paths.archive, paths.ledger) == ("conf/warc", "sqlite:///conf/state/news.db")
    assert (paths.rules, paths.sites) == ("/etc/rules", str(Path.home() / "sites"))
    assert (paths.feeds, paths.aliases) == ("my.toml", "names.csv")
    assert loaded.settings.output.dir == "conf/out", "what nobody set lies beside the file too"
    absolute = load(house / "conf" / "news.toml", {}, {}).settings
    assert absolute.paths.ledger == f"sqlite:///{house}/conf/state/news.db"
    assert absolute.ledger_url == absolute.paths.ledger


@pytest.mark.parametrize("address", ["postgresql://db/news", "sqlite:////var/news.db", "gs://bucket/warc"])
def test_an_address_is_no_path(address: str) -> None:
    written(f'[paths]\nledger = "{address}"\n', "conf/news.toml")
    assert load(Path("conf/news.toml"), {}, {}).settings.paths.ledger == address


def test_the_origin_of_each_setting_is_shown_in_order_without_passwords() -> None:
    loaded = load(None, {"paths.ledger": "postgresql://me:p@ss/w@db:5432/news?password=too&sslmode=require"}, {})
    rows = show_origin(loaded)
    assert [key for key, _, _ in rows] == list(keys())
    shown = {key: (value, origin) for key, value, origin in rows}
    assert shown["runner"] == ("local", "default")
    assert shown["paths.ledger"] == ("postgresql://me:***@db:5432/news?password=***&sslmode=require", "flag")
    assert loaded.settings.paths.ledger.startswith("postgresql://me:p@ss/w@db"), "only hidden where it is shown"


@given(st.sampled_from(sorted(k for k, row in keys().items() if row.hint in (int, float))), st.integers(-2, 10**12))
def test_every_number_has_a_range_and_is_taken_as_it_is_inside(key: str, number: int) -> None:
    try:
        settings = load(None, {key: number}, {}).settings
    except ConfigError as error:
        assert str(error)
        assert number <= 0 or number > AT_MOST.get(key, 0)
    else:
        assert value_of(settings, key) == number
        assert number > 0 or (number == 0 and key in MAY_BE_ZERO)


def test_the_rules_on_settings_name_settings_that_exist() -> None:
    assert MAY_BE_ZERO | NOT_EMPTY | PATHS | AT_MOST.keys() <= keys().keys()


def test_every_setting_is_documented_with_its_default_and_its_variable() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \| `(.*?)` \| (.+) \|$", page, re.MULTILINE)
    assert [key for key, _, _ in rows] == list(keys()), "one row per setting, in the order of schemas/config.py"
    for key, default, meaning in rows:
        assert default == documented(keys()[key].default), f"{key} has another default"
        assert meaning.strip(), f"{key} has no meaning"
    assert variable("network.retries") in page


def documented(default: Any) -> str:
    """A default as TOML."""
    if isinstance(default, dict):
        return "{" + ", ".join(f'{key} = "{value}"' for key, value in default.items()) + "}"
    if isinstance(default, tuple):
        return "[" + ", ".join(map(documented, default)) + "]"
    if isinstance(default, bool):
        return str(default).lower()
    return f'"{default}"' if isinstance(default, str) else str(default)


def test_loading_settings_imports_neither_beam_nor_spacy_nor_arrow() -> None:
    code = (
        "import sys; from pipeline.settings import load; load(None, {}, {});"
        "sys.exit(bool({'apache_beam', 'spacy', 'pyarrow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_what_is_loaded_is_plain_and_frozen() -> None:
    loaded = load(None, {}, {})
    assert isinstance(loaded, Loaded)
    with pytest.raises(AttributeError):
        loaded.settings.network.retries = 3  # type: ignore[misc]
