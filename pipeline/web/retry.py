"""When a further try can help, and after how long. Pure but for the jitter."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipeline.web.exchange import Answer, Fault
from schemas.config import Network

_FIRST_S = 0.5
RESTING = (429, 503)  # too many requests, overloaded: the answers that Retry-After belongs to
_NEVER_BETTER = (501, 505)  # not implemented, HTTP version: the same tomorrow


def wait_before_retry(result: Answer | Fault, tries: int, network: Network, now: datetime) -> float | None:
    """Seconds to wait before another try; None when it cannot help. `tries` is how many were made.

    A Retry-After that is longer than we are ready to wait ends the matter: asking sooner would be rude.
    """
    if tries > network.retries:
        return None
    if isinstance(result, Fault):
        return _back_off(tries, network) if result.again else None
    if result.status not in (408, 429) and not (500 <= result.status < 600 and result.status not in _NEVER_BETTER):
        return None
    if wants_rest(result, network, now):
        return None
    asked = retry_after(result.header("retry-after"), now) if result.status in RESTING else None
    return _back_off(tries, network) if asked is None else asked


def wants_rest(result: Answer | Fault, network: Network, now: datetime) -> bool:
    """The host asks to be left alone for longer than we are ready to wait."""
    if isinstance(result, Fault) or result.status not in RESTING:
        return False
    return (retry_after(result.header("retry-after"), now) or 0.0) > network.max_retry_wait_s


def _back_off(tries: int, network: Network) -> float:
    """Doubling, and spread by half in both directions so that many workers do not come back together."""
    return min(_FIRST_S * 2.0 ** (tries - 1), network.max_retry_wait_s) * random.uniform(0.5, 1.5)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds, or an HTTP date (RFC 9110 10.2.3); None if it is neither."""
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
