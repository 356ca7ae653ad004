"""Text of a page that was decoded wrongly before it reached its server ("â€™" for "’"), mended where that is certain.

Certain: every piece of text that looks garbled is, as a whole, UTF-8 that was taken for another charset, so that
encoding and decoding it again gives text without a fault (ftfy finds the charset, and steps of it that guess are
refused). A page that holds garbled and sound text side by side in one piece tells of mojibake, or was mended by hand:
it is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

LEAST = 3  # garbled characters of a page: fewer are no evidence
NOTE = "mojibake_mended"
_LED = re.compile("[\xc2-\xf4ÂÃâĂĐŃВГРСÐÑØÙ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸЂѓЎўЈҐЄЇ°±Ііґµ¶·ё№є»јЅѕї]")
_ENTITIES = re.compile(r"&(?:A(?:circ|tilde)|acirc|#19[45]|#226);&")
_ATTRIBUTES = ("content", "alt", "title")


def looks_garbled(text: str) -> bool:
    """Whether a page's source gives reason to look closer; quick, and often wrong."""
    return bool(_ENTITIES.search(text) or (not text.isascii() and _LED.search(text)))


def mend(tree: Any) -> bool:
    """Mend the tree's text in place, all of it or none; whether anything was."""
    from ftfy import fix_encoding_and_explain
    from ftfy.badness import is_bad

    mended, count = [], 0
    for node, place, text in _pieces(tree):
        if text.isascii() or not (signs := len(_LED.findall(text))) or not is_bad(text):
            continue
        found, steps = fix_encoding_and_explain(text)
        if is_bad(found) or found == text or any(step.action not in {"encode", "decode"} for step in steps or ()):
            return False
        mended.append((node, place, found))
        count += signs
    if count < LEAST:
        return False
    for node, place, text in mended:
        if place in _ATTRIBUTES:
            node.set(place, text)
        else:
            setattr(node, place, text)
    return True


def _pieces(tree: Any) -> Iterator[tuple[Any, str, str]]:
    """(element, `text`, `tail` or an attribute's name, what stands there)."""
    for node in tree.iter():
        if node.tag in ("style", "script") and "ld+json" not in (node.get("type") or "").lower():
            yield node, "tail", node.tail or ""
            continue
        yield node, "text", node.text or ""
        yield node, "tail", node.tail or ""
        for name in _ATTRIBUTES:
            if value := node.get(name):
                yield node, name, value
