"""The world as transforms see it. `pipeline` implements these; tests may stand a fake at the network's edge.

A `World` travels with the graph (it pickles); its ports are opened in a DoFn's `setup()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from schemas.annotation import Annotation
from schemas.commits import IndexRow
from schemas.config import Lease as LeaseSettings
from schemas.config import Settings
from schemas.feeds import FeedIntent
from schemas.flow import LeasedEntry, Settled
from schemas.health import Health
from schemas.layouts import Layout
from schemas.records import DeadLetter, FeedEntry, RawPage, Record, Versions
from schemas.rules import RuleBook
from schemas.sites import SiteIntent

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
    `robots_refused`, `opted_out`, `unreachable`, `too_large`, `private_address`; `reason` says it in words.

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
    cause: str = ""  # of `unreachable`: `timeout`, `dns`, `tls`, `connection`, `protocol`
    reserved: tuple[tuple[str, str], ...] = ()  # (`robots.txt` or `tdmrep.json`, its word against machine reading)
    via: str = ""  # `meta refresh` or `rel=canonical`: how the page was left that the last redirect names; or `part`
    sent: tuple[tuple[str, str], ...] = ()  # headers of the request that brought the answer

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
    def write(
        self,
        unit_id: str,
        pages: Sequence[tuple[Response, datetime]],
        about: Sequence[Mapping[str, str]] = (),
        known: Mapping[str, RawPage] = {},
    ) -> tuple[Segment, list[RawPage]]:
        """Write one closed segment `{unit}-{worker}-{n}.warc.gz`; returns it with a RawPage for each page, in order.

        `about` says for each page what it was fetched for; `known` has pages archived before, by SHA-256 of the body:
        such a body is not kept a second time.
        """

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


class Part(Record, frozen=True, kw_only=True):
    """A document that an index (a sitemap of sitemaps) names, as it was read last."""

    url: str
    changed: str = ""  # `lastmod` of the index, as written
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    read_at: float = 0.0  # when its body last came that was not conditional (epoch seconds)


class DueFeed(NamedTuple):
    """A feed that is to be polled now, with what is known of it."""

    feed_id: str
    url: str  # where it is now
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    moves: int = 0  # polls in a row that a permanent redirect led to `moved_to`
    moved_to: str = ""
    health: Health = Health()
    marks: tuple[str, ...] = ()  # of the items of its last document: what need not be read again
    parts: tuple[Part, ...] = ()  # of an index: its documents

    @property
    def polled_before(self) -> bool:
        return self.health.read


class SeenItem(NamedTuple):
    """An item of a feed as one poll saw it. `take` is False for what a first poll leaves out for good."""

    entry: FeedEntry
    guid: str
    take: bool = True


class PollReport(NamedTuple):
    """One poll of one feed, committed in one transaction: the feed's new state and its entries."""

    feed: DueFeed  # as it is after the poll; its health says when it is due again
    result: str  # PollResult
    reason: str
    items: tuple[SeenItem, ...] = ()
    title: str = ""
    site: str = ""  # the page that the feed calls its own
    letter: DeadLetter | None = None  # of a `dead` poll

    @property
    def brings_nothing(self) -> bool:
        """Whether it leaves the feed's new state and nothing else: no entries, no title, no dead letter."""
        return not self.items and not self.title and self.letter is None


class Neighbours(NamedTuple):
    """Committed articles that may hold the text of others, or be held by them."""

    rows: Mapping[str, IndexRow] = {}  # by article id, each with its sample
    of: Mapping[str, tuple[str, ...]] = {}  # article -> those of `rows` that share keys with it


class Before(Record, frozen=True, kw_only=True):
    """The revision that an article has had so far."""

    revision_id: str
    text: str
    page_id: str  # that it was read from


class Budgets(NamedTuple):
    """How many entries one unit may lease, beside what `LeaseSettings` says of every host."""

    feeds: Mapping[str, int] = {}  # feed id -> entries that it showed first
    sites: Mapping[str, int] = {}  # registrable domain -> entries of each of its hosts


NO_BUDGETS = Budgets()


