"""Mentions, entities and claims as the pure functions give them, before they have ids."""

from __future__ import annotations

from typing import NamedTuple

from schemas.records import Negation, Place, Quantity, Record, Span, TimeWords

TABLE, PATTERN, MODEL, SPREAD = "table", "pattern", "model", "spread"
"""Where the evidence for a mention comes from: alias table, the words themselves, the model, another mention."""


class Mention(NamedTuple):
    """A named span and where the evidence for it comes from."""

    start: int
    end: int
    label: str
    origin: str
    canonical: str = ""  # of the alias table


class EntityDraft(Record, frozen=True, kw_only=True):
    """An entity before it has ids."""

    name: str
    label: str
    aliases: tuple[str, ...]
    mentions: tuple[Span, ...]
    salience: float
    notes: tuple[str, ...] = ()


class ClaimDraft(Record, frozen=True, kw_only=True):
    """A claim before it has ids; entities by their index in the article's list."""

    kind: str
    type: str
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    source: tuple[Span, ...] = ()
    speaker: int = -1
    speaker_status: str
    speaker_role: str = ""
    best_guess: int = -1
    reason: str
    confidence: float
    negated: bool = False
    modality: str = ""
    quantities: tuple[Quantity, ...] = ()
    about: tuple[int, ...] = ()
    cue_lemma: str = ""
    cue_class: str = ""
    stated: TimeWords | None = None
    stated_in: tuple[Place, ...] = ()
    tense: str = ""
    negations: tuple[Negation, ...] = ()
    conditions: tuple[Span, ...] = ()
    hedges: tuple[Span, ...] = ()
    times: tuple[TimeWords, ...] = ()
    inside: int = -1  # place of the claim in whose words this one is reported
    notes: tuple[str, ...] = ()
