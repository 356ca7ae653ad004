"""Short selectors for an element, of names that people gave it: no names that a build or a database made. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Tree = Any  # an lxml element
MAX_NAMES = 12  # classes of one element that are looked at
_NAME = re.compile(r"[A-Za-z_][\w-]{1,40}")
# Styling libraries put a mark before or inside the hashes that they make.
_MADE = re.compile(r"^(?:css|sc|jsx|jss|emotion|svelte|styled|ng|ember|yui|data-v|tw)[-_]|-sc-|^_|yui_", re.IGNORECASE)
_MODULE = re.compile(r"([A-Za-z][\w-]*?__)(?=[\w-]*[A-Z0-9])[\w-]{4,8}")  # Name_part__hash, of CSS modules
_HASHED = re.compile(r"[A-Z].*\d|\d.*[A-Z]|^[a-z]+\d+[a-z]+|[a-z]*\d{3,}")
# What says how a thing looks, and nothing of what it is.
_UTILITY = re.compile(
    r"(?:clearfix|container(?:-\w+)?|wrapper|row|col(?:-.*)?|span|align\w*(?:-\w+)?|left|right|center|active|hidden|visible|url"
    r"|fn|n|inner|outer|block|flex|grid|(?:d|[mp][trblxy]?|text|has|is|size|font|bg|float|layout)-.*|footer|header|content"
    r"|(?:items|justify|self|whitespace|max|min|w|h|gap|space|leading|order|overflow|z)-.*)"
)
_PART = re.compile(r"[-_]+")
_ATTRIBUTES = ("itemprop", "property", "rel", "role", "data-component", "data-testid", "data-type", "data-gu-name")
TAGS = frozenset({"article", "main", "time", "h1", "aside", "form", "address", "amp-ad"})


def is_stable(name: str) -> bool:
    """Whether a name looks as if a person had chosen it for all pages of a site."""
    if not _NAME.fullmatch(name) or _MADE.search(name) or _MODULE.fullmatch(name):
        return False
    parts = [part for part in _PART.split(name) if part]
    return any(len(part) > 2 for part in parts) and not any(map(_is_made, parts))


def _is_made(part: str) -> bool:
    bare = part.rstrip("0123456789")
    return bool(_HASHED.search(part)) or (len(bare) > 4 and not re.search(r"[aeiouyAEIOUY]", bare))


def selectors_of(node: Tree) -> Iterator[str]:
    """Selectors that mean this element by one stable mark of its own, the surest first."""
    if (name := node.get("id")) and is_stable(name):
        yield f"#{name}"
    for name in _ATTRIBUTES:
        value = node.get(name)
        if (
            value
            and re.fullmatch(r"[A-Za-z][\w:.-]{1,40}", value)
            and is_stable(value.replace(":", "").replace(".", ""))
        ):
            yield f"[{name}={value}]" if re.fullmatch(r"[\w-]+", value) else f"[{name}='{value}']"
    tag = node.tag if isinstance(node.tag, str) and node.tag not in ("div", "span", "p", "section") else ""
    for name in (node.get("class") or "").split()[:MAX_NAMES]:
        if is_stable(name) and not _UTILITY.fullmatch(name):
            yield f".{name}"
            if tag:
                yield f"{tag}.{name}"
        elif found := _MODULE.fullmatch(name):
            yield f"[class*={found[1]}]"
    if isinstance(node.tag, str) and node.tag in TAGS:
        yield node.tag


def within(node: Tree) -> Iterator[str]:
    """Selectors of the element itself and, where it has no mark of its own, by the nearest marked element around it."""
    own = list(selectors_of(node))
    yield from own
    if not isinstance(node.tag, str):
        return
    for above, _ in zip(node.iterancestors(), range(3), strict=False):
        marks = [mark for mark in selectors_of(above) if mark not in TAGS]
        if marks:
            child = " > " if above is node.getparent() else " "
            yield from (f"{mark}{child}{node.tag}" for mark in marks[:4])
            return
