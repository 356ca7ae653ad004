"""Bytes of a page -> the meta and link elements of its head, in order. Pure; bounded in time on any bytes.

Read before a page is archived, and outside the guarded pool: no tree is built. What stands in comments, scripts,
styles, `noscript` and `template` is passed over, and so is all behind the head's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

HEAD_BYTES = 262_144  # heads of news pages carry scripts of 100 KB and more before their last meta
_TOKEN = re.compile(
    rb"<!--|<(?:script|style|noscript|template)\b|</head\b|<body\b|<(?:meta|link|base)\b[^<>]{0,4000}>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""([a-z-]{1,40})\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


class Element(NamedTuple):
    """`meta`, `link` or `base` with its attributes, names in lower case, entities undone."""

    name: str
    attributes: dict[str, str]


def elements(body: bytes) -> Iterator[Element]:
    head = _head(body)
    position, lower = 0, head.lower()
    while found := _TOKEN.search(head, position):
        token = found[0].lower()
        if token.startswith((b"</head", b"<body")):
            return
        position = found.end()
        if token.startswith((b"<meta", b"<link", b"<base")):
            yield Element(token[1:5].decode(), _attributes(found[0]))
            continue
        end = lower.find(b"-->" if token == b"<!--" else b"</" + token[1:], position)
        if end < 0:
            return
        position = end


def metas(body: bytes) -> Iterator[tuple[str, str]]:
    """(name in lower case, content) of the meta elements that have both."""
    for name, attributes in elements(body):
        if name == "meta" and "name" in attributes and "content" in attributes:
            yield attributes["name"].strip().lower(), attributes["content"]


def _head(body: bytes) -> bytes:
    head = body[:HEAD_BYTES]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").encode()
    return head


def _attributes(element: bytes) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for key, double, single, bare in _ATTRIBUTE.findall(element.decode("utf-8", "replace")):
        attributes.setdefault(key.lower(), unescape(double or single or bare))
    return attributes
