"""What a site's own files say against machine reading: groups of robots.txt for crawlers of language models, and
`/.well-known/tdmrep.json` of the W3C's TDM Reservation Protocol. Pure; bounded in time and memory on any text.

A group counts when it names a crawler, or a token, that its maker documents for the gathering of training data or for
text and data mining (`MODEL_CRAWLERS`); search engines and previews do not count. A group for our own name is the
site's word to us: then the others do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from protego import Protego

MODEL_CRAWLERS = frozenset(
    {
        "ai2bot",
        "anthropic-ai",
        "applebot-extended",
        "bytespider",
        "ccbot",
        "claude-web",
        "claudebot",
        "cohere-ai",
        "cohere-training-data-crawler",
        "diffbot",
        "google-extended",
        "gptbot",
        "meta-externalagent",
        "omgili",
        "omgilibot",
        "pangubot",
        "timpibot",
        "webzio-extended",
    }
)
TDMREP = "/.well-known/tdmrep.json"
MAX_RULES = 1_000
_LINE = re.compile(r"\s*([A-Za-z-]{1,40})\s*:\s*([^\r\n]*)")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_WE = "model-crawler"


class Closed(NamedTuple):
    """Rules of robots.txt that hold for crawlers of language models, and the first name that they stand under."""

    rules: Protego
    name: str


class Reservation(NamedTuple):
    """One rule of tdmrep.json."""

    location: str  # a path; `*` stands for any characters, `$` for the end
    reserved: bool
    policy: str = ""


def closed_to_models(text: str, ours: str) -> tuple[Closed, ...]:
    """The groups of a robots.txt that speak to crawlers of language models; none where one speaks to us by name."""
    found: dict[str, str] = {}
    for names, rules in _groups(text):
        if ours in names:
            return ()
        if told := [name for name in names if name in MODEL_CRAWLERS]:
            found.setdefault("\n".join(rules), told[0])
    return tuple(Closed(Protego.parse(f"User-agent: {_WE}\n{rules}\n"), name) for rules, name in found.items())


def _groups(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """(names in lower case, lines of rules) of each group (RFC 9309 2.1)."""
    names: list[str] = []
    rules: list[str] = []
    for line in text.splitlines():
        found = _LINE.match(line)
        key = found[1].lower() if found else ""
        if key == "user-agent":
            if rules:
                yield names, rules
                names, rules = [], []
            if found and (name := _NAME.match(found[2])):
                names.append(name[0].lower())
        elif key in ("allow", "disallow") and names:
            rules.append(line)
    if rules:
        yield names, rules


def said_of(closed: tuple[Closed, ...], url: str) -> str:
    """In words, whether an address is closed to crawlers of language models; "" if it is not."""
    name = next((one.name for one in closed if not one.rules.can_fetch(url, _WE)), "")
    return f"closes it to {name}" if name else ""


def read_tdmrep(body: bytes) -> tuple[Reservation, ...]:
    """The rules of a tdmrep.json; none where it is none (the protocol takes an error for no reservation)."""
    try:
        rows = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    found = []
    for row in rows[:MAX_RULES] if isinstance(rows, list) else []:
        if isinstance(row, dict) and isinstance(location := row.get("location"), str):
            policy = row.get("tdm-policy")
            reserved = str(row.get("tdm-reservation")).strip() == "1"
            found.append(Reservation(location, reserved, policy if isinstance(policy, str) else ""))
    return tuple(found)


def reserved_by(rules: tuple[Reservation, ...], url: str) -> str:
    """In words, whether text and data mining of an address is reserved; "" if not. The longest location decides, as
    it does among the rules of robots.txt; of two that are equal the one that reserves."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    mine = [rule for rule in rules if _matches(rule.location, path)]
    best = max(mine, key=lambda rule: (len(rule.location), rule.reserved), default=None)
    if best is None or not best.reserved:
        return ""
    policy = f", policy {best.policy}" if best.policy else ""
    return f"{best.location} is reserved{policy}"


def _matches(location: str, path: str) -> bool:
    """By pieces from left to right: linear in the path for each piece, whatever stands in the pattern."""
    exact = location.endswith("$")
    first, *rest = location.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(rest):
        if exact and number == len(rest) - 1:
            return len(path) - len(piece) >= at and path.endswith(piece)
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not exact or at == len(path)
