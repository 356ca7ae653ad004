"""Find known forms in a text: longest first, at word starts, upper and lower case as written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_START = re.compile(r"(?<![^\W_])[^\W_]")
_KEY = 2


class Known(NamedTuple):
    """One form of a known thing."""

    form: str
    canonical: str
    label: str


class Gazetteer:
    """Known forms by their first two characters. A form holds a capital or a digit: common words are no names."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self._by_start: dict[str, list[Known]] = {}
        self.by_form: dict[str, Known] = {}
        self._by_size: dict[tuple[int, int], list[str]] = {}
        for form, canonical, label in rows:
            if form and any(c.isupper() or c.isdigit() for c in form) and form not in self.by_form:
                self.by_form[form] = known = Known(form, canonical, label)
                self._by_start.setdefault(form[:_KEY], []).append(known)
                self._by_size.setdefault((form.count(" "), len(form)), []).append(form)
        for forms in self._by_start.values():
            forms.sort(key=lambda known: -len(known.form))

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
            for known in self._by_start.get(text[start : start + _KEY], ()):
                if text.startswith(known.form, start) and _ends(text, start + len(known.form)):
                    after = start + len(known.form)
                    yield start, after, known
                    break


def _ends(text: str, end: int) -> bool:
    """A form ends where its word ends."""
    return end >= len(text) or not (text[end].isalnum() or text[end] == "_")


@lru_cache(maxsize=4)
def gazetteer(rows: tuple[tuple[str, str, str], ...]) -> Gazetteer:
    """Built once per process for one alias table."""
    return Gazetteer(rows)
