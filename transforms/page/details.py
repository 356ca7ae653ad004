"""Section, tags, picture with caption, licence, paywall: what a page states of an article beside its text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from transforms.links import absolute
from transforms.page import jsonld
from transforms.page.graph import Graph
from transforms.page.metatags import IMAGE, IMAGE_ALT, LICENCE, SECTION, TAGS, Found, Meta, line
from transforms.page.names import key

MAX_TAGS = 50
MAX_TAG = 100  # characters
MAX_TEXT = 500
_COMMAS = re.compile(r"\s*[,;|，、]\s*")
_NO_TAG = re.compile(r".{101}|[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{24}", re.IGNORECASE)  # too long, or a number
_NO_SECTION = frozenset({"uncategorized", "uncategorised", "home", "article", "articles", "news", "none", "null"})


class Details(NamedTuple):
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    image_caption: str = ""
    licence: str = ""
    is_accessible_for_free: bool | None = None
    origins: tuple[tuple[str, str], ...] = ()  # (field, origin)


def details(tree: Any, meta: Meta, graph: Graph, url: str) -> Details:
    article = graph.article
    section = _first(_sections(meta, article))
    tags, tags_by = _tags(meta, article)
    image = _first(_images(tree, meta, graph, url))
    caption = _first(_captions(meta, graph, image[1]))
    licence = _first(_licences(tree, meta, article, url))
    free, free_by = _free(article, graph.page)
    found = {
        "section": section[1], "tags": tags_by, "image": image[1], "image_caption": caption[1], "licence": licence[1],
        "is_accessible_for_free": free_by,
    }  # fmt: skip
    origins = tuple((name, origin) for name, origin in found.items() if origin)
    return Details(section[0], tags, image[0], caption[0], licence[0], free, origins)


def _first(found: Iterable[Found]) -> Found:
    return next(((value[:MAX_TEXT], origin) for value, origin in found if value), ("", ""))


def _sections(meta: Meta, article: jsonld.Node) -> Iterator[Found]:
    for value, origin in [(jsonld.text(article.get("articleSection")), "jsonld"), *meta.first(SECTION)]:
        if key(value) not in _NO_SECTION and "://" not in value and len(value) <= MAX_TAG:
            yield value, origin


def _tags(meta: Meta, article: jsonld.Node) -> tuple[tuple[str, ...], str]:
    said = [one for one in jsonld.as_list(article.get("keywords"))[:MAX_TAGS] if isinstance(one, str | dict)]
    yields: list[tuple[list[str], str]] = [([jsonld.text(one) for one in said], "jsonld")]
    yields += [(meta.values.get(name, []), f"meta:{name}") for name in TAGS]
    for values, origin in yields:
        parts = values if len(values) > 1 else [part for value in values for part in _COMMAS.split(value)]
        names = {key(part): part for part in map(line, parts) if key(part) and not _NO_TAG.search(part)}
        if names:
            return tuple(names.values())[:MAX_TAGS], origin
    return (), ""


def _images(tree: Any, meta: Meta, graph: Graph, url: str) -> Iterator[Found]:
    for value, origin in meta.first(IMAGE):
        yield absolute(value, url), origin
    for one in jsonld.as_list(graph.article.get("image"))[:MAX_TAGS]:
        yield absolute(_address(one, graph), url), "jsonld"
    for node in tree.xpath(".//link[@rel='image_src']")[:1]:
        yield absolute(node.get("href") or "", url), "link:image_src"


def _address(image: Any, graph: Graph) -> str:
    if isinstance(image, dict):
        whole = graph.by_id.get(image["@id"], image) if isinstance(image.get("@id"), str) else image
        return jsonld.text(whole.get("url") or whole.get("contentUrl"))
    return jsonld.text(image)


def _captions(meta: Meta, graph: Graph, chosen_by: str) -> Iterator[Found]:
    if not chosen_by:
        return
    for one in jsonld.as_list(graph.article.get("image"))[:1]:
        if isinstance(one, dict):
            whole = graph.by_id.get(one["@id"], one) if isinstance(one.get("@id"), str) else one
            yield jsonld.text(whole.get("caption")), "jsonld"
    yield from meta.first(IMAGE_ALT)


def _licences(tree: Any, meta: Meta, article: jsonld.Node, url: str) -> Iterator[Found]:
    said = article.get("license")
    yield jsonld.text(said.get("url") or said.get("@id") if isinstance(said, dict) else said), "jsonld"
    for node in tree.xpath(".//*[self::a or self::link][contains(concat(' ', @rel, ' '), ' license ')]")[:1]:
        yield absolute(node.get("href") or "", url), "rel:license"
    yield from meta.first(LICENCE)


def _free(article: jsonld.Node, page: jsonld.Node) -> tuple[bool | None, str]:
    """schema.org's `isAccessibleForFree`, which is written as a word, a number or an address, too."""
    for node, origin in ((article, "jsonld"), (page, "jsonld:page")):
        for value in jsonld.as_list(node.get("isAccessibleForFree"))[:1]:
            word = str(value).lower().rpartition("/")[2]
            if word in ("false", "true", "0", "1", "no", "yes"):
                return word in ("true", "1", "yes"), origin
    return None, ""
