"""Cleaning rules as data (filled in by the cleaning stretch)."""

from __future__ import annotations

from typing import NamedTuple


class RuleBook(NamedTuple):
    rules: tuple[object, ...]
    hash: str
