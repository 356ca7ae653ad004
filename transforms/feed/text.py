"""The bytes of a feed -> XML text that is safe to parse, or JSON text, or why it is no feed. Pure, linear.

The part before the root element is never handed on: it is read here and built anew, so no parser behind this one sees
a stranger's document type. A document type may declare a few characters (`&nbsp;`); one that declares anything that
expands (billion laughs, quadratic blow-up, external entities) is refused.

Mended here, since many feeds need it and nothing is guessed: blanks before the declaration, a wrong charset, control
characters, references to characters that XML forbids, HTML's named characters, well-known prefixes without namespace.
"""

from __future__ import annotations

import codecs
import re
import zlib
from html.entities import name2codepoint
from typing import NamedTuple

from transforms.page.charset import decode

MAX_REFERENCES = 300_000  # to characters, that are looked at; what is wrong with later ones the parser says
MAX_NAMES = 400  # declared characters; HTML 4 knows 252
FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "urlset", "sitemapindex"})
MAX_UNPACKED = 50_000_000  # bytes of a document that comes as a gzip file; what sitemaps.org allows

_UTF16_UNMARKED = {b"<\x00": codecs.BOM_UTF16_LE, b"\x00<": codecs.BOM_UTF16_BE}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CHARREF = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,9}));")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_HARMLESS = re.compile(
    r"""<!ENTITY\s{1,9}([A-Za-z][A-Za-z0-9]{0,30})\s{1,9}(?:"([^"<&%]{0,32}|&\#x?[0-9A-Fa-f]{1,7};)"|'([^'<&%]{0,32}|&\#x?[0-9A-Fa-f]{1,7};)')\s{0,9}>"""
)
_NAME_REF = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_ROOT = re.compile(r"""<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)(?:[^<>"']++|"[^"]*"|'[^']*')*+>""")
_NOT_BLANK = re.compile(r"\S")
_TAG = re.compile(r"<[A-Za-z_]")
_LATE_ROOT = re.compile(r"<(?:rss|rdf:RDF|feed)[\s>]")
_LATE_WITHIN = 65_536
_PREDEFINED = {"amp", "lt", "gt", "quot", "apos"}
_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}


class FeedText(NamedTuple):
    """`kind` is `xml`, `json`, or "" with the `result` (`not_a_feed`, `malformed`) that the poll ends in.

    An XML text is `head + root + body`: our own prolog, the root's start tag, and everything behind it.
    """

    kind: str = ""
    result: str = ""
    reason: str = ""  # of an xml: what was wrong though it can be read
    head: str = ""
    root: str = ""
    name: str = ""  # local name of the root, in lower case
    body: str = ""


def prepare(raw: bytes, content_type: str) -> FeedText:
    """Decode a feed's body and make it safe."""
    if raw[:2] == b"\x1f\x8b":
        raw, refused = _unpacked(raw)
        if refused:
            return FeedText(result="malformed", reason=refused)
    decoded = decode(_UTF16_UNMARKED.get(raw[:2], b"") + raw, content_type)
    text = decoded.text.lstrip(" \t\r\n\x00\ufeff")
    if not text.strip():
        return FeedText(result="not_a_feed", reason="the answer is empty")
    if text[0] in "{[":
        return FeedText("json", body=text)
    reason = "bytes that are not of its charset" if "\ufffd" in text and b"\xef\xbf\xbd" not in raw else ""
    start, refused = _prolog(text)
    if refused:
        return FeedText(result="malformed", reason=refused)
    found = _ROOT.match(text, start)
    if not found or found[2].lower() not in FEED_ROOTS:
        what = _shown(text, start)
        late = None if found and found[2].lower() == "html" else _LATE_ROOT.search(text, 0, _LATE_WITHIN)
        found = late and _ROOT.match(text, late.start())
        if not found:
            return FeedText(result="not_a_feed", reason=f"no feed: it begins with {what}")
        reason = f"text before the feed: {what}"
    names, text_end = _declared(text[: found.start()]), found.end()
    body = _ILLEGAL.sub("", _CHARREF.sub(_legal_reference, text[text_end:], count=MAX_REFERENCES))
    names |= {
        name: f"&#{name2codepoint[name]};"
        for name in set(_NAME_REF.findall(body)) - _PREDEFINED - names.keys()
        if name in name2codepoint
    }
    lines = "".join(f'\n<!ENTITY {name} "{value}">' for name, value in sorted(names.items()))
    doctype = f"<!DOCTYPE feed [{lines}\n]>\n" if lines else ""
    root = _with_prefixes(_ILLEGAL.sub("", found[0]), body)
    head = f"<?xml version='1.0' encoding='utf-8'?>\n{doctype}"
    return FeedText("xml", reason=reason, head=head, root=root, name=found[2].lower(), body=body)


def _unpacked(raw: bytes) -> tuple[bytes, str]:
    """The content of a gzip file, and why it is refused ("" if it is not)."""
    found = b""
    try:
        while raw[:2] == b"\x1f\x8b" and len(found) <= MAX_UNPACKED:  # one member behind the other
            reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
            found += reader.decompress(raw, MAX_UNPACKED + 1 - len(found))
            raw = reader.unused_data
    except zlib.error as error:
        return b"", f"a broken gzip file: {error}"
    return found, f"a gzip file of more than {MAX_UNPACKED:,} bytes" if len(found) > MAX_UNPACKED else ""


def _prolog(text: str) -> tuple[int, str]:
    """Where the root element begins, and why the document is refused ("" if it is not)."""
    at = 0
    while True:
        at = found.start() if (found := _NOT_BLANK.search(text, at)) else len(text)
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _end_of_doctype(text, at) - 1
        else:
            break
        if end < 0:
            break
        at = text.find(">", end) + 1
    first = _TAG.search(text)  # parsers that are less strict than this one look no further
    region = text[: max(at, first.start() if first else len(text))]
    declared = len(_ENTITY.findall(region))
    if declared > MAX_NAMES or declared != len(_HARMLESS.findall(region)):
        return at, "refused: its document type declares entities that expand"
    return at, ""


def _end_of_doctype(text: str, at: int) -> int:
    """Behind the `>` of a document type, its internal subset skipped; 0 if it does not end."""
    end, subset = text.find(">", at), text.find("[", at)
    if end < 0 or not 0 <= subset < end:
        return end + 1
    closed = re.compile(r"\]\s{0,99}>").search(text, subset)
    return closed.end() if closed else 0


def _declared(prolog: str) -> dict[str, str]:
    return {
        name: (double or single).replace('"', "&#34;")
        for name, double, single in _HARMLESS.findall(prolog)
        if name not in _PREDEFINED
    }


def _legal_reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    legal = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return found[0] if legal else "\ufffd"


def _with_prefixes(root: str, body: str) -> str:
    missing = [p for p in _PREFIXES if f"<{p}:" in body and f"xmlns:{p}=" not in root]
    if not missing:
        return root
    cut = -2 if root.endswith("/>") else -1
    return root[:cut] + "".join(f' xmlns:{p}="{_PREFIXES[p]}"' for p in missing) + root[cut:]


def _shown(text: str, at: int) -> str:
    """The first words of a document, for a reason."""
    if found := re.compile(r"<([A-Za-z_][\w.:-]{0,40})").match(text, at):
        return f"<{found[1]}>"
    return repr(" ".join(text[at : at + 60].split())[:40])
