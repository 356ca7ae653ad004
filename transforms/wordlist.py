"""What a word is, and lists of words written as text so that a person can read and sort them."""

from __future__ import annotations

import re

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts written without blanks, Thai to Han, for a class of characters: there each character counts as a word."""
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")


def wordset(text: str) -> frozenset[str]:
    """The words of a text, between blanks and line breaks."""
    return frozenset(text.split())
