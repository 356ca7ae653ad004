"""The meta tags of a page, and which of their names tell what: one table a field, the surest name first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Found = tuple[str, str]  # a value and its origin

TITLE = ("og:title", "citation_title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "twitter:title")
AUTHOR = (
    "citation_author", "author", "article:author", "article:author_name", "parsely-author", "sailthru.author",
    "dc.creator", "dcterms.creator", "byl", "authors", "author_name", "cxenseparse:author", "rbauthors", "bt:author",
    "dcsext.author", "og:article:author", "shareaholic:article_author_name", "vr:author", "creator", "mediator_author",
)  # fmt: skip
PUBLISHED = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time", "og:pubdate",
    "parsely-pub-date", "datepublished", "citation_online_date", "citation_publication_date", "citation_date",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "pubdate",
    "publishdate", "publish-date", "publish_date", "published_at", "publication_date", "published", "date_published",
    "article_date_original", "article.published", "originalpublicationdate", "displaydate", "sailthru.date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "bt:pubdate", "vr:published_time",
    "shareaholic:article_published_time", "rnews:datepublished", "date",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "dcterms.modified", "datemodified",
    "article.updated", "lastmod", "revised", "updated", "last-modified",
)  # fmt: skip
SECTION = (
    "article:section", "parsely-section", "og:article:section", "sailthru.section", "cxenseparse:section", "section",
)  # fmt: skip
TAGS = ("article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
IMAGE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "parsely-image-url")
IMAGE_ALT = ("og:image:alt", "twitter:image:alt")
LICENCE = ("dcterms.license", "dc.rights.license", "license", "dcterms.rights", "dc.rights")
LANGUAGE = ("content-language", "og:locale", "dc.language", "language")
MAX_VALUES = 200  # of one name
# A card on a social network shows two pairs of a label and its value; many CMS put the author into one.
_CARD_AUTHOR = re.compile(
    r"(?:written |posted )?by|authors?|von|verfasst von|autore?|autora|auteure?|[ée]crit par|par|por|escrito por"
    r"|scritto da|di|door|geschreven door|skriven av|skrevet av|forfatter|napisane przez|автор|作者|投稿者|執筆者",
    re.IGNORECASE,
)


class Meta(NamedTuple):
    """The page's meta tags: name in lower case -> contents in order."""

    values: dict[str, list[str]]

    def first(self, names: Iterable[str]) -> Iterator[Found]:
        for name in names:
            for value in self.values.get(name, ()):
                yield value, f"meta:{name}"

    def card_authors(self) -> Iterator[tuple[list[str], str]]:
        """What `twitter:label1` and its like say is the author."""
        for number in ("1", "2"):
            label = next(iter(self.values.get(f"twitter:label{number}", ())), "")
            if _CARD_AUTHOR.fullmatch(label.strip(" :")):
                yield self.values.get(f"twitter:data{number}", []), f"meta:twitter:data{number}"


def read(tree: Any) -> Meta:
    values: dict[str, list[str]] = {}
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or node.get("http-equiv") or ""
        content = line(node.get("content") or "")
        if name and content:
            known = values.setdefault(name.strip().lower(), [])
            if len(known) < MAX_VALUES:
                known.append(content)
    return Meta(values)


def line(raw: str) -> str:
    return " ".join(raw.split())
