"""Who is in an article: where each entity is named, which roles and which gender the text gives it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from transforms.attribution.phrases import WORD
from transforms.attribution.places import stretches
from transforms.drafts import EntityDraft
from transforms.naming.gender import gender
from transforms.naming.labels import ROLES
from transforms.naming.names import TITLES
from transforms.wordlist import wordset

BODIES = wordset(
    """company group firm agency ministry department bank party court union university council commission committee
    association organization organisation charity institute foundation federation club team army police government
    regulator authority bureau board carrier airline retailer manufacturer maker lender operator newspaper network
    station school hospital think-tank watchdog coalition alliance movement militia front campaign chamber
    parliament administration utility insurer startup brokerage fund developer producer supplier district county
    city province state tribunal secretariat body league office service broadcaster nonprofit"""
)
ANY, THING, PERSON, ORG = "", "thing", "PERSON", "ORG"  # kinds of role holders
_LEGAL = wordset("""Inc Corp Co Ltd plc PLC LLC AG SA SE NV BV Group Holdings Bhd Tbk PCL JSC GmbH Limited Company""")
_BEFORE = re.compile(r"((?:[\w’'.-]+ ){1,6})$")
_AFTER = re.compile(r", ([^,.;:“”\"\n]{3,90})")
_NEAR = 60  # characters around a mention in which its role is told
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Member(NamedTuple):
    """An entity with what the article says it is."""

    entity: EntityDraft
    place: int  # in the list of entities
    nouns: frozenset[str]
    gender: str
    called: frozenset[str] = frozenset()  # the words of its names, in lower case
    told: frozenset[str] = frozenset()  # those around its first mention, which may tell its role


class Holders(NamedTuple):
    """Members of one role, asked without a walk over all of them: 500 people may be "the minister"."""

    named: Sequence[int]  # where each is named first, in order
    salient: Sequence[Member]  # the most salient of all up to each of these

    def before(self, start: int) -> tuple[int, Member | None]:
        """How many have been named before a place, and the most salient of them."""
        count = bisect_left(self.named, start)
        return count, self.salient[count - 1] if count else None


NO_HOLDERS = Holders((), ())


def _holders(members: Sequence[Member]) -> Holders:
    ordered = sorted(members, key=lambda m: m.entity.mentions[0].start)
    return Holders(
        [m.entity.mentions[0].start for m in ordered],
        list(accumulate(ordered, _more_salient)),
    )


def _more_salient(one: Member, other: Member) -> Member:
    return one if one.place < other.place else other


class Cast:
    """The entities of an article by place, role and gender."""

    def __init__(self, text: str, entities: Sequence[EntityDraft]) -> None:
        self.text = text
        self.members = [_member(text, i, e) for i, e in enumerate(entities)]
        self.places = sorted((s.start, s.end, i) for i, e in enumerate(entities) for s in e.mentions)
        self._starts = [start for start, _, _ in self.places]
        self._named = stretches((start, end) for start, end, _ in self.places)
        holding: dict[tuple[str, str], list[Member]] = {}
        for member in self.members:
            label = member.entity.label
            for noun in member.nouns:
                for kind in {label, ANY, label if label == PERSON else THING}:
                    holding.setdefault((noun, kind), []).append(member)
        self._holding = {key: _holders(members) for key, members in holding.items()}

    def within(self, start: int, end: int) -> list[tuple[int, int, Member]]:
        """Mentions inside a stretch, from left to right."""
        out = []
        for k in range(bisect_left(self._starts, start), len(self.places)):
            a, b, i = self.places[k]
            if a >= end:
                break
            if b <= end:
                out.append((a, b, self.members[i]))
        return out

    def before(self, start: int) -> Iterator[tuple[int, int, Member]]:
        """Mentions that begin before a place, the nearest first."""
        for k in range(bisect_left(self._starts, start) - 1, -1, -1):
            a, b, i = self.places[k]
            yield a, b, self.members[i]

    def touching(self, start: int, end: int) -> list[tuple[int, int]]:
        """Places of the mentions that share a character with a stretch, from left to right."""
        return self._named.touching(start, end)

    def holders(self, noun: str, kind: str) -> Holders:
        """Members of that role with that label; of any label: ANY, of any but PERSON: THING."""
        return self._holding.get((noun, kind), NO_HOLDERS)


def _member(text: str, index: int, entity: EntityDraft) -> Member:
    nouns: set[str] = set()
    titles = ""
    for span in entity.mentions:
        line = max(text.rfind("\n", max(0, span.start - 60), span.start), span.start - 60, -1)
        before = _BEFORE.search(text[line + 1 : span.start])
        if before and entity.label == "PERSON":
            words = before[1].split()
            while words and words[-1].strip(".,").lower() in TITLES:
                titles += " " + words[-1]
                nouns.add(words.pop().strip(".").lower())
            if words and words[-1].lower() in ROLES:
                nouns.add(words[-1].lower())
        if (after := _AFTER.match(text, span.end)) is not None:
            nouns |= _apposition(after[1], entity.label)
    nouns |= _own_words(entity)
    known = gender(entity.name, titles, nouns) if entity.label == "PERSON" else ""
    first = entity.mentions[0]
    around = text[max(0, first.start - _NEAR) : first.end + _NEAR]
    return Member(
        entity, index, frozenset(nouns), known, _lowered(" ".join([entity.name, *entity.aliases])), _lowered(around)
    )


def _lowered(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in WORD.findall(text))


def _apposition(phrase: str, label: str) -> set[str]:
    """The roles in "NAME, a senior analyst at ...": up to the first preposition or relative word."""
    found: set[str] = set()
    words = _WORD.findall(phrase)
    if not words or words[0].lower() in {
        "and",
        "but",
        "which",
        "said",
        "says",
        "told",
        "who",
        "where",
        "when",
        "as",
        "in",
        "on",
        "at",
    }:
        return found
    for word in words[:9]:
        low = word.lower()
        if low in {
            "of",
            "at",
            "for",
            "with",
            "in",
            "from",
            "who",
            "which",
            "that",
            "on",
            "to",
            "by",
            "said",
            "was",
            "is",
            "had",
            "has",
        }:
            break
        if (label == "PERSON" and low in ROLES) or (label != "PERSON" and low in BODIES):
            found.add(low)
    return found


def _own_words(entity: EntityDraft) -> set[str]:
    """What a body's own name says it is: "Rail Operators’ Group" is a group, "Boro Steel Corp." a company."""
    if entity.label not in {"ORG", "GPE", "FAC"}:
        return set()
    found: set[str] = set()
    for form in (entity.name, *entity.aliases):
        words = form.replace("’s", "").rstrip(".").split()
        if len(words) < 2:
            continue
        found |= {w.lower() for w in words if w.lower() in BODIES}
        if words[-1].rstrip(".,") in _LEGAL:
            found |= {"company", "firm"}
    return found
