"""What a language model saw in an article, in one scheme whatever the model.

Plain tuples, so that it travels between processes and a test can write one by hand.
Offsets are code points of the article's text. Dependencies are in the UD scheme: an adapter in
`transforms/annotation.py` maps the CLEAR labels of the official English spaCy models to it.
"""

from __future__ import annotations

from typing import NamedTuple


class Token(NamedTuple):
    start: int
    end: int
    text: str
    lemma: str
    pos: str  # universal part of speech
    tag: str  # Penn tag
    dep: str  # UD relation; "" where the parser did not run
    head: int  # index of the head in `Annotation.tokens`; a root is its own head
    sentence: int  # number of its sentence in the article
    paragraph: int  # number of its paragraph in the article


class Name(NamedTuple):
    """A named mention. `label` is an OntoNotes name."""

    start: int
    end: int
    text: str
    label: str


class Attribution(NamedTuple):
    """Who says what, as far as the model marks it: spans (start, end) of its parts. There is always a content."""

    type: str  # speech, belief, intent, finding, denial
    source: tuple[tuple[int, int], ...]
    cue: tuple[tuple[int, int], ...]
    content: tuple[tuple[int, int], ...]
    score: float  # 0 to 1


class Annotation(NamedTuple):
    tokens: tuple[Token, ...]
    names: tuple[Name, ...]
    model: str  # name and version
    attributions: tuple[Attribution, ...] = ()  # none from a model that does not look for them
