"""Dependency parses against treebanks: tokens are compared by their place in the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Word(NamedTuple):
    start: int
    end: int
    tag: str
    lemma: str
    head: int  # start of the head; its own for a root
    relation: str  # without its subtype


class Sentence(NamedTuple):
    text: str
    words: tuple[Word, ...]


def conllu(path: Path) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file. Raises OSError where it cannot be read."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = block.splitlines()
        text = next((line[9:] for line in lines if line.startswith("# text = ")), "")
        rows = [line.split("\t") for line in lines if line and line[0] != "#"]
        rows = [row for row in rows if row[0].isdigit()]
        if not rows:
            continue
        at, starts = 0, []
        for row in rows:
            at = text.index(row[1], at)
            starts.append(at)
            at += len(row[1])
        words = [
            Word(
                start, start + len(row[1]), row[4], row[2],
                starts[int(row[6]) - 1] if row[6] != "0" else start, row[7].split(":")[0],
            )
            for start, row in zip(starts, rows, strict=True)
        ]  # fmt: skip
        yield Sentence(text, tuple(words))


def documents(path: Path, vocab: Any) -> Iterator[Sentence]:
    """The same of a file of spaCy documents, a document at a time."""
    from spacy.tokens import DocBin

    for doc in DocBin().from_disk(path).get_docs(vocab):
        yield Sentence(doc.text, tuple(_words(doc)))


def _words(doc: Any) -> Iterator[Word]:
    for t in doc:
        if not t.is_space:
            relation = "root" if t.dep_ == "ROOT" else t.dep_.split(":")[0]
            yield Word(t.idx, t.idx + len(t.text), t.tag_, t.lemma_, t.head.idx, relation)


def parse_figures(nlp: Any, folder: Path, *, dev: bool) -> dict[str, float]:
    """Percent of the gold tokens: a token that is cut otherwise is wrong."""
    if dev:
        name, gold = "EWT dev", documents(folder / "ud_english_ewt" / "dev.spacy", nlp.vocab)
    else:
        name, gold = "PUD", conllu(folder / "ud_english_pud" / "en_pud-ud-test.conllu")
    counts: Counter[str] = Counter()
    for sentence in gold:
        found = {(w.start, w.end): w for w in _words(nlp(sentence.text))}
        for word in sentence.words:
            mine = found.get((word.start, word.end))
            counts["all"] += 1
            if mine is None:
                continue
            counts["tag"] += mine.tag == word.tag
            counts["lemma"] += mine.lemma == word.lemma
            counts["UAS"] += mine.head == word.head
            counts["LAS"] += mine.head == word.head and mine.relation == word.relation
    return {f"{name}: {kind}": 100 * counts[kind] / max(1, counts["all"]) for kind in ("tag", "lemma", "UAS", "LAS")}
