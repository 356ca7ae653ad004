"""Which words of a content are said not to be so: negation and what it reaches.

After NegEx (Chapman and others 2001): a cue reaches over the words behind it, up to REACH of those that say something
or the end of the clause; some cues reach back; some words only look like cues.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from transforms.statements.words import Word, words

REACH = 4
_SEEMING = (
    r"not (?:only|just|merely|least)|no (?:doubt|less|fewer|more|later|sooner|earlier|matter)|nothing but|not until"
    r"|cannot but|not to mention|no longer than|without (?:a )?doubt"
)
_CUE = re.compile(
    rf"(?P<seeming>\b(?:{_SEEMING})\b)"
    r"|(?P<back>\b(?:rul(?:ed|es|ing) out|out of the question|impossible|untrue|off the table)\b)"
    r"|(?P<on>\b(?:not|cannot|no|never|none|nobody|no one|nothing|neither|nor|without|unable to|fail(?:s|ed)? to"
    r"|refus(?:es|ed) to|declin(?:es|ed) to|den(?:ies|ied|y)|reject(?:s|ed))\b|n['’]t\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:.?!—–]|\b(?:but|because|while|although|though|unless)\b", re.IGNORECASE)


def negated(text: str, start: int, end: int) -> frozenset[str]:
    """The stems in `text[start:end]` that an odd number of cues reaches."""
    cues = [cue for cue in _CUE.finditer(text, start, end) if not cue["seeming"]]
    if not cues:
        return frozenset()
    found = list(words(text, start, end))
    times: Counter[int] = Counter()
    for cue in cues:
        times.update(_reached(text, start, end, found, cue.span(), back=bool(cue["back"])))
    return frozenset(found[k].stem for k, count in times.items() if count % 2)


def _reached(
    text: str, start: int, end: int, words: Sequence[Word], cue: tuple[int, int], *, back: bool
) -> Sequence[int]:
    if back:
        edges = [m.end() for m in _CLAUSE.finditer(text, start, cue[0])]
        first = max(edges, default=start)
        before = [k for k, word in enumerate(words) if first <= word.start and word.end <= cue[0]][-REACH:]
        if before or not re.match("rul", text[cue[0] : cue[1]], re.IGNORECASE):
            return before
    edge = _CLAUSE.search(text, cue[1], end)
    last = edge.start() if edge else end
    return [k for k, word in enumerate(words) if cue[1] <= word.start and word.end <= last][:REACH]
