"""Annotated -> the named things of one article, each with all its mentions.

Document-level: a surname joins its full name, an acronym the name that it stands for, and a name found once is
found everywhere. A misspelt or inconsistent name is noted, never rewritten.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
from msgspec import structs

from schemas.annotation import Annotation
from schemas.flow import DraftBody, pack, unpack
from schemas.ports import World
from schemas.records import Span
from transforms.attribution.trees import Trees
from transforms.drafts import PATTERN, SPREAD, TABLE, EntityDraft, Mention
from transforms.naming.alike import near_names
from transforms.naming.gazetteer import Gazetteer, gazetteer
from transforms.naming.labels import evidence, settled
from transforms.naming.mentions import mentions, without_overlaps
from transforms.naming.metonyms import NOTE_METONYM, metonym
from transforms.naming.names import could_spell, initials, is_acronym, near_miss, short_forms
from transforms.step import StepDoFn, two_outputs

_BATCH = 64
SEEN = 4  # votes of a label that the model saw; a word beside a name has one to three
NOTE_ACRONYM = "the acronym does not spell the name"
NOTE_SPELLING = "spelt almost like {known}"
NOTE_TWIN = "spelt almost like {known}, which is named here, too"
Aliases = tuple[tuple[str, str, str], ...]

# Long Name (ACR) and Long Name, or ACR: how an article itself defines a short form.
_DEFINED = re.compile(r"\s?\(([A-Z][A-Za-z&.-]{1,9})\)|,\s(?:or|known as|called)\s(?:the\s)?([A-Z][A-Z&.-]{1,7})\b")
_ACRONYM = re.compile(r"(?<![\w.-])[A-Z][A-Za-z]{0,3}[A-Z]{1,5}(?![\w])")


def entities(text: str, annotation: Annotation, aliases: Aliases = ()) -> list[EntityDraft]:
    """The article's entities, the most salient first."""
    table = gazetteer(aliases)
    found = mentions(text, annotation.names, table)
    acronyms = _defined(text, found)
    found = spread(text, found, acronyms)
    groups = _group(text, found, acronyms)
    trees = Trees(annotation)
    drafts = [_draft(text, name, group, acronyms, table, trees) for name, group in groups.items()]
    drafts = [
        _spelt_alike(draft, twins) for draft, twins in zip(drafts, near_names([d.name for d in drafts]), strict=True)
    ]
    return sorted(drafts, key=lambda e: (-e.salience, e.mentions[0].start))


def _defined(text: str, found: Sequence[Mention]) -> dict[str, str]:
    """Short forms that the article itself defines: acronym -> the long name before it."""
    out: dict[str, str] = {}
    for mention in found:
        match = _DEFINED.match(text, mention.end)
        short = (match[1] or match[2]) if match else ""
        long = text[mention.start : mention.end]
        if short and mention.label in {"ORG", "GPE", "LOC", "EVENT", "LAW", "FAC"} and " " in long:
            out.setdefault(short, long)
    return out


def spread(text: str, found: Sequence[Mention], acronyms: dict[str, str]) -> list[Mention]:
    """Carry every name over the whole article: to mentions that nothing else saw, with the label most of them have."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    fixed: dict[str, str] = {}
    for m in found:
        form = text[m.start : m.end]
        if m.origin == TABLE or (m.origin == PATTERN and m.label != "PERSON"):
            fixed[form] = m.label
        votes[form][m.label] += SEEN * (3 if m.origin == PATTERN else 1)
        votes[form].update(evidence(text, m.start, m.end))
    rows = {form: fixed.get(form) or settled(count, count.most_common(1)[0][0]) for form, count in votes.items()}
    rows |= _people(rows, votes, fixed)
    for short, long in acronyms.items():
        rows[short] = rows.get(long, "ORG")
    known = Gazetteer((form, "", label) for form, label in rows.items() if len(form) > 1)
    more = [Mention(a, b, k.label, SPREAD) for a, b, k in known.find(text) if k.label != "PERSON" or _whole(text, a, b)]
    listed = {(m.start, m.end): m for m in found}
    merged = without_overlaps([*found, *more])
    return [
        m._replace(label=rows.get(text[m.start : m.end], m.label)) if not listed.get(m[:2], m).canonical else m
        for m in merged
    ]


def _people(rows: Mapping[str, str], votes: Mapping[str, Counter[str]], fixed: Mapping[str, str]) -> dict[str, str]:
    """Short forms of the persons' full names, which outweigh what the model took the short form for."""
    out: dict[str, str] = {}
    for form, label in rows.items():
        if label != "PERSON":
            continue
        for short in short_forms(form):
            if len(short) > 2 and short[0].isupper() and short not in fixed:
                out[short] = label
    return out


def _whole(text: str, start: int, end: int) -> bool:
    """A person's name is not part of a hyphenated one."""
    return not (text[start - 1 : start] == "-" or text[end : end + 1] == "-")


