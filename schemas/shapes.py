"""What can be seen of a line's form and place without knowing its words: signals by name, one documented table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from schemas.plain import disguised

TINY, SHORT, LONG = 26, 70, 220  # characters
_URL = re.compile(
    r"https?://|www\.|\b[\w-]{2,}\.(?:com|org|net|info|test|example|news|co|io|de|fr|uk|in|ke|ng|za|au)\b"
)
_MAIL = re.compile(r"[\w.+-]+ ?(?:@|\[at\]|\(at\)) ?[\w-]+(?:\.| ?\[dot\] ?)\w+")
_ADDRESS = re.compile(r"(?:e-?mail:? |mail:? )?[\w.+-]+ ?(?:@|\[at\]|\(at\)) ?[\w-]+(?: ?(?:\.|\[dot\]) ?\w+)+")
_HANDLE = re.compile(r"(?:^|[\s(:])@\w{3,}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_COUNT = re.compile(r"\b\d[\d,.]*[km]?\b")
_NAME = re.compile(
    r"(?:[A-Z][a-z]{0,4}\. )?[A-Z][\w'’.-]*(?: (?:[A-Z][\w'’.-]*|de|van|von|bin|al|la|der)){1,3}(?=[,\s]|$)"
)
_QUOTE = re.compile(r"\"[^\"]{12,}\"|\"[^\"]{12,}$|^[^\"]{12,}\"")
_SPEECH = re.compile(
    r"\b(?:said|says|told|added|asked|warned|argued|announced|noted|explained|according to|insisted|admitted)\b"
)
_BRACKETS = re.compile(r"[(\[].{1,60}[)\]]\.?")
_PIPES = re.compile(r" [|/•·»>] |\s{3,}|\| ?")
_LOWER = re.compile(r"[a-z]")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SMALL = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "de", "la")
)


class Place(NamedTuple):
    """Where a line stands among the lines that are not empty and have not gone."""

    outermost: bool = True  # no line that stays stands between it and the nearer end of the text
    top: bool = False  # nearer to the beginning


def _titled(shown: str) -> bool:
    """Nearly every word has a capital: a name, a heading, a button bar."""
    words = [word for word in _WORD.findall(shown) if word.lower() not in _SMALL]
    return len(words) >= 2 and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


def _capitals(shown: str) -> bool:
    letters = [letter for letter in shown if letter.isalpha()]
    return len(letters) >= 3 and sum(letter.isupper() for letter in letters) >= 0.7 * len(letters)


SHAPES: dict[str, Callable[[str, str], object]] = {  # signal -> whether (line, shown) shows it
    "tiny": lambda line, shown: len(shown) <= TINY,
    "short": lambda line, shown: len(shown) <= SHORT,
    "long": lambda line, shown: len(shown) > LONG,
    "no_stop": lambda line, shown: line.rstrip()[-1:] not in set(".!?…\"”’'"),
    "stop": lambda line, shown: line.rstrip()[-1:] == ".",
    "titled": lambda line, shown: _titled(shown),
    "capitals": lambda line, shown: _capitals(shown),
    "url": lambda line, shown: _URL.search(shown),
    "mail": lambda line, shown: _MAIL.search(shown),
    "address": lambda line, shown: _ADDRESS.fullmatch(shown),
    "handle": lambda line, shown: _HANDLE.search(line),
    "year": lambda line, shown: _YEAR.search(shown),
    "number": lambda line, shown: _COUNT.search(shown),
    "name_first": lambda line, shown: _NAME.match(shown),
    "quote": lambda line, shown: _QUOTE.search(shown),
    "speech": lambda line, shown: _SPEECH.search(shown),
    "bracketed": lambda line, shown: _BRACKETS.fullmatch(line.strip()),
    "dash_first": lambda line, shown: line.lstrip()[:1] in set("-–—"),
    "pipes": lambda line, shown: _PIPES.search(line.strip()),
    "colon": lambda line, shown: ":" in shown[:40],
    "question": lambda line, shown: "?" in shown,
    "exclaims": lambda line, shown: "!" in shown,
    "disguised": lambda line, shown: disguised(line),
}
PLACES = ("outermost", "edge", "top", "end")


def shapes(line: str, shown: str, place: Place) -> set[str]:
    """The signals of form and place that a line shows."""
    found = {name for name, shows in SHAPES.items() if shows(line, shown)}
    found.add("outermost" if place.outermost else "edge")
    found.add("top" if place.top else "end")
    return found
