"""One request from its address to its Response: redirects by hand, robots.txt, the hosts' turns, further tries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pipeline.web.address import GuardedResolver, literal, parse_resolve, refusal
from pipeline.web.exchange import Answer, Fault, exchange, open_session
from pipeline.web.optouts import TDMREP, Reservation, read_tdmrep, reserved_by, said_of
from pipeline.web.pace import Paces
from pipeline.web.retry import RESTING, wait_before_retry, wants_rest
from pipeline.web.robots import (
    KEEP_FAILURE_S,
    KEEP_S,
    MAX_BYTES,
    MAX_REDIRECTS,
    Kept,
    OriginCache,
    Rules,
    product_token,
    read_rules,
)
from schemas.config import Network
from schemas.ports import Request, Response
from schemas.sites import SiteIntent, of_host
from transforms.links import absolute

_REDIRECTS = (301, 302, 303, 307, 308)
_RAW_BYTE = re.compile("[\udc80-\udcff]")  # how a byte that is no UTF-8 arrives in a header


@dataclass
class Walk:
    """A request on its way: where it is now, where it was, and the seconds of network time it has left."""

    request: Request
    url: str
    left_s: float
    passed: list[str] = field(default_factory=list)
    permanent: bool = True
    robots: str = "not_asked"
    reserved: dict[str, str] = field(default_factory=dict)  # what files of the site say of `url`

    def failed(self, failure: str, reason: str, cause: str = "") -> Response:
        return Response(
            self.request.url,
            final_url=self.url,
            redirects=tuple(self.passed),
            robots=self.robots,
            failure=failure,
            reason=reason,
            cause=cause or ("protocol" if failure == "unreachable" else failure),
        )

    def answered(self, answer: Answer) -> Response:
        return Response(
            self.request.url,
            final_url=self.url,
            redirects=tuple(self.passed),
            permanent=bool(self.passed) and self.permanent,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            robots=self.robots,
            reserved=tuple(self.reserved.items()),
            sent=answer.sent,
        )


class Client:
    """Lives in one event loop; make it there."""

    def __init__(self, network: Network, sites: Mapping[str, SiteIntent]) -> None:
        self.network, self.sites = network, sites
        self.token = product_token(network.user_agent)
        self.session = open_session(network, GuardedResolver(parse_resolve(network.test.resolve)))
        self.paces = Paces(network.host_gap_s, lambda host: of_host(sites, host).gap_s)
        self.slots = asyncio.Semaphore(network.connections)
        self.robots = OriginCache(self._look_at_robots)
        self.tdmrep = OriginCache(self._look_at_tdmrep)

    async def all(self, requests: Sequence[Request]) -> list[Response]:
        """Answers in the order of the requests. All come to an end before a failure of ours is raised."""
        results = await asyncio.gather(*(self.get(request) for request in requests), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if isinstance(result, Response)]

    async def get(self, request: Request, *, cut: bool = False, max_redirects: int | None = None) -> Response:
        network = self.network
        limit = request.max_bytes or network.max_page_bytes
        most = network.max_redirects if max_redirects is None else max_redirects
        walk = Walk(request, absolute(request.url), network.total_timeout_s)
        if not walk.url:
            return walk.failed("unreachable", "the address is no http or https address")
        try:
            while True:
                answer = await self._step(walk, limit, cut)
                location = answer.header("location")
                if answer.status not in _REDIRECTS or not location:
                    return walk.answered(answer)
                _follow(walk, answer.status, location, most)
        except Fault as fault:
            return walk.failed(fault.failure, fault.reason, fault.cause)

    async def _step(self, walk: Walk, limit: int, cut: bool) -> Answer:
        parts = urlsplit(walk.url)
        host = parts.hostname or ""
        if words := literal(host) and refusal(literal(host)):
            raise Fault("private_address", words)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        if port not in self.network.ports and host not in self.network.test.resolve:
            raise Fault("unreachable", f"port {port} of {host} is none of network.ports")
        if walk.request.robots:
            rules = await self.robots.of(f"{parts.scheme}://{parts.netloc}")
            if rules.failure:
                raise Fault(rules.failure, rules.reason)
            self.paces.crawl_delay(host, rules.crawl_delay(self.token))
            if not rules.allows(walk.url, self.token):
                raise Fault("robots_refused", f"robots.txt of {host} asks us not to fetch it")
            walk.robots = rules.verdict
            await self._opt_outs(walk, host, rules)
        result = await self._try(walk, host, limit, cut)
        if isinstance(result, Fault):
            raise result
        return result

    async def _opt_outs(self, walk: Walk, host: str, rules: Rules) -> None:
        """What files of the site say of this address. Raises Fault where robots.txt alone settles it."""
        parts = urlsplit(walk.url)
        closed = said_of(rules.closed, walk.url)
        if closed and of_host(self.sites, host).obey_opt_out:
            raise Fault("opted_out", f"robots.txt of {host} {closed}")
        reserved = reserved_by(await self.tdmrep.of(f"{parts.scheme}://{parts.netloc}"), walk.url)
        said = {"robots.txt": closed, "tdmrep.json": reserved}
        walk.reserved = {name: words for name, words in said.items() if words}

    async def _try(self, walk: Walk, host: str, limit: int, cut: bool) -> Answer | Fault:
        """Ask in the host's turn, and again where that can help; whoever else wants the host waits as well."""
        pace, tries = self.paces.of(host), 1
        async with pace.turn(walk.request.gap):
            if shut := pace.shut():
                return _unasked(shut, host)
            result = await self._once(walk, limit, cut)
            while (wait := wait_before_retry(result, tries, self.network, datetime.now(UTC))) is not None:
                if walk.left_s <= 0:
                    break
                await asyncio.sleep(max(wait, pace.gap_s if walk.request.gap else 0.0))
                result = await self._once(walk, limit, cut)
                tries += 1
            trouble = result.again if isinstance(result, Fault) else result.status in RESTING
            pace.note(result, trouble=trouble, rest=wants_rest(result, self.network, datetime.now(UTC)))
            return result

    async def _once(self, walk: Walk, limit: int, cut: bool) -> Answer | Fault:
        async with self.slots:
            began = asyncio.get_running_loop().time()
            try:
                return await exchange(
                    self.session,
                    self.network,
                    walk.url,
                    _conditions(walk.request),
                    limit=limit,
                    left_s=walk.left_s,
                    cut=cut,
                )
            except Fault as fault:
                return fault
            finally:
                walk.left_s -= asyncio.get_running_loop().time() - began

    async def _look_at_robots(self, origin: str) -> Kept[Rules]:
        rules = read_rules(await self._file_of(f"{origin}/robots.txt"), self.token)
        return Kept(rules, KEEP_FAILURE_S if rules.failure else KEEP_S)

    async def _look_at_tdmrep(self, origin: str) -> Kept[tuple[Reservation, ...]]:
        """A file that cannot be had reserves nothing; after an error, unlike a 404, it is soon looked for again."""
        answer = await self._file_of(origin + TDMREP)
        ill = bool(answer.failure) or answer.status == 429 or answer.status >= 500
        return Kept(read_tdmrep(answer.body) if answer.status == 200 else (), KEEP_FAILURE_S if ill else KEEP_S)

    async def _file_of(self, url: str) -> Response:
        request = Request(url, max_bytes=MAX_BYTES, robots=False)
        return await self.get(request, cut=True, max_redirects=MAX_REDIRECTS)

    async def close(self) -> None:
        await self.session.close()


def _follow(walk: Walk, status: int, location: str, most: int) -> None:
    """Move the walk on. Raises Fault where the redirect leads nowhere."""
    location = _RAW_BYTE.sub(lambda found: f"%{ord(found[0]) - 0xDC00:02X}", location)
    target = absolute(location, walk.url)
    walk.passed.append(walk.url)
    walk.permanent = walk.permanent and status in (301, 308)
    if not target:
        raise Fault("unreachable", f"redirected to {location[:200]!r}, which is no http or https address")
    if target in walk.passed:
        walk.url = target
        raise Fault("unreachable", f"its redirects lead in a circle, back to {target}")
    if len(walk.passed) > most:
        raise Fault("unreachable", f"more than {most} redirects")
    walk.url = target


def _unasked(shut: Answer | Fault, host: str) -> Answer | Fault:
    if isinstance(shut, Answer):
        return shut
    return Fault(shut.failure, f"not asked: {host} failed several times in a row, last with: {shut.reason}", shut.cause)


def _conditions(request: Request) -> dict[str, str]:
    """What the server itself said last time, unless it is nothing that may stand in a header."""
    given = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {name: value for name, value in given.items() if value and value.isascii() and value.isprintable()}
