"""What the resolution of a speaker comes to, and why: the closed list of reason codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transforms.attribution.cast import Cast, Member

NAMED, ANONYMOUS, UNRESOLVED = "named", "anonymous", "unresolved"

REASONS = {
    "name_in_source": ("the source names the person", 0.97),
    "body_in_source": ("the source is a named body or place", 0.92),
    "spokesperson_of": ("an unnamed voice that speaks for a named body", 0.85),
    "document_of": ("a document or study of a named body", 0.8),
    "pronoun_last_speaker": ("a pronoun that takes up the last speaker; no other candidate came between", 0.9),
    "pronoun_subject": ("a pronoun that takes up the one person named since", 0.82),
    "pronoun_body": ("a pronoun that takes up the body just named", 0.75),
    "role": ("a role that the article gives to one entity", 0.78),
    "continuation": ("the quotation runs on from the one before", 0.93),
    "shared_source": ("the verb shares the source of the one before", 0.88),
    "unnamed_group": ("people whom the article does not name", 0.9),
    "unnamed_person": ("a source that has no name in the article", 0.85),
    "passive": ("no source is given", 0.8),
    "pronoun_weighed": ("a pronoun; of all who were named before, this one fits best", 0.8),
    "source_weighed": ("the words of the source fit this one best of all who are named", 0.8),
    "turn_weighed": ("no source of its own; it is this one's turn to speak", 0.8),
    "doubtful": ("one candidate fits best, but not surely", 0.5),
    "pronoun_ambiguous": ("a pronoun with more than one candidate, or none", 0.3),
    "role_ambiguous": ("a role that fits no entity, or several", 0.3),
    "no_source": ("a quotation without a source of its own", 0.3),
    "unclear_source": ("a source that could not be read", 0.2),
}
"""Reason code -> (what it means, confidence). The closed list."""


class Speaker(NamedTuple):
    status: str
    reason: str
    member: Member | None = None  # who speaks, or the best guess
    role: str = ""
    chance: float = 0.0  # as weighed; 0 before

    @property
    def confidence(self) -> float:
        return self.chance or REASONS[self.reason][1]


class Said(NamedTuple):
    """A claim already read: where its sentence stands and who spoke."""

    start: int
    speaker: Speaker


class Context(NamedTuple):
    """What has gone before the source that is to be resolved."""

    cast: Cast
    said: Sequence[Said]
    sentence: tuple[int, int]
    previous: tuple[int, int]  # the sentence before; empty at the beginning
    quoted: Sequence[tuple[int, int]]  # in order, without overlaps
