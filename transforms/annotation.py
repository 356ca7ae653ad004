"""What a spaCy model sees in one article, as plain tuples in one scheme.

Our own model takes an article whole: it knows paragraphs, and what stands in one helps to read the next. Others run
paragraph by paragraph, because line breaks inside a text hurt their parsers; names are looked for everywhere, the
costly parser runs only where a claim can stand. Always one article at a time, so that an article's annotation never
depends on its neighbours (a batch could change the last bits of a matrix product).
Runs in the guarded pool, and imports no Beam.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from schemas.annotation import Annotation, Attribution, Name, Token
from transforms.attribution.cues import has_cue

_LINE = re.compile(r"[^\n]+")
WHOLE = "reader"  # the component of a model that reads whole articles

# CLEAR (the official English models) -> UD. Prepositional objects need the tree: see `_raise_object`.
UD = {
    "nsubjpass": "nsubj:pass", "csubjpass": "csubj:pass", "auxpass": "aux:pass", "dobj": "obj", "dative": "iobj",
    "relcl": "acl:relcl", "poss": "nmod:poss", "prt": "compound:prt", "attr": "xcomp", "acomp": "xcomp",
    "oprd": "xcomp", "npadvmod": "obl:unmarked", "nn": "compound", "intj": "discourse", "neg": "advmod",
    "predet": "det:predet", "preconj": "cc:preconj", "quantmod": "advmod", "meta": "dep", "ROOT": "root",
    "pcomp": "advcl",
}  # fmt: skip
_CLEAR_MARKS = frozenset({"nsubjpass", "dobj", "pobj", "prep", "relcl", "attr", "acomp", "npadvmod", "poss"})


class Node(NamedTuple):
    dep: str
    head: int
    pos: str


def annotate_text(nlp: Any, text: str) -> Annotation:
    """Annotate one article with a spaCy `Language`; offsets are those of `text`."""
    model = f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']}"
    if WHOLE in nlp.pipe_names:
        doc = nlp(text)
        return Annotation(tuple(_whole(doc)), tuple(_names(doc, 0)), model, tuple(attributions_of(doc)))
    lines = [(m.start(), m.group()) for m in _LINE.finditer(text) if not m.group().isspace()]
    docs = list(nlp.pipe((line for _, line in lines), disable=_all_but(nlp, "ner")))
    wanted = [i for i, (_, line) in enumerate(lines) if has_cue(line)]
    for i, doc in zip(wanted, nlp.pipe([docs[i] for i in wanted], disable=["ner"]), strict=True):
        docs[i] = doc
    tokens: list[Token] = []
    names: list[Name] = []
    parsed, sentence = set(wanted), 0
    for number, ((offset, _), doc) in enumerate(zip(lines, docs, strict=True)):
        new, sentence = _tokens(doc, offset, len(tokens), number, sentence, number in parsed)
        tokens += new
        names += _names(doc, offset)
    return Annotation(tuple(tokens), tuple(names), model)


def _names(doc: Any, offset: int) -> list[Name]:
    return [Name(e.start_char + offset, e.end_char + offset, e.text, e.label_) for e in doc.ents]


def _whole(doc: Any) -> list[Token]:
    """The tokens of a whole article, blank ones left out, with numbers for its paragraphs and sentences."""
    kept = [t for t in doc if not t.is_space]
    place = {t.i: k for k, t in enumerate(kept)}
    out: list[Token] = []
    sentence = paragraph = 0
    for k, t in enumerate(kept):
        if k:
            new = any("\n" in doc[i].text for i in range(kept[k - 1].i + 1, t.i))
            paragraph += new
            sentence += bool(new or t.is_sent_start)
        dep = "root" if t.dep_ == "ROOT" else t.dep_
        end = t.idx + len(t.text)
        out.append(
            Token(t.idx, end, t.text, t.lemma_, t.pos_, t.tag_, dep, place.get(t.head.i, k), sentence, paragraph)
        )
    return out


def attributions_of(doc: Any) -> list[Attribution]:
    """In the order of the text. The spans of one attribution share their id."""
    parts: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    types: dict[str, str] = {}
    for part in ("source", "cue", "content"):
        for span in doc.spans.get(part, ()):
            parts[span.id_][part].append((span.start_char, span.end_char))
            if part == "cue":
                types.setdefault(span.id_, span.label_)
    scores = doc.user_data.get("attributions", {})
    found = [
        Attribution(
            types.get(number, "speech"), tuple(row["source"]), tuple(row["cue"]), tuple(row["content"]),
            scores.get(number, 1.0),
        )
        for number, row in parts.items()
        if row["content"]
    ]  # fmt: skip
    return sorted(found, key=lambda a: min(a.cue + a.content + a.source))


def annotate_texts(nlp: Any, texts: Iterable[str]) -> list[Annotation]:
    return [annotate_text(nlp, text) for text in texts]


def _all_but(nlp: Any, component: str) -> list[str]:
    """The pipeline's other components, less the shared encoder that `component` listens to."""
    keep = {component}
    for name, pipe in nlp.pipeline:
        if component in getattr(pipe, "listening_components", ()):
            keep.add(name)
    return [name for name in nlp.pipe_names if name not in keep]


def _tokens(doc: Any, offset: int, base: int, paragraph: int, sentence: int, parsed: bool) -> tuple[list[Token], int]:
    """The tokens of one paragraph, blank ones left out, heads renumbered to the article."""
    kept = [t for t in doc if not t.is_space]
    if not kept:
        return [], sentence
    place = {t.i: base + k for k, t in enumerate(kept)}
    nodes = to_ud([Node(t.dep_, t.head.i, t.pos_) for t in doc]) if parsed else []
    out = []
    for k, t in enumerate(kept):
        if k and parsed and t.is_sent_start:
            sentence += 1
        start = t.idx + offset
        dep, head = (nodes[t.i].dep, place.get(nodes[t.i].head, base + k)) if parsed else ("", base + k)
        out.append(Token(start, start + len(t.text), t.text, t.lemma_, t.pos_, t.tag_, dep, head, sentence, paragraph))
    return out, sentence + 1


def to_ud(nodes: Sequence[Node]) -> list[Node]:
    """Relations in the UD scheme, as far as our rules look; a tree that is UD already comes back as it is."""
    if not any(node.dep in _CLEAR_MARKS for node in nodes):
        return [Node("root" if n.dep == "ROOT" else n.dep, n.head, n.pos) for n in nodes]
    out = [Node(UD.get(n.dep, n.dep), n.head, n.pos) for n in nodes]
    for i, node in enumerate(nodes):
        if node.dep == "pobj" and nodes[node.head].dep in {"prep", "agent", "dative"}:
            out[i], out[node.head] = _raise_object(nodes, i)
    return out


def _raise_object(nodes: Sequence[Node], i: int) -> tuple[Node, Node]:
    """CLEAR hangs an object on its preposition; UD hangs the preposition on the object."""
    preposition = nodes[i].head
    agent = nodes[preposition].dep == "agent"
    up = nodes[preposition].head
    of_noun = nodes[up].pos in {"NOUN", "PROPN", "PRON", "NUM"} and not agent
    relation = "nmod" if of_noun else "obl:agent" if agent else "obl"
    return Node(relation, up, nodes[i].pos), Node("case", i, nodes[preposition].pos)
