"""What a page and its feed say of an article -> title, authors, dates, address, each with the origin it came from.

Dates of a feed of the article's own site come first, then the page's JSON-LD, its meta tags, its visible marks
(`itemprop`, `rel=author`, `<time>`), and last a guess by htmldate, which says so: `guess:htmldate`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from htmldate import find_date

from schemas.records import DateValue
from transforms.links import absolute, registrable_domain
from transforms.page import jsonld
from transforms.page.bylines import Byline, first_persons, key, line, visible
from transforms.page.dates import parse_date
from transforms.page.language import primary
from transforms.url_parts import split

Page = Any  # an lxml tree
Found = tuple[str, str]  # a value and its origin

TITLE_META = ("og:title", "dc.title", "dcterms.title", "parsely-title", "twitter:title")
AUTHOR_META = ("author", "article:author", "parsely-author", "dc.creator", "dcterms.creator", "sailthru.author", "byl")
PUBLISHED_META = (
    "article:published_time", "article:published", "og:published_time", "parsely-pub-date", "datepublished",
    "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "pubdate", "publishdate", "publish-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "date",
)  # fmt: skip
MODIFIED_META = ("article:modified_time", "og:updated_time", "dcterms.modified", "datemodified", "last-modified")
MAX_TITLE = 500
FOREIGN_CANONICAL = "link:canonical, another site"  # the origin of a `source_url`
_CANONICAL = re.compile(r"(?:^|\s)canonical(?:\s|$)", re.IGNORECASE)
_SUFFIX = re.compile(r"\s+[|\-–—·•»:]+\s+|\s*\|\s*")


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


class Meta(NamedTuple):
    """The page's meta tags: name in lower case -> contents in order."""

    values: dict[str, list[str]]

    def first(self, names: Iterable[str]) -> Iterator[Found]:
        for name in names:
            for value in self.values.get(name, ()):
                yield value, f"meta:{name}"


