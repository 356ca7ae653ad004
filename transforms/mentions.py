"""Where names stand in a text: what the model saw, what the alias table knows, and what the words themselves say.

The three kinds of evidence overlap; the longest span wins, then the table, then the words, then the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.annotation import Name
from transforms.gazetteer import Gazetteer
from transforms.names import TITLES, strip_possessive, strip_titles

LABELS = frozenset("PERSON ORG GPE LOC FAC NORP EVENT PRODUCT WORK_OF_ART LAW LANGUAGE".split())
TABLE, PATTERN, MODEL, SPREAD = "table", "pattern", "model", "spread"
_RANK = {TABLE: 0, PATTERN: 1, MODEL: 2, SPREAD: 3}

_CAP = r"[^\W\d_a-zß-öø-ÿ][\w’'&-]*(?:\.(?=[A-Z]))?\w*\.?"
_SEQUENCE = re.compile(
    r"(?<![\w’'-])((?:[A-Z]\.){2,}|[A-ZÀ-ÖØ-Þ][\w’'&-]*)"
    r"(?:\ (?:(?:of|for|on|in|and|de|del|&)\ (?:the\ )?)?(?:(?:[A-Z]\.){2,}|[A-ZÀ-ÖØ-Þ][\w’'&-]*))*"
)
_HEADS = {
    "ORG": """Institute University Council Commission Committee Party Ministry Department Agency Bank Corporation Corp
        Inc Ltd Company Group Union Association Federation Foundation Organization Organisation Court Parliament Police
        Army Navy Brigade Brigades Front Movement League Times Post Journal Tribune Herald Gazette Authority Center
        Centre Society College School Office Bureau Alliance Coalition Corps Command Airlines Airways Fund Club Board
        Assembly Service Services Trust Network Forum Chamber Secretariat Directorate Congress Initiative Observatory
        Holdings Partners Industries Securities Capital Energy Motors Pharmaceuticals Laboratories Airline Academy
        Hospital Clinic Church Guild Syndicate Cooperative Project Campaign Administration Force Guards Militia News
        Insurance Analytics Research Consulting Advisors Technologies Systems Bancorp plc PLC LLC LLP AG SA SE NV
        Tribunal Treasury Embassy Consulate Taskforce Watch International United Rovers Wanderers""",
    "FAC": """Airport Bridge Stadium Prison Palace Gate Square Highway Dam Airfield Airbase Barracks Mosque Cathedral
        Tower Plaza Hotel Street Road Avenue Boulevard Terminal Station Arena Lane Museum Theatre Theater Expressway
        Motorway Tunnel Crossing Freeway""",
    "GPE": "Province County Governorate Prefecture Oblast District Township Region",
    "LOC": "River Lake Mountains Mountain Sea Ocean Valley Desert Peninsula Island Islands Gulf Strait Coast Bay Delta",
    "EVENT": "War Olympics Cup Games Festival Marathon Championship Championships Summit Revolution Uprising",
}
_HEAD = {word: label for label, block in _HEADS.items() for word in block.split()}
_FIRST = {
    "ORG": "Department Ministry Bank University Office Bureau Court Institute Council House Committee Chamber Church",
    "LOC": "Gulf Sea Mount Lake Cape Strait Bay Isle",
    "EVENT": "Hurricane Cyclone Typhoon Operation Battle Tropical",
    "LAW": "Treaty",
}
_START = {word: label for label, block in _FIRST.items() for word in block.split()}
_OPENERS = frozenset(
    """The A An In On At But And Or If As For From When While After Before Since Under With Without By To Of This That
    These Those It Its He His She Her They Their We Our You Your I Yet So Not No Now Then There Here What Who Why How
    Where Which One Two Three Both All Some Many Most Each Every Any Even Only Also Still Although Though Because Until
    During Among Between Against About Former Last Next Later Earlier Meanwhile However Instead Despite Asked Inside
    Outside Across Nearly Almost Once Is Are Was Were Has Have Had Do Does Did Can Could Will Would Should May Might Mr
    Mrs Ms Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August
    September October November December Like Just More Such Another Other Neither Unlike According Nobody Somebody Everybody Everyone Someone Anyone Nothing Something Everything God Yes Please
    Thanks Thank Easter Christmas Thanksgiving Figure Table Photo Image Today Tomorrow Yesterday""".split()
)
_ADMINISTRATION = re.compile(r"(?<![\w-])[A-ZÀ-ÖØ-Þ][\w’'-]+ administration(?![\w-])")
_TITLED = re.compile(
    r"(?<![\w-])(?:Mr|Mrs|Ms|Dr|Prof|Professor|Gen|Col|Maj|Capt|Lt|Sgt|Sen|Rep|Gov|Rev|Judge|Justice|Sir|Dame)\.?\ "
    r"((?:[A-ZÀ-ÖØ-Þ]\.\ )?[A-ZÀ-ÖØ-Þ][\w’'-]+)(?![\w-])"
)


class Mention(NamedTuple):
    """A named span and where the evidence for it comes from."""

    start: int
    end: int
    label: str
    origin: str
    canonical: str = ""  # of the alias table


def mentions(text: str, names: Iterable[Name], table: Gazetteer) -> list[Mention]:
    """Mentions without overlaps, from left to right."""
    seen = [m for name in names if (m := cleaned(text, name.start, name.end, name.label))]
    words = list(_patterns(text, table))
    cover = {(m.start, m.end) for m in seen + words}
    listed = [
        Mention(start, end, known.label, TABLE, known.canonical)
        for start, end, known in table.find(text)
        if (start, end) in cover or _stands_alone(text, start, end, table)
    ]
    return without_overlaps([*listed, *words, *seen])


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
    if text[start:end].rstrip(".") in _OPENERS or text[start:end].lower().rstrip(".") in TITLES:
        return None
    if label == "PERSON":
        start += strip_titles(text[start:end])
        if text[start:end].lower().rstrip(".") in TITLES:
            return None
    exact = text[start:end]
    if end - start < 2 or not any(c.isupper() for c in exact):
        return None
    return Mention(start, end, worded(exact) or label, MODEL)


_ABBREVIATED = ("Inc.", "Corp.", "Co.", "Ltd.", "Jr.", "Sr.", "Bros.", "St.")


def worded(exact: str) -> str:
    """The label that a name of several words shows by its head word; "" where the words do not say."""
    parts = exact.rstrip(".").split(" ")
    if len(parts) < 2:
        return ""
    if parts[0] in _START and (parts[0] not in {"Tropical"} or parts[1] == "Storm"):
        return _START[parts[0]]
    return _HEAD.get(parts[-1], "") or (_HEAD.get(parts[0], "") if " of " in exact else "")


def _patterns(text: str, table: Gazetteer) -> Iterable[Mention]:
    for match in _ADMINISTRATION.finditer(text):
        if match.group().split(" ")[0] not in _OPENERS:
            yield Mention(match.start(), match.end(), "ORG", PATTERN)
    for match in _TITLED.finditer(text):
        end = match.end(1) - strip_possessive(match[1])
        yield Mention(match.start(1), end, "PERSON", PATTERN)
    for match in _SEQUENCE.finditer(text):
        yield from _sequence(text, match.start(), match.end())


def _sequence(text: str, start: int, end: int) -> Iterable[Mention]:
    """The part of a run of capitalised words that its head word makes a name."""
    parts = text[start:end].split(" ")
    at = start
    while parts and parts[0].rstrip(".’s") in _OPENERS:
        at += len(parts.pop(0)) + 1
    while parts and parts[0] in {"of", "for", "on", "in", "and", "the", "de", "del", "&"}:
        at += len(parts.pop(0)) + 1
    if len(parts) < 2:
        return
    possessive = next((i for i, p in enumerate(parts[:-1]) if p.endswith(("’s", "'s"))), -1)
    if possessive >= 0 and (parts[-1] in _HEAD or len(parts) > possessive + 2):
        at += sum(len(p) + 1 for p in parts[: possessive + 1])
        parts = parts[possessive + 1 :]
    stop = at + len(" ".join(parts))
    stop -= strip_possessive(text[at:stop])
    if len(parts) > 1 and (label := worded(text[at:stop])) and " and " not in text[at:stop]:
        yield Mention(at, stop, label, PATTERN)


_BEFORE = re.compile(r"([A-ZÀ-ÖØ-Þ][\w.’'-]*) $")
_AFTER = re.compile(r" ([A-ZÀ-ÖØ-Þ][\w.’'-]*)")


def _stands_alone(text: str, start: int, end: int, table: Gazetteer) -> bool:
    """Whether a form of the table is a name of its own here, not a part of a longer one nobody knows."""
    if " " in text[start:end]:
        return True
    before = _BEFORE.search(text, max(0, start - 40), start)
    after = _AFTER.match(text, end)
    return not any(
        word and word[1] not in _OPENERS and word[1].rstrip(".").lower() not in TITLES
        and not any(word[1].rstrip(".,’s'") == form or word[1] == form for form in _forms_near(table, word[1]))
        for word in (before, after)
    )  # fmt: skip


def _forms_near(table: Gazetteer, word: str) -> tuple[str, ...]:
    bare = word.rstrip(".,")
    return tuple(form for form in (word, bare, bare.removesuffix("’s").removesuffix("'s")) if form in table.by_form)
