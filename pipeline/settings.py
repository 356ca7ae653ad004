"""The settings as they apply: defaults, then `newsbeam.toml`, then `NEWSBEAM_SECTION__KEY`, then flags; later wins.

A setting is taken whole from one place: a table such as `annotate.models` replaces the one before it.
Relative paths in the file, and those that nobody set, start at the file's folder (one file means one ledger, wherever
the command is called); paths in variables and flags start at the working folder.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

from pipeline.limits import keys, near, value_of, wrong
from schemas.config import Settings
from schemas.errors import ConfigError
from schemas.tomlfile import check_keys, line_of, parse

FILE = "newsbeam.toml"
PREFIX = "NEWSBEAM_"
DEFAULT, FLAG = "default", "flag"

PATHS = {"output.dir", "paths.ledger", "paths.archive", "paths.feeds", "paths.rules", "paths.sites", "paths.aliases"}

_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)")
_PASSWORD = re.compile(r"(://[^:@/]*:).*(?=@)|(password=)[^&]*", re.IGNORECASE)


class Given(NamedTuple):
    """A value that somebody set, and where."""

    value: Any
    origin: str
    file: str = ""
    line: int = 0


class Loaded(NamedTuple):
    settings: Settings
    origins: dict[str, str]
    """Dotted key -> `default`, `newsbeam.toml:12`, the name of a variable, or `flag`."""


def load(config_file: Path | None, flags: Mapping[str, Any], environ: Mapping[str, str]) -> Loaded:
    """The settings and the origin of each.

    `config_file` None: `newsbeam.toml` of the working folder if there is one. `flags` has dotted keys; a value may be
    text, as in a variable; None means that the flag was not used. Raises ConfigError for an unknown name, a wrong
    type, a value out of range, and two values that contradict each other, with the place and the remedy.
    """
    file = config_file or (Path(FILE) if Path(FILE).is_file() else None)
    given = _from_file(file) if file else {}
    given |= _from_environ(environ)
    given |= _from_flags(flags)
    values = {key: given[key].value if key in given else row.default for key, row in keys().items()}
    for key in PATHS & values.keys():
        home = file.parent if file and (key not in given or given[key].file) else Path()
        if isinstance(values[key], str):
            values[key] = _located(values[key], home)
    settings = _typed(values, given)
    for key, what, remedy in wrong(settings):
        raise _error(key, what, given, remedy)
    return Loaded(settings, {key: given[key].origin if key in given else DEFAULT for key in keys()})


def show_origin(loaded: Loaded) -> list[tuple[str, Any, str]]:
    """(dotted key, value, origin) of every setting, in the order of `schemas/config.py`; passwords are hidden."""
    return [(key, _hidden(key, value_of(loaded.settings, key)), origin) for key, origin in loaded.origins.items()]


def _from_file(file: Path) -> dict[str, Given]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError("there is no such settings file", file=str(file), remedy="check --config") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"this settings file cannot be read: {error}", file=str(file)) from error
    return dict(_of_table(parse(text, str(file)), "", text, str(file)))


def _of_table(table: Mapping[str, Any], path: str, text: str, file: str) -> Iterator[tuple[str, Given]]:
    """The settings of one table of the file and of the tables in it."""
    prefix = f"{path}." if path else ""
    check_keys(
        table,
        dict.fromkeys(key.removeprefix(prefix).partition(".")[0] for key in keys() if key.startswith(prefix)),
        text=text,
        file=file,
        table=path,
    )
    for name, value in table.items():
        key = prefix + name
        line = line_of(text, key) or line_of(text, path, name) or line_of(text, "", key.partition(".")[0])
        if key in keys():
            yield key, Given(value, f"{file}:{line}", file, line)
        elif isinstance(value, dict):
            yield from _of_table(value, key, text, file)
        else:
            raise ConfigError(f"{key} is a table", file=file, line=line, remedy=f"write [{key}] above its keys")


def variable(key: str) -> str:
    """The name of a setting's environment variable: `network.retries` -> `NEWSBEAM_NETWORK__RETRIES`."""
    return PREFIX + key.replace(".", "__").upper()


