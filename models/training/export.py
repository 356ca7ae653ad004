"""Trained weights -> the package's data: ONNX graphs in int8, small heads, labels, tokenizer, spaCy's own part."""

from __future__ import annotations

import io
import json
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import onnx
import spacy
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.preprocess import quant_pre_process
from torch import Tensor, nn

from en_newsbeam_sm import weights
from en_newsbeam_sm.reader import FACTORY
from models.training.datasets import Inventory
from models.training.network import WIDTH, Network

OUTPUTS = ("states", "names", "anchors", "starts", "tag", "morph", "lemma", "below", "above", "arcs")
_OPSET = 17


class Reading(nn.Module):
    """One window: ids, cases [1, T], first [1, W] -> `OUTPUTS`, without the leading 1; arcs leave out other windows."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, cases: Tensor, first: Tensor) -> tuple[Tensor, ...]:
        a = self.network(ids, cases, first, None)
        best = [scores[0].argmax(-1) for scores in (a.tags, a.morphs, a.lemmas)]
        return a.states[0], a.names[0], a.anchors[0], a.starts[0], *best, a.below[0], a.above[0], a.arcs[0]


class Parts(nn.Module):
    """One paragraph: states [P, WIDTH], anchors [A] -> [A, P, role tags]."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.roles = network.roles

    def forward(self, states: Tensor, anchors: Tensor) -> Tensor:
        distance = torch.arange(states.shape[0])[None, :] - anchors[:, None]
        return self.roles(states[None], states[anchors], distance, None)


class Tables(NamedTuple):
    """What the reader needs beside the weights."""

    known: Inventory
    lemmas: Mapping[str, str]  # `form|POS` -> lemma, see `datasets.lemma_table`
    tokenizer: Path


def export(network: Network, tables: Tables, folder: Path, *, int8: bool = True) -> None:
    """Writes the reader's folder: the file of weights and its sha256."""
    network.eval()
    ids = torch.randint(1000, 2000, (1, 24))
    pieces, words, pairs = {1: "pieces"}, {0: "words"}, {0: "attributions", 1: "words"}
    encoder = _graph(
        Reading(network),
        (ids, torch.ones_like(ids), torch.arange(1, 21)[None]),
        {"ids": pieces, "cases": pieces, "first": {1: "words"}}
        | dict.fromkeys(OUTPUTS, words)
        | {"arcs": {0: "words", 1: "words"}},
        OUTPUTS,
        int8=int8,
    )
    roles = _graph(
        Parts(network),
        (torch.randn(30, WIDTH), torch.tensor([3, 9])),
        {"states": words, "anchors": {0: "attributions"}, "scores": pairs},
        ("scores",),
        int8=int8,
    )
    heads = {
        f"{name}_{kind}": getattr(getattr(network, name), kind).detach().numpy().astype(np.float16)
        for name in ("relation", "vector")
        for kind in ("weight", "bias")
    }
    arrays = io.BytesIO()
    np.savez(arrays, **heads)
    labels = json.dumps({kind: list(values) for kind, values in tables.known._asdict().items()})
    lemmas = json.dumps(dict(sorted(tables.lemmas.items())), separators=(",", ":"))
    weights.write(
        folder,
        {
            "encoder.onnx": encoder,
            "roles.onnx": roles,
            "heads.npz": arrays.getvalue(),
            "labels.json": labels.encode(),
            "known_lemmas.json": lemmas.encode(),
            "tokenizer.json": tables.tokenizer.read_bytes(),
        },
    )


def _graph(module: nn.Module, example: Any, axes: Any, outputs: Sequence[str], *, int8: bool) -> bytes:
    """The module as an ONNX graph, its matrices and embeddings in int8, one scale per channel."""
    with TemporaryDirectory() as place:
        raw, ready, small = (Path(place) / name for name in ("raw.onnx", "ready.onnx", "small.onnx"))
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # of the exporter, about shapes that are what they should be
            torch.onnx.export(
                module,
                example,
                str(raw),
                dynamo=False,
                opset_version=_OPSET,
                dynamic_axes=axes,
                input_names=[name for name in axes if name not in outputs],
                output_names=list(outputs),
            )
        quant_pre_process(str(raw), str(ready), skip_symbolic_shape=True)
        if int8:
            quantize_dynamic(
                str(ready),
                str(small),
                weight_type=QuantType.QInt8,
                per_channel=True,
                op_types_to_quantize=["MatMul", "Gather"],
                extra_options={"MatMulConstBOnly": True},
            )
        final = small if int8 else ready
        onnx.checker.check_model(str(final))
        return final.read_bytes()


def pipeline(reader: Path, folder: Path) -> None:
    """A spaCy pipeline with the reader alone, ready for `spacy.load`."""
    nlp = spacy.blank("en")
    nlp.add_pipe(FACTORY, name="reader").from_disk(reader)
    shutil.rmtree(folder, ignore_errors=True)
    nlp.to_disk(folder)
