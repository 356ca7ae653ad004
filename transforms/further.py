"""The further parts of articles that their sites show in several, asked for round by round with the first. Bounded:

at most `extract.max_parts` pages of an article, within what a host's budget of entries has left in this batch, at the
host's own pace, and together no larger than a page may be. A part that does not come, is reserved, or was forgotten
ends the row: what there is is read, and its text says that it is `incomplete`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from schemas.ports import Request, Response
from transforms.links import split
from transforms.page.join import Asking
from transforms.page.metadata import Hint
from transforms.page.parts import may_go_on, number_of
from transforms.page.read import Job

PART = "part"  # `via` of such a page

Get = Callable[[Sequence[Request]], list[Response]]
Name = Callable[[Sequence[Asking]], Sequence[str | Exception]]


class Limits(NamedTuple):
    parts: int  # pages of one article, the first among them
    bytes: int  # of all further parts of one article
    requests: Mapping[str, int]  # host -> how many may be asked for


def further(
    firsts: Mapping[str, Response], limits: Limits, get: Get, name: Name, accept: Callable[[Response], bool]
) -> dict[str, tuple[Response, ...]]:
    """The parts behind each of these first ones (by visit), in their order; nothing for an article that is whole.

    `name` reads which address a page names as the next part; `accept` says whether a page may be kept at all.
    """
    found: dict[str, tuple[Response, ...]] = {}
    open_, left = set(firsts), dict(limits.requests)
    for _ in range(limits.parts - 1):
        rows = {visit: (firsts[visit], *found.get(visit, ())) for visit in sorted(open_)}
        leads = {visit: url for visit, url in _leads(rows, name, accept).items() if _spend(left, url)}
        open_ = set()
        answers = get([Request(url) for url in leads.values()]) if leads else []
        for visit, answer in zip(leads, answers, strict=True):
            part = answer._replace(via=PART)
            if _is_part(part, rows[visit], limits.bytes) and accept(part):
                found[visit] = (*found.get(visit, ()), part)
                open_.add(visit)
    return found


def requests_left(asked: Iterable[Response], budget: Callable[[Response], int]) -> dict[str, int]:
    """By host: its budget, less the pages that were asked for."""
    by_host: dict[str, list[Response]] = {}
    for answer in asked:
        by_host.setdefault(host_of(_address(answer)), []).append(answer)
    return {host: max(0, budget(answers[0]) - len(answers)) for host, answers in by_host.items()}


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _leads(rows: Mapping[str, tuple[Response, ...]], name: Name, accept: Callable[[Response], bool]) -> dict[str, str]:
    asking: dict[str, Asking] = {}
    for visit, row in rows.items():
        asked = tuple(_address(one) for one in row)
        last = row[-1]
        if may_go_on(last.body, asked[-1], asked[0], len(asked)) and (len(row) > 1 or accept(last)):
            asking[visit] = Asking(Job(last.body, asked[-1], last.header("content-type"), Hint()), asked)
    named = name(list(asking.values())) if asking else []
    return {visit: url for visit, url in zip(asking, named, strict=True) if isinstance(url, str) and url}


def _address(response: Response) -> str:
    return response.final_url or response.url


def _spend(left: dict[str, int], url: str) -> bool:
    host = host_of(url)
    left[host] = left.get(host, 0) - 1
    return left[host] >= 0


def _is_part(answer: Response, row: Sequence[Response], most: int) -> bool:
    """Whether what came is a part that is not there yet, and small enough."""
    there, first = split(_address(answer)), split(_address(row[0]))
    if answer.failure or there is None or first is None or number_of(there, first) is None:
        return False
    if _address(answer) in map(_address, row) or len(answer.body) + sum(len(one.body) for one in row[1:]) > most:
        return False
    return sha256(answer.body).digest() not in {sha256(one.body).digest() for one in row}
