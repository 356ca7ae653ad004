"""What is no article, and why, in words: files of another kind, walls, video and gallery pages, lists of links."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from schemas.layouts import LayoutUse
from schemas.words import Disposition
from transforms.page.jsonld import INDEX_TYPES, MEDIA_TYPES, PageNodes
from transforms.page.metadata import Metadata
from transforms.url_parts import split
from transforms.wordlist import UNSPACED

MAX_ELEMENTS = 100_000  # a long article has 10,000; every later step walks all of them
SOME = 20  # words: less is no text at all
LITTLE = 80  # words: so little counts as the article only where nothing speaks against it
MOSTLY = (
    0.65  # of the text around an article is in links: of 464 recorded articles one passes 0.5, and it says it is one
)
_MAGIC = (
    (b"%PDF-", "a PDF"), (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"), (b"GIF8", "an image"),
    (b"PK\x03\x04", "an archive or office file"), (b"\x1f\x8b", "a compressed file"), (b"ID3", "a sound file"),
    (b"OggS", "a media file"), (b"\x1aE\xdf\xa3", "a video"), (b"\xd0\xcf\x11\xe0", "an office file"),
    (b"{\\rtf", "an RTF file"), (b"\x7fELF", "a program"),
)  # fmt: skip
_KINDS = re.compile(
    r"\s*(?:image|video|audio|font)/"
    r"|\s*application/(?:pdf|zip|octet-stream|json|rss\+xml|atom\+xml|javascript)",
    re.IGNORECASE,
)
_FEED = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(?:rss|feed|rdf:RDF)\b")
_HTML = re.compile(r"<(?:!doctype html|html|head|body|div|p|article)\b", re.IGNORECASE)
_WORDS = re.compile(r"\w+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।:;][\"'”’»）)\]\u200e\u200f\u202a-\u202e\u2066-\u2069]{0,3}(?:\s|$)")
# Words of consent and login walls in the languages of many feeds; they count only where there is little text.
_CONSENT = re.compile(
    r"cookies?|consent|gdpr|datenschutz|einwillig|zustimm|consentimiento|privacy|privacidad|tracking|javascript",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"log ?in|sign ?in|subscri|anmelden|einloggen|abonn|connexion|identifiez|iniciar sesi|suscr|accedi|logga in",
    re.IGNORECASE,
)


class Refusal(NamedTuple):
    disposition: str  # `not_article`, `too_short`, `too_large`
    reason: str  # in words
    layout: LayoutUse | None = None  # what came of the site's own rules, where it has some


def not_article(reason: str) -> Refusal:
    return Refusal(Disposition.NOT_ARTICLE.value, reason)


def by_bytes(body: bytes, content_type: str) -> Refusal | None:
    """What can be told before the page is read as text."""
    if not body.strip(b"\x00 \t\r\n"):
        return not_article("the page is empty")
    head = body[:1_024].lstrip()
    for magic, what in _MAGIC:
        if head.startswith(magic):
            return not_article(f"the address leads to {what}, not to a page")
    if head[4:8] == b"ftyp" or (head.startswith(b"RIFF") and head[8:12] in (b"WEBP", b"AVI ", b"WAVE")):
        return not_article("the address leads to a media file, not to a page")
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and b"<" not in head and head.count(b"\x00") * 10 > len(head):
        return not_article("the address leads to a binary file, not to a page")
    text = head.decode("latin-1")
    if _KINDS.match(content_type) and not looks_like_html(text):
        return not_article(f"the address leads to {content_type.partition(';')[0].strip().lower()}, not to a page")
    if _FEED.match(text.removeprefix("ï»¿")):
        return not_article("the address leads to a feed, not to a page")
    return None


def looks_like_html(text: str) -> bool:
    return bool(_HTML.search(text[:4_096]))


def by_size(tree: Any) -> Refusal | None:
    for number, _ in enumerate(tree.iter()):
        if number > MAX_ELEMENTS:
            return not_article(f"the page has more than {MAX_ELEMENTS:,} elements")
    return None


def by_content(text: str, meta: Metadata, nodes: PageNodes, url: str, password: bool, linked: float) -> Refusal | None:
    """What the text, the page's own word for itself, and its address say together."""
    words = size(text)
    says_article = bool(nodes.articles) or meta.og_type == "article"
    kinds = nodes.types
    if words < LITTLE:
        if password and _LOGIN.search(text + meta.title):
            return not_article("a login wall: the page shows a password field and little text")
        if len(_CONSENT.findall(text)) >= 3:
            return not_article("a consent or script wall: what little text there is speaks of consent")
        if meta.og_type.startswith("video") or ("VideoObject" in kinds and not says_article):
            return not_article("a video page: little text beside a video")
        if kinds & MEDIA_TYPES and not says_article:
            return not_article("a gallery or media page: little text beside its media")
    if linked > MOSTLY and not says_article:
        return not_article("an index page: most of its text is links")
    if words < SOME:
        return not_article("no article text was found on the page")
    here = split(url)
    front = here is not None and here.path == "/" and not here.query
    if not says_article and (front or kinds & INDEX_TYPES) and prose(text) < max(LITTLE, words / 2):
        return not_article("an index page: a list of headlines, not an article")
    if prose(text) < min(SOME, words / 4):
        return not_article("an index page: lines without sentences")
    return None


def size(text: str) -> int:
    """Words; in scripts written without blanks, one for two characters."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORDS.findall(_UNSPACED.sub(" ", text) if unspaced else text)) + unspaced // 2


def prose(text: str) -> int:
    """Words in lines that hold a sentence: ten words and more, or the end of one."""
    sentences = (line for line in text.split("\n") if _SENTENCE_END.search(line) or size(line) >= 25)
    return sum(words for line in sentences if (words := size(line)) >= 6)
