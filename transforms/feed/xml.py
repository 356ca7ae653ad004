"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 as prepared text -> the feed's own fields and its items. Pure.

feedparser reads the elements. A document that is not well-formed is taken apart at its items: the good ones are read
together by its strict parser, each bad one alone by its lenient one, so that a broken item costs itself at most and
bad input costs no more than its own length. What breaks off inside the last item loses that item: half a link would
be the link of another article.
"""

from __future__ import annotations

import io
import itertools
import re
from typing import Any

import feedparser

from transforms.feed.dates import from_struct
from transforms.feed.html import has_tags, one_line, paragraphs, plain
from transforms.feed.items import FULL_TEXT_CHARS, RawFeed, RawItem
from transforms.feed.text import FeedText
from transforms.feed.wellformed import MAX_ELEMENTS, counted, not_well_formed
from transforms.links import absolute

MAX_ITEMS = 2_000  # read of one document, from its beginning, where feeds have what is new
MAX_BROKEN = 20_000  # tags and references of one item that is not well-formed: the lenient parser is slow

_ITEM = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[A-Za-z_][\w.-]*:)?(?:item|entry)\s*>", re.IGNORECASE)
_CDATA = "<![CDATA["
# CDATA sections and good references match as a whole, so that what matches alone is a bare ampersand.
_BARE_AMP = re.compile(
    r"<!\[CDATA\[.*?\]\]>|&(?:\#[0-9]{1,9}|\#x[0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,30});|&", re.DOTALL
)
_PERIODS = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
MAX_TTL = 10_080  # a week: a feed that asks for more is asked weekly
# What feedparser's lenient parser is known to raise on hostile items; it documents none.
_LENIENT_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


def read(text: FeedText) -> RawFeed:
    """Read a prepared XML feed."""
    text, too_many = _first_items(text)
    whole = text.head + text.root + text.body
    wrong = not_well_formed(whole)
    if wrong:
        feed, entries, version, reason = _piecewise(text, wrong)
    else:
        document = _parse(whole)
        feed, entries, version, reason = document.feed, document.entries, document.version, ""
    reason = "; ".join(filter(None, (too_many, reason)))
    atom = version.startswith("atom")
    link = _text(feed.get("link"))
    return RawFeed(
        "malformed" if reason else "ok",
        reason,
        title=_line(feed, "title", atom),
        link=link,
        language=_text(feed.get("language")),
        ttl_minutes=_ttl(feed),
        base="" if atom else link,  # RFC 4287: xml:base, then where the feed was read; RSS rests on its channel's link
        items=tuple(_item(entry, atom) for entry in entries),
    )


def _parse(text: str) -> Any:
    return feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _first_items(text: FeedText) -> tuple[FeedText, str]:
    """The document with its first items, and in words that it had more."""
    found = list(itertools.islice(_ITEM.finditer(text.body), MAX_ITEMS + 1))
    if len(found) <= MAX_ITEMS:
        return text, ""
    body = text.body[: found[-1].start()] + _closing(text)
    return text._replace(body=body), f"more than {MAX_ITEMS:,} items, of which the first were read"


def _inside(text: FeedText) -> bool:
    """Whether the items stand inside a channel."""
    return text.name not in {"rdf", "feed", "channel"}


def _closing(text: FeedText) -> str:
    name = re.match(r"<([^\s/>]+)", text.root)
    return ("</channel>" if _inside(text) else "") + (f"</{name[1]}>" if name else "")


def _piecewise(text: FeedText, wrong: str) -> tuple[Any, list[Any], str, str]:
    """The feed's fields, its entries in order, its version, and the reason in words."""
    starts = [found.start() for found in _ITEM.finditer(text.body)] or [len(text.body)]
    chunks = [text.body[a:b] for a, b in zip(starts, [*starts[1:], len(text.body)], strict=True)]
    closing = _closing(text)
    opening = text.head + text.root + ("<channel>" if _inside(text) else "")
    good: list[str] = []
    bad: dict[int, str] = {}  # position among the entries -> chunk
    lost, left = 0, MAX_ELEMENTS
    for number, chunk in enumerate(chunks):
        ends = list(_ITEM_END.finditer(chunk))
        if not ends and number == len(chunks) - 1:
            lost += chunk != ""  # it breaks off here
            continue
        item = _mended(chunk[: ends[-1].end()] if ends else chunk)
        broken, elements = counted(opening + item + closing) if ends else ("it does not end", 0)
        weight = _weight(item) if broken else elements
        left -= weight
        if left < 0 or (broken and weight > MAX_BROKEN):
            lost += 1
        elif broken:
            bad[len(good) + len(bad)] = item
        else:
            good.append(item)
    before = text.body[: starts[0]]
    channel = _leniently(text.head + text.root + before + closing) if _weight(before) <= MAX_BROKEN else None
    document = _parse(opening + "".join(good) + closing)
    entries = list(document.entries)
    for at, item in bad.items():
        read_alone = _leniently(opening + item + closing)
        found = read_alone.entries[:1] if read_alone else []
        entries[at:at] = found or [None]
        lost += not found
    entries = [entry for entry in entries if entry is not None]
    reason = f"{wrong}; {len(entries)} items read, {lost} lost"
    return channel.feed if channel else document.feed, entries, document.version, reason


