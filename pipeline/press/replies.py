"""A request to a host of the press -> status, headers, body. Pure."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.press import pages
from pipeline.press.content import Outlet
from pipeline.press.edition import Edition, Shown
from pipeline.press.feeds import feed

_HTML = "text/html; charset=utf-8"
_WORTH_GZIP = 256


class Ask(NamedTuple):
    host: str  # without port, lower case
    target: str  # path and query
    headers: Mapping[str, str]  # names in lower case


class Reply(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def reply(edition: Edition, ask: Ask) -> Reply:
    """What the press answers to a GET."""
    outlet = edition.content.outlets.get(ask.host)
    if outlet is None:
        return _error(edition, HTTPStatus.MISDIRECTED_REQUEST)
    path = urlsplit(ask.target).path
    if path == "/robots.txt" and outlet.robots:
        return _packed(Reply(200, (("Content-Type", "text/plain; charset=utf-8"),), outlet.robots.encode()), ask)
    if path == outlet.feed.path:
        return _feed(edition, outlet, ask)
    if path == outlet.feed.moved_from:
        return _redirect(HTTPStatus.MOVED_PERMANENTLY, f"http://{outlet.host}{outlet.feed.path}")
    if path == "/":
        return _page(pages.front(edition, outlet), {}, ask)
    for shown in edition.shown[outlet.host]:
        if shown.story.path == path:
            return _story(edition, shown, ask)
    return _error(edition, HTTPStatus.NOT_FOUND)


def _story(edition: Edition, shown: Shown, ask: Ask) -> Reply:
    answer = shown.story.answer
    if answer.redirect:
        return _redirect(HTTPStatus.FOUND, answer.redirect)
    if answer.status != HTTPStatus.OK:
        return _error(edition, HTTPStatus(answer.status))
    return _page(pages.page(edition, shown), answer.headers, ask)


def _feed(edition: Edition, outlet: Outlet, ask: Ask) -> Reply:
    made = feed(edition, outlet)
    headers = [("Content-Type", made.content_type), ("Cache-Control", "max-age=60")]
    if outlet.feed.etag:
        headers.append(("ETag", _etag(made.body)))
    if outlet.feed.last_modified:
        headers.append(("Last-Modified", _http_date(made.modified)))
    return _conditional(Reply(200, tuple(headers), made.body), ask)


def _page(text: str, more: Mapping[str, str], ask: Ask) -> Reply:
    body = text.encode()
    headers = (("Content-Type", _HTML), ("ETag", _etag(body)), *more.items())
    return _conditional(Reply(200, headers, body), ask)


def _conditional(made: Reply, ask: Ask) -> Reply:
    """304 where the client holds it already. If-None-Match decides alone when it is there (RFC 9110, 13.2.2)."""
    headers = {name.lower(): value for name, value in made.headers}
    wanted, since = ask.headers.get("if-none-match"), ask.headers.get("if-modified-since")
    if wanted is not None:
        same = headers.get("etag", "") in [tag.strip() for tag in wanted.split(",")]
    else:
        same = bool(since) and "last-modified" in headers and not _newer(headers["last-modified"], str(since))
    if same:
        kept = tuple(pair for pair in made.headers if pair[0] != "Content-Type")
        return Reply(int(HTTPStatus.NOT_MODIFIED), kept)
    return _packed(made, ask)


def _newer(modified: str, since: str) -> bool:
    try:
        return parsedate_to_datetime(modified) > parsedate_to_datetime(since)
    except (ValueError, TypeError):  # a date that cannot be read is to be ignored (RFC 9110, 13.1.3)
        return True


def _packed(made: Reply, ask: Ask) -> Reply:
    accepted = [part.strip().lower() for part in ask.headers.get("accept-encoding", "").split(",")]
    if "gzip" not in [part.partition(";")[0].strip() for part in accepted if not part.endswith("q=0")]:
        return made
    if len(made.body) < _WORTH_GZIP:
        return made
    more = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    return made._replace(headers=made.headers + more, body=gzip.compress(made.body, 5, mtime=0))


def _redirect(status: HTTPStatus, to: str) -> Reply:
    return Reply(int(status), (("Location", to),))


def _error(edition: Edition, status: HTTPStatus) -> Reply:
    return Reply(int(status), (("Content-Type", _HTML),), pages.error(edition, status, status.phrase).encode())


def _etag(body: bytes) -> str:
    return f'W/"{sha256(body).hexdigest()[:16]}"'  # weak: the same whether packed or not


def _http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)
