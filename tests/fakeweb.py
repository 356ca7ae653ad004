"""A web that tests write down in a few words. It answers as `schemas.ports.Web` promises, at once, and counts.

web = FakeWeb().page("https://daily.example/a", "<p>...").redirect("https://daily.example/b", "https://daily.example/a")
web.slow("https://daily.example/c").forbids("closed.example").down("dead.example")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

from schemas.ports import Request, Response

_ASKED: dict[str, list[str]] = {}  # by web: a web that travelled with a graph and came back still counts as one


@dataclass
class FakeWeb:
    table: dict[str, Response] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)  # hosts or addresses that robots.txt closes
    dead: set[str] = field(default_factory=set)  # hosts
    moved: dict[str, tuple[str, int]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: uuid4().hex)

    def page(
        self, url: str, html: str | bytes, status: int = 200, headers: dict[str, str] | None = None, etag: str = ""
    ) -> FakeWeb:
        kept = {"content-type": "text/html; charset=utf-8"} | {k.lower(): v for k, v in (headers or {}).items()}
        if etag:
            kept["etag"] = self.etags[url] = etag
        body = html.encode() if isinstance(html, str) else html
        self.table[url] = Response(url, url, status=status, headers=tuple(kept.items()), body=body)
        return self

    def feed(self, url: str, body: str | bytes, etag: str = "") -> FakeWeb:
        return self.page(url, body, headers={"content-type": "application/xml"}, etag=etag)

    def redirect(self, url: str, to: str, status: int = 301) -> FakeWeb:
        self.moved[url] = (to, status)
        return self

    def slow(self, url: str) -> FakeWeb:
        return self._fails(url, "unreachable", "no answer within 20 s")

    def private(self, url: str) -> FakeWeb:
        return self._fails(url, "private_address", "10.0.0.1 is a private address")

    def huge(self, url: str) -> FakeWeb:
        return self._fails(url, "too_large", "the answer is larger than 10,000,000 bytes")

    def forbids(self, host_or_url: str) -> FakeWeb:
        self.refusing.add(host_or_url)
        return self

    def down(self, host: str) -> FakeWeb:
        self.dead.add(host)
        return self

    @property
    def asked(self) -> list[str]:
        """Every address that was asked for, in order."""
        return _ASKED.setdefault(self.name, [])

    def count(self, url: str) -> int:
        return self.asked.count(url)

    def get(self, requests: Sequence[Request]) -> list[Response]:
        return [self._answer(request) for request in requests]

    def _fails(self, url: str, failure: str, reason: str) -> FakeWeb:
        self.table[url] = Response(url, url, failure=failure, reason=reason)
        return self

    def _answer(self, request: Request) -> Response:
        self.asked.append(request.url)
        url, passed, permanent = request.url, [], True
        while url in self.moved and len(passed) < 5:
            passed.append(url)
            url, status = self.moved[url]
            permanent = permanent and status in (301, 308)
        way = Response(request.url, url, tuple(passed), bool(passed) and permanent)
        host = urlsplit(url).hostname or ""
        if url in self.moved:
            return way._replace(permanent=False, failure="unreachable", reason="more than 5 redirects")
        if host in self.dead:
            return way._replace(failure="unreachable", reason="no connection (Connection refused)")
        if request.robots and (host in self.refusing or url in self.refusing):
            return way._replace(failure="robots_refused", reason=f"robots.txt of {host} asks us not to fetch it")
        found = self.table.get(url, Response(url, url, status=404))
        if request.etag and request.etag == self.etags.get(url):
            found = found._replace(status=304, body=b"")
        robots = "allowed" if request.robots and not found.failure else "not_asked"
        return found._replace(
            url=way.url, final_url=url, redirects=way.redirects, permanent=way.permanent, robots=robots
        )
