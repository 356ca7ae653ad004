"""One item as a reader found it -> FeedEntry. What every feed format shares: links, identity, fingerprint. Pure."""

from __future__ import annotations

from typing import NamedTuple

from schemas import ids
from schemas.records import DateValue, FeedEntry
from transforms.feed.html import clean, one_line, plain, sanitised
from transforms.links import absolute, canonical

TITLE_CHARS = 1_000
SUMMARY_CHARS = 4_000
GUID_CHARS = 2_000
FULL_TEXT_CHARS = 1_000  # a description that is longer, in an item without content, is the article's own text
MAX_WORDS = 50  # authors, categories


class Channel(NamedTuple):
    """What the items of one feed share."""

    feed_id: str
    base: str  # what relative links rest on
    language: str = ""
    homes: frozenset[str] = (
        frozenset()
    )  # canonical links of the site's front page and of the feed: they name no article


class RawItem(NamedTuple):
    """One item as its format's reader found it. Texts are plain, `content` is HTML that nobody has looked at."""

    links: tuple[str, ...] = ()  # candidates as written, the best first; the first http(s) link is the item's
    guid: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    content_base: str = ""
    authors: tuple[str, ...] = ()
    published: DateValue | None = None
    updated: DateValue | None = None
    categories: tuple[str, ...] = ()
    language: str = ""


class RawFeed(NamedTuple):
    """What the reader of one format found in a document."""

    result: str = "ok"  # `ok`, `malformed`, `not_a_feed`
    reason: str = ""
    title: str = ""
    link: str = ""  # as written
    base: str = ""  # what relative links of its items rest on, as written; "": where the feed was read
    language: str = ""
    ttl_minutes: int = 0
    items: tuple[RawItem, ...] = ()
    children: tuple[str, ...] = ()  # documents to read instead, as written: an index brings no items
    changed: tuple[str, ...] = ()  # when each of them changed last, as written; "" where the index does not say


def entry(raw: RawItem, channel: Channel) -> tuple[FeedEntry, str] | None:
    """The item as a record with its guid; None for an item that says nothing at all."""
    title, summary = _clip(raw.title, TITLE_CHARS), _clip(raw.summary, SUMMARY_CHARS)
    guid = one_line(clean(raw.guid))[:GUID_CHARS]
    url = next((found for link in raw.links if link.strip() and (found := absolute(link, channel.base))), "")
    link = canonical(url)
    if link in channel.homes:
        link = ""  # otherwise all items of a feed that links each to its front page were one
    content = words = ""
    if raw.content:
        base = absolute(raw.content_base, channel.base) if raw.content_base else ""
        content = sanitised(raw.content, base or url or channel.base)
        words = plain(content)
    if not (url or guid or title or summary or words):
        return None
    made = FeedEntry(
        entry_id=ids.entry_id(link=link, feed=channel.feed_id, guid=guid, title=title, summary=summary),
        link=link,
        url=url,
        title=title,
        summary=summary,
        content=content if words else "",
        authors=_distinct(raw.authors),
        published=raw.published,
        updated=raw.updated,
        categories=_distinct(raw.categories),
        language=language(raw.language) or channel.language,
        fingerprint=fingerprint(title, summary, words, raw.updated),
    )
    return made, guid


def fingerprint(title: str, summary: str, words: str, updated: DateValue | None) -> str:
    """Changes when the item's words or its own date of change do; links, markup and blanks do not count."""
    return ids.make_id("item", one_line(title), one_line(summary), one_line(words), updated.value if updated else "")


def language(tag: str) -> str:
    """A language tag in lower case, `en-gb`; "" for what is none (feeds write `English`, `x-default`)."""
    parts = clean(tag).strip().lower().replace("_", "-").split("-")
    good = 2 <= len(parts[0]) <= 3 and all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)
    return "-".join(parts) if good and parts[0].isalpha() else ""


def _clip(text: str, limit: int) -> str:
    """At most `limit` code points, cut between words if there is a space near the end."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    space = cut.rfind(" ", limit - 50)
    return cut[:space] if space > 0 else cut


def _distinct(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word[:200] for word in words if word))[:MAX_WORDS]
