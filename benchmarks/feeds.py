"""Reading a feed of 50 items of which three are new: CPU beside feedparser, as it comes and without its sanitising.

    python -m benchmarks.feeds [--runs 30]

The feed is RSS with full text in every item (2.5 KB each), made for this. Ours decodes it, refuses what is hostile,
takes the marks of all items and reads three, down to the records that the ledger gets; feedparser reads it all.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from statistics import median

import feedparser

from benchmarks.figures import CpuClock, table
from benchmarks.rows import HEAD, Row, cells
from transforms.feed.parse import parse_feed

ITEMS, NEW = 50, 3
URL = "https://daily.example/feed"
_WORDS = (
    "harbour", "ferry", "council", "river", "school", "budget", "report", "market", "minister", "water", "road",
    "strike", "vote", "energy", "climate", "hospital", "storm", "bridge", "train", "coast",
)  # fmt: skip
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Daily</title>'
    "<link>https://daily.example/</link>"
)


def item(number: int) -> str:
    chance = random.Random(number)

    def words(count: int) -> str:
        return " ".join(chance.choice(_WORDS) for _ in range(count))

    return (
        f"<item><title>{words(9)} {number}</title><link>https://daily.example/{number}?utm_source=rss</link>"
        f'<guid isPermaLink="false">id-{number}</guid><pubDate>Sun, 01 Mar 2026 {number % 24:02d}:00:00 GMT</pubDate>'
        f"<dc:creator>A. Writer</dc:creator><description><![CDATA[<p>{words(40)}</p>]]></description><content:encoded>"
        f'<![CDATA[<p>{words(60)}</p><p><a href="/x">{words(50)}</a></p><p>{words(120)}</p>]]></content:encoded>'
        "</item>\n"
    )


def feed(numbers: range) -> bytes:
    return (_HEAD + "".join(map(item, reversed(numbers))) + "</channel></rss>").encode()


def cpu_ms(call: Callable[[], object], runs: int) -> float:
    call()
    times = []
    for _ in range(runs):
        clock = CpuClock()
        call()
        times.append(clock.ms())
    return median(times)


def rows(runs: int = 30) -> list[Row]:
    before, body = feed(range(ITEMS)), feed(range(NEW, ITEMS + NEW))
    kind = "application/rss+xml"
    known = parse_feed(before, content_type=kind, url=URL).marks
    found = parse_feed(body, content_type=kind, url=URL, known=known)
    assert (len(found.items), found.skipped) == (NEW, ITEMS - NEW)
    ours = cpu_ms(lambda: parse_feed(body, content_type=kind, url=URL, known=known), runs)
    plain = cpu_ms(lambda: feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False), runs)
    title, alone = f"CPU ms of a feed with {NEW} new items of {ITEMS}", "python -m benchmarks.feeds"
    return [
        Row(title, ours, "feedparser, defaults", cpu_ms(lambda: feedparser.parse(body), runs), alone),
        Row(title, ours, "feedparser, sanitising off", plain, alone),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=30)
    print(table([cells(row) for row in rows(parser.parse_args().runs)], HEAD))
    return 0


if __name__ == "__main__":
    sys.exit(main())
