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
from transforms import jsonld
from transforms.language import primary
from transforms.links import absolute, registrable_domain
from transforms.url_parts import split
from transforms.pagedates import parse_date

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
MAX_AUTHORS = 20
_BLANKS = re.compile(r"\s+")
_BY = re.compile(r"^(?:(?:written|words|story|text|reported|posted) by|by|authors?|von|par|por|di|door|af|av|text)\b:?(?:\s+(?=\S)|$)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:,|;|\||/|•|·|\s(?:and|und|et|y|e|og|och|en|&)\s)\s*")
_NOT_A_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net|html?)\b|\d|[<>{}\[\]=]", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*(?:https?:|//|/|www\.)", re.IGNORECASE)
_ROLE = re.compile(r"\b(?:editor|reporter|correspondent|staff|writer|contributor|ph\.?d|m\.?d|updated|published|admin)\b", re.IGNORECASE)  # fmt: skip
_SUFFIX = re.compile(r"\s+[|\-–—·•»:]+\s+|\s*\|\s*")


class Hint(NamedTuple):
    """What the feed said of the article. Its title and date count only when it shows its own site."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: DateValue | None = None
    language: str = ""
    own_site: bool = False
    summary: str = ""


class Metadata(NamedTuple):
    title: str = ""
    authors: tuple[str, ...] = ()
    published: DateValue | None = None
    modified: DateValue | None = None
    language: str = ""  # as tagged; the text may be in another
    canonical_url: str = ""  # absolute, "" where the page names none that counts
    site_name: str = ""
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
    modified = _first_date(_modified(meta, article))
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


def without_site(title: str, sites: Iterable[str]) -> str:
    """Cut the site's name from the end of a title, only where the page itself states that name."""
    known = {_key(name) for name in sites if name}
    for found in reversed(list(_SUFFIX.finditer(title))):
        if found.start() and _key(title[found.end() :]) in known:
            return title[: found.start()].rstrip()
    return title


def persons(raw: Iterable[str], sites: Iterable[str] = ()) -> tuple[str, ...]:
    """Names out of bylines: no "By", no addresses, no roles, not the site itself. Agencies stay as written."""
    known = {_key(name) for name in sites}
    names: dict[str, str] = {}
    for line in raw:
        if _ADDRESS.match(line):  # some give the author's page where the name is meant
            continue
        for part in _BETWEEN.split(_BY.sub("", _line(line), count=1)):
            name = _BY.sub("", part, count=1).strip(" \t-–—,.;:|()")
            if not 2 <= len(name) <= 60 or len(name.split()) > 6 or _NOT_A_NAME.search(name) or _ROLE.search(name):
                continue
            if _key(name) not in known:
                names.setdefault(_key(name), name)
    return tuple(names.values())[:MAX_AUTHORS]


def _keep(origins: dict[str, str], name: str, found: Iterator[Found]) -> str:
    value, origin = next(((value, origin) for value, origin in found if value), ("", ""))
    if value:
        origins[name] = origin
    return value


def _meta(tree: Page) -> Meta:
    values: dict[str, list[str]] = {}
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or node.get("http-equiv") or ""
        content = _line(node.get("content") or "")
        if name and content:
            values.setdefault(name.strip().lower(), []).append(content)
    return Meta(values)


def _site_names(meta: Meta, nodes: jsonld.PageNodes) -> list[Found]:
    publishers = [(jsonld.text(node.get("publisher")), "jsonld") for node in nodes.articles]
    sites = [(jsonld.text(node), "jsonld") for node in nodes.nodes if "WebSite" in jsonld.types(node)]
    named = [*meta.first(["og:site_name"]), *publishers, *sites, *meta.first(["application-name", "twitter:site"])]
    return [(name.removeprefix("@"), origin) for name, origin in named if name]


def _titles(tree: Page, meta: Meta, article: jsonld.Node, hint: Hint, sites: list[str]) -> Iterator[Found]:
    def plain(title: str) -> str:
        return without_site(jsonld.plain_text(title), sites)[:MAX_TITLE]

    yield plain(jsonld.text(article.get("headline"))), "jsonld"
    for value, origin in meta.first(TITLE_META):
        yield plain(value), origin
    if hint.own_site:
        yield _line(hint.title), "feed"
    headings = [_line(node.text_content()) for node in tree.iter("h1")]
    if len(set(filter(None, headings))) == 1:  # several main headings say nothing
        yield plain(next(filter(None, headings))), "h1"
    yield plain(_line(tree.findtext(".//title") or "")), "title"
    yield _line(hint.title), "feed:other_site"


def _authors(
    tree: Page, meta: Meta, article: jsonld.Node, hint: Hint, sites: list[str], origins: dict[str, str]
) -> tuple[str, ...]:
    for lines, origin in _bylines(tree, meta, article, hint):
        if names := persons(lines, sites):
            if origin in _CROWDED and len(names) > 3:
                continue
            origins["authors"] = origin
            return names
    return ()


def _bylines(tree: Page, meta: Meta, article: jsonld.Node, hint: Hint) -> Iterator[tuple[Iterable[str], str]]:
    yield [jsonld.text(one) for key in ("author", "creator") for one in jsonld.as_list(article.get(key))], "jsonld"
    for name in AUTHOR_META:
        yield meta.values.get(name, ()), f"meta:{name}"
    if hint.own_site:
        yield hint.authors, "feed"
    for path, origin in ((".//*[@rel='author']", "rel:author"), (".//*[@itemprop='author']", "itemprop:author")):
        yield [_line(node.text_content())[:300] for node in tree.xpath(path)[:MAX_AUTHORS]], origin
    for node in tree.xpath(_BYLINE)[:MAX_AUTHORS]:
        yield [_line(node.text_content())], "byline"


_CROWDED = frozenset({"rel:author", "itemprop:author"})  # many names there are those of other stories
_BYLINE = (
    ".//*[self::a or self::span or self::p or self::div or self::address]"
    "[contains(concat(' ', normalize-space(@class), ' '), ' author ') or contains(@class, 'byline')"
    " or contains(@class, 'author-name') or contains(@class, 'author__name') or contains(@class, 'author_name')]"
    "[string-length(normalize-space(.)) < 80]"
)


def _published(tree: Page, meta: Meta, article: jsonld.Node, hint: Hint) -> Iterator[Found | DateValue | None]:
    if hint.own_site:
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


def _modified(meta: Meta, article: jsonld.Node) -> Iterator[Found]:
    yield jsonld.text(article.get("dateModified")), "jsonld"
    yield from meta.first(MODIFIED_META)


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


def _canonicals(tree: Page, meta: Meta, url: str) -> Iterator[Found]:
    """Inside one registrable domain only; and no article's address is its site's front page, as broken templates say."""
    here, site = split(url), registrable_domain(url)
    links = [(node.get("href") or "", "link:canonical") for node in tree.iter("link") if _is_canonical(node)]
    for value, origin in [*links, *meta.first(["og:url"])]:
        address = absolute(value, url)
        there = split(address) if address else None
        if there is None or registrable_domain(address) != site:
            continue
        if there.path == "/" and not there.query and here is not None and (here.path != "/" or here.query):
            continue
        yield address, origin


def _is_canonical(node: Page) -> bool:
    return "canonical" in (node.get("rel") or "").lower().split()


def _line(raw: str) -> str:
    return _BLANKS.sub(" ", raw).strip()


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold().removeprefix("the "))