def _group(text: str, found: Sequence[Mention], acronyms: dict[str, str]) -> dict[tuple[str, str], list[Mention]]:
    """Mentions by the thing they mean: (canonical name, label)."""
    forms = {(text[m.start : m.end], m.label, m.canonical) for m in found}
    names: dict[tuple[str, str], str] = {}
    people = sorted({f for f, label, _ in forms if label == "PERSON"}, key=lambda f: -len(f.split()))
    short: dict[str, set[str]] = defaultdict(set)
    loud: dict[str, set[str]] = defaultdict(set)  # in capitals, as interviews label who speaks
    for full in people:
        for form in short_forms(full):
            short[form].add(full)
        if not full.isupper():
            for form in (full, *short_forms(full)):
                loud[form.upper()].add(full)
    organisations = {f for f, label, _ in forms if label == "ORG" and " " in f}
    spelling: dict[str, list[str]] = defaultdict(list)  # initials -> organisations that they may stand for
    for body in organisations:
        for letters in initials(body):
            spelling[letters].append(body)
    for form, label, canonical in forms:
        name = canonical or form
        if label == "PERSON" and not canonical:
            name = _full_name(form, short)
            if name == form and form.isupper():
                name = _full_name(form, loud)
        elif form in acronyms:
            name = acronyms[form]
        elif label == "ORG" and is_acronym(form):
            spelt = spelling.get("".join(c.lower() for c in form if c.isalnum()), [])
            name = spelt[0] if len(spelt) == 1 and not canonical else name
        elif label in {"ORG", "FAC"} and not canonical and " " in form:
            name = _unabbreviated(form, organisations)
        names[form, label] = name
    canonical_of = {form: canonical for form, _, canonical in forms if canonical}
    groups: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for m in found:
        name = names[text[m.start : m.end], m.label]
        groups[canonical_of.get(name, name), m.label].append(m)
    return groups


def _full_name(form: str, short: dict[str, set[str]]) -> str:
    """The one full name that a surname belongs to; the form itself where two people share it."""
    full = {f for f in short.get(form, ()) if f != form}
    parts = {part for f in full for part in short_forms(f)}
    longest = full - parts
    return next(iter(longest)) if len(longest) == 1 else form


def _unabbreviated(form: str, organisations: Collection[str]) -> str:
    """Without the legal form at its end: "Tuscany Steel Corp." is "Tuscany Steel"."""
    bare = re.sub(r",? (?:Inc|Corp|Ltd|Co|plc|PLC|LLC|AG|SA|NV|BV|GmbH)\.?$", "", form)
    return bare if bare in organisations else form


def _draft(
    text: str,
    key: tuple[str, str],
    group: Sequence[Mention],
    acronyms: dict[str, str],
    table: Gazetteer,
    trees: Trees,
) -> EntityDraft:
    name, label = key
    spans = tuple(Span(m.start, m.end, text[m.start : m.end]) for m in sorted(group))
    forms = tuple(dict.fromkeys(span.exact for span in spans))
    body = metonym(name, label, spans, trees)
    return EntityDraft(
        name=" ".join(name.split()),
        label=label,
        aliases=tuple(form for form in forms if form != name),
        mentions=spans,
        salience=salience(text, spans),
        notes=(*_notes(forms, name, acronyms, table), *((NOTE_METONYM.format(body=body),) if body else ())),
    )


def _spelt_alike(draft: EntityDraft, twins: Sequence[str]) -> EntityDraft:
    """One name in two spellings, or two names: the article does not say which, so both are told of the other."""
    if draft.label not in {"PERSON", "ORG"} or not twins:
        return draft
    return structs.replace(draft, notes=(*draft.notes, *(NOTE_TWIN.format(known=twin) for twin in twins[:3])))


def salience(text: str, spans: Sequence[Span]) -> float:
    """0 to 1: half for how often (nine mentions count full), half for how early the thing is named."""
    often = min(len(spans), 9) / 9
    early = 1 - spans[0].start / max(1, len(text))
    return round((often + early) / 2, 3)


def _notes(forms: Sequence[str], name: str, acronyms: dict[str, str], table: Gazetteer) -> Iterable[str]:
    for form in forms:
        long = acronyms.get(form, "")
        if long and is_acronym(form) and not could_spell(form, long):
            yield NOTE_ACRONYM
            break
    for form in forms:
        if known := _near(form, table):
            yield NOTE_SPELLING.format(known=known)
            break


def _near(form: str, table: Gazetteer) -> str:
    if " " not in form or form in table.by_form or len(form) < 9:
        return ""
    return next((known for known in table.of_size(form) if near_miss(form, known)), "")


class Named(NamedTuple):
    """An annotated article with its entities."""

    unit_id: str
    visit_id: str
    entry_id: str
    url: str
    body: bytes  # msgpack of DraftBody
    annotation: bytes  # msgpack of Annotation
    entities: bytes  # msgpack of list[EntityDraft]


class EntitiesDoFn(StepDoFn):
    step = "entities"

    def many(self, rows: Sequence[Any]) -> list[Any]:
        out: list[Any] = []
        for row in rows:
            draft, annotation = unpack(row.body, DraftBody), unpack(row.annotation, Annotation)
            found = entities(draft.text, annotation, self.world.aliases) if annotation.model else []
            out.append(Named(row.unit_id, row.visit_id, row.entry_id, row.url, row.body, row.annotation, pack(found)))
        return out


class Entities(beam.PTransform):
    """(Annotated, outcomes) -> (Named, outcomes)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        return two_outputs(flow, EntitiesDoFn(self.world), _BATCH)
