"""A released reader as parameters again, so that training can go on from it: int8 matrices times their scales.

What rounding to int8 lost stays lost (at most half a step of a channel's 255); measured, it is less than one step of
training changes.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from en_newsbeam_sm.released import checked
from models.training.datasets import Inventory

_GRAPHS = {"encoder.onnx": "network.", "roles.onnx": ""}  # with what the names of parameters begin in each


def parameters(folder: Path) -> tuple[dict[str, Tensor], Inventory]:
    """The state of a `Network` and the inventory of its heads, from a reader's folder.

    Raises DamagedWeights for a file that is not the released one.
    """
    with zipfile.ZipFile(io.BytesIO(checked(folder))) as file:
        state: dict[str, Any] = {}
        for name, prefix in _GRAPHS.items():
            for key, value in _matrices(onnx.load_from_string(file.read(name)).graph).items():
                state[key.removeprefix(prefix)] = value
        with np.load(io.BytesIO(file.read("heads.npz"))) as heads:
            state |= {key.replace("_", "."): heads[key] for key in heads.files}
        known = {kind: tuple(values) for kind, values in json.loads(file.read("labels.json")).items()}
    return {key: torch.from_numpy(np.array(value, dtype=np.float32)) for key, value in state.items()}, Inventory(
        **known
    )


def _matrices(graph: Any) -> dict[str, Any]:
    """Parameter -> array, of one graph."""
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    out = {name: value for name, value in held.items() if name.endswith((".weight", ".bias"))}
    for name in held:
        if name.endswith(".weight_quantized"):  # an embedding, or the matrix of a product with its bias
            out[name.removesuffix("_quantized")] = _whole(held, name)
        elif name.endswith(".weight_Transposed_quantized"):
            out[name.removesuffix("_Transposed_quantized")] = _whole(held, name).T
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::"):
            module = node.output[0].split("/MatMul_output")[0].removeprefix("/").replace("/", ".")
            out[f"{module}.weight"] = _whole(held, node.input[1]).T
    return out


def _whole(held: dict[str, Any], name: str) -> Any:
    stem = name.removesuffix("_quantized")
    scale, zero = held[f"{stem}_scale"], held[f"{stem}_zero_point"]
    return (held[name].astype(np.float32) - zero.astype(np.float32)) * scale
