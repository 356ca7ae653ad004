"""The corpora as paragraphs: our own annotated news, and the open corpora of a data folder.

What is named as a test is not in any list here: UNER-PUD and UD PUD, the test parts of GUM, WikiGold, CrossNER
(every domain), UNER-EWT, UD EWT, GMB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from en_newsbeam_sm.labels import ANCHORS, PARTS, ROLE_TAGS, lemma_script
from models.training.corpus import Article, Part
from models.training.targets import OUTSIDE, UNSAID, Allowed, Frame, Marking, Paragraph, Syntax

_PLAIN = ("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP")
_FEWEST = 3  # occurrences of a tag, a lemma's script or a relation that is learnt
_LONGEST = 180  # words of a paragraph that is put together from sentences
_INFLECTED = frozenset({"NOUN", "VERB", "AUX", "ADJ", "ADV"})
_DOUBTFUL = ("s", "ed", "ing", "en", "er", "est")  # endings of a form that may be its own lemma
_SHORTEST = 5  # words of a content whose meaning is compared

Opinions = Mapping[tuple[str, int], Mapping[int, Sequence[str]]]
"""(file, number of the document) -> word that is not white space -> the tags it may have, see `opinions.py`."""
NO_OPINIONS: Opinions = {}
NO_OPINION: Mapping[int, Sequence[str]] = {}

MARKINGS: Mapping[str, Marking] = {
    "gmb": Marking((*_PLAIN, "EVENT")),
    "gum": Marking((*_PLAIN, "EVENT"), rest=True),
    "wikigold": Marking(_PLAIN, rest=True, rest_only_ours=True),
    "uner": Marking(_PLAIN),
    "redocred": Marking((*_PLAIN, "EVENT"), rest=True, rest_only_ours=True),
    "re3d": Marking(_PLAIN),
    "politics": Marking((*_PLAIN, "EVENT"), rest=True, rest_only_ours=True),
    "crossner": Marking((*_PLAIN, "EVENT"), rest=True),
}
FILES: Mapping[str, tuple[str, ...]] = {
    "gmb": ("gmb_ner/train",),
    "gum": ("gum_open/ner_train",),
    "wikigold": ("wikigold/wikigold_train",),
    "uner": ("uner_english_ewt/uner_ewt_dev",),
    "redocred": ("redocred/redocred_dev", "redocred/redocred_test"),
    "re3d": ("re3d_open/re3d_open",),
    "politics": ("crossner/crossner_politics_train", "crossner/crossner_politics_dev"),
    "crossner": tuple(
        f"crossner/crossner_{domain}_{part}"
        for domain in ("science", "literature", "music", "ai")
        for part in ("train", "dev")
    ),
}
TREES = ("ud_english_ewt/train", "gum_open/ud_train")


def documents(folder: Path, name: str) -> list[Any]:
    """spaCy documents of one file. Raises FileNotFoundError, naming it."""
    import spacy
    from spacy.tokens import DocBin

    path = folder / f"{name}.spacy"
    if not path.is_file():
        raise FileNotFoundError(f"no corpus at {path}")
    return list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


def named(folder: Path, corpus: str, allowed: Allowed, opinions: Opinions = NO_OPINIONS) -> list[list[Paragraph]]:
    """The documents of a corpus of names, one paragraph each; what the second opinion says goes before its marks."""
    marking = MARKINGS[corpus]
    return [
        [names_of(doc, marking, allowed, opinions.get((name, number), NO_OPINION))]
        for name in FILES[corpus]
        for number, doc in enumerate(documents(folder, name))
        if len(doc) > 1
    ]


def names_of(
    doc: Any, marking: Marking, allowed: Allowed, opinion: Mapping[int, Sequence[str]] = NO_OPINION
) -> Paragraph:
    words: list[str] = []
    targets: list[int] = []
    for token in doc:
        if token.is_space:
            continue
        tags = opinion.get(len(words), (mark_of(token),))
        words.append(token.text)
        targets.append(allowed.number([t for tag in tags for t in marking.allows(*_split(tag))]))
    return Paragraph(tuple(words), names=tuple(targets))


def mark_of(token: Any) -> str:
    """The tag that a corpus gives a token."""
    edge = token.ent_iob_ if token.ent_type_ else ""
    return f"{edge}-{token.ent_type_}" if edge in {"B", "I"} else OUTSIDE


def _split(tag: str) -> tuple[str, str]:
    return ("", "") if tag == OUTSIDE else (tag[0], tag[2:])


class Inventory(NamedTuple):
    """What the syntactic heads tell apart, most frequent first."""

    tags: tuple[str, ...]
    morphs: tuple[str, ...]  # "POS|features"
    lemmas: tuple[str, ...]  # scripts of `lemma_script`
    relations: tuple[str, ...]


def inventory(docs: Iterable[Any]) -> Inventory:
    counts: tuple[Counter[str], ...] = (Counter(), Counter(), Counter(), Counter())
    for doc in docs:
        for token in doc:
            for count, value in zip(counts, _answers(token), strict=True):
                count[value] += 1
    return Inventory(*(tuple(v for v, n in count.most_common() if n >= _FEWEST) for count in counts))


def lemma_table(docs: Iterable[Any]) -> dict[str, str]:
    """`form|POS` -> lemma of the inflected or doubtful forms that these parses hold, the commonest where they differ.

    The form is in lower case; forms that begin with a capital in the middle of a sentence are left to the script.
    """
    counts: dict[str, Counter[str]] = {}
    for doc in docs:
        for token in doc:
            form = token.text.lower()
            if token.pos_ in _INFLECTED and form.isalpha() and token.lemma_.islower():
                counts.setdefault(f"{form}|{token.pos_}", Counter())[token.lemma_] += 1
    best = {key: min(count.items(), key=lambda row: (-row[1], row[0]))[0] for key, count in sorted(counts.items())}
    return {
        key: lemma
        for key, lemma in best.items()
        if (form := key.partition("|")[0]) != lemma or form.endswith(_DOUBTFUL)
    }


def _answers(token: Any) -> tuple[str, str, str, str]:
    relation = "root" if token.dep_ == "ROOT" else token.dep_
    return token.tag_, f"{token.pos_}|{token.morph}", lemma_script(token.text, token.lemma_), relation


def trees(docs: Iterable[Any], known: Inventory) -> list[list[Paragraph]]:
    """Documents with parses: sentences in paragraphs of at most `_LONGEST` words."""
    places = [{value: i for i, value in enumerate(values)} for values in known]
    out = []
    for doc in docs:
        paragraphs, run = [], 0
        sentences = list(doc.sents)
        for i, sentence in enumerate(sentences):
            if i > run and sentence.end - sentences[run].start > _LONGEST:
                paragraphs.append(_parsed(doc[sentences[run].start : sentences[i - 1].end], places))
                run = i
        if sentences:
            paragraphs.append(_parsed(doc[sentences[run].start : sentences[-1].end], places))
        out.append(paragraphs)
    return out


def _parsed(span: Any, places: Sequence[Mapping[str, int]]) -> Paragraph:
    kept = [token for token in span if not token.is_space]
    at = {token.i: k for k, token in enumerate(kept)}
    rows = [tuple(p.get(value, UNSAID) for p, value in zip(places, _answers(token), strict=True)) for token in kept]
    tags, morphs, lemmas, relations = zip(*rows, strict=True)
    return Paragraph(
        tuple(token.text for token in kept),
        syntax=Syntax(
            starts=tuple(int(token.is_sent_start or k == 0) for k, token in enumerate(kept)),
            tags=tags,
            morphs=morphs,
            lemmas=lemmas,
            heads=tuple(at.get(token.head.i, k) for k, token in enumerate(kept)),
            relations=relations,
        ),
    )


def annotated(article: Article, make_doc: Any, allowed: Allowed) -> list[Paragraph]:
    """One of our own articles, a paragraph per block."""
    marking = Marking()
    out = []
    for number, block in enumerate(article.blocks):
        doc = make_doc(article.text[block.start : block.end])
        tokens = [token for token in doc if not token.is_space]
        starts = [block.start + token.idx for token in tokens]
        ends = [start + len(token.text) for start, token in zip(starts, tokens, strict=True)]
        inside = [n for n in article.names if block.start <= n.start < block.end]
        names = [OUTSIDE] * len(tokens)
        for name in inside:
            _mark(names, _covered(starts, ends, name.start, name.end), name.label)
        targets = tuple(
            allowed.number(marking.allows(tag[0], tag[2:]) if tag != OUTSIDE else (OUTSIDE,)) for tag in names
        )
        frames = _frames(article, number, starts, ends)
        anchors = [0] * len(tokens)
        for frame, kind in frames:
            anchors[frame.anchor] = ANCHORS.index(kind)
        out.append(
            Paragraph(
                tuple(token.text for token in tokens), targets, tuple(anchors), tuple(frame for frame, _ in frames)
            )
        )
    return [paragraph for paragraph in out if paragraph.words]


def _frames(article: Article, block: int, starts: Sequence[int], ends: Sequence[int]) -> list[tuple[Frame, str]]:
    out: list[tuple[Frame, str]] = []
    for parts in article.attributions().values():
        if article.block_of(parts[0].start) != block:
            continue
        tags = [OUTSIDE] * len(starts)
        for part in parts:
            _mark(tags, _covered(starts, ends, part.start, part.end), part.kind)
        anchor = _anchor(parts, starts, ends)
        if anchor is not None:
            text = " ".join(article.text[p.start : p.end] for p in parts if p.kind == PARTS[2])
            frame = Frame(
                anchor[0],
                tuple(ROLE_TAGS.index(tag) for tag in tags),
                text if len(text.split()) >= _SHORTEST else "",
            )
            out.append((frame, anchor[1]))
    return out


def _anchor(parts: Sequence[Part], starts: Sequence[int], ends: Sequence[int]) -> tuple[int, str] | None:
    """The word that stands for an attribution, and the kind of it."""
    cues = [part for part in parts if part.kind == PARTS[1]]
    part = next(iter(cues), None) or next((p for p in parts if p.kind == PARTS[2]), None)
    if part is None:
        return None
    words = _covered(starts, ends, part.start, part.end)
    kind = next((p.type for p in cues if p.type), "speech") if cues else ANCHORS[-1]
    return (words.start, kind) if words else None


def _covered(starts: Sequence[int], ends: Sequence[int], start: int, end: int) -> range:
    """The words that touch a span: a mark that cuts a word takes all of it."""
    touched = [i for i in range(len(starts)) if starts[i] < end and ends[i] > start]
    return range(touched[0], touched[-1] + 1) if touched else range(0)


def _mark(tags: list[str], words: range, label: str) -> None:
    if any(tags[i] != OUTSIDE for i in words):
        return
    for i in words:
        tags[i] = f"{'B' if i == words.start else 'I'}-{label}"
