"""What is watched: `feeds.toml`, a file that people edit. It holds intent only; what was seen stands in the ledger.

[[feed]]
url = "https://daily.example/rss"
title = "The Daily"           # a name for people
fetch = "page"                # or "never": the feed's own text is the article, its pages are not asked for
language = "en"               # BCP 47; a hint, a text's own language is detected
country = "NZ"                # ISO 3166-1 alpha-2; left out for an international source
labels = ["national"]         # free words to choose feeds by: `newsbeam run --label national`
interval_s = 1800             # between two polls, fixed; left out: learnt, within the bounds that follow
shortest_interval_s = 600     # instead of `poll.shortest_interval_s`
longest_interval_s = 7200     # instead of `poll.longest_interval_s`
budget = 20                   # of its entries in one pass, whatever their hosts; the rest stays pending
retention_days = 365          # how long what is read of its entries is kept; left out: for ever
enabled = true                # false: kept in the list, not polled
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from schemas import ids, tomlfile
from schemas.errors import ConfigError, UsageError
from schemas.values import is_count, is_days, is_number, shown

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
    shortest_interval_s: float | None = None
    longest_interval_s: float | None = None
    budget: int | None = None
    retention_days: float | None = None


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
            raise ConfigError(f"{key} = {shown(value)} is no good", file=file, line=line, remedy=remedy)
    for key, what, remedy in _contradictions(table):
        raise ConfigError(what, file=file, line=tomlfile.line_of(text, "feed", key, index), remedy=remedy)
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
        **{
            key: table[key]
            for key in ("shortest_interval_s", "longest_interval_s", "budget", "retention_days")
            if key in table
        },
    )


def _contradictions(table: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong, remedy) of values that are right alone and not together."""
    shortest, longest = table.get("shortest_interval_s"), table.get("longest_interval_s")
    for key in ("shortest_interval_s", "longest_interval_s"):
        if key in table and "interval_s" in table:
            yield key, f"interval_s is fixed, so {key} means nothing", "leave one of the two out"
    if shortest is not None and longest is not None and shortest > longest:
        yield "shortest_interval_s", "shortest_interval_s is longer than longest_interval_s", "swap them"


def labelled(feeds: Mapping[str, FeedIntent], labels: Collection[str]) -> dict[str, FeedIntent]:
    """The same feeds, of which only those with one of the labels are polled; all of them where none is named.

    The others stay known: their entries that are pending go the way that their lines say.
    Raises UsageError for a label that no feed has.
    """
    known = sorted({label for feed in feeds.values() for label in feed.labels})
    for label in labels:
        if label not in known:
            raise UsageError(f"no feed has the label {label!r}; there are: {', '.join(known) or 'none'}")
    chosen = set(labels)
    return {
        key: feed._replace(enabled=feed.enabled and (not chosen or not chosen.isdisjoint(feed.labels)))
        for key, feed in feeds.items()
    }


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
    return isinstance(value, int | float) and is_number(value) and value >= MIN_INTERVAL_S


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value)


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
    "shortest_interval_s": (_is_interval, f"a number of seconds, at least {MIN_INTERVAL_S:g}"),
    "longest_interval_s": (_is_interval, f"a number of seconds, at least {MIN_INTERVAL_S:g}"),
    "budget": (is_count, "a whole number, at least 1"),
    "retention_days": (is_days, "a number of days, greater than 0"),
    "enabled": (lambda value: isinstance(value, bool), "true or false"),
}
