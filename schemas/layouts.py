"""How one site lays out its articles, as data: where text, title, authors and date stand, and what the site promises.

A site's file may hold several layouts, each for a time of its own: an archived page is read by the layout of the day on
which it was fetched. `schemas/layoutfile.py` reads them from TOML, `transforms/site_rules` applies them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from schemas.ids import make_id
from schemas.records import Record
from schemas.selectors import Css

ENGINE = "1"  # how layouts are applied: another number makes other readings of all of them
PROMISES = ("min_words", "max_words", "min_paragraphs", "language", "title", "author", "date")
OF_THE_TEXT = frozenset({"min_words", "max_words", "min_paragraphs", "language"})
"""Where one of these is broken the rules have not found the article, and its text is looked for without them."""


class Promises(NamedTuple):
    """What holds for every article of a site; 0, "" and False: nothing is promised."""

    min_words: int = 0
    max_words: int = 0
    min_paragraphs: int = 0
    language: str = ""
    title: bool = False
    author: bool = False
    date: bool = False


class Layout(NamedTuple):
    """One layout of one site. Lists are alternatives (the first that finds anything) but for `drop` and `cut`."""

    site: str  # a domain: it holds for every host of it
    name: str
    select: tuple[Css, ...]
    drop: tuple[Css, ...] = ()
    cut: tuple[Css, ...] = ()
    title: tuple[Css, ...] = ()
    author: tuple[Css, ...] = ()
    date: tuple[Css, ...] = ()
    date_format: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    time_zone: str = ""
    promises: Promises = Promises()
    valid_from: str = ""  # days, both inclusive
    valid_until: str = ""
    file: str = ""
    line: int = 0

    @property
    def version(self) -> str:
        """Changes with everything that a reading depends on: not with the place in a file."""
        return make_id("layout", ENGINE, *(repr(value) for value in self[:-2]))

    def holds(self, day: str) -> bool:
        return (not self.valid_from or self.valid_from <= day) and (not self.valid_until or day <= self.valid_until)


class LayoutUse(Record, frozen=True, kw_only=True):
    """What came of reading one page by a layout."""

    site: str
    layout: str
    version: str
    applied: bool  # the text is what the rules select; else it was found without them
    failed: tuple[str, ...] = ()  # checks, such as `select`, `promise:author`, `drop:.share`
    why: str = ""  # in words, where the text was found without them


Layouts = Mapping[str, tuple[Layout, ...]]
"""By site."""


def layout_at(layouts: Layouts, host: str, day: str) -> Layout | None:
    """The layout of a host's site on a day (ISO 8601): the site with the longest name that the host ends in."""
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels) if layouts else 0):
        if found := layouts.get(".".join(labels[start:])):
            return next((layout for layout in found if layout.holds(day)), None)
    return None