def metadata(
    tree: Page,
    nodes: jsonld.PageNodes,
    url: str,
    hint: Hint,
    guess_date: Callable[[], DateValue | None] | None = None,
) -> Metadata:
    """Everything but the text. `tree` is left as it is; `guess_date` is asked only when nothing states a date."""
    meta = _meta(tree)
    article = nodes.articles[0] if nodes.articles else {}
    origins: dict[str, str] = {}

    sites = _site_names(meta, nodes)
    site = _keep(origins, "site_name", iter(sites))
    title = _keep(origins, "title", _titles(tree, meta, article, hint, [name for name, _ in sites]))
    authors = _authors(tree, meta, article, hint, [name for name, _ in sites], origins)
    published = _first_date(_published(tree, meta, article, hint))
    if published is None and guess_date is not None:
        published = guess_date()
    modified = _first_date([(jsonld.text(article.get("dateModified")), "jsonld"), *meta.first(MODIFIED_META)])
    if modified and published and modified.value[:10] < published.value[:10]:
        modified = None
    for name, date in (("published", published), ("modified", modified)):
        if date is not None:
            origins[name] = date.source
    return Metadata(
        title=title,
        authors=authors,
        published=published,
        modified=modified,
        language=_keep(origins, "language", _languages(tree, meta, article, hint)),
        canonical_url=_keep(origins, "canonical_url", _canonicals(tree, meta, url)),
        site_name=site,
        origins=origins,
        flags=("paywalled",) if str(article.get("isAccessibleForFree", "")).lower() == "false" else (),
        source_url=_keep(origins, "source_url", iter([(elsewhere(tree, url), FOREIGN_CANONICAL)])),
        og_type=next((value for value, _ in meta.first(["og:type"])), "").lower(),
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


def without_site(title: str, sites: Iterable[str], headings: Iterable[str] = ()) -> str:
    """Cut what follows a separator in a title, only on the page's own evidence: it states that name for the site, or
    shows what stands before the separator as a main heading.
    """
    names, heads = {key(name) for name in sites if name}, {key(name) for name in headings if name}
    for found in reversed(list(_SUFFIX.finditer(title))):
        if found.start() and (key(title[found.end() :]) in names or key(title[: found.start()]) in heads):
            return title[: found.start()].rstrip()
    return title


def _keep(origins: dict[str, str], name: str, found: Iterator[Found]) -> str:
    value, origin = next(((value, origin) for value, origin in found if value), ("", ""))
    if value:
        origins[name] = origin
    return value


def _meta(tree: Page) -> Meta:
    values: dict[str, list[str]] = {}
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or node.get("http-equiv") or ""
        content = line(node.get("content") or "")
        if name and content:
            values.setdefault(name.strip().lower(), []).append(content)
    return Meta(values)


def _site_names(meta: Meta, nodes: jsonld.PageNodes) -> list[Found]:
    publishers = [(jsonld.text(node.get("publisher")), "jsonld") for node in nodes.articles]
    sites = [(jsonld.text(node), "jsonld") for node in nodes.nodes if "WebSite" in jsonld.types(node)]
    named = [*meta.first(["og:site_name"]), *publishers, *sites, *meta.first(["application-name", "twitter:site"])]
    return [(name.removeprefix("@"), origin) for name, origin in named if name]


def _titles(tree: Page, meta: Meta, article: jsonld.Node, hint: Hint, sites: list[str]) -> Iterator[Found]:
    headings = list(dict.fromkeys(filter(None, (line(node.text_content()) for node in tree.iter("h1")))))

    def plain(title: str) -> str:
        return without_site(jsonld.plain_text(title), sites, headings)[:MAX_TITLE]

    yield plain(jsonld.text(article.get("headline"))), "jsonld"
    # The page's one main heading beats its meta tags, which are written for search engines and shared links: of 244
    # titles from og:title 54 were wrong, with this 32. A heading of one or two words may be a logo.
    if len(headings) == 1 and len(headings[0].split()) > 2:
        yield plain(headings[0]), "h1"
    for value, origin in meta.first(TITLE_META):
        yield plain(value), origin
    if hint.own_site:
        yield line(hint.title), "feed"
    if len(headings) == 1:  # several main headings say nothing
        yield plain(headings[0]), "h1"
    yield plain(line(tree.findtext(".//title") or "")), "title"
    yield line(hint.title), "feed:other_site"


def _authors(
    tree: Page, meta: Meta, article: jsonld.Node, hint: Hint, sites: list[str], origins: dict[str, str]
) -> tuple[str, ...]:
    def stated() -> Iterator[Byline]:
        yield [jsonld.text(one) for key in ("author", "creator") for one in jsonld.as_list(article.get(key))], "jsonld"
        for name in AUTHOR_META:
            yield meta.values.get(name, ()), f"meta:{name}"
        if hint.own_site:
            yield hint.authors, "feed"
        yield from visible(tree)

    names, origin = first_persons(stated(), sites)
    if names:
        origins["authors"] = origin
    return names


def _published(tree: Page, meta: Meta, article: jsonld.Node, hint: Hint) -> Iterator[Found | DateValue | None]:
    if hint.own_site and hint.published and not hint.published.source.endswith(":future"):
        yield hint.published
    yield jsonld.text(article.get("datePublished")), "jsonld"
    yield from meta.first(PUBLISHED_META)
    for node in tree.xpath(".//*[@itemprop='datePublished']"):
        yield node.get("datetime") or node.get("content") or "", "itemprop:datePublished"
    for node in tree.xpath(".//time[@pubdate]"):
        yield node.get("datetime") or "", "time:pubdate"
    yield jsonld.text(article.get("dateCreated")), "jsonld:dateCreated"
    times = {node.get("datetime") for node in tree.xpath(".//article//time[@datetime]")}
    if len(times) == 1:  # several may be of comments and other stories
        yield next(iter(times)), "time"


def _first_date(found: Iterable[Found | DateValue | None]) -> DateValue | None:
    for one in found:
        if isinstance(one, DateValue):
            return one
        if one and one[0] and (date := parse_date(*one)):
            return date
    return None


def _languages(tree: Page, meta: Meta, article: jsonld.Node, hint: Hint) -> Iterator[Found]:
    yield primary(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""), "html:lang"
    yield primary(jsonld.text(article.get("inLanguage"))), "jsonld"
    for value, origin in meta.first(["content-language", "og:locale", "dc.language", "language"]):
        yield primary(value), origin
    yield primary(hint.language), "feed"


def elsewhere(tree: Page, url: str) -> str:
    """The page of another registrable domain that a canonical link names: whose text it is. "" where none is named."""
    for value in _canonical_links(tree):
        address = absolute(value, url)
        there = split(address) if address else None
        if there is not None and (there.path != "/" or there.query):
            return address if registrable_domain(address) != registrable_domain(url) else ""
    return ""


def _canonical_links(tree: Page) -> list[str]:
    """As they are written."""
    return [node.get("href") or "" for node in tree.iter("link") if _CANONICAL.search(node.get("rel") or "")]


def _canonicals(tree: Page, meta: Meta, url: str) -> Iterator[Found]:
    """Inside one registrable domain only; and no article's address is its site's front page, as some templates say."""
    here, site = split(url), registrable_domain(url)
    links = [(value, "link:canonical") for value in _canonical_links(tree)]
    for value, origin in [*links, *meta.first(["og:url"])]:
        address = absolute(value, url)
        there = split(address) if address else None
        if there is None or registrable_domain(address) != site:
            continue
        if there.path == "/" and not there.query and here is not None and (here.path != "/" or here.query):
            continue
        yield address, origin
