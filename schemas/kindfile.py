"""Kinds as people write them: TOML -> `KindBook`, every mistake with its file, its line and the way out.

[lexicon]
rights = ['copyright\\w*', 'all rights']   # a class: words or small patterns, in plain letters
[[kind]]
id = "rights_notice"          # unique over kinds and rules
need = 5                      # so many points make a line one of this kind
core = ["rights"]             # one of these signals must be among them
points = { rights = 4, outermost = 1, speech = -5 }   # classes of the lexicon, signals of `schemas/shapes.py`
why = "a notice of rights is no text of the author"
removes = [...]               # lines of our own, each as the last line of a text: at least 5
keeps = [...]                 # lines that look alike and must stay: at least 3
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import re2

from schemas import tomlfile
from schemas.errors import ConfigError
from schemas.kinds import Kind, KindBook, compile_class, words_pattern
from schemas.shapes import PLACES, SHAPES

MIN_REMOVES, MIN_KEEPS = 5, 3
_KEYS = ("id", "need", "core", "points", "why", "max_chars", "removes", "keeps")


def parse_kinds(texts: Mapping[str, str]) -> KindBook:
    """The kinds and the lexicon of these files (name -> TOML), in their order. Raises ConfigError."""
    documents = [(file, text, tomlfile.parse(text, file)) for file, text in texts.items()]
    lexicon: dict[str, str] = {}
    for file, text, document in documents:
        for name, words in document.get("lexicon", {}).items():
            lexicon[name] = _class(name, words, text, file)
    kinds = [
        _kind(table, index, lexicon, text, file)
        for file, text, document in documents
        for index, table in enumerate(document.get("kind", []))
    ]
    ids = [kind.id for kind in kinds]
    for kind in kinds:
        if ids.count(kind.id) > 1:
            raise ConfigError(f"two kinds are {kind.id!r}", file=kind.file, line=kind.line, remedy="rename one")
    return KindBook(tuple(kinds), tuple(lexicon.items()))


def _class(name: str, words: Any, text: str, file: str) -> str:
    line = tomlfile.line_of(text, "lexicon", name)
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise ConfigError(f"{name} is no list of words", file=file, line=line, remedy='write ["...", "..."]')
    if name in SHAPES or name in PLACES:
        raise ConfigError(
            f"{name} is a signal of form or place", file=file, line=line, remedy="name the class otherwise"
        )
    pattern = words_pattern(words)
    try:
        compile_class(pattern)
    except re2.error as error:
        raise ConfigError(f"{name} is not RE2: {error}", file=file, line=line, remedy="mind the brackets") from error
    return pattern


def _kind(table: dict[str, Any], index: int, lexicon: Mapping[str, str], text: str, file: str) -> Kind:
    def fail(key: str, what: str, remedy: str) -> NoReturn:
        line = tomlfile.line_of(text, "kind", key if key in table else "", index)
        raise ConfigError(what, file=file, line=line, remedy=remedy)

    tomlfile.check_keys(table, _KEYS, text=text, file=file, table="kind", index=index)
    for key in _KEYS:
        if key not in table and key != "max_chars":
            fail(key, f"this kind has no {key}", f"add {key} = ...")
    for key in ("need", "max_chars"):
        if not isinstance(table.get(key, 1), int) or isinstance(table.get(key), bool):
            fail(key, f"{key} = {table[key]!r} is no good", "a whole number")
    for key, least in (("removes", MIN_REMOVES), ("keeps", MIN_KEEPS), ("core", 1)):
        value = table[key]
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            fail(key, f"{key} is no list of texts", 'write ["...", "..."]')
        if len(set(value)) < least:
            fail(key, f"{len(set(value))} different entries in {key} are too few", f"write at least {least}")
    points = table["points"]
    if not isinstance(points, dict) or not all(type(value) is int for value in points.values()):
        fail("points", "points are no table of whole numbers", "write { rights = 4, speech = -5 }")
    for name in (*points, *table["core"]):
        if name not in lexicon and name not in SHAPES and name not in PLACES:
            fail("points", f"there is no signal {name!r}", "a class of the lexicon, or a signal of form or place")
    return Kind(
        id=table["id"],
        why=table["why"],
        need=table["need"],
        points=tuple(points.items()),
        core=tuple(table["core"]),
        removes=tuple(table["removes"]),
        keeps=tuple(table["keeps"]),
        max_chars=table.get("max_chars", 400),
        file=file,
        line=tomlfile.line_of(text, "kind", index=index),
    )
