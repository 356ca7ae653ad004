"""A second opinion on a corpus that a machine labelled: where a trained reader contradicts it, and how surely.

    python -m models.training.opinions CORPORA CORPUS [--model en_newsbeam_sm]

writes `opinions/CORPUS.txt`: a line for each document with a contradiction, `file number word:tags word:tags ...`.
`SURE` and more: the reader's tag stands in place of the corpus' one; `FAIR` and more: both are allowed, and the loss
counts their probability together. The files are part of the recipe: a later reader writes them anew, a build reads
what is there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from en_newsbeam_sm.labels import NAME_TAGS
from en_newsbeam_sm.tags import log_softmax
from models.training import datasets
from models.training.targets import OUTSIDE, Marking

FOLDER = Path(__file__).parent / "opinions"
SURE, FAIR = 0.9, 0.5


class Best(NamedTuple):
    tag: str
    chance: float


def read(corpus: str, folder: Path = FOLDER) -> datasets.Opinions:
    """What is kept for a corpus; nothing where there is no file."""
    path = folder / f"{corpus}.txt"
    out: dict[tuple[str, int], dict[int, tuple[str, ...]]] = {}
    for line in path.read_text(encoding="ascii").splitlines() if path.is_file() else ():
        file, number, *words = line.split()
        out[file, int(number)] = {
            int(place): tuple(tags.split("|")) for place, _, tags in (word.partition(":") for word in words)
        }
    return out


def contradictions(doc: Any, found: Sequence[Best], marking: Marking) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(word, tags it may have) of the words whose mark the reader would not have given."""
    for place, (token, best) in enumerate(zip((t for t in doc if not t.is_space), found, strict=True)):
        if token.ent_type_ and token.ent_type_ not in marking.kinds:
            continue  # of such a mark the recipe makes a set already
        given = datasets.mark_of(token)
        seen = best.tag if best.tag[2:] in marking.kinds else OUTSIDE
        if seen == given or best.chance < FAIR:
            continue
        yield place, (seen,) if best.chance >= SURE else (seen, given)


def best_tags(reader: Any, doc: Any) -> list[Best]:
    """Of each word the tag that a released reader finds likeliest, alone and not as part of a path."""
    chances = np.exp(log_softmax(reader.name_scores(doc)))
    first = chances.argmax(-1)
    return [Best(NAME_TAGS[tag], float(row[tag])) for tag, row in zip(first, chances, strict=True)]


def main(arguments: Sequence[str]) -> int:
    import spacy
    from spacy.tokens import Doc

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("corpus", choices=sorted(datasets.FILES))
    parser.add_argument("--model", default="en_newsbeam_sm")
    options = parser.parse_args(arguments)
    nlp = spacy.load(options.model)
    reader = nlp.get_pipe("reader")
    marking = datasets.MARKINGS[options.corpus]
    lines, words, changed = [], 0, 0
    for file in datasets.FILES[options.corpus]:
        for number, doc in enumerate(datasets.documents(options.corpora, file)):
            bare = Doc(nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
            if not any(not token.is_space for token in doc):
                continue
            rows = [f"{i}:{'|'.join(tags)}" for i, tags in contradictions(doc, best_tags(reader, bare), marking)]
            words, changed = words + len(doc), changed + len(rows)
            if rows:
                lines.append(" ".join([file, str(number), *rows]))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{options.corpus}.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
    print(f"{words:,} words, {changed:,} seen otherwise")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
