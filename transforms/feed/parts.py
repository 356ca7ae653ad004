"""The documents of an index (a sitemap of sitemaps): which are asked for again, and what is remembered of them. Pure.

Only what changed is read: a document whose `lastmod` is the one that was read is not asked for, one that answers 304 or
with the same body is not parsed. Once a day each is asked for whole, for `lastmod` is often wrong. A `lastmod` without
a time of day says nothing about the rest of that day, so it spares no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from schemas.health import WHOLE_EVERY_S
from schemas.ports import Part, Request, Response
from transforms.feed.parse import ParsedFeed, body_hash


def to_ask(index: ParsedFeed, known: Iterable[Part], now: float, limit: int) -> dict[str, Request]:
    """Document -> the request for it; those that did not change are left out."""
    had = {part.url: part for part in known}
    asked = {}
    for url, changed in zip(index.children, index.changed, strict=True):
        part = had.get(url)
        fresh = part is not None and now - part.read_at < WHOLE_EVERY_S
        if part is not None and fresh and "T" in changed and changed == part.changed:
            continue
        etag, modified = (part.etag, part.last_modified) if part is not None and fresh else ("", "")
        asked[url] = Request(url, etag, modified, max_bytes=limit, robots=False)
    return asked


def same_body(part: Part | None, response: Response) -> bool:
    """Nothing in it is new: the server says so, or the body is the one that was read."""
    if response.status == 304:
        return True
    return part is not None and part.body_hash == body_hash(response.body)


def remembered(
    index: ParsedFeed,
    known: Iterable[Part],
    answers: Mapping[str, Response],
    read: Mapping[str, ParsedFeed | Exception],
    now: float,
) -> tuple[Part, ...]:
    """The index's documents after a poll. One that could not be read is forgotten: it is asked for whole again.

    `answers` holds what came of each request that was made, `read` what was parsed; both by address.
    """
    had = {part.url: part for part in known}
    parts = []
    for url, changed in zip(index.children, index.changed, strict=True):
        part, answer, found = had.get(url), answers.get(url), read.get(url)
        if answer is None:  # not asked for
            parts += [part] if part is not None else []
        elif answer.failure or answer.status not in (200, 304):
            continue
        elif answer.status == 304:
            parts += [replace(part, changed=changed)] if part is not None else []
        elif same_body(part, answer) or (isinstance(found, ParsedFeed) and found.result != "not_a_feed"):
            parts.append(_part(url, changed, answer, now))
    return tuple(parts)


def _part(url: str, changed: str, answer: Response, now: float) -> Part:
    return Part(
        url=url,
        changed=changed,
        etag=answer.header("etag"),
        last_modified=answer.header("last-modified"),
        body_hash=body_hash(answer.body),
        read_at=now,
    )
