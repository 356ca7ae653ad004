"""Whom a pronoun means, where the article leaves one candidate; else nobody, with a best guess."""

from __future__ import annotations

from transforms.attribution.candidates import REACH
from transforms.attribution.cast import Member
from transforms.attribution.places import inside
from transforms.attribution.speech import ANONYMOUS, NAMED, UNRESOLVED, Context, Speaker

_HE_SHE = frozenset({"he", "she"})
_BODY_PRONOUNS = frozenset({"it"})


def pronoun(word: str, start: int, context: Context) -> Speaker:
    """`he`, `she`: the last speaker, or the one person named since; `it`: the body just named; else unresolved."""
    if word in _HE_SHE:
        return _person(word, start, context)
    if word in _BODY_PRONOUNS:
        return _body(start, context)
    last = context.said[-1].speaker if context.said else None
    if word == "they" and last and last.status == ANONYMOUS and context.said[-1].start >= context.previous[0]:
        return Speaker(ANONYMOUS, "unnamed_group", None, "they")
    return Speaker(UNRESOLVED, "pronoun_ambiguous", last.member if last else None, word)


def _person(word: str, start: int, context: Context) -> Speaker:
    last = next((s for s in reversed(context.said) if s.start < start), None)
    since: dict[int, Member] = {}
    recent: dict[int, Member] = {}
    for a, _, member in context.cast.before(start):
        if a < start - REACH or (a < context.previous[0] and (last is None or a < last.start)):
            break
        if member.entity.label != "PERSON" or _opposite(member, word) or inside(context.quoted, a):
            continue
        recent.setdefault(member.place, member)
        if last is None or a >= last.start:
            since.setdefault(member.place, member)
    speaker = last.speaker if last else None
    if (
        speaker
        and speaker.status == NAMED
        and speaker.member
        and speaker.member.entity.label == "PERSON"
        and not _opposite(speaker.member, word)
    ):
        others = [m for m in since.values() if m.place != speaker.member.place]
        if not others:
            return Speaker(NAMED, "pronoun_last_speaker", speaker.member, word)
        return _one_subject(word, others, speaker.member, context)
    if speaker and speaker.status != NAMED and last and last.start >= context.previous[0] and not since:
        return Speaker(
            UNRESOLVED if speaker.status == UNRESOLVED else ANONYMOUS,
            "pronoun_ambiguous" if speaker.status == UNRESOLVED else "unnamed_person",
            speaker.member,
            word,
        )
    if len(recent) == 1:
        return Speaker(NAMED, "pronoun_subject", next(iter(recent.values())), word)
    guess = next(iter(recent.values()), None)
    return Speaker(UNRESOLVED, "pronoun_ambiguous", guess, word)


def _one_subject(word: str, others: list[Member], last: Member, context: Context) -> Speaker:
    """Someone else was named since the last speaker: taken only if gender leaves no doubt."""
    sure = [m for m in [*others, last] if m.gender == word]
    if (
        len({m.place for m in sure}) == 1
        and len(others) == 1
        and sure[0].place == others[0].place
        and last.gender not in {"", word}
    ):
        return Speaker(NAMED, "pronoun_subject", sure[0], word)
    return Speaker(UNRESOLVED, "pronoun_ambiguous", others[0], word)


def _opposite(member: Member, word: str) -> bool:
    return bool(member.gender) and member.gender != word


def _body(start: int, context: Context) -> Speaker:
    last = context.said[-1].speaker if context.said else None
    found: dict[int, Member] = {}
    for a, _, member in context.cast.before(start):
        if a < context.previous[0]:
            break
        if member.entity.label in {"ORG", "GPE"} and not inside(context.quoted, a):
            found.setdefault(member.place, member)
    if (
        last
        and last.status == NAMED
        and last.member
        and last.member.entity.label == "ORG"
        and set(found) <= {last.member.place}
    ):
        return Speaker(NAMED, "pronoun_body", last.member, "it")
    if len(found) == 1 and next(iter(found.values())).entity.label == "ORG":
        return Speaker(NAMED, "pronoun_body", next(iter(found.values())), "it")
    return Speaker(UNRESOLVED, "pronoun_ambiguous", next(iter(found.values()), None), "it")
