"""Lists of feeds as OPML 2.0 (opml.org), with folders: read from other programs, and written for them. Pure.

A folder becomes a label of every feed in it, and back: a feed stands in the folder of its first label.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from xml.parsers import expat

from schemas.errors import ConfigError
from schemas.feeds import FeedIntent

MAX_DEPTH = 20  # of folders


class Outline(NamedTuple):
    """A feed of such a list."""

    url: str
    title: str = ""
    labels: tuple[str, ...] = ()


def read(body: bytes, file: str) -> list[Outline]:
    """Its feeds in order, each address once. Raises ConfigError with file and line where it is no OPML."""
    if b"<!ENTITY" in body.upper():
        raise ConfigError(
            "this list declares entities", file=file, remedy="export it anew, or remove its document type"
        )
    try:
        root = ET.fromstring(body)
    except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as error:  # the last two: of its encoding
        line = getattr(error, "position", (0, 0))[0]
        raise ConfigError(f"no well-formed XML: {error}", file=file, line=line, remedy="export it anew") from None
    if root.tag.lower() != "opml":
        raise ConfigError(f"no OPML: its root is <{root.tag[:40]}>", file=file, line=1, remedy="name an OPML file")
    found: dict[str, Outline] = {}
    for body_element in root.iter("body"):
        for outline in _outlines(body_element, ()):
            found.setdefault(outline.url, outline)
    return list(found.values())


def _outlines(element: Any, folders: tuple[str, ...], depth: int = 0) -> Iterator[Outline]:
    for child in element.findall("outline"):
        attributes = {key.lower(): " ".join(value.split()) for key, value in child.attrib.items()}
        title = attributes.get("title") or attributes.get("text", "")
        if url := attributes.get("xmlurl", ""):
            yield Outline(url, title if title != url else "", folders)
        elif depth < MAX_DEPTH:
            yield from _outlines(child, (*folders, title) if title else folders, depth + 1)


def write(feeds: Iterable[FeedIntent], title: str = "newsbeam") -> str:
    """The list as OPML text; feeds without a label stand outside of every folder."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    body = ET.SubElement(root, "body")
    folders: dict[str, ET.Element] = {}
    for feed in feeds:
        parent = body
        if feed.labels:
            name = feed.labels[0]
            if name not in folders:
                folders[name] = ET.SubElement(body, "outline", text=name, title=name)
            parent = folders[name]
        shown = feed.title or feed.url
        more = {"language": feed.language} if feed.language else {}
        ET.SubElement(parent, "outline", {"type": "rss", "text": shown, "title": shown, "xmlUrl": feed.url, **more})
    ET.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ET.tostring(root, encoding="unicode") + "\n"
