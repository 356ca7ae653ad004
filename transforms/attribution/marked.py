"""The model's attributions as frames, and the rules' own beside them where a quotation would be lost.

The model reads contents and links better than rules on a parse; rules know each quotation mark. So every attribution
of the model stands, and a frame of the rules only where it carries a quotation that the model left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from schemas.annotation import Attribution
from transforms.attribution.frames import Frame
from transforms.attribution.sentences import Sentence
from transforms.attribution.trees import Trees

Span = tuple[int, int]
_NEAR = 20  # attributions: a source farther back than so many is no verb's any more


def by_sentence(found: Sequence[Attribution], sentences: Sequence[Sentence], trees: Trees) -> Mapping[int, list[Frame]]:
    """Place of a sentence -> frames of the attributions whose cue (or else content) begins in it, in order."""
    out: dict[int, list[Frame]] = defaultdict(list)
    place = 0
    for one in sorted(found, key=_begin):
        while place + 1 < len(sentences) and sentences[place + 1].start <= _begin(one):
            place += 1
        out[place].append(_frame(one, trees, out[place]))
    return out


def _begin(one: Attribution) -> int:
    return (one.cue or one.content)[0][0]


def _frame(one: Attribution, trees: Trees, before: Sequence[Frame]) -> Frame:
    cue = (one.cue or one.content)[0]
    inside = trees.between(*cue)
    verb = next((i for i in inside if trees.tokens[i].pos in {"VERB", "NOUN"}), inside.start)
    sources = one.source
    shared = -1
    if not sources and one.cue:  # "confirmed A but denied B"
        shared = next(
            (f.verb for f in reversed(before[-_NEAR:]) if f.source and f.cue[0] < cue[0] and not _holds(f, cue)), -1
        )
    return Frame(
        cue=cue if one.cue else (cue[0], cue[0]),
        verb=verb,
        lemma=trees.tokens[verb].lemma.lower() if one.cue and inside else "say",
        source=(sources[0][0], sources[0][1]) if sources else None,
        content=one.content,
        shared=shared,
        type=one.type,
    )


def _holds(frame: Frame, cue: Span) -> bool:
    """Whether a cue stands in the words of a claim: its source is none of that claim's."""
    return any(a <= cue[0] < b for a, b in frame.content)


def missed(frames: Iterable[Frame], contents: Sequence[Span], sentence: Sentence) -> list[Frame]:
    """The frames with a quotation in their content that none of `contents` touches."""
    return [f for f in frames if any(_carries(f, q.start, q.end, contents) for q in sentence.quotes)]


def _carries(frame: Frame, start: int, end: int, contents: Sequence[Span]) -> bool:
    own = any(a < end and b > start for a, b in frame.content)
    taken = any(a < end and b > start for a, b in contents)
    crossing = any(a < d and b > c for a, b in frame.content for c, d in contents)
    return own and not taken and not crossing
