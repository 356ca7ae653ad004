"""Any text -> the parts of an http(s) link, normalised; and the registrable domain of its host. Pure; never raises.

Parsing follows the WHATWG URL Standard where feeds need its leniency: blanks around, tabs and line ends inside,
backslashes, a wrong number of slashes.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import idna
import tldextract

MAX_CHARS = 8_192
"""A longer link is none: no common server accepts it, and it bounds the work on any text."""

_MAX_HOST = 253  # RFC 1035, without the final dot
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_BLANKS = "".join(map(chr, range(0x21))) + "\x7f\xa0\u200b\u2028\u2029\u3000\ufeff"
_INNER = re.compile(r"[\t\n\r]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_UNRESERVED = r"A-Za-z0-9._~\-"
_PATH_ODD = re.compile(rf"%[0-9A-Fa-f]{{2}}|[^{_UNRESERVED}!$&'()*+,;=:@/]")
_QUERY_ODD = re.compile(rf"%[0-9A-Fa-f]{{2}}|[^{_UNRESERVED}!$&'()*+,;=:@/?]")
_IS_UNRESERVED = re.compile(rf"[{_UNRESERVED}]")


class Parts(NamedTuple):
    """An http(s) link taken apart; every part is normalised and ASCII. `port` is "" where it is the scheme's own."""

    scheme: str
    host: str
    port: str
    path: str  # begins with "/"
    query: str
    fragment: str

    def text(self) -> str:
        port = f":{self.port}" if self.port else ""
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{self.host}{port}{self.path}{query}{fragment}"


def split(url: str, base: str = "") -> Parts | None:
    """Take an http(s) link apart, resolved against `base` if it is relative; None if it is no http(s) link."""
    if len(url) > MAX_CHARS:
        return None
    text = _INNER.sub("", url.strip(_BLANKS))
    if scheme := _SCHEME.match(text):
        name = scheme[1].lower()
        return _absolute(name, text[scheme.end() :]) if name in _DEFAULT_PORTS else None
    origin = split(base) if base else None
    return _relative(text, origin) if origin else None


def _absolute(scheme: str, rest: str) -> Parts | None:
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.replace("\\", "/").lstrip("/").partition("/")
    authority = authority.rpartition("@")[2]
    port = ""
    if found := re.search(r":([0-9]*)$", authority):
        authority, port = authority[: found.start()], found[1].lstrip("0")
        if len(port) > 5 or int(port or 1) > 65_535:
            return None
    host = _host(authority)
    if not host:
        return None
    port = "" if port == _DEFAULT_PORTS[scheme] else port
    return Parts(scheme, host, port, _path("/" + path), _encode(query, _QUERY_ODD), _encode(fragment, _QUERY_ODD))


def _relative(text: str, origin: Parts) -> Parts | None:
    rest, _, fragment = text.partition("#")
    path, asks, query = rest.partition("?")
    path = path.replace("\\", "/")
    if path.startswith("//"):
        return _absolute(origin.scheme, text)
    query = _encode(query, _QUERY_ODD)
    if not path:
        path, query = origin.path, query if asks else origin.query
    elif not path.startswith("/"):
        path = origin.path.rpartition("/")[0] + "/" + path
    return origin._replace(path=_path(path), query=query, fragment=_encode(fragment, _QUERY_ODD))


@lru_cache(maxsize=16_384)
def _host(authority: str) -> str:
    """A host in lower case and ASCII; an IPv6 address in brackets; "" if it is none."""
    if authority.startswith("["):
        try:
            address = ipaddress.IPv6Address(authority[1:-1]) if authority.endswith("]") else None
        except ValueError:
            return ""
        return f"[{address.compressed}]" if address and not address.scope_id else ""
    host = unquote(authority)
    if not host.isascii() and len(host) <= _MAX_HOST:
        try:
            host = idna.uts46_remap(host, std3_rules=False, transitional=False)
            host = ".".join(_a_label(label) for label in host.split("."))
        except UnicodeError:  # idna's errors are of this kind
            return ""
    host = host.lower().removesuffix(".")
    return host if len(host) <= _MAX_HOST and _HOST.fullmatch(host) else ""


def _a_label(label: str) -> str:
    # By punycode alone: IDNA 2008 refuses labels (emoji) that registries sell and browsers open.
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _encode(text: str, odd: re.Pattern[str]) -> str:
    return odd.sub(_encode_one, text)


def _encode_one(found: re.Match[str]) -> str:
    piece = found[0]
    if len(piece) == 3:
        char = chr(int(piece[1:], 16))
        return char if _IS_UNRESERVED.fullmatch(char) else piece.upper()
    return "".join(f"%{byte:02X}" for byte in piece.encode("utf-8", "surrogatepass"))


def _path(path: str) -> str:
    """Percent-encoding normalised, dot segments resolved."""
    kept: list[str] = []
    segments = _encode(path, _PATH_ODD).split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


@lru_cache(maxsize=16_384)
def registrable(host: str) -> str:
    """The registrable domain of a host name; "" for an address, a public suffix and a name without dots."""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdecimal() or ":" in host:
        return ""
    found = _suffixes().extract_str(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else ""
    return ".".join(labels[-2:])


@lru_cache(maxsize=1)
def _suffixes() -> tldextract.TLDExtract:
    """The snapshot that comes with the package: nothing is fetched and nothing is written to disk."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def registrable_domain(host_or_url: str) -> str:
    """The domain that one owner registers, by the Public Suffix List with its private part (`x.blogspot.com` is a
    site of its own); an IP address, a public suffix and a name without dots as themselves; "" if it is no host.

    Under a suffix that the list does not know, the last two labels: its default rule `*`.
    """
    text = host_or_url.strip(_BLANKS)
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        pass  # a name or a URL
    parts = split(text) if "//" in text[:9] else None
    parts = parts or split(f"https://{text.lstrip('/')}")
    if parts is None:
        return ""
    host = parts.host.strip("[]")
    return registrable(host) or host
