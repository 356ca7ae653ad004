"""Who could have spoken: the entities named so far, and nobody named, each with what speaks for it.

A case is one claim whose speaker is sought. Features are names with values, most of them 1; those that mean another
thing for another kind of source carry it behind a bar ("rank 1|she"). `weighed.py` turns them into probabilities.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.attribution.cast import ANY, BODIES, Member
from transforms.attribution.cues import DOCUMENTS as STUDIES
from transforms.attribution.phrases import STOPS, WORD, head_noun
from transforms.attribution.places import inside, opens_line
from transforms.attribution.speech import NAMED, Context, Speaker
from transforms.attribution.trees import SUBJECTS, Trees
from transforms.naming.labels import ROLES
from transforms.naming.people import DOCUMENTS, GROUPS, INDEFINITE, PEOPLE, VOICES
from transforms.wordlist import wordset

REACH = 4_000  # characters: who was named farther back is a candidate only as a speaker
MOST = 30  # candidates
_LABELS = frozenset({"PERSON", "ORG", "GPE", "NORP", "FAC", "LOC"})
_SPEAKERS = 3  # last distinct speakers that stay candidates
_PRONOUNS = wordset("he she it they i we you")
_GENDERED = frozenset({"he", "she"})
_OWNED = wordset("its his her their my our your")
_DEFINITE = wordset("the that this these those both")
_LINKED = re.compile(r"(?:^|\W)(?:of|for|with|by|at|from|to|in|near|against|on|behind|under) (?:the )?$")
_COMMON = wordset("the a an of for with by at from to in on and or its his her their who which that said senior former")
_HIDDEN = re.compile(r"anonym|not (?:be )?(?:named|identified)|not authori[sz]ed|withheld|first name", re.IGNORECASE)
_STOPS = STOPS | wordset("about against under after before and")


class Case(NamedTuple):
    """One claim's candidates, None for nobody named, and the features of each."""

    kind: str  # of its source
    members: tuple[Member | None, ...]
    rows: tuple[dict[str, float], ...]


class Source(NamedTuple):
    """The words that name the source, read once."""

    start: int  # where they begin, or where the claim does
    end: int
    words: tuple[str, ...]  # lower case
    head: str  # the noun that the others tell more of
    kind: str


def source_of(text: str, span: tuple[int, int] | None, at: int, context: Context) -> Source:
    """The source of a claim that stands at `at`."""
    if span is None:
        return Source(at, at, (), "", "none")
    words = tuple(word.lower() for word in WORD.findall(text[span[0] : span[1]]))
    head = head_noun(words, _STOPS)
    return Source(*span, words, head, _kind(words, head, bool(context.cast.within(*span))))


def _kind(words: Sequence[str], head: str, names: bool) -> str:
    if not words:
        return "none"
    if len(words) == 1 and words[0] in _PRONOUNS:
        return "i" if words[0] in {"i", "we", "you"} else words[0]
    if names:
        return "name"
    if head in GROUPS or words[0] in INDEFINITE - {"a", "an", "one"} or (head.endswith("s") and head[:-1] in PEOPLE):
        return "plural"
    if words[0] in {"a", "an", "one"}:
        return "a"
    return "the" if words[0] in _DEFINITE else "own" if words[0] in _OWNED else "bare"


def case(text: str, trees: Trees, source: Source, ruled: Speaker, context: Context) -> Case:
    """The candidates for one claim; `ruled` is what the rules alone say."""
    places = _last_places(source, context)
    spoke = _speakers(context)
    for member in [*spoke[:_SPEAKERS], *([ruled.member] if ruled.member else [])]:
        places.setdefault(member.place, (-1, -1, member))
    members = [member for _, _, member in places.values() if not _opposed(member, source.kind)][:MOST]
    count, holder = context.cast.holders(source.head, ANY).before(len(text))
    only = holder.place if holder and count == 1 else -1
    rows = []
    for member in members:
        begin, end, _ = places[member.place]
        row = _where(text, trees, source, member, (begin, end), list(places.values()), context)
        row |= _who(source, member, only)
        row |= _speech(source, member, spoke, context)
        if ruled.member is not None and ruled.member.place == member.place:
            row[f"{'ruled' if ruled.status == NAMED else 'guessed'} {ruled.reason}"] = 1.0
        rows.append(row)
    return Case(source.kind, (*members, None), (*rows, _nobody(text, source, ruled, members, context)))


def _opposed(member: Member, kind: str) -> bool:
    """Whether a pronoun cannot mean this one."""
    return kind in _GENDERED and member.gender not in {"", kind}


def _last_places(source: Source, context: Context) -> dict[int, tuple[int, int, Member]]:
    """Place of a member -> its last mention before the source, or that inside it; nearest first."""
    found: dict[int, tuple[int, int, Member]] = {}
    for start, end, member in context.cast.within(source.start, source.end):
        if member.entity.label in _LABELS:
            found.setdefault(member.place, (start, end, member))
    for start, end, member in context.cast.before(source.start):
        if start < source.start - REACH or len(found) >= MOST:
            break
        if member.entity.label in _LABELS:
            found.setdefault(member.place, (start, end, member))
    return found


def _speakers(context: Context) -> list[Member]:
    """Named speakers so far, the last first."""
    found: dict[int, Member] = {}
    for said in reversed(context.said[-12:]):
        if said.speaker.status == NAMED and said.speaker.member:
            found.setdefault(said.speaker.member.place, said.speaker.member)
    return list(found.values())


