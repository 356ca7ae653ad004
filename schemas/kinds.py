"""Kinds of boilerplate as scored tables: what gives a line points, and how many make it one of a kind.

A kind names no string. It adds up signals: classes of words from the lexicon, and what `schemas/shapes.py` sees of the
line's form and place. `schemas/kindfile.py` reads kinds from TOML; a person can add up every verdict by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import re2

from schemas.shapes import Place, shapes

_EDGE = r"[^\p{L}\p{N}]"  # what may stand beside a word of the lexicon


class Kind(NamedTuple):
    """One kind. `points` are (signal, points); a line with `need` points or more, one of them from `core`, is taken."""

    id: str
    why: str
    need: int
    points: tuple[tuple[str, int], ...]
    removes: tuple[str, ...]
    keeps: tuple[str, ...]
    core: tuple[str, ...] = ()  # signals of which a line must show one: the others only support them
    max_chars: int = 400
    file: str = ""
    line: int = 0

    def score(self, signals: Collection[str]) -> tuple[int, str]:
        """(points, the sum in words)."""
        given = [(name, points) for name, points in self.points if name in signals]
        total = sum(points for _, points in given)
        words = ", ".join(f"{name} {points:+d}" for name, points in given)
        return total, f"{words}: {total} of {self.need}"


class KindBook(NamedTuple):
    """All kinds and the lexicon that they share: (class, pattern) of words in plain letters, any case."""

    kinds: tuple[Kind, ...] = ()
    lexicon: tuple[tuple[str, str], ...] = ()

    def verdict(self, line: str, shown: str, place: Place) -> tuple[Kind, str] | None:
        """The kind with the most points above its need, and the sum in words; None for an author's line.

        `line` is as it stands in the text, `shown` the same in plain letters without ornaments at its ends.
        """
        if not self.kinds or len(shown) > max(kind.max_chars for kind in self.kinds):
            return None
        signals = self.signals(line, shown, place)
        best, best_over, best_words = None, -1, ""
        for kind in self.kinds:
            if len(shown) > kind.max_chars or not signals.intersection(kind.core):
                continue
            total, words = kind.score(signals)
            if total - kind.need > best_over:
                best, best_over, best_words = kind, total - kind.need, words
        return (best, best_words) if best else None

    def signals(self, line: str, shown: str, place: Place) -> set[str]:
        """Every signal that the line shows in this place."""
        found = {name for name, pattern in self.lexicon if _class(pattern).search(shown)}
        return found | shapes(line, shown, place)


def words_pattern(words: Iterable[str]) -> str:
    """One pattern for a class of the lexicon; a word may be a small pattern itself."""
    return f"(?:^|{_EDGE})(?:{'|'.join(words)})(?:$|{_EDGE})"


@lru_cache(maxsize=512)
def _class(pattern: str) -> Any:
    """Raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(pattern, options)


def compile_class(pattern: str) -> None:
    """Raises re2.error where the pattern is none."""
    _class(pattern)
