"""The two closed lists: how a visit ends, and how a poll ends.

Metrics, ledger, logs, console and documentation use these words and no others.
"""

from enum import StrEnum


class Disposition(StrEnum):
    """The one way in which a visit to an entry ends."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    COPY = "copy"
    TOO_SHORT = "too_short"
    NOT_ARTICLE = "not_article"
    ROBOTS_REFUSED = "robots_refused"
    OPTED_OUT = "opted_out"
    GONE = "gone"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too_large"
    PRIVATE_ADDRESS = "private_address"
    FORGOTTEN = "forgotten"
    DEAD = "dead"


class PollResult(StrEnum):
    """The one way in which a poll of a feed ends."""

    NEW = "new"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    GONE = "gone"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too_large"
    NOT_A_FEED = "not_a_feed"
    MALFORMED = "malformed"
    PRIVATE_ADDRESS = "private_address"
    DEAD = "dead"


class Why(StrEnum):
    """Why an entry is visited."""

    NEW = "new"
    REVISIT = "revisit"
    REPLAY = "replay"


STEPS = (
    "poll", "fetch", "extract", "clean", "dedupe", "annotate", "entities", "claims", "unit",
)  # fmt: skip
"""Where something can end; `unit`: the whole process, over and over, with this entry in hand."""


class FeedState(StrEnum):
    """How a feed is, by what its polls came to."""

    NEW = "new"  # never polled
    ACTIVE = "active"
    QUIET = "quiet"  # it answers, and has shown nothing new for three times its usual gap
    FAILING = "failing"
    RETIRED = "retired"  # its server says that it is gone for good


class UnitState(StrEnum):
    """The life of a unit of work in the ledger."""

    OPEN = "open"
    PREPARED = "prepared"
    DONE = "done"
    DIED = "died"


class UnitKind(StrEnum):
    """What a unit of work takes up."""

    PASS = "pass"  # whatever is due
    REPLAY = "replay"  # entries whose page lies in the archive, and nothing that would be asked of the web


class TombstoneKind(StrEnum):
    """What a tombstone stands for."""

    ENTRY = "entry"
    ARTICLE = "article"
    SITE = "site"


class EntryState(StrEnum):
    """The life of an entry in the ledger."""

    PENDING = "pending"
    LEASED = "leased"
    PREPARED = "prepared"
    DONE = "done"


class Event(StrEnum):
    """What the ledger's log tells beside visits and polls."""

    UNIT_DIED = "unit_died"
    UNIT_RECOVERED = "unit_recovered"
    GIVEN_BACK = "given_back"
    FEED_MOVED = "feed_moved"
    REPLAYED = "replayed"
    FORGOTTEN = "forgotten"
    LIFTED = "lifted"
    EXPIRED = "expired"
    DRIFTED = "drifted"  # the rules of a site fit its pages no more
    DRIFT_ENDED = "drift_ended"
    REHOUSED = "rehoused"  # a page lies somewhere else; its old place (the words) is still to be cleared