def _from_environ(environ: Mapping[str, str]) -> dict[str, Given]:
    names = {variable(key): key for key in keys()}
    given = {}
    for name in sorted(environ):
        if name.startswith(PREFIX):
            if name not in names:
                raise ConfigError(f"unknown variable {name}", remedy=near(name, names) or "unset it")
            given[names[name]] = Given(_from_text(environ[name], names[name], name), name)
    return given


def _from_flags(flags: Mapping[str, Any]) -> dict[str, Given]:
    given = {}
    for key, value in flags.items():
        if key not in keys():
            whole = [name for name in keys() if name.endswith(f".{key}")]
            remedy = near(key, whole, cutoff=0) or near(key, keys()) or "`newsbeam config` lists them"
            raise ConfigError(f"unknown setting {key!r}", remedy=remedy)
        if isinstance(value, str):
            given[key] = Given(_from_text(value, key, FLAG), FLAG)
        elif value is not None:
            given[key] = Given(str(value) if isinstance(value, Path) else value, FLAG)
    return given


def _from_text(text: str, key: str, origin: str) -> Any:
    """A value that came as text: `a,b` for a list, `a=1,b=2` for a table, otherwise a word or a number."""
    from pydantic import TypeAdapter, ValidationError

    hint = keys()[key].hint
    if hint is str:
        return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if get_origin(hint) is tuple and get_args(hint)[0] is str:
        return parts
    if get_origin(hint) is dict:
        pairs = [part.partition("=") for part in parts]
        if not all(found for _, found, _ in pairs):
            raise ConfigError(f"{origin}: {key} is a table, not {text!r}", remedy="write it as name=value,name=value")
        texts = {name.strip(): value.strip() for name, _, value in pairs}
        if get_args(hint)[1] is str:
            return texts
    try:
        if get_origin(hint) is dict:
            return {name: TypeAdapter(get_args(hint)[1]).validate_strings(value) for name, value in texts.items()}
        if get_origin(hint) is tuple:
            return [TypeAdapter(get_args(hint)[0]).validate_strings(part) for part in parts]
        return TypeAdapter(hint).validate_strings(text)
    except ValidationError:
        raise ConfigError(f"{origin}: {key} takes numbers, not {text!r}") from None


def _typed(values: Mapping[str, Any], given: Mapping[str, Given]) -> Settings:
    """The frozen settings. JSON is how pydantic is strict on types and still takes a list for a tuple."""
    from pydantic import TypeAdapter, ValidationError

    nested: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        functools.reduce(lambda table, section: table.setdefault(section, {}), sections, nested)[name] = value
    try:
        return TypeAdapter(Settings).validate_json(json.dumps(nested, default=str), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"]]
        key = next((key for n in (1, 2, 3) if (key := ".".join(path[:n])) in keys()), ".".join(path))
        inside = f" at {'.'.join(path[key.count('.') + 1 :])}" if len(path) > key.count(".") + 1 else ""
        what = first["msg"].replace("Input should", "should")
        raise _error(key, f"{what}{inside}, not {first['input']!r}", given) from None


def _located(path: str, home: Path) -> str:
    """`path` seen from the working folder, where it was written as seen from `home`; "" and addresses stay."""
    if found := _SQLITE.fullmatch(path):
        return found[1] + str(home / found[2])
    return str(home / Path(path).expanduser()) if path and "://" not in path else path


def _error(key: str, what: str, given: Mapping[str, Given], remedy: str = "") -> ConfigError:
    place = given.get(key, Given(None, DEFAULT))
    origin = "" if place.file else f"{place.origin}: "
    return ConfigError(f"{origin}{key} {what}", file=place.file, line=place.line, remedy=remedy)


def _hidden(key: str, value: Any) -> Any:
    if key != "paths.ledger":
        return value
    return _PASSWORD.sub(lambda found: (found[1] or found[2]) + "***", value)
