"""What a conforming parser says against an XML text, and how much there is in it. Pure; it stops where it is too much.

The limits stand where feedparser, which reads the text afterwards, would take more than about two seconds.
"""

from __future__ import annotations

from xml.parsers import expat

MAX_ELEMENTS = 100_000  # feedparser takes some 15 us for each
MAX_DEPTH = 1_000
MAX_REFERENCES = 1_000_000  # some 0.5 us each


class _TooMuch(Exception):
    """More elements than are read, or deeper ones."""


class _Counted:
    """Elements as expat meets them."""

    def __init__(self) -> None:
        self.elements = self.depth = 0

    def start(self, _name: str, _attributes: object) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise _TooMuch

    def end(self, _name: str) -> None:
        self.depth -= 1


def not_well_formed(text: str) -> str:
    """What a conforming parser says against the text, "" if nothing. Too much of it is something, too."""
    return counted(text)[0]


def counted(text: str) -> tuple[str, int]:
    """What is wrong with the text, and how many elements it has."""
    if text.count("&") > MAX_REFERENCES:
        return f"more than {MAX_REFERENCES:,} references", 0
    parser, seen = expat.ParserCreate("utf-8", namespace_separator=" "), _Counted()
    parser.StartElementHandler, parser.EndElementHandler = seen.start, seen.end
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return f"{expat.ErrorString(error.code)} at line {error.lineno}", seen.elements
    except _TooMuch:
        return f"more than {MAX_ELEMENTS:,} elements, or {MAX_DEPTH:,} inside each other", seen.elements
    return "", seen.elements
