"""The weights as the reader uses them, from the one file that is released: graphs, small heads, labels, tokenizer."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime as ort

from .pieces import Vocabulary
from .released import FILE, SUM, checked

_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # of every member, so that the same weights are the same file


class Weights(NamedTuple):
    encoder: Any  # onnxruntime session: ids, cases [1, T], first [1, W] -> states and scores of W words
    roles: Any  # onnxruntime session: states [P, width], anchors [A] -> [A, P, role tags]
    vocabulary: Vocabulary
    labels: dict[str, list[str]]  # tags, morphs, lemmas, relations
    lemmas: dict[str, str]  # `form|POS` -> lemma, of forms that the parses of training hold
    relation: tuple[Any, Any]  # [relations, width of a label], [relations]
    vector: tuple[Any, Any]  # [width, width], [width]


def load(folder: Path) -> Weights:
    """Raises DamagedWeights, naming the file, the expected and the found sha256, and the remedy."""
    data = checked(folder)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # one worker process per core is faster
    options.log_severity_level = 3

    def session(graph: bytes) -> Any:
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        with np.load(io.BytesIO(file.read("heads.npz"))) as heads:
            arrays = {name: heads[name].astype(np.float32) for name in heads.files}
        return Weights(
            encoder=session(file.read("encoder.onnx")),
            roles=session(file.read("roles.onnx")),
            vocabulary=Vocabulary(file.read("tokenizer.json")),
            labels=json.loads(file.read("labels.json")),
            lemmas=json.loads(file.read("known_lemmas.json")),
            relation=(arrays["relation_weight"], arrays["relation_bias"]),
            vector=(arrays["vector_weight"], arrays["vector_bias"]),
        )


def write(folder: Path, members: Mapping[str, bytes]) -> None:
    """Writes the file of weights and its sha256; the same members give the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / FILE, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(members):
            file.writestr(zipfile.ZipInfo(name, _DAY_ONE), members[name])
    digest = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    (folder / SUM).write_text(f"{digest}  {FILE}\n", encoding="ascii")
