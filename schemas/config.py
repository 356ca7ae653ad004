"""Every setting, with its default and its meaning. Plain frozen dataclasses: workers need nothing else.

`pipeline/settings.py` fills them from `newsbeam.toml`, `NEWSBEAM_*` and flags. An unknown key is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DAY_S = 86_400.0
_STRICT = {"extra": "forbid"}  # read by pydantic where settings are loaded; keeps pydantic off the workers


@dataclass(frozen=True)
class TestNetwork:
    """Names of a network of one's own, for tests and the demo."""

    __pydantic_config__ = _STRICT
    __test__ = False  # no collection of tests, whatever its name says
    resolve: dict[str, str] = field(default_factory=dict)
    """`host -> address:port`; only these names may lead to private addresses."""


@dataclass(frozen=True)
class Network:
    """How newsbeam behaves on the network."""

    __pydantic_config__ = _STRICT
    user_agent: str = "newsbeam/0.1 (+https://newsbeam.invalid/contact)"
    connect_timeout_s: float = 10.0
    first_byte_timeout_s: float = 20.0
    total_timeout_s: float = 60.0
    max_page_bytes: int = 10_000_000  # decoded
    max_feed_bytes: int = 20_000_000  # decoded
    max_redirects: int = 5
    retries: int = 2  # further tries after a first one that can help (timeouts, 429, 5xx)
    max_retry_wait_s: float = 30.0
    host_gap_s: float = 1.0  # between two requests to one host
    connections: int = 64
    ports: tuple[int, ...] = (80, 443)
    test: TestNetwork = field(default_factory=TestNetwork)


@dataclass(frozen=True)
class Poll:
    __pydantic_config__ = _STRICT
    first_poll_entries: int = 50
    first_poll_max_age_days: int = 7
    interval_s: float = 900.0  # between two polls of a feed with one item an hour; of others by the root of their rate
    shortest_interval_s: float = 300.0
    longest_interval_s: float = 21_600.0  # of a feed that answers
    max_interval_s: float = 86_400.0  # of one that does not
    timeout_s: float = 20.0  # of parsing one feed


@dataclass(frozen=True)
class Lease:
    __pydantic_config__ = _STRICT
    unit_entries: int = 1_000
    host_entries: int = 50  # of one host in one unit
    batch_entries: int = 100  # fetched side by side by one worker
    lease_s: float = 3_600.0
    max_deaths: int = 3
    revisit_ages_s: tuple[float, ...] = (3_600.0, 21_600.0, 86_400.0, 604_800.0)
    """Ages of an entry at which its page is asked for again."""


@dataclass(frozen=True)
class Extract:
    __pydantic_config__ = _STRICT
    min_words: int = 50
    timeout_s: float = 30.0  # of one page, or of all parts of one article
    max_parts: int = 10  # pages of one article that are fetched and joined; 1: the first only


@dataclass(frozen=True)
class Dedupe:
    __pydantic_config__ = _STRICT
    window_days: float = 30.0  # in which copies are found by their text; 0: for ever

    def since(self, now: float) -> float:
        """The instant (epoch seconds) from which on copies are found by their text; 0 for ever."""
        return now - self.window_days * DAY_S if self.window_days else 0.0


@dataclass(frozen=True)
class Relate:
    __pydantic_config__ = _STRICT
    window_days: float = 14.0  # in which a claim finds its statement and an article its story
    window_claims: int = 1_000_000  # that are held at most, the newest


@dataclass(frozen=True)
class Annotate:
    __pydantic_config__ = _STRICT
    models: dict[str, str] = field(default_factory=lambda: {"en": "en_newsbeam_sm"})
    """`language -> spaCy package`; an article in another language is written without entities and claims."""
    timeout_s: float = 60.0  # of one article
    max_chars: int = 200_000  # of an article that is annotated


@dataclass(frozen=True)
class Guard:
    __pydantic_config__ = _STRICT
    workers: int = 0  # 0: the cores of this machine
    memory_mb: int = 4_096  # of one worker process


@dataclass(frozen=True)
class Output:
    __pydantic_config__ = _STRICT
    dir: str = "out"
    sinks: tuple[str, ...] = ("jsonl", "parquet")


@dataclass(frozen=True)
class Retention:
    """How long things are kept, in days; 0: for ever. A site is a registrable domain."""

    __pydantic_config__ = _STRICT
    pages_days: float = 0.0  # in the archive
    readings_days: float = 0.0  # with all that was derived of an article, and its pages
    site_pages_days: dict[str, float] = field(default_factory=dict)
    site_readings_days: dict[str, float] = field(default_factory=dict)
    tombstones: bool = False  # what has expired is not taken in again


@dataclass(frozen=True)
class Paths:
    __pydantic_config__ = _STRICT
    ledger: str = ""  # database address; "": newsbeam.db in output.dir
    archive: str = ""  # folder of WARC segments; "": archive in output.dir
    feeds: str = "feeds.toml"
    rules: str = ""  # a folder of rules; "": the ones that newsbeam brings
    sites: str = ""
    aliases: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything that a person can set."""

    __pydantic_config__ = _STRICT
    runner: str = "local"
    network: Network = field(default_factory=Network)
    poll: Poll = field(default_factory=Poll)
    lease: Lease = field(default_factory=Lease)
    extract: Extract = field(default_factory=Extract)
    dedupe: Dedupe = field(default_factory=Dedupe)
    annotate: Annotate = field(default_factory=Annotate)
    relate: Relate = field(default_factory=Relate)
    guard: Guard = field(default_factory=Guard)
    output: Output = field(default_factory=Output)
    retention: Retention = field(default_factory=Retention)
    paths: Paths = field(default_factory=Paths)

    @property
    def ledger_url(self) -> str:
        """The ledger's database address; beside the results unless a setting says otherwise."""
        return self.paths.ledger or f"sqlite:///{self.output.dir}/newsbeam.db"

    @property
    def archive_dir(self) -> str:
        return self.paths.archive or f"{self.output.dir}/archive"
