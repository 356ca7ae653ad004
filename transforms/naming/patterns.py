"""Names that show themselves by the words in and around them, whatever a model says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.drafts import PATTERN, Mention
from transforms.naming.gazetteer import Gazetteer
from transforms.naming.headwords import HEAD, OPENERS, START, role_words, worded
from transforms.naming.names import TITLES, strip_possessive

_SEQUENCE = re.compile(
    r"(?<![\w’'-])((?:[A-Z]\.){2,}|[A-ZÀ-ÖØ-Þ][\w’'&-]*)"
    r"(?:\ (?:(?:of|for|on|in|and|de|del|&)\ (?:the\ )?)?(?:(?:[A-Z]\.){2,}|[A-ZÀ-ÖØ-Þ][\w’'&-]*))*"
)
_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'-]+"
_WORDS = rf"{_WORD}(?: {_WORD}){{0,8}}"
_LISTED = re.compile(
    rf"(?<![\w’'-])(?:{_WORD} )?(?:Ministry|Department|Office|Committee|Commission|Institute|Bureau|Board|Council|"
    rf"Agency|Association|Union) (?:of|for|on) {_WORDS}(?:, {_WORDS}){{0,8}} and {_WORDS}"
)
_ADMINISTRATION = re.compile(r"(?<![\w-])[A-ZÀ-ÖØ-Þ][\w’'-]+ administration(?![\w-])")
_TITLED = re.compile(
    r"(?<![\w-])(?:Mr|Mrs|Ms|Dr|Prof|Professor|Gen|Col|Maj|Capt|Lt|Sgt|Sen|Rep|Gov|Rev|Judge|Justice|Sir|Dame)\.?\ "
    r"((?:[A-ZÀ-ÖØ-Þ]\.\ )?[A-ZÀ-ÖØ-Þ][\w’'-]+(?:\ [A-ZÀ-ÖØ-Þ]\.)?(?:\ [A-ZÀ-ÖØ-Þ][\w’'-]+){0,2})(?![\w-])"
)
_NAME = (
    r"[A-ZÀ-ÖØ-Þ][\w’'-]+(?:\ (?:[A-ZÀ-ÖØ-Þ]\.|[A-ZÀ-ÖØ-Þ][\w’'-]+|al-[A-Z]\w+|de|da|van|von|bin|del|dos|la|el)){1,4}"
)
_VERBS = (
    "said|says|told|tells|added|recalled|wrote|writes|argued|explained|insisted|replied|warned|noted|called|accused|denied|"
    "urged|predicted|conceded|acknowledged|asked|announced|claimed|complained|described|promised|vowed|thinks|believes"
)
_SPOKE = re.compile(rf"(?<![\w’'.-])({_NAME})(?:,\ [^,;:“”\"\n]{{3,110}},)?\ (?:{_VERBS})\b")
_SAID = re.compile(rf"[”\"’',] (?:{_VERBS}) ({_NAME})(?=[,.\s])")
_MOST = 60  # words: more in a row are a line of capitals, not a name
_JOINTS = frozenset({"of", "for", "on", "in", "de", "del"})
_TITLE_CASE = frozenset(title.capitalize() for title in TITLES) - {
    "Prime",
    "Crown",
    "Air",
    "Field",
    "Royal",
    "Chief",
    "Justice",
    "General",
    "Constitution",
}


def patterns(text: str, table: Gazetteer) -> Iterable[Mention]:
    for match in _ADMINISTRATION.finditer(text):
        if match.group().split(" ")[0] not in OPENERS:
            yield Mention(match.start(), match.end(), "ORG", PATTERN)
    for match in _TITLED.finditer(text):
        end = match.end(1) - strip_possessive(match[1])
        yield Mention(match.start(1), end, "PERSON", PATTERN)
    for pattern in (_SPOKE, _SAID):
        for match in pattern.finditer(text):
            exact = match[1]
            cut = role_words(exact, "PERSON")
            first = exact[cut:].split(" ")[0]
            if (
                first not in OPENERS
                and first not in HEAD
                and not worded(exact[cut:])
                and exact[cut:] not in table.by_form
                and len(exact[cut:].split(" ")) > 1
            ):
                yield Mention(match.start(1) + cut, match.end(1) - strip_possessive(exact), "PERSON", PATTERN)
    for match in _LISTED.finditer(text):
        yield Mention(match.start(), match.end() - strip_possessive(match.group()), "ORG", PATTERN)
    for match in _SEQUENCE.finditer(text):
        yield from _sequence(text, match.start(), match.end())


def _sequence(text: str, start: int, end: int) -> Iterable[Mention]:
    """The part of a run of capitalised words that its head word makes a name."""
    parts = text[start:end].split(" ")
    at = start
    while parts and parts[0].rstrip(".’s") in OPENERS:
        at += len(parts.pop(0)) + 1
    while parts and parts[0] in {"of", "for", "on", "in", "and", "the", "de", "del", "&"}:
        at += len(parts.pop(0)) + 1
    if not 2 <= len(parts) <= _MOST:
        return
    possessive = next((i for i, p in enumerate(parts[:-1]) if p.endswith(("’s", "'s"))), -1)
    if possessive >= 0 and (parts[-1] in HEAD or len(parts) > possessive + 2):
        at += sum(len(p) + 1 for p in parts[: possessive + 1])
        parts = parts[possessive + 1 :]
    while (joint := next((i for i, p in enumerate(parts) if p in _JOINTS), -1)) > 0:
        if any(p in START or p in HEAD for p in parts[:joint]) and parts[joint] != "in":
            break
        skip = joint + (2 if parts[joint + 1] == "the" else 1)  # "Greaves of the Port Authority": two names
        at += sum(len(p) + 1 for p in parts[:skip])
        parts = parts[skip:]
    stop = at + len(" ".join(parts))
    stop -= strip_possessive(text[at:stop])
    if (
        len(parts) > 1
        and (label := worded(text[at:stop]))
        and " and " not in text[at:stop]
        and parts[0] not in _TITLE_CASE
    ):
        yield Mention(at, stop, label, PATTERN)
