"""When an article is visited again: to see whether it was changed or withdrawn, or to reach it at last. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.words import Disposition

AGAIN = frozenset({Disposition.WRITTEN, Disposition.UNCHANGED, Disposition.UNREACHABLE, Disposition.BLOCKED})
SAME_PAGE = frozenset({Disposition.WRITTEN, Disposition.UNCHANGED, Disposition.COPY})
"""After a visit that ended so, what we have of the page was read: the next request may be conditional."""


def revisit_at(disposition: str, first_seen: float, now: float, ages_s: Sequence[float]) -> float:
    """The instant (epoch seconds) of the next visit after one that ended now; 0 for none.

    `ages_s` are ages of an entry, rising, at which it is looked at again; those that have passed are not made up for.
    """
    if disposition not in AGAIN:
        return 0.0
    return next((first_seen + age for age in ages_s if first_seen + age > now), 0.0)
