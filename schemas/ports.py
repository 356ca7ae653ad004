"""The world as transforms see it. `pipeline` implements these; tests may stand a fake at the network's edge.

A `World` travels with the graph (it pickles); its ports are opened in a DoFn's `setup()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from schemas.annotation import Annotation
from schemas.config import Settings
from schemas.flow import LeasedEntry, Outcome
from schemas.records import FeedEntry, Package, RawPage
from schemas.rules import RuleBook

A = TypeVar("A")
R = TypeVar("R")


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC."""


class Request(NamedTuple):
    """One conditional GET."""

    url: str
    etag: str = ""
    last_modified: str = ""
    max_bytes: int = 0  # 0: the setting for pages
    robots: bool = True  # feeds are meant to be polled: they are asked for without robots.txt
    gap: bool = True  # keep the host's minimum gap


class Response(NamedTuple):
    """What a GET came to. `failure` is "" when an answer was read; otherwise one of
    `robots_refused`, `unreachable`, `too_large`, `private_address`; `reason` says it in words.

    A status of 4xx or 5xx is an answer: the caller decides. `body` is decoded (gzip, br, zstd).
    """

    url: str
    final_url: str = ""
    redirects: tuple[str, ...] = ()  # addresses passed through, in order
    permanent: bool = False  # every redirect was a 301 or 308
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case, in order
    body: bytes = b""
    robots: str = "not_asked"  # `allowed`, `no_robots`, `not_asked`
    failure: str = ""
    reason: str = ""

    def header(self, name: str) -> str:
        """The first value of a header (`name` in lower case), or ""."""
        return next((value for key, value in self.headers if key == name), "")


class Web(Protocol):
    def get(self, requests: Sequence[Request]) -> list[Response]:
        """GET side by side, each host at its own pace; answers in the order of the requests.

        A fault of a site is an answer, never an exception.
        """


class Segment(NamedTuple):
    """A closed archive file."""

    path: str  # below the archive's root
    bytes: int
    records: int


class Archive(Protocol):
    def write(self, unit_id: str, pages: Sequence[tuple[Response, datetime]]) -> tuple[Segment, list[RawPage]]:
        """Write one closed segment `{unit}-{worker}-{n}.warc.gz`; returns it with a RawPage for each page, in order."""

    def read(self, page: RawPage) -> Response:
        """The page as it was fetched. Raises ArchiveError."""


class Guard(Protocol):
    def map(self, call: Callable[[A], R], items: Iterable[A], *, timeout_s: float) -> list[R | Exception]:
        """Run a module-level function on each item in the guarded pool, in order; `timeout_s` is per item.

        A call that raises, hangs, or kills its process gives its exception in its place; the others are unharmed.
        """


class Model(Protocol):
    def annotate(self, texts: Sequence[str], language: str) -> list[Annotation | Exception]:
        """Annotate whole articles in the guarded pool, in order."""

    def version(self, language: str) -> str:
        """`name-version` of the model for a language, "" if none is configured."""


class DueFeed(NamedTuple):
    """A feed that is to be polled now, with what is known of it."""

    feed_id: str
    url: str  # where it is now
    etag: str
    last_modified: str
    body_hash: str
    polled_before: bool
    errors: int  # in a row
    moves: int  # permanent redirects to one address, in a row
    moved_to: str


class PollReport(NamedTuple):
    """One poll of one feed, committed in one transaction: the feed's new state and its entries."""

    feed_id: str
    result: str  # PollResult
    reason: str
    url: str
    etag: str
    last_modified: str
    body_hash: str
    next_check: datetime
    errors: int
    moves: int
    moved_to: str
    title: str
    entries: tuple[tuple[FeedEntry, str], ...]  # with the guid
    error_kind: str = ""  # of a `dead` poll
    trace: str = ""


class Known(NamedTuple):
    """What the committed index holds of an article."""

    article_id: str
    entry_id: str  # that first led to it
    revision_id: str
    reading_id: str
    text_key: str  # hash of the text without whitespace, typography and counters
    copy_of: str  # the original's article id, if it is a copy


class Candidate(NamedTuple):
    """A committed revision that shares sampled shingles with a text."""

    article_id: str
    url: str
    source_url: str
    published: str
    shingles: int  # it has in all
    shared: int


class Settlement(NamedTuple):
    """All that one unit came to."""

    unit_id: str
    packages: tuple[Package, ...]
    outcomes: tuple[Outcome, ...]  # one for each visit, `written` included


class Ledger(Protocol):
    """The state that must survive a machine. Each method is one transaction and may be called twice."""

    def due_feeds(self, unit_id: str) -> list[DueFeed]:
        """Lease the feeds that are due to the unit; the same again when asked again."""

    def commit_poll(self, unit_id: str, report: PollReport) -> None: ...

    def lease(self, unit_id: str) -> list[LeasedEntry]:
        """Lease pending entries to the unit; the same again when asked again."""

    def register(self, unit_id: str, segment: Segment, pages: Mapping[str, RawPage]) -> None:
        """Make a closed segment known; `pages` by entry id."""

    def known(self, article_ids: Iterable[str]) -> dict[str, Known]: ...

    def candidates(self, shingles: Mapping[str, frozenset[int]]) -> dict[str, list[Candidate]]:
        """For each article id with its sampled shingles, the committed articles that share some."""

    def settle(self, settlement: Settlement) -> None:
        """Files, `prepared`, manifest, mark. Raises UnitLost, Unbalanced."""


class World(Protocol):
    settings: Settings
    rules: RuleBook
    aliases: tuple[tuple[str, str, str], ...]  # (alias, canonical name, label)
    feeds: Mapping[str, Any]  # feed id -> FeedIntent

    def ledger(self) -> Ledger: ...
    def web(self) -> Web: ...
    def archive(self) -> Archive: ...
    def guard(self) -> Guard: ...
    def model(self) -> Model: ...
    def clock(self) -> Clock: ...
