"""A small English news pipeline: `spacy.load("en_newsbeam_sm")`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__version__ = "0.4.0"

_HERE = Path(__file__).parent


def load(**overrides: Any) -> Any:
    """The `Language` object; `overrides` are those of `spacy.load`: `disable`, `exclude`, `enable`, `config`, ..."""
    from spacy.util import get_model_meta, load_model_from_path  # spaCy takes a second: import it when asked

    from . import reader  # noqa: F401  registers the component

    return load_model_from_path(_HERE / "data", meta=get_model_meta(_HERE), **overrides)


def verify() -> None:
    """Raises OSError, naming file, expected and found sha256 and the remedy, where the weights are damaged."""
    from .released import checked

    checked()
