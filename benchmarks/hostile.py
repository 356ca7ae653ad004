"""What the worst feeds cost that the real caps let through: seconds and memory of the worker that reads them.

    python -m benchmarks.hostile

Each body is as large as `network.max_feed_bytes` allows, or as its kind needs, and is read in a process of its own that
has read an ordinary feed before: CPU seconds of that one call, and what the process's peak grew by. Beside them stand
the bounds that each input has to keep: 2 seconds and 256 MB.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
from collections.abc import Callable

from benchmarks.figures import CpuClock, table
from benchmarks.rows import HEAD, Row, cells
from schemas.config import Network

SECONDS, MEGABYTES = 2.0, 256.0
CAP = Network().max_feed_bytes
URL, KIND = "https://daily.example/feed", "application/rss+xml"
GOOD = b"<item><title>A ferry left</title><link>https://daily.example/1</link></item>"
OPEN, CLOSE = b'<?xml version="1.0"?><rss version="2.0"><channel><title>The Daily</title>', b"</channel></rss>"


def laughs() -> bytes:
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "ha">{names}]>'
    return head.encode() + b"<rss><channel><item><title>&a9;</title></item></channel></rss>"


def outside() -> bytes:
    head = b'<!DOCTYPE rss [<!ENTITY s SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&s;</title></item>'
    return head + CLOSE


def filled(piece: bytes, end: bytes = CLOSE) -> bytes:
    """As many pieces as the cap leaves room for."""
    return OPEN + piece * ((CAP - len(OPEN) - len(end)) // len(piece)) + end


INPUTS: dict[str, Callable[[], bytes]] = {
    "billion laughs": laughs,
    "external entity": outside,
    "an attribute of 10 MB": lambda: OPEN + b'<a b="' + b"x" * 10_000_000 + b'"/>' + GOOD + CLOSE,
    "1 M empty items": lambda: OPEN + b"<item/>" * 1_000_000 + CLOSE,
    "1 M items that never close": lambda: OPEN + b"<item>" * 1_000_000,
    "20 MB of items": lambda: filled(GOOD),
    "20 MB of broken items": lambda: filled(b"<item><title>x<b></item>"),
    "20 MB of open elements": lambda: filled(b"<a>", b""),
    "20 MB of nested elements": lambda: OPEN + b"<a>" * (CAP // 8) + b"</a>" * (CAP // 8) + CLOSE,
    "20 MB of null bytes": lambda: filled(b"\x00"),
    "20 MB of one text": lambda: OPEN + b"<item><title>" + b"x" * (CAP - 200) + b"</title></item>" + CLOSE,
    "20 MB of HTML in one item": lambda: (
        OPEN + b"<item><description><![CDATA[" + b"<b>" * (CAP // 3 - 100) + b"]]></description></item>" + CLOSE
    ),
    "20 MB of comments": lambda: filled(b"<!-- -->"),
    "20 MB of references": lambda: filled(b"&#65;", b"</title></channel></rss>"),
    "20 MB of JSON brackets": lambda: b"[" * CAP,
    "a gzip file, 1:1000": lambda: gzip.compress(b"<rss><channel>" + b" " * 60_000_000),
    "20 MB of UTF-7": lambda: filled(b"+ADw-item+AD4-"),
    "a sitemap of 20 MB": lambda: b"<urlset>" + b"<url><loc>/a</loc></url>" * (CAP // 24) + b"</urlset>",
}


def measured(name: str) -> tuple[float, float, str]:
    """(CPU seconds, megabytes, result) of one input, in this process."""
    from transforms.feed.parse import parse_feed

    body = INPUTS[name]()
    parse_feed(OPEN + GOOD + CLOSE, content_type=KIND, url=URL)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock = CpuClock()
    found = parse_feed(body, content_type=KIND, url=URL)
    seconds = clock.ms() / 1_000
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
    return seconds, grown, found.result


def all_measured() -> dict[str, tuple[float, float, str]]:
    found = {}
    for name in INPUTS:
        command = [sys.executable, "-m", "benchmarks.hostile", "--input", name]
        found[name] = tuple(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    return found


def rows() -> list[Row]:
    found, alone = all_measured(), "python -m benchmarks.hostile"
    slow = max(found, key=lambda name: found[name][0])
    large = max(found, key=lambda name: found[name][1])
    return [
        Row(f"CPU s of the worst hostile feed ({slow})", found[slow][0], "bound", SECONDS, alone),
        Row(f"MB of the worst hostile feed ({large})", found[large][1], "bound", MEGABYTES, alone),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--input", choices=INPUTS, help="one input, in this process, as JSON")
    options = parser.parse_args()
    if options.input:
        print(json.dumps(measured(options.input)))
        return 0
    found = all_measured()
    print(table([[name, *figures] for name, figures in found.items()], ("input", "CPU s", "MB", "result")))
    print()
    print(table([cells(row) for row in rows()], HEAD))
    return int(any(seconds > SECONDS or grown > MEGABYTES for seconds, grown, _ in found.values()))


if __name__ == "__main__":
    sys.exit(main())
