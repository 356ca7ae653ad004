"""The network: a MiniLM encoder with the case of words added, and all heads that read its states.

The encoder is BERT as published (Devlin et al. 2019) in the six-layer size of MiniLM (Wang et al. 2020); it is
written out because the exported graph then holds what is needed and nothing else. Shapes: B windows, T pieces, W
words, A attributions, P words of the longest paragraph.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from en_newsbeam_sm.pieces import CASES

WIDTH, LAYERS, HEADS, INNER, VOCABULARY, LONGEST = 384, 6, 12, 1536, 30522, 512
ARC, LABEL, ROLE, REACH = 128, 96, 128, 64  # widths of the heads; words whose distance is told apart


class Sizes(NamedTuple):
    """How many classes each head tells apart."""

    names: int
    anchors: int
    roles: int
    tags: int
    morphs: int
    lemmas: int
    relations: int


def attention(query: Tensor, key: Tensor, value: Tensor, heads: int, mask: Tensor | None) -> Tensor:
    """query, key, value [B, T, width], mask [B, T] -> [B, T, width]. Written out: torch's fused kernel is four times
    slower backwards on a CPU in bfloat16."""
    b, t, width = query.shape
    q, k, v = (x.view(b, t, heads, width // heads).transpose(1, 2) for x in (query, key, value))
    scores = (q * (width // heads) ** -0.5) @ k.transpose(2, 3)
    if mask is not None:
        scores += (~mask[:, None, None, :]).to(scores.dtype) * -1e4
    with torch.autocast("cpu", enabled=False):  # which would carry the scores to float32 and back
        weights = scores.softmax(-1)
    return (weights @ v).transpose(1, 2).reshape(b, t, width)


class Layer(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.joined, self.wide, self.narrow = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        seen = attention(self.query(x), self.key(x), self.value(x), HEADS, mask)
        x = self.norm1(x + self.drop(self.joined(seen)))
        return self.norm2(x + self.drop(self.narrow(F.gelu(self.wide(x)))))


class Encoder(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.pieces, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LONGEST, WIDTH)
        self.cases = nn.Embedding(CASES, WIDTH, padding_idx=0)
        nn.init.zeros_(self.cases.weight)
        self.norm, self.drop = nn.LayerNorm(WIDTH, eps=1e-12), nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))

    def forward(self, ids: Tensor, cases: Tensor, mask: Tensor | None) -> Tensor:
        """ids, cases [B, T] -> states [B, T, WIDTH]; mask [B, T], true where a piece stands."""
        places = self.places(torch.arange(ids.shape[1], device=ids.device))
        x = self.drop(self.norm(self.pieces(ids) + self.cases(cases) + places))
        for layer in self.layers:
            x = layer(x, mask)
        return x


_NAMES = {
    "attention.self.query": "query", "attention.self.key": "key", "attention.self.value": "value",
    "attention.output.dense": "joined", "attention.output.LayerNorm": "norm1", "intermediate.dense": "wide",
    "output.dense": "narrow", "output.LayerNorm": "norm2",
}  # fmt: skip


def pretrained(file: Path, dropout: float) -> Encoder:
    """The base encoder; its one token type is added to the places. Raises KeyError for a file of another kind."""
    base = load_file(str(file))
    encoder = Encoder(dropout)
    state = {
        "pieces.weight": base["embeddings.word_embeddings.weight"],
        "places.weight": base["embeddings.position_embeddings.weight"]
        + base["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": base["embeddings.LayerNorm.weight"],
        "norm.bias": base["embeddings.LayerNorm.bias"],
        "cases.weight": encoder.cases.weight,
    }
    for i in range(LAYERS):
        for theirs, ours in _NAMES.items():
            for kind in ("weight", "bias"):
                state[f"layers.{i}.{ours}.{kind}"] = base[f"encoder.layer.{i}.{theirs}.{kind}"]
    encoder.load_state_dict(state)
    return encoder


class Roles(nn.Module):
    """Which words of a paragraph are source, cue and content of one attribution, given its first cue word."""

    def __init__(self, roles: int, dropout: float) -> None:
        super().__init__()
        self.word, self.anchor = nn.Linear(WIDTH, ROLE), nn.Linear(WIDTH, ROLE)
        self.distance = nn.Embedding(2 * REACH + 1, ROLE)
        self.query, self.key, self.value = nn.Linear(ROLE, ROLE), nn.Linear(ROLE, ROLE), nn.Linear(ROLE, ROLE)
        self.joined, self.wide, self.narrow = (
            nn.Linear(ROLE, ROLE),
            nn.Linear(ROLE, 2 * ROLE),
            nn.Linear(2 * ROLE, ROLE),
        )
        self.norm0, self.norm1, self.norm2 = nn.LayerNorm(ROLE), nn.LayerNorm(ROLE), nn.LayerNorm(ROLE)
        self.out, self.drop = nn.Linear(ROLE, roles), nn.Dropout(dropout)

    def forward(self, words: Tensor, states: Tensor, distance: Tensor, mask: Tensor | None) -> Tensor:
        """words [A or 1, P, WIDTH], states of the anchors [A, WIDTH], distance [A, P] -> [A, P, roles]."""
        x = self.word(words) + self.anchor(states)[:, None, :] + self.distance(distance.clamp(-REACH, REACH) + REACH)
        x = self.norm0(F.gelu(x))
        seen = attention(self.query(x), self.key(x), self.value(x), 4, mask)
        x = self.norm1(x + self.drop(self.joined(seen)))
        x = self.norm2(x + self.drop(self.narrow(F.gelu(self.wide(x)))))
        return self.out(x)


class Answer(NamedTuple):
    """What the heads say of the words of B windows."""

    states: Tensor  # [B, W, WIDTH]
    names: Tensor  # [B, W, names]
    anchors: Tensor  # [B, W, anchors]
    starts: Tensor  # [B, W] whether a sentence begins
    tags: Tensor
    morphs: Tensor
    lemmas: Tensor
    arcs: Tensor  # [B, W, W] of each word (second) the score of each head (third); a root is its own head
    below: Tensor  # [B, W, LABEL] of a word as a dependent, and
    above: Tensor  # as a head: for `relations`
    vectors: Tensor  # [B, W, WIDTH] mean over a span: the embedding of the span


class Network(nn.Module):
    def __init__(self, sizes: Sizes, encoder: Encoder, dropout: float) -> None:
        super().__init__()
        self.encoder, self.drop = encoder, nn.Dropout(dropout)
        self.names, self.anchors = nn.Linear(WIDTH, sizes.names), nn.Linear(WIDTH, sizes.anchors)
        self.starts, self.tags = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, sizes.tags)
        self.morphs, self.lemmas = nn.Linear(WIDTH, sizes.morphs), nn.Linear(WIDTH, sizes.lemmas)
        self.dependent, self.head = nn.Linear(WIDTH, ARC), nn.Linear(WIDTH, ARC)
        self.arc, self.arc_bias = nn.Linear(ARC, ARC, bias=False), nn.Linear(ARC, 1)
        self.near = nn.Embedding(2 * REACH + 1, 1)
        self.below, self.above = nn.Linear(WIDTH, LABEL), nn.Linear(WIDTH, LABEL)
        self.relation = nn.Linear(LABEL, sizes.relations)
        self.vector = nn.Linear(WIDTH, WIDTH)
        self.roles = Roles(sizes.roles, dropout)

    def forward(self, ids: Tensor, cases: Tensor, first: Tensor, mask: Tensor | None) -> Answer:
        """ids, cases, mask [B, T]; first [B, W]: of each word its first piece."""
        states = self.encoder(ids, cases, mask)
        states = torch.gather(states, 1, first[:, :, None].expand(-1, -1, WIDTH))
        h = self.drop(states)
        below, above = F.gelu(self.dependent(h)), F.gelu(self.head(h))
        order = torch.arange(first.shape[1], device=first.device)
        apart = (order[None, :] - order[:, None]).clamp(-REACH, REACH) + REACH
        arcs = self.arc(below) @ above.transpose(1, 2) / ARC**0.5 + self.arc_bias(above).transpose(1, 2)
        return Answer(
            h, self.names(h), self.anchors(h), self.starts(h).squeeze(-1), self.tags(h), self.morphs(h), self.lemmas(h),
            arcs + self.near(apart).squeeze(-1), self.below(h), self.above(h), self.vector(h),
        )  # fmt: skip
