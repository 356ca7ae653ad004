"""JSON-LD nodes -> whom and what they name, references by `@id` followed. Pure; bounded; never raises.

A CMS writes one `@graph` in which the article names its author as `{"@id": ...}` and a `Person` node elsewhere holds
the name; others write names, lists of names, or lists of lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from transforms.links import canonical
from transforms.page.jsonld import Node, PageNodes, as_list, text, types

MAX_NAMED = 50  # of one field
MAX_DEPTH = 4
HOUSES = frozenset(
    {"Organization", "NewsMediaOrganization", "Corporation", "Brand", "LocalBusiness", "OnlineBusiness", "WebSite",
     "NGO", "EducationalOrganization", "CollegeOrUniversity", "GovernmentOrganization", "Periodical", "Newspaper"}
)  # fmt: skip
_PAGES = frozenset({"WebPage", "ItemPage", "MedicalWebPage", "ProfilePage", "AboutPage", "FAQPage"})
_DATED = frozenset(
    {"Recipe", "Review", "HowTo", "PodcastEpisode", "LearningResource", "Course", "CreativeWork", "Dataset", "QAPage",
     "MedicalScholarlyArticle", "DiscussionForumPosting", "WebContent", "Guide"}
)  # fmt: skip


class Named(NamedTuple):
    name: str
    house: bool  # the page says that it is an organisation, not a person


class Graph(NamedTuple):
    """The page's nodes with what they say of themselves."""

    nodes: PageNodes
    by_id: dict[str, Node]
    article: Node  # the page's own, {} if there is none
    page: Node  # the node of the page itself, for what the article leaves out
    other: Node  # of another kind of text: a recipe, a review


def graph(nodes: PageNodes, url: str) -> Graph:
    by_id: dict[str, Node] = {}
    for node in nodes.nodes:
        if isinstance(node.get("@id"), str):
            known = by_id.setdefault(node["@id"], node)
            if len(node) > len(known):  # a reference is a node, too, where it repeats its type
                by_id[node["@id"]] = node
    ours = [node for node in nodes.articles if _is_at(node, url)]
    article = next(iter(ours or nodes.articles), {})
    return Graph(nodes, by_id, article, _first(nodes, _PAGES), _first(nodes, _DATED))


def _first(nodes: PageNodes, kinds: frozenset[str]) -> Node:
    found = (node for node in nodes.nodes if types(node) & kinds and "datePublished" in node)
    return next(found, {})


def _is_at(node: Node, url: str) -> bool:
    """Whether a node says that it stands at this address."""
    here = canonical(url)
    for key in ("url", "@id", "mainEntityOfPage"):
        for value in as_list(node.get(key))[:MAX_NAMED]:
            said = value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if here and isinstance(said, str) and said.startswith("http") and canonical(said.partition("#")[0]) == here:
                return True
    return False


def named(value: Any, by_id: dict[str, Node]) -> list[Named]:
    """Whom a field such as `author` names, in order, each entry once."""
    return list(dict.fromkeys(_named(value, by_id, 0)))[:MAX_NAMED]


def _named(value: Any, by_id: dict[str, Node], depth: int) -> Iterator[Named]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for one in value[:MAX_NAMED]:
            yield from _named(one, by_id, depth + 1)
    elif isinstance(value, str):
        yield Named(text(value), house=False)
    elif isinstance(value, dict):
        whole = by_id.get(value["@id"], value) if isinstance(value.get("@id"), str) else value
        house = bool((types(value) | types(whole)) & HOUSES)
        inner = next((one for one in (value.get("name"), whole.get("name")) if one), None)
        if isinstance(inner, list | dict) and not text(inner):
            yield from _named(inner, by_id, depth + 1)
        elif isinstance(inner, list):
            for one in inner[:MAX_NAMED]:
                yield Named(text(one), house)
        elif name := text(inner) or text(value) or text(whole):
            yield Named(name, house)
