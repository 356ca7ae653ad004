"""Paragraphs with targets -> windows -> padded batches of tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

import torch
from torch import Tensor

from en_newsbeam_sm.pieces import BREAK, START, Vocabulary
from models.training.targets import UNSAID, Paragraph


class Framed(NamedTuple):
    anchor: int  # word of the window
    begin: int  # first word of its paragraph
    roles: Sequence[int]
    vector: int  # row of the table of embeddings, -1 for none


class Sample(NamedTuple):
    """One window with what is known of its words."""

    ids: list[int]
    cases: list[int]
    first: list[int]
    names: list[int]
    anchors: list[int]
    frames: list[Framed]
    breaks: list[int]  # where paragraphs begin, and the number of words
    syntax: list[tuple[int, int, int, int, int, int]]  # start, tag, morph, lemma, head (word of the window), relation


def samples(
    paragraphs: Iterable[Paragraph], vocabulary: Vocabulary, room: int, vectors: dict[str, int]
) -> Iterator[Sample]:
    """Windows of consecutive paragraphs, at most `room` pieces each; of a longer paragraph the beginning."""
    sample = _empty()
    for paragraph in paragraphs:
        size = sum(len(vocabulary.pieces(word).ids) for word in paragraph.words) + 1
        if sample.first and len(sample.ids) + size > room:
            sample.breaks.append(len(sample.first))
            yield sample
            sample = _empty()
        _add(sample, paragraph, vocabulary, room, vectors)
    if sample.first:
        sample.breaks.append(len(sample.first))
        yield sample


def _empty() -> Sample:
    return Sample([START], [0], [], [], [], [], [], [])


def _add(sample: Sample, p: Paragraph, vocabulary: Vocabulary, room: int, vectors: dict[str, int]) -> None:
    begin = len(sample.first)
    sample.breaks.append(begin)
    count = 0
    for word in p.words:
        pieces = vocabulary.pieces(word)
        if len(sample.ids) + len(pieces.ids) + 1 > max(room, 32) and count:
            break
        sample.first.append(len(sample.ids))
        sample.ids.extend(pieces.ids)
        sample.cases.extend([pieces.case] * len(pieces.ids))
        count += 1
    sample.ids.append(BREAK)
    sample.cases.append(0)
    sample.names.extend(p.names[:count] if p.names else [UNSAID] * count)
    sample.anchors.extend(p.anchors[:count] if p.anchors else [UNSAID] * count)
    sample.frames.extend(
        Framed(begin + f.anchor, begin, f.roles[:count], vectors.get(f.text, -1)) for f in p.frames if f.anchor < count
    )
    if p.syntax:
        s = p.syntax
        heads = [begin + h if h < count else UNSAID for h in s.heads[:count]]
        sample.syntax.extend(
            zip(
                s.starts[:count],
                s.tags[:count],
                s.morphs[:count],
                s.lemmas[:count],
                heads,
                s.relations[:count],
                strict=True,
            )
        )
    else:
        sample.syntax.extend([(UNSAID,) * 6] * count)


class Batch(NamedTuple):
    ids: Tensor  # [B, T]
    cases: Tensor
    mask: Tensor
    first: Tensor  # [B, W]
    names: Tensor  # [B, W]
    anchors: Tensor
    syntax: Tensor  # [B, W, 6]
    paragraph: Tensor  # [B, W] number of the paragraph, -1 where no word stands
    frames: Tensor  # [A, 4]: window, anchor, first word of its paragraph, words of its paragraph
    roles: Tensor  # [A, P]
    vectors: Tensor  # [A] row, or -1


def collate(rows: Sequence[Sample]) -> Batch:
    pieces, words = max(len(r.ids) for r in rows), max(len(r.first) for r in rows)

    def padded(values: Sequence[Sequence[int]], width: int, fill: int) -> Tensor:
        out = torch.full((len(values), width), fill, dtype=torch.long)
        for i, value in enumerate(values):
            out[i, : len(value)] = torch.as_tensor(value, dtype=torch.long)
        return out

    syntax = torch.full((len(rows), words, 6), UNSAID, dtype=torch.long)
    for i, row in enumerate(rows):
        syntax[i, : len(row.syntax)] = torch.as_tensor(row.syntax, dtype=torch.long)
    numbers = [
        [k for k, (a, b) in enumerate(zip(row.breaks, row.breaks[1:], strict=False)) for _ in range(a, b)]
        for row in rows
    ]
    frames = [
        (i, f.anchor, f.begin, next(b for b in row.breaks if b > f.anchor) - f.begin)
        for i, row in enumerate(rows)
        for f in row.frames
    ]
    longest = max((size for *_, size in frames), default=1)
    ids = padded([r.ids for r in rows], pieces, 0)
    return Batch(
        ids=ids,
        cases=padded([r.cases for r in rows], pieces, 0),
        mask=ids != 0,
        first=padded([r.first for r in rows], words, 0),
        names=padded([r.names for r in rows], words, UNSAID),
        anchors=padded([r.anchors for r in rows], words, UNSAID),
        syntax=syntax,
        paragraph=padded(numbers, words, -1),
        frames=torch.as_tensor(frames, dtype=torch.long).reshape(-1, 4),
        roles=padded([f.roles for r in rows for f in r.frames], longest, UNSAID)
        if frames
        else torch.zeros(0, 1, dtype=torch.long),
        vectors=torch.as_tensor([f.vector for r in rows for f in r.frames], dtype=torch.long),
    )


def batches(rows: Sequence[Sample], pieces: int, random: Random) -> list[list[Sample]]:
    """Batches of windows of like length, at most `pieces` each with padding, in a drawn order."""
    order = list(rows)
    random.shuffle(order)
    out: list[list[Sample]] = []
    for begin in range(0, len(order), 512):
        current: list[Sample] = []
        longest = 0
        for row in sorted(order[begin : begin + 512], key=lambda r: len(r.ids)):
            if current and max(longest, len(row.ids)) * (len(current) + 1) > pieces:
                out.append(current)
                current, longest = [], 0
            current.append(row)
            longest = max(longest, len(row.ids))
        if current:
            out.append(current)
    random.shuffle(out)
    return out
