"""Where names stand in a text: what the model saw, what the alias table knows, and what the words themselves say.

The three kinds of evidence overlap; the longest span wins, then the table, then the words, then the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from schemas.annotation import Name
from transforms.drafts import MODEL, PATTERN, SPREAD, TABLE, Mention
from transforms.naming.gazetteer import Gazetteer
from transforms.naming.headwords import HEAD, OPENERS, role_words, worded
from transforms.naming.labels import ROLES
from transforms.naming.names import TITLES, strip_possessive
from transforms.naming.patterns import patterns
from transforms.wordlist import wordset

LABELS = wordset("PERSON ORG GPE LOC FAC NORP EVENT PRODUCT WORK_OF_ART LAW LANGUAGE")
_RANK = {TABLE: 0, PATTERN: 1, MODEL: 2, SPREAD: 3}
_OWNER = re.compile(r"(.{2,40}?)(?:['’]s|(?<=s)['’]) ")
_MORE = re.compile(r" (?:(?:de|da|van|von|bin|del|dos|la|el|al) )?(?:[A-ZÀ-ÖØ-Þ]\. )?([A-ZÀ-ÖØ-Þ][\w’'-]+)")
_LOUD = 3  # characters: a longer name in capitals is no acronym
_LONGEST_NAME = 80  # characters that a name may run on
_ABBREVIATED = ("Inc.", "Corp.", "Co.", "Ltd.", "Jr.", "Sr.", "Bros.", "St.")
_BEFORE = re.compile(r"([A-ZÀ-ÖØ-Þ][\w.’'-]*) $")
_AFTER = re.compile(r" ([A-ZÀ-ÖØ-Þ][\w.’'-]*)")


def mentions(text: str, names: Iterable[Name], table: Gazetteer) -> list[Mention]:
    """Mentions without overlaps, from left to right."""
    seen = [m for name in names if (m := cleaned(text, *_without_owner(text, name, table), name.label))]
    words = list(patterns(text, table))
    cover = {(m.start, m.end) for m in seen + words}
    listed = [
        Mention(start, end, known.label, TABLE, known.canonical)
        for start, end, known in table.find(text)
        if (start, end) in cover or _stands_alone(text, start, end, table)
    ]
    return without_overlaps([*listed, *words, *seen])


def _without_owner(text: str, name: Name, table: Gazetteer) -> tuple[int, int]:
    """ "United Nations’ Assistance Mission" names two bodies where the first is a known one."""
    owner = _OWNER.match(text, name.start, name.end)
    if owner and owner[1] in table.by_form:
        return owner.end(), name.end
    return name.start, name.end


def without_overlaps(found: Sequence[Mention]) -> list[Mention]:
    """Longest first, then by evidence; the result from left to right."""
    taken: list[Mention] = []
    occupied: set[int] = set()
    for mention in sorted(found, key=lambda m: (m.start - m.end, _RANK[m.origin], m.start)):
        span = range(mention.start, mention.end)
        if span and occupied.isdisjoint(span):
            occupied.update(span)
            taken.append(mention)
    return sorted(taken)


def cleaned(text: str, start: int, end: int, label: str) -> Mention | None:
    """A model's span with article, title, possessive and stray punctuation left outside; None if no name is left."""
    if label not in LABELS:
        return None
    while start < end and not (text[start].isalnum() or text[start] in "’'"):
        start += 1
    end -= strip_possessive(text[start:end])
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in ".)+!"):
        end -= 1
    if text[start:end].endswith(".") and text[start:end].count(".") == 1 and not text[start:end].endswith(_ABBREVIATED):
        end -= 1
    if text[start : start + 4].lower() == "the " and label != "WORK_OF_ART":
        start += 4
    if text[start:end].rstrip(".") in OPENERS or text[start:end].lower().rstrip(".") in TITLES:
        return None
    for tail in (" of", " and", " for", " the", " at", " in"):
        end -= len(tail) * text[start:end].endswith(tail)
    if label == "PERSON":
        end = _extended(text, start, end)
    if (cut := role_words(text[start:end], label)) and worded(text[start:end]) in {"", "PERSON"}:
        start, label = start + cut, "PERSON"
    exact = text[start:end]
    if " " not in exact and label == "PERSON" and exact.rstrip("s").lower() in ROLES | TITLES:
        return None
    if end - start < 2 or not any(c.isupper() for c in exact):
        return None
    return Mention(start, end, worded(exact) or label, MODEL)


def _extended(text: str, start: int, end: int) -> int:
    """A person's name runs on over the capitalised words behind it, which a model often loses; not where all words
    are in capitals."""
    first = end
    if end - start > _LOUD and text[start:end].isupper():
        return end
    while text[end - 1] != "." and not strip_possessive(text[max(start, end - 3) : end]):
        if (more := _MORE.match(text, end)) is None:
            break
        if more.end() - first > _LONGEST_NAME:  # a line of capitals, not a name
            return first
        if more[1] in OPENERS or more[1] in HEAD or more[1].rstrip(".").lower() in TITLES | ROLES:
            break
        end = more.end() - strip_possessive(more[1])
    return end


def _stands_alone(text: str, start: int, end: int, table: Gazetteer) -> bool:
    """Whether a form of the table is a name of its own here, not a part of a longer one nobody knows."""
    if " " in text[start:end]:
        return True
    before = _BEFORE.search(text, max(0, start - 40), start)
    after = _AFTER.match(text, end)
    return not any(
        word and word[1] not in OPENERS and word[1].rstrip(".").lower() not in TITLES
        and not any(word[1].rstrip(".,’s'") == form or word[1] == form for form in _forms_near(table, word[1]))
        for word in (before, after)
    )  # fmt: skip


def _forms_near(table: Gazetteer, word: str) -> tuple[str, ...]:
    bare = word.rstrip(".,")
    return tuple(form for form in (word, bare, bare.removesuffix("’s").removesuffix("'s")) if form in table.by_form)
