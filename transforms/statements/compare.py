"""Two claims -> whether they say the same, and whether one of them must be wrong.

Words count by their weight (`words.py`): half the share of both claims' words that they have in common, half the share
of the shorter one's. Figures that agree speak for it. What a claim says must also be said by the same speaker; words
that are copied to the letter may have a speaker in one article only.
"""

from __future__ import annotations

from typing import NamedTuple

from transforms.statements.amounts import Amount, alike, clash
from transforms.statements.facts import Facts
from transforms.statements.speakers import BODY, GUESSED, NAMED, same
from transforms.statements.words import stem, total
from transforms.wordlist import wordset

NEEDED = {NAMED: 0.55, BODY: 0.58, GUESSED: 0.66}
"""Likeness from which claims say the same, by the less certain of their speakers."""
OPPOSED = 0.62  # likeness of claims of which one must be wrong, figures and negations aside
LEAST = min(*NEEDED.values(), OPPOSED)
REPEATED = 0.85  # of two claims of one article
FIGURE = 400  # weight of a figure that agrees
REACHED = 0.3  # share of the common words that a negation on one side reaches
LONE = 0.8  # of the shorter claim's share where only one stem is shared
COPIED_WORDS, COPIED_MASS = 5, 800  # least of words that nobody else chooses by himself, copied to the letter ...
MANY_WORDS = 8  # ... or so many, whatever they weigh
SURE = 0.6  # confidence in both speakers, where two are named for the same words
ENDING = frozenset(
    map(stem, wordset("end stop halt cease cancel scrap ban lose lack refuse reject abandon avoid oppose"))
)
"""Stems that say by themselves that something is not, or no longer."""
DAY_S = 86_400.0
CHANGES_AFTER_S = 3 * DAY_S  # a figure given later than that may be a new one
QUANTITY, NEGATION, SPEAKER = "quantity", "negation", "speaker"


class Likeness(NamedTuple):
    """`same`: one statement. `conflict`: QUANTITY, NEGATION, SPEAKER or "", with the figures that clash, if any."""

    score: float
    same: bool
    conflict: str = ""
    figures: tuple[Amount, Amount] | None = None


APART = Likeness(0.0, same=False)


def compare(one: Facts, other: Facts) -> Likeness:
    """Does not depend on the order of the two, except that figures come in it."""
    copied = _copied(one, other)
    spoken = same(one.speaker, other.speaker)
    if not spoken:
        return _elsewhere(one, other) if copied else APART
    score = 1.0 if copied else likeness(one, other)
    if score < LEAST:
        return APART
    figures = clash(one.amounts, other.amounts)
    opposed = _opposed(one, other)
    if opposed:
        return Likeness(score, same=False, conflict=NEGATION if score >= OPPOSED else "")
    if figures:
        if score < OPPOSED:
            return Likeness(score, same=False)
        return Likeness(score, same=True, conflict="" if _drifted(one, other) else QUANTITY, figures=figures)
    return Likeness(score, same=score >= _needed(one, other))


def _needed(one: Facts, other: Facts) -> float:
    """Of one article a speaker's two claims are two, but where it repeats itself."""
    if one.article_id == other.article_id:
        return REPEATED
    return max(NEEDED[one.speaker.kind], NEEDED[other.speaker.kind])


def likeness(one: Facts, other: Facts) -> float:
    """0 to 1, of words and of figures that agree; figures that do not say nothing here."""
    shared = one.stems & other.stems
    if not shared:
        return 0.0
    figures = alike(one.amounts, other.amounts)
    mass = total(shared) + FIGURE * figures
    ours, theirs = one.mass + FIGURE * figures, other.mass + FIGURE * figures
    short = mass / min(ours, theirs)
    return mass / (ours + theirs) + short * (0.5 if len(shared) + figures > 1 else 0.5 * LONE)


def _copied(one: Facts, other: Facts) -> bool:
    """Whether one's words stand in the other's to the letter, and are more than a phrase."""
    few, many = (one, other) if len(one.folded) <= len(other.folded) else (other, one)
    length = few.folded.count(" ") + 1
    if length < COPIED_WORDS or (few.mass < COPIED_MASS and length < MANY_WORDS):
        return False
    return few.folded == many.folded or f" {few.folded} " in f" {many.folded} "


def _elsewhere(one: Facts, other: Facts) -> Likeness:
    """Copied words whose speakers are not the same: one statement where one has none, else perhaps a mistake."""
    kinds = {one.speaker.kind, other.speaker.kind}
    if not kinds <= {NAMED, BODY} or not one.speaker.tokens or not other.speaker.tokens:
        return Likeness(1.0, same=bool(one.context & other.context))
    sure = min(one.confidence, other.confidence) >= SURE and kinds == {NAMED}
    quoted = one.kind != "indirect" and other.kind != "indirect"
    about = len(one.context & other.context) > 1
    return Likeness(1.0, same=False, conflict=SPEAKER if sure and quoted and about else "")


def _opposed(one: Facts, other: Facts) -> bool:
    """Whether what one says is said not to be so by the other: shared words, negated on one side."""
    shared = one.stems & other.stems
    ours, theirs = one.negated & shared, other.negated & shared
    if bool(ours) == bool(theirs):
        return one.denied != other.denied
    if (one.stems | other.stems) - shared & ENDING:
        return False  # "would end in October", "would have none from October"
    return one.denied == other.denied and total(ours | theirs) >= REACHED * total(shared)


def _drifted(one: Facts, other: Facts) -> bool:
    """Whether different figures are those of different times, not of different tellers."""
    return one.change != other.change or abs(one.at - other.at) > CHANGES_AFTER_S or one.site == other.site
