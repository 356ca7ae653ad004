"""A contributor line -> the names in it."""

from __future__ import annotations

import re

from schemas.plain import plain

MAX_WORDS = 5  # of one name
_LABEL = re.compile(
    r"\b(?:additional |further |extra )?(?:reporting|writing|editing|research|photography|production|translation"
    r"|reported|written|edited|compiled|contributors?|contributing(?: writers?| reporters?| editors?)?)"
    r"(?: and (?:writing|editing|reporting|research|photography))?(?: by\b|:)",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^.*\b(?:writers?|reporters?|correspondents?|journalists?|editors?|producers?|researchers?|photographers?)\b,? ",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[,;/&|.]\s+|[;,&|/]|\band\b|\bwith\b)\s*", re.IGNORECASE)
_INITIAL = re.compile(r"\b([A-Z])\.")
_PLACE = re.compile(r"\s+(?:in|from|at|for|of) .*$", re.IGNORECASE)
_PARTICLES = frozenset(  # small words inside a name
    "de del della der den di da do dos du von van bin ibn al el la le ter ten y e und".split()  # noqa: SIM905
)
_DOT = "\ue000"  # stands for the full stop of an initial while sentences are parted


def names_of(text: str) -> tuple[str, ...]:
    """The names, in order, each once; what does not look like a name is left out. Places ("in Kyiv") are cut off."""
    text = _LABEL.sub(";", _INITIAL.sub(rf"\1{_DOT}", plain(text)))
    names = (_name(_TITLE.sub("", piece)) for piece in _BETWEEN.split(text))
    return tuple(dict.fromkeys(name for name in names if name))


def _name(piece: str) -> str:
    words = _PLACE.sub("", piece.strip(" .()[]*-:'\"").rpartition("'s ")[2]).split()
    if words and words[0].lower() == "the":
        words = words[1:]
    if not 0 < len(words) <= MAX_WORDS or any(char.isdigit() for word in words for char in word):
        return ""
    if not all(word[0].isupper() or word in _PARTICLES for word in words) or words[0] in _PARTICLES:
        return ""
    return " ".join(words).replace(_DOT, ".")
