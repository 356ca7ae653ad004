"""What is watched: `feeds.toml`, a file that people edit. It holds intent only; what was seen stands in the ledger.

[[feed]]
url = "https://daily.example/rss"
title = "The Daily"           # a name for people
fetch = "page"                # or "never": the feed's own text is the article, its pages are not asked for
language = "en"               # BCP 47; a hint, a text's own language is detected
country = "NZ"                # ISO 3166-1 alpha-2; left out for an international source
labels = ["national"]         # free words to choose feeds by
interval_s = 1800             # between two polls; left out: the setting `poll.interval_s`
enabled = true                # false: kept in the list, not polled
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from schemas import ids, tomlfile
from schemas.errors import ConfigError

FETCH = ("page", "never")
MIN_INTERVAL_S = 60.0
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_ODD = re.compile(r"[\s\x00-\x1f\x7f]")


class FeedIntent(NamedTuple):
    """One watched feed. `feed_id` is of the address in the file: a feed that moves stays the same feed."""

    feed_id: str
    url: str
    title: str = ""
    fetch: str = "page"
    language: str = ""
    labels: tuple[str, ...] = ()
    country: str = ""
    interval_s: float | None = None
    enabled: bool = True


def parse_feeds(text: str, file: str) -> dict[str, FeedIntent]:
    """The feeds of a file by feed id, in its order. Raises ConfigError with file, line and remedy."""
    document = tomlfile.parse(text, file)
    tomlfile.check_keys(document, ["feed"], text=text, file=file, table="")
    tables = document.get("feed", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        line = tomlfile.line_of(text, "", "feed") or tomlfile.line_of(text, "feed")
        raise ConfigError(
            "`feed` is not a list of tables", file=file, line=line, remedy="write [[feed]] over each feed"
        )
    feeds: dict[str, FeedIntent] = {}
    seen: dict[str, int] = {}
    for index, table in enumerate(tables):
        feed = _feed(table, text, file, index)
        line = tomlfile.line_of(text, "feed", "url", index)
        first = seen.setdefault(same_address(feed.url), line)
        if first != line:
            remedy = f"it stands at line {first} already; keep one of the two"
            raise ConfigError(f"{feed.url} is listed twice", file=file, line=line, remedy=remedy)
        feeds[feed.feed_id] = feed
    return feeds


def _feed(table: dict[str, Any], text: str, file: str, index: int) -> FeedIntent:
    tomlfile.check_keys(table, _CHECKS, text=text, file=file, table="feed", index=index)
    if "url" not in table:
        line = tomlfile.line_of(text, "feed", index=index)
        raise ConfigError("this feed has no url", file=file, line=line, remedy='add url = "https://..."')
    for key, value in table.items():
        holds, remedy = _CHECKS[key]
        if not holds(value):
            line = tomlfile.line_of(text, "feed", key, index)
            raise ConfigError(f"{key} = {_shown(value)} is no good", file=file, line=line, remedy=remedy)
    url = table["url"].strip()
    return FeedIntent(
        ids.feed_id(url),
        url,
        title=table.get("title", "").strip(),
        fetch=table.get("fetch", "page"),
        language=table.get("language", ""),
        labels=tuple(table.get("labels", ())),
        country=table.get("country", ""),
        interval_s=float(table["interval_s"]) if "interval_s" in table else None,
        enabled=table.get("enabled", True),
    )


def is_url(value: object) -> bool:
    if not isinstance(value, str) or _ODD.search(value.strip()):
        return False
    try:
        parts = urlsplit(value.strip())
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a bad port or bracket
        return False


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _is_interval(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and MIN_INTERVAL_S <= value < float("inf")


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value)


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def same_address(url: str) -> str:
    """What two spellings of one address share: http and https, the host's case and a final slash tell nothing apart."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"


_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "url": (is_url, "an address that begins with http:// or https://, without blanks"),
    "title": (lambda value: isinstance(value, str), "a text in quotes"),
    "fetch": (lambda value: value in FETCH, 'either "page" or "never"'),
    "language": (_matches(_LANGUAGE), 'a language tag such as "en" or "pt-BR"'),
    "labels": (_is_words, 'a list of words such as ["national", "business"]'),
    "country": (_matches(_COUNTRY), 'two capital letters of ISO 3166 such as "NZ"'),
    "interval_s": (_is_interval, f"a number of seconds, at least {MIN_INTERVAL_S:g}"),
    "enabled": (lambda value: isinstance(value, bool), "true or false"),
}
