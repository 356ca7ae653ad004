"""What single values in files that people write may be. Pure; used by `feeds.py` and `sites.py`."""

from __future__ import annotations


def is_number(value: object) -> bool:
    """A finite number; `true` is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def is_days(value: object) -> bool:
    return isinstance(value, int | float) and is_number(value) and value > 0


def shown(value: object) -> str:
    """A value as it stands in TOML, for a message."""
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
