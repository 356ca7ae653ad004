"""The spaCy component: one pass of the encoder over an article, and everything that its heads see.

It fills `Doc.ents`, `Doc.spans["source" | "cue" | "content"]`, tags, morphology, lemmas, sentences and dependencies
(UD). Spans of one attribution share their `id_`, a number; a cue's label is its type. `Doc.user_data` holds

    "name_scores"      list of float, one for each of `Doc.ents`, 0 to 1
    "attributions"     id -> score, 0 to 1
    "content_vectors"  float16 [spans of content, 384], each of length 1
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from spacy.attrs import DEP, HEAD, LEMMA, MORPH, POS, TAG
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import ensure_path

from . import released, tags, trees, weights
from .labels import NAMES, PARTS, lemma_of
from .parts import Attribution, anchors, attributions
from .pieces import Layout, Window, pack

FACTORY = "newsbeam_reader"
_STOPS = frozenset('.!?…;:”"»’')


class Seen(NamedTuple):
    """What the heads say of all words of a text."""

    states: Any  # [words, width]
    names: Any  # [words, name tags]
    anchors: Any  # [words, anchors]
    starts: Any  # [words] above 0 where a sentence begins
    tag: Any  # [words] places in the lists of labels
    morph: Any
    lemma: Any
    below: Any  # [words, width of a label]
    above: Any


class Reader:
    """The component. Words are the tokens that are not white space."""

    def __init__(self, nlp: Language, name: str = FACTORY, layout: dict[str, int] | None = None) -> None:
        self.name = name
        self.vocab = nlp.vocab
        self.layout = Layout(**(layout or {}))
        self.folder: Path | None = None

    def __call__(self, doc: Doc) -> Doc:
        words = [token.i for token in doc if not token.is_space]
        for part in PARTS:
            doc.spans[part] = []
        doc.user_data.update(name_scores=[], attributions={}, content_vectors=np.zeros((0, 384), dtype=np.float16))
        if not words:
            return doc
        paragraphs = _paragraphs(doc, words)
        heads, relations, seen = self._read(doc, words, paragraphs)
        self._parse(doc, words, seen, heads, relations)
        self._name(doc, words, paragraphs, seen)
        self._attribute(doc, words, paragraphs, seen)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1) -> Iterator[Doc]:
        """One article after the other, whatever the batch: an article's answer does not depend on its neighbours."""
        del batch_size
        for doc in stream:
            yield self(doc)

    def name_scores(self, doc: Doc) -> Any:
        """[words, name tags] of the words that are not white space, read as one paragraph, before a path is sought."""
        words = [token.i for token in doc if not token.is_space]
        return self._read(doc, words, [range(len(words))])[2].names

    def _read(self, doc: Doc, words: Sequence[int], paragraphs: Sequence[range]) -> tuple[list[int], list[int], Seen]:
        """Heads and relations of all words, and what else the encoder sees, window by window."""
        pieces = [self.weights.vocabulary.pieces(doc[i].text) for i in words]
        stops = frozenset(k for k, i in enumerate(words) if doc[i].text in _STOPS)
        heads, relations = list(range(len(words))), [0] * len(words)
        rows: list[Seen] = []
        begins = {p.start for p in paragraphs}
        for window in pack(paragraphs, pieces, stops, self.layout):
            seen, arcs = self._call(window)
            places = window.words
            for a, b in _sentences(seen.starts, window, begins):
                for k, head in enumerate(trees.heads(arcs[a:b, a:b])):
                    heads[places[a + k]] = places[a + head]
                own = np.asarray([heads[places[k]] - places[0] for k in range(a, b)])
                found = self._relations(seen.below[a:b], seen.above[own])
                relations[places[a] : places[b - 1] + 1] = found
            rows.append(Seen(*(values[window.fresh :] for values in seen)))
        return heads, relations, Seen(*(np.concatenate(values) for values in zip(*rows, strict=True)))

    def _call(self, window: Window) -> tuple[Seen, Any]:
        feed = {
            "ids": np.asarray([window.ids], dtype=np.int64),
            "cases": np.asarray([window.cases], dtype=np.int64),
            "first": np.asarray([window.first], dtype=np.int64),
        }
        *values, arcs = self.weights.encoder.run([*Seen._fields, "arcs"], feed)
        return Seen(*values), arcs

    def _relations(self, below: Any, above: Any) -> list[int]:
        weight, bias = self.weights.relation
        return list((_gelu(below + above) @ weight.T + bias).argmax(-1))

    def _parse(
        self, doc: Doc, words: Sequence[int], seen: Seen, heads: Sequence[int], relations: Sequence[int]
    ) -> None:
        labels, known = self.weights.labels, self.weights.lemmas
        strings = doc.vocab.strings
        rows = np.zeros((len(doc), 6), dtype=np.uint64)
        space = [strings.add(value) for value in ("dep", "_SP", "SPACE")]
        for token in doc:
            if token.is_space:  # hangs on the word before it
                offset = -1 if token.i else 1 if len(doc) > 1 else 0
                lemma = strings.add(token.text)
                rows[token.i] = [_unsigned(offset), space[0], space[1], space[2], lemma, 0]
        for k, i in enumerate(words):
            pos, morph = labels["morphs"][seen.morph[k]].split("|", 1)
            word = doc[i].text
            rows[i] = [
                _unsigned(words[heads[k]] - i),
                strings.add("ROOT" if heads[k] == k else labels["relations"][relations[k]]),
                strings.add(labels["tags"][seen.tag[k]]),
                strings.add(pos),
                strings.add(known.get(f"{word.lower()}|{pos}") or lemma_of(word, labels["lemmas"][seen.lemma[k]])),
                doc.vocab.morphology.add(morph),
            ]
        doc.from_array([HEAD, DEP, TAG, POS, LEMMA, MORPH], rows)

    def _name(self, doc: Doc, words: Sequence[int], paragraphs: Sequence[range], seen: Seen) -> None:
        ents, scores = [], []
        for p in paragraphs:
            for run in tags.runs(seen.names[p.start : p.stop]):
                a, b = words[p.start + run.start], words[p.start + run.end - 1] + 1
                ents.append(Span(doc, a, b, NAMES[run.kind]))
                scores.append(run.score)
        doc.set_ents(ents)
        doc.user_data["name_scores"] = scores

    def _attribute(self, doc: Doc, words: Sequence[int], paragraphs: Sequence[range], seen: Seen) -> None:
        found: list[Attribution] = []
        chosen = anchors(seen.anchors)
        begin = 0
        for p in paragraphs:
            end = begin
            while end < len(chosen) and chosen[end].word < p.stop:
                end += 1
            mine, begin = chosen[begin:end], end
            if mine:
                found += attributions(self.weights.roles, seen.states, (p.start, p.stop), mine)
        spans: dict[str, list[Span]] = {part: [] for part in PARTS}
        vectors = []
        for number, one in enumerate(found, 1):
            for part in PARTS:
                for a, b in getattr(one, part):
                    label = one.type if part == "cue" else part
                    spans[part].append(Span(doc, words[a], words[b - 1] + 1, label, span_id=str(number)))
                    if part == "content":
                        vectors.append(self._vector(seen.states[a:b]))
            doc.user_data["attributions"][str(number)] = one.score
        for part in PARTS:
            doc.spans[part] = spans[part]
        if vectors:
            doc.user_data["content_vectors"] = np.stack(vectors).astype(np.float16)

    def _vector(self, states: Any) -> Any:
        weight, bias = self.weights.vector
        vector = weight @ states.mean(0) + bias
        return vector / max(1e-9, float(np.linalg.norm(vector)))

    def to_disk(self, path: Any, *, exclude: Sequence[str] = ()) -> None:
        del exclude
        assert self.folder is not None, "the reader has no weights yet"
        target = Path(ensure_path(path))
        target.mkdir(parents=True, exist_ok=True)
        for name in (released.FILE, released.SUM):
            if (self.folder / name).resolve() != (target / name).resolve():
                shutil.copyfile(self.folder / name, target / name)

    def from_disk(self, path: Any, *, exclude: Sequence[str] = ()) -> Reader:
        """Raises DamagedWeights where the weights are missing or not those that were released."""
        del exclude
        self.folder = Path(ensure_path(path))
        self.weights = weights.load(self.folder)
        return self


