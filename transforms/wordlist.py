"""Lists of words, written as text so that a person can read and sort them."""

from __future__ import annotations


def wordset(text: str) -> frozenset[str]:
    """The words of a text, between blanks and line breaks."""
    return frozenset(text.split())
