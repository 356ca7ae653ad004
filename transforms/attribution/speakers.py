"""Who speaks: from the words of a source to an entity of the article, `anonymous`, or `unresolved` with a best guess.

A wrong speaker is worse than none: a pronoun or a role is resolved only where the article leaves one candidate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.attribution.cast import BODIES, ORG, PERSON, THING, Member
from transforms.attribution.cues import DOCUMENTS as STUDIES
from transforms.attribution.phrases import WORD, head_noun
from transforms.attribution.pronouns import pronoun
from transforms.attribution.speech import ANONYMOUS, NAMED, UNRESOLVED, Context, Speaker
from transforms.naming.labels import ROLES
from transforms.naming.people import DOCUMENTS, GROUPS, INDEFINITE, PEOPLE, VOICES
from transforms.wordlist import wordset

_PRONOUNS = wordset("he she it they i we you this that these those who which")
_NAMELIKE = re.compile(r"(?<![\w’'-])[^\W\d_a-zß-öø-ÿ][\w’'-]+")  # of a script without capitals, too
_LINKS = re.compile(
    r"(?:^|\W)(?:of|for|with|by|at|from|to|in|near|about|against|on|behind|representing|opposing|under) (?:the )?$"
)
_PREPOSITIONS = wordset(
    """of for with by at from to in near about against on behind representing opposing under after before and"""
)


def resolve(text: str, source: tuple[int, int], context: Context) -> Speaker:
    """The speaker that the words of a source mean."""
    phrase = text[source[0] : source[1]]
    words = [w.lower() for w in WORD.findall(phrase)]
    if (
        not words
        or (words[0] in {"who", "whose", "which"} and len(words) > 1)
        or not any(w[0].isalpha() for w in words)
    ):
        return Speaker(UNRESOLVED, "unclear_source")
    if len(words) == 1 and words[0] in _PRONOUNS:
        return pronoun(words[0], source[0], context)
    inside = context.cast.within(*source)
    heads = [m for m in inside if not _dependent(text, source[0], m)]
    for mention in heads:
        a, b, member = mention
        if not (_is_head(text, source, mention) and _leads(text, source, mention, inside)):
            continue
        if member.entity.label == "PERSON":
            return Speaker(NAMED, "name_in_source", member, _role(text, source, (a, b)))
        if member.entity.label == "NORP":
            return Speaker(UNRESOLVED, "unnamed_group", member, phrase)
        return Speaker(NAMED, "body_in_source", member, _role(text, source, (a, b)))
    return _described(text, source, words, inside, context)


def _leads(
    text: str, source: tuple[int, int], mention: tuple[int, int, Member], inside: Sequence[tuple[int, int, Member]]
) -> bool:
    """Whether what stands before a name only introduces it: "the rights group X", "Iran's X", "a rival union, X"."""
    before = list(text[source[0] : mention[0]])
    for a, b, _ in inside:
        if b <= mention[0]:
            before[a - source[0] : b - source[0]] = " " * (b - a)
    last = "".join(before).lower().rpartition(",")
    words = WORD.findall(last[0] + last[2])
    if any(w in _PREPOSITIONS or w in GROUPS or w in {"whose", "who"} for w in words):
        return False
    return not last[1] or mention[2].entity.label == "PERSON" or bool(BODIES & set(words))


def _dependent(text: str, start: int, mention: tuple[int, int, Member]) -> bool:
    """Whether a name only tells more of another noun: "Okoro’s lawyer", "a spokesman for Boro"."""
    a, b, _ = mention
    return text[b : b + 2] in {"'s", "’s"} or text[b : b + 1] in {"’", "'"} or bool(_LINKS.search(text[start:a]))


def _is_head(text: str, source: tuple[int, int], mention: tuple[int, int, Member]) -> bool:
    """Whether the phrase is the name itself, not a noun that the name only describes ("Kenyan officials")."""
    rest = text[mention[1] : source[1]].lstrip()
    return (
        not rest or rest[0] in ",(–—" or rest.split(" ")[0].lower() in {"of", "in", "and", "for", "which", "who", "at"}
    )


def _role(text: str, source: tuple[int, int], name: tuple[int, int]) -> str:
    before = text[source[0] : name[0]].strip(" ,")
    after = text[name[1] : source[1]].strip(" ,")
    return (
        before if len(before) > len(after) and before.lower() not in {"the", "a", "mr", "mr.", "ms", "ms."} else after
    )


def _described(
    text: str, source: tuple[int, int], words: list[str], inside: list[tuple[int, int, Member]], context: Context
) -> Speaker:
    """A source without a name at its head: a voice of a body, a role, or someone unnamed."""
    phrase = text[source[0] : source[1]]
    head = head_noun(words)
    bodies = [m for _, _, m in inside if m.entity.label in {"ORG", "GPE"}]
    organisations = [m for m in bodies if m.entity.label == "ORG"] or bodies
    issuers = {m.place: m for m in organisations if m.entity.label == "ORG"}
    if DOCUMENTS & set(words) and len(issuers) == 1:
        return Speaker(NAMED, "document_of", next(iter(issuers.values())), phrase)
    if head == "government" and len({m.place for m in bodies}) == 1 and bodies[0].entity.label == "GPE":
        return Speaker(NAMED, "body_in_source", bodies[0], phrase)
    if _unknown_name(phrase, inside, text, source[0]):
        return Speaker(UNRESOLVED, "unclear_source", None, phrase)
    if head in VOICES and len({m.place for m in organisations if m.entity.label == "ORG"}) == 1:
        return Speaker(NAMED, "spokesperson_of", organisations[0], phrase)
    definite = words[0] in {"the", "its", "his", "her", "their", "that", "this", "our", "my"} or (
        words[0] == head and head not in GROUPS
    )
    plural = head in GROUPS or (head.endswith("s") and head.rstrip("s") in ROLES)
    if plural or words[0] in INDEFINITE or words[0].isdigit():
        voice = head in VOICES or head == "official"
        if words[0] in {"a", "an", "one"} and voice and (body := _body_of(words, source[0], context)):
            return Speaker(NAMED, "spokesperson_of", body, phrase)
        _, person = (0, None) if plural else context.cast.holders(head, PERSON).before(len(text))
        if person and words[0] in {"a", "an"}:
            return Speaker(UNRESOLVED, "role_ambiguous", person, phrase)
        if not plural and (
            head in VOICES
            or (
                head in STUDIES | BODIES | {"media", "television", "mission", "affiliate"}
                and _body_near(source[0], context)
            )
        ):
            return Speaker(UNRESOLVED, "role_ambiguous", _body_near(source[0], context), phrase)
        if not plural and words[0] in {"a", "an"} and head not in PEOPLE | STUDIES and not head.endswith("s"):
            return Speaker(UNRESOLVED, "unclear_source", None, phrase)
        return Speaker(ANONYMOUS, "unnamed_group" if plural else "unnamed_person", None, phrase)
    if definite and head:
        count, member = context.cast.holders(head, PERSON if head in ROLES else THING).before(source[0])
        if count == 1 and not bodies:
            return Speaker(NAMED, "role", member, phrase)
        return Speaker(UNRESOLVED, "role_ambiguous", member, phrase)
    if head in STUDIES | BODIES | {"media", "television", "mission", "affiliate"}:
        return Speaker(UNRESOLVED, "role_ambiguous", _body_near(source[0], context), phrase)
    if head.endswith("s") or head in PEOPLE | GROUPS:
        return Speaker(ANONYMOUS, "unnamed_group" if head.endswith("s") else "unnamed_person", None, phrase)
    return Speaker(UNRESOLVED, "unclear_source", None, phrase)


def _body_near(start: int, context: Context) -> Member | None:
    """The body named last, in this sentence or the one before."""
    for a, _, member in context.cast.before(start):
        if a < context.previous[0]:
            return None
        if member.entity.label == "ORG":
            return member
    return None


def _unknown_name(phrase: str, inside: list[tuple[int, int, Member]], text: str, start: int) -> bool:
    """Whether the phrase holds a capitalised word of no entity: a name that was missed is not anonymous."""
    for match in _NAMELIKE.finditer(phrase):
        a, b = start + match.start(), start + match.end()
        if match[0][0].islower() or any(x < b and y > a for x, y, _ in inside):
            continue
        first = match.start() == 0
        if (
            not first
            or (match.end() < len(phrase) and phrase[match.end() + 1 : match.end() + 2].isupper())
            or match.end() == len(phrase)
        ):
            if match.group().lower() in GROUPS | INDEFINITE | ROLES or (first and match.group().endswith("s")):
                continue
            return True
    return False


def _body_of(words: list[str], start: int, context: Context) -> Member | None:
    """The one body in "a company spokesman"."""
    for word in words[1:]:
        if word in BODIES:
            count, member = context.cast.holders(word, ORG).before(start)
            return member if count == 1 else None
    return None
