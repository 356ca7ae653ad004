"""One question and one answer over HTTP/1.1, within limits of time and size. A site's fault is a Fault, in words."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from typing import NamedTuple

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from pipeline.web.address import GuardedResolver, PrivateAddress
from pipeline.web.decode import ACCEPT, Body, Broken
from schemas.config import Network

_OTHER_BODY = 65_536  # bytes kept of an answer that brings no page: enough to keep the connection alive behind it
_LINE, _FIELD = 16_384, 32_768  # bytes: security policies of news sites run to 10 KB and more
_HEAD = 65_536  # bytes of all headers together


class Answer(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case
    body: bytes  # decoded
    sent: tuple[tuple[str, str], ...] = ()  # headers of the request

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


class Fault(Exception):
    """A site's fault. `failure`, `reason` and `cause` are those of a Response; `again`: a further try can help."""

    def __init__(self, failure: str, reason: str, cause: str = "", *, again: bool = False) -> None:
        super().__init__(reason)
        self.failure, self.reason, self.again = failure, reason, again
        self.cause = cause or ("protocol" if failure == "unreachable" else failure)


def open_session(network: Network, resolver: GuardedResolver) -> aiohttp.ClientSession:
    """Call it within the loop. The number of connections is kept by the caller, who knows the hosts' turns."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, resolver=resolver, ttl_dns_cache=60, keepalive_timeout=30),
        headers={
            "User-Agent": network.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": ACCEPT,
        },
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,  # through a proxy the guard would see the proxy's address only
        max_line_size=_LINE,
        max_field_size=_FIELD,
        timeout=aiohttp.ClientTimeout(
            total=None, connect=network.connect_timeout_s, sock_read=network.first_byte_timeout_s
        ),
    )


async def exchange(
    session: aiohttp.ClientSession,
    network: Network,
    url: str,
    headers: Mapping[str, str],
    *,
    limit: int,
    left_s: float,
    cut: bool = False,
) -> Answer:
    """GET `url` once, no redirect followed. Raises Fault.

    `limit` is in decoded bytes; where `cut` is set a longer body is cut there, otherwise it is `too_large`.
    """
    began = False
    try:
        async with asyncio.timeout(left_s) as whole:
            async with asyncio.timeout(network.connect_timeout_s + network.first_byte_timeout_s):
                response = await session.get(URL(url, encoded=True), headers=headers, allow_redirects=False)
            began = True
            try:
                sent = tuple(response.request_info.headers.items())
                return (await _read(response, limit, cut))._replace(sent=sent)
            finally:
                response.release()  # back to the pool if it was read to its end, otherwise closed
    except TimeoutError as error:
        raise Fault("unreachable", _late(error, network, began, whole.expired()), "timeout", again=True) from error
    except PrivateAddress as error:
        raise Fault("private_address", str(error)) from error
    except Broken as error:
        raise Fault("unreachable", str(error)) from error
    except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
        raise _fault(error) from error


async def _read(response: aiohttp.ClientResponse, limit: int, cut: bool) -> Answer:
    headers = tuple((key.lower(), value) for key, value in response.headers.items())
    if (head := sum(len(key) + len(value) for key, value in response.raw_headers)) > _HEAD:
        raise Fault("unreachable", f"the answer is no proper HTTP (its headers are {head:,} bytes long)")
    page = 200 <= response.status < 300
    if not page:
        limit, cut = min(limit, _OTHER_BODY), True
    stated = response.headers.get("Content-Length", "")
    if page and not cut and stated.isdecimal() and int(stated[:18]) > limit:
        raise Fault("too_large", f"the answer is {stated[:18]} bytes long, more than {limit:,}")
    body, pieces, size, came = Body(response.headers.get("Content-Encoding", "")), [], 0, 0
    async for data in response.content.iter_any():
        came += len(data)
        for piece in body.feed(data):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                break
        if max(size, came) > limit:  # compressed data that is larger than its content counts, too
            break
    else:
        for piece in body.finish():
            pieces.append(piece)
            size += len(piece)
    if max(size, came) > limit:
        if not cut:
            raise Fault("too_large", f"the answer is larger than {limit:,} bytes")
        return Answer(response.status, headers, b"".join(pieces)[:limit])
    return Answer(response.status, headers, b"".join(pieces))


def _late(error: TimeoutError, network: Network, began: bool, whole: bool) -> str:
    if whole:
        return f"the answer was not complete after {network.total_timeout_s:g} s"
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection within {network.connect_timeout_s:g} s"
    if began:
        return f"the answer stopped in the middle for {network.first_byte_timeout_s:g} s"
    return f"no answer within {network.first_byte_timeout_s:g} s"


def _fault(error: Exception) -> Fault:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        again = error.os_error.errno == socket.EAI_AGAIN
        return Fault(
            "unreachable", f"the name {error.host} does not resolve ({_said(error.os_error)})", "dns", again=again
        )
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        certificate = error.certificate_error
        return Fault("unreachable", f"TLS: {getattr(certificate, 'verify_message', '') or certificate}", "tls")
    if isinstance(error, aiohttp.ClientSSLError):
        return Fault("unreachable", f"TLS: no secure connection ({_said(error.os_error)})", "tls")
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        words = (
            os.strerror(cause.errno) if cause.errno else str(cause)
        )  # asyncio's own words name address and port only
        reset = isinstance(cause, ConnectionResetError)
        return Fault("unreachable", f"no connection ({words})", "connection", again=reset)
    if isinstance(error, aiohttp.InvalidURL):
        return Fault("unreachable", f"{error.url} is no valid address")
    if isinstance(error, aiohttp.ClientResponseError | HttpProcessingError):
        return Fault("unreachable", f"the answer is no proper HTTP ({' '.join(error.message.split())[:200]})")
    words = f"the connection broke off ({str(error) or type(error).__name__})"
    return Fault("unreachable", words, "connection", again=True)


def _said(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
