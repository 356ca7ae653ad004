"""The mix of a run: how often each part of the data is read, in which faces, cut into which windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from en_newsbeam_sm.pieces import Vocabulary
from models.training import augment, corpus, datasets, opinions
from models.training.datasets import Inventory
from models.training.targets import Allowed, Paragraph
from models.training.windows import Sample, samples


class Data(NamedTuple):
    """Everything that is learnt from, read once."""

    news: list[corpus.Article]
    names: Mapping[str, list[list[Paragraph]]]
    trees: list[list[Paragraph]]
    known: Inventory
    lemmas: dict[str, str]  # `form|POS` -> lemma
    allowed: Allowed


def read(folder: Path, share: float = 1.0) -> Data:
    """All training data; `share` keeps that part of each corpus. Raises FileNotFoundError for a missing corpus."""
    allowed = Allowed()
    docs = [doc for name in datasets.TREES for doc in datasets.documents(folder, name)]
    known = datasets.inventory(docs)
    return Data(
        news=_some(list(corpus.load(split="train")), share),
        names={
            name: _some(datasets.named(folder, name, allowed, opinions.read(name)), share) for name in datasets.FILES
        },
        trees=_some(datasets.trees(docs, known), share),
        known=known,
        lemmas=datasets.lemma_table(docs),
        allowed=allowed,
    )


def _some(rows: list[Any], share: float) -> list[Any]:
    return rows if share >= 1 else rows[:: max(1, round(1 / share))]


def contents(news: Sequence[corpus.Article], make_doc: Any) -> dict[str, int]:
    """The texts of contents whose meaning is compared, numbered."""
    texts = {f.text for a in news for p in datasets.annotated(a, make_doc, Allowed()) for f in p.frames if f.text}
    return {text: i for i, text in enumerate(sorted(texts))}


class Mixer:
    """Draws the windows of a run; the same seed draws the same."""

    def __init__(
        self, data: Data, settings: Mapping[str, Any], vocabulary: Vocabulary, vectors: dict[str, int]
    ) -> None:
        import spacy

        self.data, self.settings, self.vocabulary, self.vectors = data, settings, vocabulary, vectors
        self.random = Random(settings["seed"])
        self.make_doc = spacy.blank("en").make_doc
        self.pool = augment.pool(data.news)

    def windows(self) -> Iterator[Sample]:
        for name, passes in self.settings["passes"].items():
            if name == "news":
                for article in self._repeated(self.data.news, passes):
                    yield from self._cut(self._faces(article))
                continue
            share = self.settings["augment"]["sentences"]  # of paragraphs with names: trees stay whole
            rows = self.data.trees if name == "trees" else self.data.names[name]
            for paragraphs in self._repeated(rows, passes):
                yield from self._cut([part for p in paragraphs for part in augment.sentences(p, self.random, share)])

    def _repeated(self, rows: Sequence[Any], passes: float) -> Iterator[Any]:
        for _ in range(int(passes)):
            yield from rows
        rest = round((passes - int(passes)) * len(rows))
        yield from self.random.sample(list(rows), rest)

    def _faces(self, article: corpus.Article) -> list[Paragraph]:
        how = self.settings["augment"]
        if how["names"]:
            article = augment.other_people(article, self.pool, self.random, how["names"])
        if how["type"]:
            article = augment.type_habits(article, self.random)
        return datasets.annotated(article, self.make_doc, self.data.allowed)

    def _cut(self, paragraphs: Sequence[Paragraph]) -> Iterator[Sample]:
        share = self.settings["augment"]["case"]
        dressed = [augment.letter_case(p, self.random, share) for p in paragraphs]
        layout = self.settings["layout"]
        room = self.random.randint(layout["shortest_window"], layout["window"])
        yield from samples(dressed, self.vocabulary, room, self.vectors)
