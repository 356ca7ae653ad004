"""One loss for each head, and their sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from models.training.network import Answer, Network
from models.training.targets import UNSAID
from models.training.windows import Batch

_DOUBTFUL = 0.3  # probability from which a word that is no anchor is shown to the roles as a false one


class Truth(NamedTuple):
    """Tables that targets point into."""

    allowed: Tensor  # [sets, name tags], bool
    vectors: Tensor  # [texts, WIDTH], of length 1


def losses(network: Network, answer: Answer, batch: Batch, truth: Truth) -> dict[str, Tensor]:
    """Head -> mean loss over its targets; heads without a target in the batch are left out."""
    out = {}
    if (batch.names != UNSAID).any():
        out["names"] = _among(answer.names, batch.names, truth.allowed)
    if (batch.anchors != UNSAID).any():
        out["anchors"] = F.cross_entropy(
            answer.anchors.float().flatten(0, 1), batch.anchors.flatten(), ignore_index=UNSAID
        )
        frames, roles = _with_false_anchors(answer, batch)
        if len(frames):
            out["roles"] = _roles(network, answer, batch, frames, roles)
    if (batch.syntax[..., 0] != UNSAID).any():
        out["syntax"] = _syntax(network, answer, batch)
    if (batch.vectors >= 0).any():
        out["vectors"] = _vectors(answer, batch, truth.vectors)
    return out


def total(found: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    return torch.stack([loss * weights[head] for head, loss in found.items()]).sum()


def _among(logits: Tensor, targets: Tensor, allowed: Tensor) -> Tensor:
    """- log of the probability of all tags that the target allows."""
    known = targets != UNSAID
    chances = logits[known].float().log_softmax(-1)
    return -chances.masked_fill(~allowed[targets[known]], -torch.inf).logsumexp(-1).mean()


def _with_false_anchors(answer: Answer, batch: Batch) -> tuple[Tensor, Tensor]:
    """The attributions, and words that the network takes for one: these have no parts at all."""
    chance = 1 - answer.anchors.detach().float().softmax(-1)[..., 0]
    window, word = torch.nonzero((batch.anchors == 0) & (chance > _DOUBTFUL), as_tuple=True)
    keep = slice(0, max(2, len(batch.frames) // 2))
    window, word = window[keep], word[keep]
    rows, longest = [], batch.roles.shape[1] if len(batch.frames) else 1
    for w, at in zip(window.tolist(), word.tolist(), strict=True):
        mine = batch.paragraph[w] == batch.paragraph[w, at]
        begin, size = int(mine.nonzero()[0]), int(mine.sum())
        rows.append((w, at, begin, size))
        longest = max(longest, size)
    roles = torch.full((len(batch.frames) + len(rows), longest), UNSAID, dtype=torch.long)
    roles[: len(batch.frames), : batch.roles.shape[1]] = batch.roles
    for i, (*_, size) in enumerate(rows, len(batch.frames)):
        roles[i, :size] = 0
    false = torch.as_tensor(rows, dtype=torch.long).reshape(-1, 4)
    return torch.cat([batch.frames, false]), roles


def role_scores(network: Network, states: Tensor, frames: Tensor, longest: int) -> Tensor:
    """states [B, W, WIDTH], frames [A, 4] -> [A, longest, roles]."""
    window, anchor, begin, size = frames.unbind(1)
    order = torch.arange(longest)
    place = (begin[:, None] + order[None, :]).clamp(max=states.shape[1] - 1)
    words = states[window[:, None], place]
    return network.roles(words, states[window, anchor], place - anchor[:, None], order[None, :] < size[:, None])


def _roles(network: Network, answer: Answer, batch: Batch, frames: Tensor, roles: Tensor) -> Tensor:
    scores = role_scores(network, answer.states, frames, roles.shape[1])
    return F.cross_entropy(scores.float().flatten(0, 1), roles.flatten(), ignore_index=UNSAID)


def _syntax(network: Network, answer: Answer, batch: Batch) -> Tensor:
    starts, tags, morphs, lemmas, heads, relations = batch.syntax.unbind(-1)
    known = starts != UNSAID
    found = [F.binary_cross_entropy_with_logits(answer.starts[known].float(), starts[known].float())]
    for scores, targets in ((answer.tags, tags), (answer.morphs, morphs), (answer.lemmas, lemmas)):
        found.append(F.cross_entropy(scores[known].float(), targets[known], ignore_index=UNSAID))
    apart = batch.paragraph[:, :, None] != batch.paragraph[:, None, :]
    arcs = answer.arcs.float().masked_fill(apart, -1e4)
    found.append(F.cross_entropy(arcs[known], heads[known], ignore_index=UNSAID))
    above = torch.gather(answer.above, 1, heads.clamp(min=0)[:, :, None].expand(-1, -1, answer.above.shape[-1]))
    named = network.relation(F.gelu(answer.below + above))
    found.append(F.cross_entropy(named[known].float(), relations[known], ignore_index=UNSAID))
    return torch.stack(found).sum()


def _vectors(answer: Answer, batch: Batch, vectors: Tensor) -> Tensor:
    """1 - cosine between the mean over the content's words and what the base encoder made of its text."""
    known = batch.vectors >= 0
    window, _, begin, _ = batch.frames[known].unbind(1)
    inside = (batch.roles[known] >= 5).float()  # B-content, I-content
    place = (begin[:, None] + torch.arange(inside.shape[1])[None, :]).clamp(max=answer.vectors.shape[1] - 1)
    mean = (answer.vectors.float()[window[:, None], place] * inside[..., None]).sum(1)
    return (1 - F.cosine_similarity(mean, vectors[batch.vectors[known]], dim=-1)).mean()
