"""What the network is told about a paragraph: words, and what each head should answer where the corpus says it.

A corpus that marks fewer kinds of names than we tell apart says of a word without a mark only that it is none of
*its* kinds. So the target of a word is the set of tags that its mark allows, and the loss counts their probability
together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from en_newsbeam_sm.labels import NAME_TAGS, NAMES

UNSAID = -100  # no target: what torch's losses leave out
RARE = ("PRODUCT", "WORK_OF_ART", "LAW", "LANGUAGE")
OUTSIDE = "O"


class Frame(NamedTuple):
    """One attribution in a paragraph."""

    anchor: int  # word: first of its cue, else of its content
    roles: tuple[int, ...]  # of each word of the paragraph: place in ROLE_TAGS
    text: str  # of its content, for the embedding; "" where it is too short to compare


class Syntax(NamedTuple):
    starts: tuple[int, ...]  # 1 where a sentence begins
    tags: tuple[int, ...]
    morphs: tuple[int, ...]
    lemmas: tuple[int, ...]
    heads: tuple[int, ...]  # word of the paragraph; its own for a root
    relations: tuple[int, ...]


class Paragraph(NamedTuple):
    words: tuple[str, ...]
    names: tuple[int, ...] | None = None  # places in `Allowed`
    anchors: tuple[int, ...] | None = None  # places in ANCHORS
    frames: tuple[Frame, ...] = ()
    syntax: Syntax | None = None


class Allowed:
    """Sets of tags, numbered as they come up."""

    def __init__(self) -> None:
        self.sets: list[frozenset[int]] = []
        self._number: dict[frozenset[int], int] = {}

    def number(self, tags: Sequence[str]) -> int:
        key = frozenset(NAME_TAGS.index(tag) for tag in tags)
        if key not in self._number:
            self._number[key] = len(self.sets)
            self.sets.append(key)
        return self._number[key]

    def rows(self) -> list[list[bool]]:
        """[sets, tags]: whether a set holds a tag."""
        return [[tag in each for tag in range(len(NAME_TAGS))] for each in self.sets]


class Marking(NamedTuple):
    """Which kinds of names a corpus marks."""

    kinds: tuple[str, ...] = NAMES
    rest: bool = False  # has MISC, which may be any of RARE or an event
    rest_only_ours: bool = False  # and is nothing else

    def allows(self, edge: str, label: str) -> tuple[str, ...]:
        """Tags that a word may have whose mark is `edge` (B, I or "") and `label`."""
        if label in self.kinds:
            return (f"{edge}-{label}",)
        if label == "MISC" and self.rest:
            ours = tuple(f"{edge}-{kind}" for kind in (*RARE, "EVENT"))
            return ours if self.rest_only_ours else (*ours, OUTSIDE)
        unmarked = [kind for kind in NAMES if kind not in self.kinds and not (self.rest and kind in RARE)]
        return (OUTSIDE, *(f"{e}-{kind}" for kind in unmarked for e in "BI"))
