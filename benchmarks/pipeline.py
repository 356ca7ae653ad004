"""CPU per article of the whole pipeline over its floor: bare extraction and bare `nlp.pipe`, on the same articles.

    python -m benchmarks.pipeline [--articles 150] [--json]

Both sides run as processes of their own and are measured by the operating system with all their children, start-up
and model loading included. The floor reads the pages from disk, extracts with trafilatura as it comes and runs every
component of the model over the texts. The pipeline polls feeds and fetches the same pages over HTTP from a server in
this process (whose CPU is not counted), archives, cleans, deduplicates, reads and writes both formats.
Pages: the development part of the recorded pages; without them there is nothing to measure.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.rows import Row

ROOT = Path(__file__).parents[1]
PAGES = ROOT.parent / "shared" / "pages"
HOSTS = 8

FLOOR = """
import gzip, sys
import spacy, trafilatura
nlp = spacy.load("en_newsbeam_sm")
texts = []
for path in sys.argv[1:]:
    html = gzip.open(path, "rb").read()
    text = trafilatura.extract(html, include_comments=False)
    if text:
        texts.append(text)
words = 0
for doc in nlp.pipe(texts):
    words += len(doc)
print(len(texts), words)
"""


def development_pages(limit: int) -> list[Path]:
    """English pages of the development part, in a fixed order."""
    from benchmarks.extraction import development

    return [page.path for page in development(limit=limit, language="en")]


class Pages(BaseHTTPRequestHandler):
    """Feeds and pages: `/feed` of a host lists every page that belongs to it."""

    protocol_version = "HTTP/1.1"
    pages: list[bytes] = []

    def do_GET(self) -> None:
        host = int(self.headers["Host"].split(".")[0].removeprefix("h"))
        if self.path == "/feed":
            now = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
            items = "".join(
                f"<item><title>{n}</title><link>{escape(f'http://h{host}.bench.test/{n}')}</link>"
                f"<pubDate>{now}</pubDate></item>"
                for n in range(host, len(self.pages), HOSTS)
            )
            body, kind = f"<rss version='2.0'><channel><title>b</title>{items}</channel></rss>".encode(), "text/xml"
        elif self.path[1:].isdigit():
            body, kind = self.pages[int(self.path[1:])], "text/html"
        else:
            body, kind = b"", "text/plain"
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet: the figures are what is printed."""


def measured(command: list[str], cwd: Path) -> tuple[float, float, str]:
    """Run to the end; gives CPU seconds with all children, peak MB of the largest process, and stdout."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} failed with exit code {process.returncode}")
        out.seek(0)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read().decode()


def compare(count: int) -> dict[str, Any]:
    """One floor run and one pipeline run over the same pages."""
    paths = development_pages(count)
    Pages.pages = [gzip.decompress(path.read_bytes()) for path in paths]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        names = [f"h{n}.bench.test" for n in range(HOSTS)]
        (here / "feeds.toml").write_text("".join(f'[[feed]]\nurl = "http://{n}/feed"\n\n' for n in names))
        resolve = "".join(f'"{name}" = "{address}"\n' for name in names)
        (here / "newsbeam.toml").write_text(
            "[network]\nhost_gap_s = 0\n[lease]\nhost_entries = 1000\n[poll]\nfirst_poll_entries = 1000\n"
            f"[network.test.resolve]\n{resolve}"
        )
        floor = measured([sys.executable, "-c", FLOOR, *map(str, paths)], here)
        whole = measured([sys.executable, "-m", "pipeline.cli", "run", "--json"], here)
    server.shutdown()
    summary = json.loads(whole[2])
    return {
        "pages": len(paths),
        "visits": summary["visits"],
        "floor_ms": round(1000 * floor[0] / len(paths), 1),
        "pipeline_ms": round(1000 * whole[0] / len(paths), 1),
        "ratio": round(whole[0] / floor[0], 3),
        "floor_peak_mb": round(floor[1]),
        "pipeline_peak_mb": round(whole[1]),
    }


def rows(count: int = 150) -> list[Row]:
    figures, alone = compare(count), f"python -m benchmarks.pipeline --articles {count}"
    beside = "bare extraction and nlp.pipe"
    return [
        Row("CPU ms per article, whole pipeline", figures["pipeline_ms"], beside, figures["floor_ms"], alone),
        Row("peak MB of the largest process", figures["pipeline_peak_mb"], beside, figures["floor_peak_mb"], alone),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not PAGES.is_dir():
        raise SystemExit("the recorded pages are not here: nothing to measure")
    figures = compare(given.articles)
    print(json.dumps(figures) if given.json else "\n".join(f"{k:16} {v}" for k, v in figures.items()))


if __name__ == "__main__":
    main()
