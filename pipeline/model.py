"""The language models, run in the guarded pool: implements `schemas.ports.Model`.

A worker process loads a model once and keeps it over passes.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from schemas.annotation import Annotation
from schemas.config import Annotate
from schemas.errors import ModelMissing
from schemas.ports import Guard
from transforms.annotation import annotate_text

_OURS = "en_newsbeam_sm"


class SpacyModel:
    """One spaCy package for each language."""

    def __init__(self, guard: Guard, models: Mapping[str, str], timeout_s: float = Annotate.timeout_s) -> None:
        self.guard = guard
        self.models = dict(models)
        self.timeout_s = timeout_s

    def check(self) -> None:
        """Raises ModelMissing for the first configured package that is not installed, or not whole."""
        for package in self.models.values():
            require(package)
            verify = getattr(importlib.import_module(package), "verify", None)
            try:
                if verify:
                    verify()
            except OSError as error:
                raise ModelMissing(f"the model {package!r} cannot be used: {error}") from error

    def annotate(self, texts: Sequence[str], language: str) -> list[Annotation | Exception]:
        package = self.models[language]
        require(package)
        return self.guard.map(_annotate, [(package, text) for text in texts], timeout_s=self.timeout_s)

    def version(self, language: str) -> str:
        package = self.models.get(language, "")
        if not package:
            return ""
        require(package)
        return f"{package}-{_installed(package)}"


@lru_cache
def _installed(package: str) -> str:
    return importlib.metadata.version(package)


def require(package: str) -> None:
    """Raises ModelMissing, with the command that installs it, where `package` is not installed."""
    if importlib.util.find_spec(package) is None:
        raise ModelMissing(f"the model {package!r} is not installed; install it with: {_install(package)}")


def _install(package: str) -> str:
    if package == _OURS:
        return f"uv pip install --no-deps -e models/{_OURS}"
    return f"python -m spacy download {package}"


@lru_cache(maxsize=4)
def load(package: str) -> Any:
    """The model, loaded once per process."""
    require(package)
    import spacy  # a second and 200 MB: only where a text is annotated

    return spacy.load(package)


def _annotate(call: tuple[str, str]) -> Annotation:
    package, text = call
    return annotate_text(load(package), text)
