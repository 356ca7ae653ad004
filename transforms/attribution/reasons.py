"""Why a claim has its speaker, in words: the reason code, and where the article names whom."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.records import Claim, Entity, Span
from transforms.attribution.speech import ANONYMOUS, NAMED, REASONS

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TELLS = re.compile(
    r", ((?:an?|the|[a-z][^\W\d_]+(?: [a-z][^\W\d_]+)? (?:of|at|for|with|to))\b"
    r"(?:[^,.;:“”\"\n]|\.(?=[^\s”\"])|(?<=\.[A-Z])\.){3,90}?)(?= who\b| and\b| in an?\b|[,;:“”\"\n]|\.(?:\s|$))"
)
_SHORT = 70  # characters of a source that are shown


def reason(text: str, claim: Claim, entities: Sequence[Entity]) -> str:
    """One sentence without its full stop: what the code means, and the words of the article that bear it out."""
    base = REASONS[claim.reason][0] if claim.reason in REASONS else claim.reason
    source = claim.source[0] if claim.source else None
    if claim.speaker_status == ANONYMOUS:
        return f"{base}: {_quoted(source.exact)}" if source else base
    if claim.speaker_status != NAMED:
        guess = next((e for e in entities if e.name == claim.best_guess), None)
        words = f"{base}: {_quoted(source.exact)}" if source else base
        return f"{words}; the best guess is {guess.name}, {_last(text, claim, guess)}" if guess else words
    who = next((e for e in entities if e.entity_id == claim.speaker_entity_id), None)
    if who is None:
        return base
    inside = _inside(source, who)
    if source is None:
        return f"{base}: {who.name}, {_last(text, claim, who)}"
    if inside is None:
        return f"{base}: {_quoted(source.exact)} is {who.name}, {_last(text, claim, who)}{_told(text, who)}"
    if inside.exact == who.name:
        return f"{base}: {_quoted(source.exact)}"
    full = next((m for m in who.mentions if m.exact == who.name), None)
    if full is None or full == inside:
        return f"{base}: {_quoted(inside.exact)} is {who.name}"
    so = f"named so {_distance(text, full.start, inside.start)}"
    return f"{base}: {_quoted(inside.exact)} is {who.name}, {so}{_told(text, who)}"


def _inside(source: Span | None, who: Entity) -> Span | None:
    if source is None:
        return None
    return next((m for m in who.mentions if source.start <= m.start and m.end <= source.end), None)


def _last(text: str, claim: Claim, who: Entity) -> str:
    """Where the article names somebody last before a claim."""
    at = (claim.source or claim.cue or claim.content)[0].start
    before = [m for m in who.mentions if m.start < at]
    if not before:
        return f"named {_distance(text, who.mentions[0].start, at)}"
    form = "" if before[-1].exact == who.name else f" as {_quoted(before[-1].exact)}"
    return f"last named {_distance(text, before[-1].start, at)}{form}"


def _distance(text: str, named: int, at: int) -> str:
    low, high = sorted((named, at))
    *between, _ = text[low:high].split("\n")
    lines = sum(bool(line.strip()) for line in between[1:]) + bool(between)
    if not lines:
        return "in this paragraph"
    count = _NUMBERS[lines] if lines < len(_NUMBERS) else str(lines)
    return f"{count} paragraph{'s' if lines > 1 else ''} {'above' if named < at else 'below'}"


def _told(text: str, who: Entity) -> str:
    """What the article says of somebody where it names them in full first."""
    first = next((m for m in who.mentions if m.exact == who.name), who.mentions[0])
    found = _TELLS.match(text, first.end)
    return f", {found[1].strip()}" if found else ""


def _quoted(words: str) -> str:
    words = " ".join(words.split())
    return f"“{words if len(words) <= _SHORT else words[: _SHORT - 1].rstrip() + '…'}”"
