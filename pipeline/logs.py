"""Logs go to stderr, one line each, on workers too."""

from __future__ import annotations

import logging

_NOISE = "apitools not found"  # Beam says so at import when its BigQuery client is not installed; we do not use it


def configure(level: int = logging.WARNING) -> None:
    """Set up the root logger of this process once."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(lambda record: not record.getMessage().startswith(_NOISE))
    logging.basicConfig(level=level, handlers=[handler])
