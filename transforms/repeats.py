"""Lines that a site repeats from article to article: which may be learned, and by what they are known again.

Only lines near an end of a text are looked at. A full sentence is an author's, who may say it twice: it is learned only
where it shows a signal that a kind of boilerplate is about. A short line without one is no evidence either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from schemas.ids import make_id
from schemas.kinds import KindBook
from schemas.records import Removal
from schemas.shapes import Place
from transforms.fold import fold
from transforms.removal import LEARNED, Line

TOP, FOOT = 4, 12  # lines at the ends of a text as extracted
MIN_WORDS, MAX_CHARS = 4, 300
_ENDS = frozenset('.!?…"”’')


def line_key(shown: str) -> str:
    """What a line in plain letters is known by: equal for lines that fold alike."""
    return make_id("line", fold(shown))


def repeatable(line: Line, kinds: KindBook, about: Collection[str]) -> bool:
    """Whether a line may be boilerplate if others of its site have it, too. `about`: what kinds have for a core."""
    if len(line.bare.split()) < MIN_WORDS or len(line.bare) > MAX_CHARS:
        return False
    if line.text.rstrip()[-1:] not in _ENDS:
        return True
    return not kinds.signals(line.text, line.bare, Place()).isdisjoint(about)


def edge_keys(lines: Sequence[Line], kinds: KindBook) -> Iterator[tuple[Line, str]]:
    """(line, key) of the lines near the ends of a text that may be learned, in the order of the text."""
    total = sum(line.number >= 0 for line in lines)
    about = {signal for kind in kinds.kinds for signal in kind.core}
    for line in lines:
        near = 0 <= line.number < TOP or line.number >= total - FOOT
        if line.number >= 0 and near and repeatable(line, kinds, about):
            yield line, line_key(line.bare)


def counted(keys: Sequence[tuple[Line, str]], removals: Collection[Removal]) -> tuple[str, ...]:
    """The keys that this article bears witness to: of lines that stay, and of those that went as learned ones."""
    starts = {removal.start for removal in removals if removal.rule != LEARNED}
    return tuple(dict.fromkeys(key for line, key in keys if line.start not in starts))
