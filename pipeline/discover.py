"""`newsbeam feeds discover`: try every place where a site may have feeds, and tell what answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pipeline.contact import require_contact
from pipeline.world import RealWorld
from schemas.errors import UsageError
from schemas.ports import Request, Response
from transforms.feed.discover import Place, distinct, in_page, in_robots, usual
from transforms.feed.parse import ParsedFeed
from transforms.feed.report import parse, refusal
from transforms.links import absolute

TIMEOUT_S = 20.0  # of reading the site's page


class Offer(NamedTuple):
    """A feed that answered."""

    url: str
    title: str
    why: str
    kind: str  # `feed`, `sitemap` (its address list), `index` (of sitemaps)
    items: int
    newest: str  # when its newest item was published, "" where no item says it


def discover(world: RealWorld, url: str) -> tuple[list[Offer], list[tuple[str, str]]]:
    """(feeds that answered, the likeliest first; (address, reason) of what its page names and is none).

    Raises UsageError where the address is none, or its page cannot be had.
    """
    home = absolute(url if "://" in url else f"https://{url}")
    if not home:
        raise UsageError(f"{url!r} is no address of a site")
    require_contact(world.settings.network, [home])
    web = world.web()
    page, robots = web.get([Request(home), Request(absolute("/robots.txt", home), robots=False)])
    refused = refusal(page)
    if refused:
        raise UsageError(f"{home} cannot be read: {refused[1]}")
    at = page.final_url or home
    [named] = world.guard().map(_places, [(page.body, page.header("content-type"), at)], timeout_s=TIMEOUT_S)
    if isinstance(named, Exception):
        raise UsageError(f"{home} cannot be read: {named}")
    told = in_robots(robots.body.decode("utf-8", "replace"), at) if refusal(robots) is None else []
    places = distinct([Place(at, "the address itself"), *named, *told, *usual(at)])
    return _tried(world, places, [page])


def _places(args: tuple[bytes, str, str]) -> list[Place]:
    return in_page(*args)


def _tried(
    world: RealWorld, places: list[Place], known: Iterable[Response]
) -> tuple[list[Offer], list[tuple[str, str]]]:
    had = {response.final_url: response for response in known}
    limit = world.settings.network.max_feed_bytes
    asked = [place for place in places if place.url not in had]
    answers = world.web().get([Request(place.url, max_bytes=limit) for place in asked])
    by_url = {**had, **{place.url: answer for place, answer in zip(asked, answers, strict=True)}}
    readable = [(place, r) for place in places if refusal(r := by_url[place.url]) is None]
    now = world.clock().now()
    work = [(r.body, r.header("content-type"), r.final_url or place.url, "", now, ()) for place, r in readable]
    found = world.guard().map(parse, work, timeout_s=world.settings.poll.timeout_s)
    offers: dict[str, Offer] = {}
    lost = [(place.url, said[1]) for place in places if (said := refusal(by_url[place.url])) and _named(place)]
    for (place, response), read in zip(readable, found, strict=True):
        if isinstance(read, Exception) or read.result == "not_a_feed":
            if _named(place):
                lost.append((place.url, str(read) if isinstance(read, Exception) else read.reason))
            continue
        address = response.final_url if response.permanent else place.url
        offers.setdefault(response.final_url, _offer(address, place, read))
    return list(offers.values()), lost


def _named(place: Place) -> bool:
    """The site itself says that a feed is there: that there is none is worth a word."""
    return place.why in {"link element", "robots.txt"}


def _offer(url: str, place: Place, read: ParsedFeed) -> Offer:
    dates = [entry.published.value for entry, _ in read.items if entry.published]
    kind = "index" if read.children else "sitemap" if "sitemap" in url.rpartition("/")[2] else "feed"
    return Offer(url, read.title or place.title, place.why, kind, len(read.items), max(dates, default=""))