class Ledger(Protocol):
    """The state that must survive a machine. Each method is one transaction and may be called twice."""

    def due_feeds(self, unit_id: str, feeds: Mapping[str, str]) -> dict[str, str]:
        """Of `feeds` (id -> url as configured), lease those that are due; the address of each, and the same again when
        asked again."""

    def feeds_of(self, unit_id: str, feed_ids: Iterable[str]) -> list[DueFeed]:
        """What is known of these feeds, as far as the unit has them and has not yet committed their poll."""

    def sighted(self, feed_id: str, entry_ids: Iterable[str]) -> set[str]:
        """Of these entries, those that the feed has shown before."""

    def commit_poll(self, unit_id: str, report: PollReport) -> None:
        """The feed's new state and its entries, together. Does nothing when the unit no longer holds the feed."""

    def commit_quiet(self, unit_id: str, reports: Sequence[PollReport]) -> None:
        """The same for polls that bring nothing, all in one transaction."""

    def lease(self, unit_id: str, settings: LeaseSettings, budgets: Budgets = NO_BUDGETS) -> list[LeasedEntry]:
        """Lease pending entries to the unit; the same again when asked again. Closes a unit that gets none."""

    def register(self, unit_id: str, segment: Segment, pages: Mapping[str, Sequence[RawPage]]) -> None:
        """Make a closed segment known; by entry id its page, and behind it the further parts of the article."""

    def registered(self, unit_id: str, entry_ids: Iterable[str]) -> dict[str, tuple[RawPage, ...]]:
        """Of these entries, the pages that the unit itself has archived: a retried bundle asks nobody for them."""

    def archived(self, unit_id: str, digests: Iterable[str]) -> dict[str, RawPage]:
        """Of these SHA-256 of bodies, those that other units have archived, with the page that holds each.

        A retry takes the place of what its own unit archived before, so it must not lean on that.
        """

    def known(self, article_ids: Iterable[str]) -> dict[str, IndexRow]:
        """What the committed index holds of these articles."""

    def forgotten(self, places: Mapping[str, str]) -> dict[str, str]:
        """Of articles (id -> site), those that were forgotten and are not taken in again, with how in words."""

    def neighbours(self, samples: Mapping[str, bytes], named: Iterable[str], since: float) -> Neighbours:
        """Of these texts (article id -> sample), the committed articles that may be near them.

        By shared keys, those that were committed since an instant (epoch seconds); and those with the ids `named`,
        however old: what a page names as its source. Of a copy, its original in its place.
        """

    def texts(self, revision_ids: Iterable[str]) -> dict[str, Before]:
        """Of these committed revisions, those whose text is held, by revision id."""

    def repeated(self, site: str, keys: Iterable[str], at: float) -> set[str]:
        """Of these lines (keys of `transforms/repeats.py`), those that the site was known to repeat at an instant."""

    def prepare(self, settled: Settled) -> Settled:
        """Set unit and entries to `prepared`; gives the settlement that holds, an earlier one's if there is one.

        Raises UnitLost if the unit no longer holds every lease, Unbalanced if its visits are not its entries.
        """

    def mark(self, unit_id: str) -> None:
        """Write visits, dead letters and index of a prepared unit and set it to `done`."""


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def rules(self) -> RuleBook: ...
    @property
    def aliases(self) -> tuple[tuple[str, str, str], ...]:
        """Rows (alias, canonical name, label)."""

    @property
    def feeds(self) -> Mapping[str, FeedIntent]:
        """What is watched, by feed id."""

    @property
    def sites(self) -> Mapping[str, SiteIntent]:
        """What people set for a site, by registrable domain."""

    def ledger(self) -> Ledger: ...
    def web(self) -> Web: ...
    def archive(self) -> Archive: ...
    def guard(self) -> Guard: ...
    def model(self) -> Model: ...
    def clock(self) -> Clock: ...

    def layout(self, page: RawPage) -> Layout | None:
        """How the page's site laid out its articles on the day on which it was fetched, if it has rules for that."""

    def versions(self, language: str, site: str, day: str, page: RawPage | None = None) -> Versions:
        """Of code, model and the rules that apply to a site on a day, and to a page: what a reading is made with."""