def _where(
    text: str,
    trees: Trees,
    source: Source,
    member: Member,
    place: tuple[int, int],
    near: Sequence[tuple[int, int, Member]],
    context: Context,
) -> dict[str, float]:
    """Where the candidate was named last, seen from the source."""
    kind, (start, end) = source.kind, place
    if start < 0:
        return {f"far|{kind}": 1.0}
    row: dict[str, float] = {}
    person = member.entity.label == "PERSON"
    if source.start <= start < source.end:
        before, after = text[source.start : start], text[end : end + 2]
        row["in source"] = 1.0
        row["in source, first"] = float(not before.strip())
        row["in source, linked"] = float(bool(_LINKED.search(before)))
        row["in source, owner"] = float(after in {"'s", "’s"})
        row["in source, last"] = float(end >= source.end - 1)
        row["in source, whole"] = float(not before.lower().removeprefix("the ").strip() and end == source.end)
        row[f"in source, {member.entity.label}"] = 1.0
        return row
    closer = {m.place for a, _, m in near if a > start and (m.entity.label == "PERSON") == person and a < source.start}
    row[f"rank {min(3, len(closer) + 1)}|{kind}"] = 1.0
    row["distance"] = math.log1p(source.start - start) / 8
    if start >= context.sentence[0]:
        row[f"same sentence|{kind}"] = 1.0
    elif start >= context.previous[0]:
        row[f"sentence before|{kind}"] = 1.0
    row[f"paragraphs {min(3, text.count(chr(10), start, source.start))}"] = 1.0
    tokens = trees.between(start, end)
    row[f"subject|{kind}"] = float(any(trees.tokens[i].dep in SUBJECTS for i in tokens))
    row["opens a paragraph"] = float(opens_line(text, start))
    row["inside a quotation"] = float(inside(context.quoted, start))
    return row


def _who(source: Source, member: Member, only: int) -> dict[str, float]:
    """What the candidate is, beside what the source says. `only` has the role that its noun names; -1: not one has."""
    label = member.entity.label
    row = {
        f"{label}|{source.kind}": 1.0,
        "salience": member.entity.salience,
        "mentions": math.log1p(len(member.entity.mentions)) / 3,
    }
    if source.kind in _GENDERED:
        row[f"gender {'fits' if member.gender == source.kind else 'unknown'}"] = 1.0
    if source.head and source.kind not in _PRONOUNS:
        row["role"] = float(source.head in member.nouns)
        row["some role"] = float(bool(member.nouns & set(source.words)))
        row["only one of this role"] = float(only == member.place)
        words = set(source.words) - _COMMON
        row["shares a word"] = float(bool(words & member.called))
        known = member.entity.mentions[0].start < source.start
        row["told by these words"] = min(2, len(words & member.told)) / 2 if known else 0.0
        row["a body for a body's noun"] = float(label != "PERSON" and source.head in BODIES | VOICES)
        row["a person for a role"] = float(label == "PERSON" and source.head in ROLES | PEOPLE)
    return row


def _speech(source: Source, member: Member, spoke: Sequence[Member], context: Context) -> dict[str, float]:
    """Whether and when the candidate spoke before."""
    order = [m.place for m in spoke]
    if member.place not in order:
        return {f"silent|{source.kind}": 1.0}
    row = {f"speaker {min(3, order.index(member.place) + 1)}|{source.kind}": 1.0}
    last = context.said[-1] if context.said else None
    if last and last.speaker.member and last.speaker.member.place == member.place and last.speaker.status == NAMED:
        row[f"spoke last|{source.kind}"] = 1.0
        if last.start >= context.sentence[0]:
            row[f"spoke in this sentence|{source.kind}"] = 1.0
        elif last.start >= context.previous[0]:
            row[f"spoke in the sentence before|{source.kind}"] = 1.0
    return row


def _nobody(text: str, source: Source, ruled: Speaker, members: Sequence[Member], context: Context) -> dict[str, float]:
    """What speaks for a source that the article does not name."""
    row = {f"nobody|{source.kind}": 1.0}
    if ruled.status != NAMED:
        row[f"nobody, ruled {ruled.status} {ruled.reason}"] = 1.0
    else:
        row[f"nobody, ruled {ruled.reason}"] = 1.0
    last = context.said[-1] if context.said else None
    if last and last.speaker.status != NAMED:
        row[f"nobody, the last was {last.speaker.status}|{source.kind}"] = 1.0
    around = text[max(0, source.start - 100) : source.end + 200]
    row["nobody, names withheld"] = float(bool(_HIDDEN.search(around)))
    people = [m for m in members if m.entity.label == "PERSON"]
    row["nobody, no person near"] = float(not people)
    if source.kind in _GENDERED:
        row["nobody, no person of that gender"] = float(not any(m.gender in {"", source.kind} for m in people))
    if source.head:
        row["nobody, a group"] = float(source.head in GROUPS or source.head.endswith("s"))
        row["nobody, someone"] = float(source.head in PEOPLE)
        row["nobody, a paper"] = float(source.head in DOCUMENTS | STUDIES)
        row["nobody, a voice"] = float(source.head in VOICES)
        row["nobody, a body"] = float(source.head in BODIES)
        row["nobody, a role that fits someone"] = float(any(source.head in m.nouns for m in members))
        row["nobody, spoken of before"] = float(
            bool(re.search(rf"\b{re.escape(source.head)}\b", text[max(0, source.start - REACH) : source.start].lower()))
        )
    return row
