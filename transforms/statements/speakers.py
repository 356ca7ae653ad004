"""Who speaks, as a key that outlets share: a name without titles, or a body by the words that it goes by.

People and bodies that an article does not name stand for one only where the words single it out: "the fire service",
"police", "Port Allard police". "Two officials" and "a resident" may be anybody: they have no key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from schemas.records import Claim
from transforms.fold import fold
from transforms.naming.names import TITLES, strip_titles
from transforms.naming.people import DOCUMENTS, GROUPS, INDEFINITE, PEOPLE, VOICES
from transforms.wordlist import wordset

NAMED, BODY, GUESSED, NOBODY = "named", "body", "guessed", ""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PRONOUNS = wordset("he she it they we i you who this that him her them his hers its their one")
_BODIES = wordset("police prosecutors authorities coastguard")  # of GROUPS, those that are one body in one place
_AGENT = re.compile(r"\b(?:for|of|from|at|by)\s+(?:the\s+)?", re.IGNORECASE)
_CUT = re.compile(r",|;|\bwho\b|\bwhich\b|\bthat\b|\(")
_AGENTS = VOICES | DOCUMENTS | PEOPLE | GROUPS
_SMALL = wordset("the of for and at in on a an")


class Speaker(NamedTuple):
    """`tokens` in the order in which they are written; empty where nobody in particular speaks."""

    kind: str = NOBODY
    tokens: tuple[str, ...] = ()
    person: bool = False

    @property
    def key(self) -> str:
        return " ".join(self.tokens)


def who(claim: Claim) -> str:
    """The speaker's name, else the source as the article has it; "" where nobody in particular speaks."""
    return claim.speaker or (claim.source[0].exact if claim.source else "")


def speaker(claim: Claim, person: bool) -> Speaker:
    """`person`: whether the named speaker, or the best guess, is a PERSON among the article's entities."""
    if claim.speaker:
        return Speaker(NAMED, name_tokens(claim.speaker), person)
    body = _body(claim.source[0].exact) if claim.source else ()
    if body:
        return Speaker(BODY, body)
    return Speaker(GUESSED, name_tokens(claim.best_guess), person) if claim.best_guess else Speaker()


def same(one: Speaker, other: Speaker) -> bool:
    """Whether both keys can be of one speaker: equal, or one a part of the other ("Weatherby", "Lorna Weatherby")."""
    if not one.tokens or not other.tokens:
        return False
    if one.tokens == other.tokens:
        return True
    few, many = one.tokens, other.tokens
    if len(few) > len(many):
        few, many = many, few
    if one.person or other.person:
        return len(few) < len(many) and few[-1] == many[-1] and set(few) < set(many)
    if len(few) == len(many):
        return False
    return "".join(few) == "".join(many) or (few[-1] == many[-1] and set(few) <= set(many)) or many[: len(few)] == few


def handles(one: Speaker) -> tuple[str, ...]:
    """By which a speaker's claims are looked up; any two keys that `same` joins have one in common."""
    if not one.tokens:
        return ()
    if one.person:
        return (one.tokens[-1],)
    return tuple(sorted({one.tokens[0], one.tokens[-1], "".join(one.tokens)}))


@lru_cache(maxsize=20_000)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a name, folded, without titles where that leaves any."""
    bare = name[strip_titles(name) :] or name
    return _tokens(bare) or _tokens(name)


def _tokens(text: str) -> tuple[str, ...]:
    found = (token.replace("’", "'").removesuffix("'s").rstrip("'") for token in _WORD.findall(fold(text)))
    return tuple(token for token in found if token and token not in _SMALL)


def _body(source: str) -> tuple[str, ...]:
    """Of an unnamed source, the words by which the body that speaks is known; none where it may be anybody."""
    phrase = _CUT.split(source, maxsplit=1)[0].strip()
    if agent := _AGENT.search(phrase):
        last = _tokens(phrase[: agent.start()])[-1:]
        if last and last[0] in _AGENTS:
            return _single(phrase[agent.end() :])
    return _single(phrase)


def _single(phrase: str) -> tuple[str, ...]:
    words = [token.lower() for token in _WORD.findall(phrase)]
    if words and words[0] in INDEFINITE:
        return ()
    tokens = _tokens(phrase)
    if len(tokens) > 1 and tokens[-1] in VOICES:
        tokens = tokens[:-1]  # "the ministry spokesman"
    if not tokens or tokens[-1] in _PRONOUNS or len(tokens) > 5:
        return ()
    if tokens[-1] in GROUPS and tokens[-1] not in _BODIES:
        return ()
    if len(tokens) == 1 and (tokens[0] in PEOPLE or tokens[0] in TITLES):
        return ()  # "the minister": which of them is not said
    return tokens