def _paragraphs(doc: Doc, words: Sequence[int]) -> list[range]:
    """Runs of words without a line break between them."""
    out, begin = [], 0
    for k in range(1, len(words)):
        if words[k] - words[k - 1] > 1 and any("\n" in doc[i].text for i in range(words[k - 1] + 1, words[k])):
            out.append(range(begin, k))
            begin = k
    out.append(range(begin, len(words)))
    return out


def _sentences(starts: Any, window: Window, begins: set[int]) -> list[tuple[int, int]]:
    """Sentences among the words of a window that it answers for, as places in the window."""
    end = len(window.words)
    edges = [k for k in range(window.fresh, end) if k == window.fresh or starts[k] > 0 or window.words[k] in begins]
    return list(zip(edges, [*edges[1:], end], strict=True))


def _gelu(x: Any) -> Any:
    """By the error function's approximation (Abramowitz and Stegun 7.1.26): numpy has none of its own."""
    t = np.abs(x) * 0.7071067811865476
    k = 1 / (1 + 0.3275911 * t)
    erf = 1 - k * np.exp(-t * t) * (
        0.254829592 + k * (-0.284496736 + k * (1.421413741 + k * (-1.453152027 + k * 1.061405429)))
    )
    return 0.5 * x * (1 + np.sign(x) * erf)


def _unsigned(value: int) -> int:
    return value & 0xFFFFFFFFFFFFFFFF


@Language.factory(
    FACTORY,
    assigns=["doc.ents", "token.tag", "token.pos", "token.morph", "token.lemma", "token.dep", "token.head"],
    default_config={"layout": {}},
)
def make(nlp: Language, name: str, layout: dict[str, int]) -> Reader:
    return Reader(nlp, name, layout)


__all__ = ["FACTORY", "Reader"]