def _weight(piece: str) -> int:
    """What the lenient parser stops at."""
    return piece.count("<") + piece.count("&")


def _leniently(text: str) -> Any | None:
    try:
        return _parse(text)
    except _LENIENT_ERRORS:
        return None  # counted as lost by the caller


def _mended(item: str) -> str:
    """The item with the two commonest faults gone: a bare `&`, and a CDATA section that never ends."""
    closed = item.rfind("]]>") + 3 if "]]>" in item else 0
    item = item[:closed] + item[closed:].replace(
        _CDATA, ""
    )  # so each section left has an end: the pattern stays linear
    return _BARE_AMP.sub(lambda found: found[0] if len(found[0]) > 1 else "&amp;", item)


def _item(entry: Any, atom: bool) -> RawItem:
    content, content_base = _content(entry)
    summary_markup, summary_is_html = _summary(entry)
    summary = plain(summary_markup) if summary_is_html else one_line(summary_markup)
    if not content and summary_is_html and len(summary) > FULL_TEXT_CHARS:
        content, content_base = summary_markup, _text((entry.get("summary_detail") or {}).get("base"))
    updated = _date(entry, "updated")
    return RawItem(
        links=_links(entry),
        guid=_text(entry.get("id")),
        title=_line(entry, "title", atom),
        summary=summary,
        content=content,
        content_base=content_base,
        authors=tuple(plain(_text(person.get("name"))) for person in entry.get("authors") or ()),
        published=_date(entry, "published") or _date(entry, "created") or updated,
        updated=updated,
        categories=tuple(plain(_text(tag.get("label") or tag.get("term"))) for tag in entry.get("tags") or ()),
        language=_text(entry.get("language") or (entry.get("title_detail") or {}).get("language")),
    )


def _links(entry: Any) -> tuple[str, ...]:
    """What may be the item's link, the best first. A feed proxy's own link gives way to the one that it replaced."""
    link, guid = _text(entry.get("link")), _text(entry.get("id"))
    from_guid = bool(entry.get("guidislink")) and link == guid
    found = [_text(entry.get("feedburner_origlink")), _text(entry.get("pheedo_origlink"))]
    if not from_guid:
        found.append(link)
    found += [_text(other.get("href")) for other in entry.get("links") or () if other.get("rel") == "alternate"]
    if (from_guid or entry.get("guidislink")) and absolute(guid):  # `12345` is no link, whatever isPermaLink says
        found.append(guid)
    return tuple(one for one in found if one and not (from_guid and one == guid and not absolute(one)))


def _content(entry: Any) -> tuple[str, str]:
    """The longest content as HTML, and its base."""
    pieces = [piece for piece in entry.get("content") or () if _text(piece.get("value")).strip()]
    if not pieces:
        return "", ""
    best = max(pieces, key=lambda piece: len(piece["value"]))
    value, base = _text(best["value"]), _text(best.get("base"))
    if best.get("type") == "text/plain" and not has_tags(value):
        return paragraphs(value), base
    return value, base


def _summary(entry: Any) -> tuple[str, bool]:
    """The summary as written, and whether it is HTML."""
    value = _text(entry.get("summary"))
    kind = (entry.get("summary_detail") or {}).get("type", "text/html")
    return value, kind != "text/plain" or has_tags(value)


def _line(owner: Any, key: str, atom: bool) -> str:
    """A title as plain text. Only Atom says what is markup; elsewhere tags in plain text are taken for markup."""
    value = _text(owner.get(key))
    kind = (owner.get(f"{key}_detail") or {}).get("type", "text/plain")
    return plain(value) if kind != "text/plain" or (not atom and has_tags(value)) else one_line(value)


def _date(entry: Any, key: str) -> Any:
    if key not in entry:  # feedparser would answer `updated` with `published`
        return None
    return from_struct(_text(entry.get(key)), entry.get(f"{key}_parsed"), f"feed:{key}")


def _ttl(feed: Any) -> int:
    """Minutes that the feed asks to wait between two polls; 0 if it does not say."""
    period = _PERIODS.get(_text(feed.get("sy_updateperiod")).strip().lower(), 0)
    frequency = _number(feed.get("sy_updatefrequency")) or 1
    return min(_number(feed.get("ttl")) or period // frequency, MAX_TTL)


def _number(value: object) -> int:
    text = _text(value).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
