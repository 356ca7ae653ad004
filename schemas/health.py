"""A feed as its polls have shown it: what `transforms/policy.py` remembers and decides."""

from __future__ import annotations

from statistics import median

from schemas.records import Record
from schemas.words import FeedState

WHOLE_EVERY_S = 86_400.0  # a server that says "not modified" is tested so often by an unconditional request


class Health(Record, frozen=True, kw_only=True):
    """What is known of a feed from its polls."""

    state: str = FeedState.NEW.value
    checked_at: float = 0.0
    next_check: float = 0.0
    last_success: float = 0.0
    errors: int = 0  # in a row
    last_error: str = ""
    times: tuple[float, ...] = ()  # of the newest news, rising
    hours: tuple[float, ...] = ()  # items per hour of the day, older ones fading
    days: float = 0.0  # observed, fading likewise
    read: bool = False  # its items were read and stored at least once
    same: bool = False  # its server's last answer was "not modified"
    wait_s: float = 0.0  # what its last document asked for: between two polls, and when to stay away
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    whole_at: float = 0.0  # when a body last came that was not conditional
    distrusted: bool = False  # its 304 was found to be wrong

    @property
    def median_gap_s(self) -> float:
        """Between news; 0 where fewer than two are known."""
        return median(b - a for a, b in zip(self.times, self.times[1:], strict=False)) if len(self.times) > 1 else 0.0

    def conditional(self, now: float) -> bool:
        """Whether the next request may say what we have; now and then one may not, to find out servers that lie."""
        return not self.distrusted and now - self.whole_at < WHOLE_EVERY_S
