"""Which addresses may be connected to: public ones, and those that a setting names for a test network.

The check stands in the resolver, so it sees the very addresses that the connection is then made to: a name that
resolves to something else a moment later (DNS rebinding) gains nothing. Literal addresses never reach a resolver
and are checked before the request, in every spelling that the C library would read as one.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from functools import lru_cache

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from schemas.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))  # RFC 6052, RFC 8215
# Azure's host agent has a public address; 192.0.0.0/24 is RFC 6890's, and Oracle's cloud keeps its metadata there.
_INSIDE_CLOUDS = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
_NUMBER = r"(?:0[xX][0-9a-fA-F]*|[0-9]+)"
_NUMERIC = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}")  # what inet_aton reads: 2130706433, 0x7f.1, 0177.0.0.1


class PrivateAddress(Exception):
    """A name that leads to no public address. The message is the reason in words."""


def refusal(address: str) -> str:
    """Why an address may not be connected to, in words; "" if it may.

    An IPv6 address that carries an IPv4 address (mapped, 6to4, Teredo, NAT64) is as good as the one it carries.
    """
    try:
        return next((words for one in _meant(ipaddress.ip_address(address)) if (words := _kind(one))), "")
    except ValueError:
        return f"{address} is no address"


def _meant(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return [address, *address.teredo]
    if any(address in network for network in _NAT64):
        return [ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)]
    return [address]


def _kind(address: Address) -> str:
    kinds = {
        "an unspecified address": address.is_unspecified,
        "a loopback address": address.is_loopback,
        "a link-local address": address.is_link_local,
        "a multicast address": address.is_multicast,
        "an address of a cloud's own services": any(address in network for network in _INSIDE_CLOUDS),
        "a private address": address.is_private,
        "an address that is not public": not address.is_global or address.is_reserved or _is_site_local(address),
    }
    return next((f"{address} is {kind}" for kind, holds in kinds.items() if holds), "")


def _is_site_local(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address.is_site_local


@lru_cache(maxsize=4_096)
def literal(host: str) -> str:
    """The address that a host spells out, in its usual form; "" for a name."""
    text = host.strip("[]")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass  # a name, or an unusual spelling
    if not _NUMERIC.fullmatch(text):
        return ""
    try:
        return socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        return ""


def parse_resolve(table: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """`{"name": "127.0.0.1:8123"}` -> `{"name": ("127.0.0.1", 8123)}`. Raises ConfigError."""
    found = {}
    for name, target in table.items():
        address, _, port = target.rpartition(":")
        remedy = 'write it as "127.0.0.1:8123" or "[::1]:8123"'
        if literal(name):
            raise ConfigError(
                f"network.test.resolve names the address {name}", remedy="only names can be led elsewhere"
            )
        if not literal(address) or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise ConfigError(f'network.test.resolve: {name} = "{target}" is no address with a port', remedy=remedy)
        found[name.lower().rstrip(".")] = (literal(address), int(port))
    return found


class GuardedResolver(AbstractResolver):
    """Names of the test network to where the setting says; other names to their public addresses only."""

    def __init__(self, known: Mapping[str, tuple[str, int]]) -> None:
        self.known = known
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if target := self.known.get(host.lower().rstrip(".")):
            address, port = target
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]
        found = await self._system.resolve(host, port, family)
        public = [one for one in found if not refusal(one["host"])]
        if not public:
            first = refusal(found[0]["host"]) if found else "nothing"
            raise PrivateAddress(f"{host} leads to no public address: {first}")
        return public

    async def close(self) -> None:
        await self._system.close()
