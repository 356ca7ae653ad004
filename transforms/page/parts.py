"""Which page goes on with an article that its site shows in several parts. Pure; bounded in time on any bytes.

`rel=next` alone does not say so: of 464 recorded pages 38 name another article by it, and none a part of their own. So
a further part has to be named twice over: by a `rel=next`, or by its number in a pager; and by its address, which is
that of the first part with the next number in one of the places where sites put it (`number_of`). It lies on the same
host. The pager of comments is none, and what reads as a list of articles has no parts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape
from typing import Any, NamedTuple

from transforms.links import absolute, split
from transforms.page import jsonld
from transforms.page.head import elements
from transforms.url_parts import Parts
from transforms.wordlist import wordset

MOST = 99  # a greater number is an article's own
LOOK_BYTES = 4_000_000
_LONG = 15  # words outside links of a paragraph that is prose
_PAGES = wordset(
    """page p pg paged pagina pagewanted currentpage pagenumber page_number pageno pagenum page_no seite teil part
    sida side strona sivu stranka"""
)
_LISTING = wordset("page p pg paged")  # names that lists of articles have as well
_WORD = r"(?:page|pagina|seite|teil|part|p|s)"
_TAIL = re.compile(
    rf"(?:/(?P<folder>{_WORD})[/_-]?(?P<a>\d{{1,2}})|[-_,.]{_WORD}[-_]?(?P<b>\d{{1,2}})|/(?P<c>\d{{1,2}})"
    r"|[-_,.](?P<file>\d{1,2}))",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:\.(?:x?html?|shtml|php|aspx?|jsp))?/?$", re.IGNORECASE)
# Two patterns: one without regard to case takes ten times as long.
_HREFS = [re.compile(name + rb"""\s{0,8}=\s{0,8}["']?([^"'\s<>]{1,2000})""") for name in (b"href", b"HREF")]
_LAST_NUMBER = re.compile(r"(?<!\d)(\d{1,2})(?:\.\w{3,5})?/?(?:[&#].*)?$")
_PAGER = re.compile(r"pagin|pager|page-?(?:link|number|nav)|multi-?page|(?:^|[\s_-])pages?(?:$|[\s_-])", re.IGNORECASE)
_NO_PAGER = re.compile(r"comment|disqus|repl(?:y|ies)|review|swiper|slick|slide|carousel|gallery", re.IGNORECASE)
_ON = re.compile(
    r"next|weiter|nächste|suivant|siguiente|próxima|pagina successiva|avanti|volgende|nästa|næste|neste|следующ|»|›|→",
    re.IGNORECASE,
)
_FORUM = frozenset({"DiscussionForumPosting", "QAPage", "Question"})
_NEAR = 5  # levels above a link at which its pager is looked for


class Number(NamedTuple):
    """The number that an address has beside that of an article's first part."""

    value: int
    counted: bool  # in the query: some sites count from 0 there, so that the second part is 1
    listing: bool  # in a form that lists of articles have as well


def number_of(there: Parts, first: Parts) -> Number | None:
    """The number of a part, None where an address is not the first one's with a number added.

    `/story` -> `/story/2`, `/story/page/2`, `/story/seite-2`, `/story-page-2`, `/story?page=2`; `/story.html` ->
    `/story-2.html`, `/story,2.html`, too. A number that the first part has already has to be 1.
    """
    if there.host.removeprefix("www.") != first.host.removeprefix("www.") or there.port != first.port:
        return None
    if there.path == first.path:
        return _in_query(there.query, first.query)
    return _in_path(there.path, first.path) if there.query == first.query else None


def _in_query(there: str, first: str) -> Number | None:
    (name, value), rest = _page_of(there)
    (_, begun), mine = _page_of(first)
    if not value.isdecimal() or rest != mine or begun not in ("", "0", "1") or not 0 < int(value) <= MOST:
        return None
    return Number(int(value), True, name in _LISTING)


def _page_of(query: str) -> tuple[tuple[str, str], list[str]]:
    """The parameter that names a page, and all others."""
    pieces = [piece for piece in query.split("&") if piece]
    for piece in pieces:
        name, _, value = piece.partition("=")
        if name.lower() in _PAGES:
            return (name.lower(), value), [other for other in pieces if other is not piece]
    return ("", ""), pieces


def _in_path(there: str, first: str) -> Number | None:
    ending = _ENDING.search(first)
    whole, stem = first.rstrip("/"), first[: ending.start()] if ending else first
    for base in dict.fromkeys((whole, stem, _without_one(stem))):
        if not base or not there.startswith(base):
            continue
        last = _ENDING.search(there)
        found = _TAIL.fullmatch(there[len(base) : last.start() if last else len(there)])
        if found is None or (found["file"] and (not last or not ending or "." not in last[0] or last[0] != ending[0])):
            continue
        value = int(next(digits for name in ("a", "b", "c", "file") if (digits := found[name])))
        if 0 < value <= MOST:
            return Number(value, False, (found["folder"] or "").lower() in _LISTING)
    return None


def _without_one(stem: str) -> str:
    """`/story/page/1` -> `/story`; a bare number may be the article's own, so it stays."""
    found = re.search(rf"[/,._-]{_WORD}[/_-]?1$", stem, re.IGNORECASE)
    return stem[: found.start()] if found else ""


def may_go_on(body: bytes, here: str, first: str, parts: int) -> bool:
    """Whether any link of the page has the address of the next part: what need not be looked at else."""
    looked = body[:LOOK_BYTES]
    found = dict.fromkeys(href for pattern in _HREFS for href in pattern.findall(looked))
    hrefs = (href.decode("utf-8", "replace") for href in found)
    likely = [href for href in hrefs if (last := _LAST_NUMBER.search(href)) and int(last[1]) in (parts, parts + 1)]
    start = split(first) if likely else None
    if start is None:
        return False
    named = next((one.attributes.get("href", "") for one in elements(body) if one.name == "base"), "")
    base = absolute(named, here) or here
    return any(_is_next(absolute(unescape(href), base), start, parts) for href in likely)


def _is_next(address: str, first: Parts, parts: int) -> Number | None:
    there = split(address) if address else None
    found = number_of(there, first) if there else None
    if found and (found.value == parts + 1 or (found.counted and found.value == parts)):
        return found
    return None


def next_part(tree: Any, here: str, first: str, asked: Collection[str]) -> str:
    """The address of the part behind the last of those that were `asked`, named on the page at `here`; "" for none.

    `tree` is the page of the last part, or of the first where there is one part so far (`asked` holds its address).
    """
    start = split(first)
    base = absolute(next((node.get("href") or "" for node in tree.iter("base")), ""), here) or here
    if start is None or start.path == "/":
        return ""
    parts = len(asked)
    for address, number in _named(tree, base, start, parts):
        if address not in asked and (parts > 1 or _is_article(tree, sure=not number.listing)):
            return address
    return ""


def _named(tree: Any, base: str, first: Parts, parts: int) -> Iterator[tuple[str, Number]]:
    """Addresses of the next part: those of `rel=next` before those that only a pager names."""
    links = [
        (node, address, number)
        for node in tree.iter("link", "a")
        if "#comment" not in (href := (node.get("href") or "").strip())
        and (address := absolute(href, base))
        and (number := _is_next(address, first, parts))
        and not _among_comments(node)
    ]
    for node, address, number in links:
        if "next" in (node.get("rel") or "").lower().split():
            yield address, number
    for node, address, number in links:
        words = " ".join(node.text_content().split())
        if node.tag == "a" and _in_pager(node) and (words == str(parts + 1) or (len(words) < 40 and _ON.search(words))):
            yield address, number


def _names(node: Any) -> str:
    return " ".join(node.get(key) or "" for key in ("class", "id", "role", "aria-label"))[:300]


def _among_comments(node: Any) -> bool:
    around = (one for one in (node, *node.iterancestors()) if one.tag not in ("html", "body", "main", "article"))
    return any(_NO_PAGER.search(_names(one)) for one in around)


def _in_pager(node: Any) -> bool:
    near = (one for _, one in zip(range(_NEAR), (node, *node.iterancestors()), strict=False))
    return any(one.tag not in ("body", "html", "main", "article") and _PAGER.search(_names(one)) for one in near)


def _words(node: Any) -> int:
    return len(node.text_content().split())


def _is_article(tree: Any, *, sure: bool) -> bool:
    """Whether the page shows one article. `sure`: the address is one that lists do not have, and nothing but a plain
    word against it counts."""
    kind = next((n.get("content") or "" for n in tree.iter("meta") if n.get("property") == "og:type"), "").lower()
    scripts = (n.text or "" for n in tree.iterfind(".//script[@type]") if "ld+json" in n.get("type").lower())
    nodes = jsonld.read(scripts)
    if nodes.types & _FORUM:
        return False
    if nodes.articles or kind.startswith("article"):
        return True
    if nodes.types & jsonld.INDEX_TYPES or len(list(tree.iter("article"))) > 3:
        return False
    holders = tree.iter("div", "article", "main", "section", "body")
    if sure or any("Article" in (node.get("itemtype") or "") for node in holders):
        return True
    prose = sum(_words(node) - sum(_words(link) for link in node.iter("a")) >= _LONG for node in tree.iter("p"))
    return len(list(tree.iter("h1"))) <= 1 and prose >= 3
