"""Draft -> Annotated: what the language model saw in the article; ends in: (dead).

The reading itself (`transforms/annotation.py`) runs in the guarded pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec

from schemas.annotation import Annotation
from schemas.flow import DraftBody, pack, unpack
from schemas.ports import World
from transforms.step import StepDoFn, two_outputs

STEP = "annotate"
PARTLY = "annotated_partly"
_BATCH = 16
_EMPTY = Annotation((), (), "")


class Annotated(NamedTuple):
    """An article with what the model saw in it. `annotation` is msgpack of Annotation; empty: no model reads it."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    body: bytes  # msgpack of DraftBody
    annotation: bytes


def head_part(text: str, max_chars: int) -> str:
    """The text up to the last paragraph that fits into `max_chars`; one over-long paragraph is left out whole."""
    if len(text) <= max_chars:
        return text
    cut = text.rfind("\n", 0, max_chars + 1)
    return text[:cut] if cut > 0 else ""


def annotated(row: Any, draft: DraftBody, annotation: Annotation, partly: bool) -> Annotated:
    """The row with its annotation; an article read in part says so in its flags."""
    if partly:
        draft = msgspec.structs.replace(draft, flags=(*draft.flags, PARTLY))
    return Annotated(row.unit_id, row.visit_id, row.entry_id, row.url, pack(draft), pack(annotation))


class AnnotateDoFn(StepDoFn):
    step = STEP

    def setup(self) -> None:
        super().setup()
        self.model = self.world.model()

    def many(self, rows: Sequence[Any]) -> list[Any]:
        settings = self.world.settings.annotate
        drafts = [unpack(row.body, DraftBody) for row in rows]
        parts = [head_part(draft.text, settings.max_chars) for draft in drafts]
        found: list[Annotation | Exception] = [_EMPTY] * len(rows)
        for language in sorted({draft.language for draft in drafts} & settings.models.keys()):
            mine = [i for i, draft in enumerate(drafts) if draft.language == language]
            for i, result in zip(mine, self.model.annotate([parts[i] for i in mine], language), strict=True):
                found[i] = result
        return [
            result
            if isinstance(result, Exception)
            else annotated(row, draft, result, bool(result.model) and part != draft.text)
            for row, draft, part, result in zip(rows, drafts, parts, found, strict=True)
        ]


class Annotate(beam.PTransform):
    """(drafts, outcomes) -> (Annotated, outcomes)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        return two_outputs(flow, AnnotateDoFn(self.world), _BATCH)
