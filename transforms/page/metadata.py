"""What a page and its feed say of an article -> title, authors, dates, address and more, each with its origin.

Dates of a feed of the article's own site come first, then the page's JSON-LD, its meta tags, its visible marks, what it
shows beside its title, and last a guess by htmldate, which says so: `guess:htmldate`. Where two origins contradict each
other both are kept, with the reason for the choice. Each field has a file of its own; this one puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from htmldate import find_date

from schemas.records import Contradiction, DateValue
from transforms.links import registrable_domain
from transforms.page import addresses, authors, details, jsonld, metatags, moments, titles
from transforms.page.addresses import FOREIGN_CANONICAL, elsewhere
from transforms.page.bylines import visible
from transforms.page.dates import parse_date
from transforms.page.graph import Graph, graph, named
from transforms.page.language import primary
from transforms.page.metatags import Found, Meta
from transforms.page.names import key
from transforms.page.shown import shown
from transforms.page.titles import MAX_TITLE, without_site
from transforms.url_parts import split

__all__ = [
    "FOREIGN_CANONICAL",
    "MAX_TITLE",
    "Hint",
    "Metadata",
    "elsewhere",
    "from_hint",
    "htmldate_guess",
    "metadata",
    "without_site",
]  # fmt: skip

Page = Any  # an lxml tree


class Hint(NamedTuple):
    """What the feed said of the article. Its title and date count only when it shows its own site."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: DateValue | None = None
    language: str = ""
    own_site: bool = False
    summary: str = ""
    content: str = ""  # the feed's own full text as HTML, of a feed that shows its own site


class Metadata(NamedTuple):
    title: str = ""
    authors: tuple[str, ...] = ()
    published: DateValue | None = None
    modified: DateValue | None = None
    language: str = ""  # as tagged; the text may be in another
    canonical_url: str = ""  # absolute, "" where the page names none that counts
    site_name: str = ""
    source_url: str = ""  # of another site, where the page's canonical link leads there
    origins: dict[str, str] = {}
    flags: tuple[str, ...] = ()  # `paywalled`
    og_type: str = ""
    agency: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    image_caption: str = ""
    licence: str = ""
    is_accessible_for_free: bool | None = None
    contradictions: tuple[Contradiction, ...] = ()


def metadata(
    tree: Page,
    nodes: jsonld.PageNodes,
    url: str,
    hint: Hint,
    guess_date: Callable[[], DateValue | None] | None = None,
) -> Metadata:
    """Everything but the text. `tree` is left as it is; `guess_date` is asked only when nothing states a date."""
    meta = metatags.read(tree)
    known = graph(nodes, url)
    sites = _site_names(meta, known)
    canonical, other_address = addresses.own(tree, meta, url)
    home = registrable_domain(url if split(url) else canonical[0])
    names = titles.site_keys([name for name, _ in sites], home)
    feed = hint.title, "feed" if hint.own_site else "feed:other_site"
    title = titles.choose(tree, meta, known, feed, names)
    around = shown(tree, title.value)

    houses = set(map(key, names))
    said = authors.stated(known, meta, hint.authors if hint.own_site else (), houses)
    people = authors.choose(list(said), list(visible(tree, around, houses)), houses)

    tags = list(_languages(tree, meta, known, hint))
    language = _first(tags)
    tag = tree.get("lang") or next((value for value, _ in meta.first(metatags.LANGUAGE)), "")
    seen = moments.look(around, tag)
    feed_date = hint.published if hint.own_site and hint.published and not _ahead(hint.published) else None
    published = moments.published(tree, meta, known, feed_date, seen, tag, url)
    if published.value is None and guess_date is not None:
        published = moments.Moment(guess_date())
    modified = moments.modified(tree, meta, known, seen, tag, published.value)
    more = details.details(tree, meta, known, url)
    source = elsewhere(tree, url)
    origins = {
        "site_name": _first(sites)[1],
        "title": title.origin,
        "authors": people.origin,
        "agency": people.agency_origin,
        "published": published.value.source if published.value else "",
        "modified": modified.value.source if modified.value else "",
        "language": language[1],
        "canonical_url": canonical[1],
        "source_url": FOREIGN_CANONICAL if source else "",
        **dict(more.origins),
    }
    against = (title, people, published, modified)
    return Metadata(
        title=title.value,
        authors=people.names,
        published=published.value,
        modified=modified.value,
        language=language[0],
        canonical_url=canonical[0],
        site_name=_first(sites)[0],
        source_url=source,
        origins={name: origin for name, origin in origins.items() if origin},
        flags=("paywalled",) if more.is_accessible_for_free is False else (),
        og_type=next((value for value, _ in meta.first(["og:type"])), "").lower(),
        agency=people.agency,
        section=more.section,
        tags=more.tags,
        image=more.image,
        image_caption=more.image_caption,
        licence=more.licence,
        is_accessible_for_free=more.is_accessible_for_free,
        contradictions=(*(one for part in against for one in part.contradictions), *other_address),
    )


def from_hint(hint: Hint) -> Metadata:
    """All that is known where there is no page around the text."""
    origins = {"title": "feed"} if hint.title else {}
    if hint.authors:
        origins["authors"] = "feed"
    if hint.published:
        origins["published"] = hint.published.source
    return Metadata(hint.title, hint.authors, hint.published, language=primary(hint.language), origins=origins)


def htmldate_guess(tree: Page, url: str) -> DateValue | None:
    """A date that no mark states (htmldate, Barbaresi 2020).

    Not its extensive search: on 166 pages that state no date, that takes 20 ms a page for 3, and of the 18 dates it
    adds 10 are wrong (pages of `splits/wcxb.json`, dev).
    """
    day = find_date(tree, url=url, original_date=True, extensive_search=False)
    return parse_date(day, "guess:htmldate") if day else None


def _ahead(date: DateValue) -> bool:
    return date.source.endswith(":future")


def _first(found: list[Found]) -> Found:
    return next(((value, origin) for value, origin in found if value), ("", ""))


def _site_names(meta: Meta, known: Graph) -> list[Found]:
    publishers = [
        (one.name, "jsonld") for node in known.nodes.articles for one in named(node.get("publisher"), known.by_id)
    ]
    houses = {"WebSite", "Organization", "NewsMediaOrganization"}
    sites = [(jsonld.text(node), "jsonld") for node in known.nodes.nodes if jsonld.types(node) & houses]
    said = [*meta.first(["og:site_name"]), *publishers, *sites, *meta.first(["application-name", "twitter:site"])]
    return [(name.removeprefix("@"), origin) for name, origin in said if name]


def _languages(tree: Page, meta: Meta, known: Graph, hint: Hint) -> Iterator[Found]:
    yield primary(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""), "html:lang"
    yield primary(jsonld.text(known.article.get("inLanguage"))), "jsonld"
    for value, origin in meta.first(metatags.LANGUAGE):
        yield primary(value), origin
    yield primary(hint.language), "feed"
