"""Find known forms in a text: longest first, at word starts, upper and lower case as written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_START = re.compile(r"(?<![^\W_])[^\W_]")
_KEY = 2
LONGEST = 200  # characters of a form that is looked for


class Known(NamedTuple):
    """One form of a known thing."""

    form: str
    canonical: str
    label: str


class Gazetteer:
    """Known forms by their first two characters. A form holds a capital or a digit: common words are no names."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self.by_form: dict[str, Known] = {}
        self._by_size: dict[tuple[int, int], list[str]] = {}
        lengths: dict[str, set[int]] = {}
        for form, canonical, label in rows:
            if 0 < len(form) <= LONGEST and any(c.isupper() or c.isdigit() for c in form) and form not in self.by_form:
                self.by_form[form] = Known(form, canonical, label)
                lengths.setdefault(form[:_KEY], set()).add(len(form))
                self._by_size.setdefault((form.count(" "), len(form)), []).append(form)
        # Of the forms that begin alike their lengths, the longest first: a place asks for each length once.
        self._lengths = {key: sorted(sizes, reverse=True) for key, sizes in lengths.items()}

    def of_size(self, form: str) -> list[str]:
        """Known forms of as many words, longer or shorter by one letter at most: those it may be misspelt from."""
        blanks, length = form.count(" "), len(form)
        return [known for n in (length - 1, length, length + 1) for known in self._by_size.get((blanks, n), ())]

    def find(self, text: str) -> Iterator[tuple[int, int, Known]]:
        """(start, end, known) from left to right, without overlaps."""
        after = 0
        for match in _START.finditer(text):
            start = match.start()
            if start < after:
                continue
            for length in self._lengths.get(text[start : start + _KEY], ()):
                known = self.by_form.get(text[start : start + length])
                if known and len(known.form) == length and _ends(text, start + length):
                    after = start + length
                    yield start, after, known
                    break


def _ends(text: str, end: int) -> bool:
    """A form ends where its word ends."""
    return end >= len(text) or not (text[end].isalnum() or text[end] == "_")


@lru_cache(maxsize=4)
def gazetteer(rows: tuple[tuple[str, str, str], ...]) -> Gazetteer:
    """Built once per process for one alias table."""
    return Gazetteer(rows)
