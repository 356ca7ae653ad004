"""One extractor, alone in its process: pages in, texts and CPU milliseconds out, as JSON Lines on stdin and stdout.

    PYTHON -P benchmarks/peer_readers.py NAME < jobs

A job is `{"html": path, "text": path, "url": address, "language": name}`: the page's bytes, and the same decoded. A
reader that takes bytes gets the bytes; one that wants text gets it decoded, for nothing. The clock runs while the main
text is read (with the metadata, where a reader gives both in one call); asking for metadata apart costs nothing. The
first job is a warm-up. An answer is `{"text", "title", "authors", "published", "ms", "error"}`; an error of the reader
is its class and words, and no text. Nobody may ask the network, or take longer than `LIMIT_S` for a page.

It imports nothing but the standard library and its one extractor, so that it runs in an environment of the peers' own.
Each is called as its own manual calls it for one page; nothing is tuned.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

LIMIT_S = 20


class Given(NamedTuple):
    """A page as a reader wants it."""

    html: bytes
    text: str
    url: str
    language: str  # in English words, of the page's true text; "" if it could not be told


class Read(NamedTuple):
    text: str
    title: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""  # ISO 8601


Reader = Callable[[Given], Read]
About = Callable[[Given], Read]  # metadata asked for apart, outside the clock


def newsbeam() -> tuple[Reader, About | None]:
    from transforms.page.metadata import Hint
    from transforms.page.read import Extracted, extract

    def read(given: Given) -> Read:
        found = extract(given.html, url=given.url, content_type="text/html", hint=Hint())
        if not isinstance(found, Extracted):
            return Read("")
        published = found.meta.published.value if found.meta.published else ""
        return Read(found.text, found.meta.title, found.meta.authors, published)

    return read, None


def _trafilatura(**options: Any) -> tuple[Reader, About]:
    import trafilatura

    def read(given: Given) -> Read:
        return Read(trafilatura.extract(given.html, **options) or "")

    def about(given: Given) -> Read:
        found = trafilatura.extract_metadata(given.html)
        return Read("", found.title or "", _names(found.author or ""), found.date or "") if found else Read("")

    return read, about


def readability() -> tuple[Reader, About]:
    from lxml import html
    from readability import Document

    def read(given: Given) -> Read:
        return Read(html.fromstring(Document(given.text).summary(html_partial=True)).text_content())

    def about(given: Given) -> Read:
        return Read("", Document(given.text).short_title())

    return read, about


def newspaper() -> tuple[Reader, None]:
    import newspaper as library

    def read(given: Given) -> Read:
        article = library.article(given.url, input_html=given.text, fetch_images=False)
        return Read(article.text, article.title, _flat(article.authors), _instant(article.publish_date))

    return read, None


def news_please() -> tuple[Reader, None]:
    from newsplease import NewsPlease

    def read(given: Given) -> Read:
        found = NewsPlease.from_html(given.text, url=given.url, fetch_images=False)
        return Read(found.maintext or "", found.title or "", _flat(found.authors), _instant(found.date_publish))

    return read, None


def resiliparse() -> tuple[Reader, None]:
    from resiliparse.extract.html2text import extract_plain_text

    def read(given: Given) -> Read:
        return Read(extract_plain_text(given.text, main_content=True))

    return read, None


def goose() -> tuple[Reader, None]:
    from goose3 import Goose

    def read(given: Given) -> Read:
        with Goose({"enable_image_fetching": False}) as library:
            found = library.extract(raw_html=given.text)
        return Read(found.cleaned_text, found.title, _flat(found.authors), _instant(found.publish_datetime_utc))

    return read, None


def justext() -> tuple[Reader, None]:
    import justext as library

    known = library.get_stoplists()

    def read(given: Given) -> Read:
        words = library.get_stoplist(given.language if given.language in known else "English")
        found = library.justext(given.html, words)
        return Read("\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate))

    return read, None


READERS: dict[str, tuple[str, Callable[[], tuple[Reader, About | None]]]] = {
    "newsbeam": ("", newsbeam),
    "trafilatura fast": ("trafilatura", lambda: _trafilatura(fast=True)),
    "trafilatura default": ("trafilatura", _trafilatura),
    "trafilatura precision": ("trafilatura", lambda: _trafilatura(favor_precision=True)),
    "readability-lxml": ("readability-lxml", readability),
    "newspaper4k": ("newspaper4k", newspaper),
    "news-please": ("news-please", news_please),
    "resiliparse": ("resiliparse", resiliparse),
    "goose3": ("goose3", goose),
    "justext": ("justext", justext),
}
"""Name in the table -> its package, "" for our own, and what makes it ready."""


def _names(raw: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in raw.replace(" and ", ";").replace(",", ";").split(";") if name.strip())


def _flat(authors: Any) -> tuple[str, ...]:
    """The names that a reader gives: some hold lists of their own."""
    if authors is None or isinstance(authors, str):
        return (authors,) if authors else ()
    return tuple(name for one in authors for name in _flat(one))


def _instant(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def answer(read: Reader, about: About | None, job: dict[str, str]) -> dict[str, Any]:
    html, text = Path(job["html"]).read_bytes(), Path(job["text"]).read_text(encoding="utf-8")
    given, error, found, told = Given(html, text, job["url"], job["language"]), "", Read(""), Read("")
    start = time.process_time()
    signal.alarm(LIMIT_S)
    try:
        found = read(given)
    except Exception as problem:  # noqa: BLE001 - whatever a peer raises on a page is its answer to that page
        error = f"{type(problem).__name__}: {problem}"[:200]
    finally:
        signal.alarm(0)
    ms = (time.process_time() - start) * 1000
    if about is not None:
        try:
            told = about(given)
        except Exception as problem:  # noqa: BLE001 - as above
            error = error or f"{type(problem).__name__}: {problem}"[:200]
        found = told._replace(text=found.text)
    return {**found._asdict(), "ms": ms, "error": error}


def _late(*_: Any) -> None:
    raise TimeoutError(f"no answer within {LIMIT_S} s")


def _alone(event: str, _: Any) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise ConnectionError("a page is read without the network")


def main() -> int:
    sys.addaudithook(_alone)
    signal.signal(signal.SIGALRM, _late)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    read, about = READERS[sys.argv[1]][1]()
    for number, line in enumerate(sys.stdin):
        said = answer(read, about, json.loads(line))
        if number:
            print(json.dumps(said), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
