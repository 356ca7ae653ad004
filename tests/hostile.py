"""A FakeWeb behind a real port, and a desk that watches it: the real client with its limits meets what tests invent.

with served(web) as address:
    config = desk(folder, web, address, "[extract]\nmin_words = 20\n")
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from fakeweb import FakeWeb

_ENGLISH = (
    "harbour ferry council bridge orchard railway library bakery market glacier lantern valley museum tunnel quarry "
    "archive barley cabinet dairy engine factory garden hospital island jetty kitchen ladder meadow nursery "
    "observatory parish quay reservoir school theatre university vineyard workshop yard zoo brewery canal depot estuary"
)
_SPANISH = (
    "puerto barco ayuntamiento puente huerto ferrocarril biblioteca panadería mercado glaciar farol valle museo túnel "
    "cantera archivo cebada gabinete lechería motor fábrica jardín hospital isla muelle cocina escalera prado "
    "guardería observatorio parroquia embalse escuela teatro universidad viñedo taller patio cervecería canal"
)

PDF, PNG = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
WALL = (
    b"<!doctype html><html><head><title>Log in to read on</title></head><body><form><p>Please log in or subscribe.</p>"
    b'<input type="email"><input type="password"><button>Log in</button></form></body></html>'
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Served

    def do_GET(self) -> None:
        web = self.server.web
        url = f"http://{self.headers['Host'].partition(':')[0]}{self.path}"
        web.asked.append(url)
        found = web.table.get(url)
        headers = dict(found.headers) if found else {}
        body = found.body if found else b""
        self.send_response(found.status if found else 404)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:  # a client that has had enough hangs up, which is its right
            self.close_connection = True
        if int(headers.get("content-length", len(body))) != len(body):
            self.close_connection = True  # what was promised does not come

    def log_message(self, *_: object) -> None:
        """Its log is `web.asked`."""


class _Served(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, web: FakeWeb) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web = web

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no error here."""


@contextmanager
def served(web: FakeWeb) -> Iterator[str]:
    """Serve the web's pages and feeds over HTTP until the block ends; gives `address:port`. Any other path is a 404."""
    server = _Served(web)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def desk(folder: Path, address: str, feeds: Sequence[str], **sections: str) -> Path:
    """A settings file beside a list of feeds, all of whose hosts and those of their pages lead to `address`.

    `sections` adds lines to a section: `desk(..., network="max_page_bytes = 9")`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = "".join(f"[[feed]]\nurl = {json.dumps(feed)}\n" for feed in feeds)
    (folder / "feeds.toml").write_text(listed, encoding="utf-8")
    quick = "host_gap_s = 0\nretries = 0\nmax_retry_wait_s = 0.1\nconnect_timeout_s = 2\nfirst_byte_timeout_s = 5\n"
    made = {"network": quick, "guard": "workers = 1\n", "output": f"dir = {json.dumps(str(folder / 'out'))}\n"}
    made["paths"] = f"feeds = {json.dumps(str(folder / 'feeds.toml'))}\n"
    for section, lines in sections.items():
        made[section] = made.get(section, "") + lines + "\n"
    hosts = sorted({urlsplit(feed).hostname or "" for feed in feeds})
    made["network.test.resolve"] = "".join(f"{json.dumps(host)} = {json.dumps(address)}\n" for host in hosts)
    file = folder / "newsbeam.toml"
    file.write_text("".join(f"[{section}]\n{lines}" for section, lines in made.items()), encoding="utf-8")
    return file


def rss(*links: str, title: str = "The Daily") -> str:
    """A good feed of these links, dated within the last hour."""
    now = datetime.now(UTC)
    items = "".join(
        f"<item><title>About {link.rpartition('/')[2]}</title><link>{link}</link>"
        f"<pubDate>{format_datetime(now - timedelta(minutes=n))}</pubDate></item>\n"
        for n, link in enumerate(links, 1)
    )
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>{title}</title>\n{items}</channel></rss>\n'


def prose(name: str, sentences: int = 9) -> str:
    """English of our own that is unlike any other name's: no three words in a row are the same in every sentence."""
    return _told(
        name, sentences, _ENGLISH, "Near the {}, the {} of {} and the {} with its {} saw {} after {} but no {}."
    )


def spanish(name: str, sentences: int = 9) -> str:
    """The same in Spanish."""
    return _told(
        name, sentences, _SPANISH, "Cerca del {}, el {} de {} y el {} con su {} vieron {} después {} pero sin {}."
    )


def _told(name: str, sentences: int, words: str, sentence: str) -> str:
    chance = random.Random(name)
    return " ".join(sentence.format(*chance.sample(words.split(), sentence.count("{}"))) for _ in range(sentences))


def article(name: str, text: str = "") -> str:
    """A page that shows one article."""
    shown = f"About {name}"
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{shown}</title></head><body><article><h1>{shown}</h1>'
        f"<p>{text or prose(name)}</p></article></body></html>"
    )


_SHAKY = """
import os, signal, spacy
from spacy.language import Language

@Language.component("shaky")
def shaky(doc):
    if {mark!r} in doc.text and not {mended}:
        os.kill(os.getpid(), signal.SIGSEGV)
    return doc

def load(**_):
    nlp = spacy.blank("es")
    nlp.add_pipe("shaky", name="ner")
    return nlp
"""


def shaky_model(folder: Path, mark: str, *, mended: bool = False) -> str:
    """A spaCy package for Spanish that takes its whole process down at a text with `mark`, until it is mended.

    Gives its name; `folder` has to be on the path that Python imports from.
    """
    name = "es_shaky_sm"
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (folder / f"{name}.py").write_text(_SHAKY.format(mark=mark, mended=mended), encoding="utf-8")
    return name
