"""The trees that tell a page's main text from the rest: recorded pages -> `transforms/page/blocks.*.onnx`.

    python -m models.training.page [--check]

Learns from the development parts of the recorded pages (`benchmarks/splits`), never from their test parts. A block
counts as main text where most of its words, in their order, stand in the text that people marked. What the second set
of trees sees of the first comes from pages that the first was not trained on. `--check` trains on four fifths of the
sites five times and prints the F1 of what is chosen on the rest, in place of writing anything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import lightgbm
import numpy as np
import onnx
from onnx import TensorProto, helper

from benchmarks.extraction import NAMES, Sample, samples
from benchmarks.figures import mean, shingle_f1, table, token_f1
from transforms.page import text as pagetext
from transforms.page import weigh
from transforms.page.agree import MAIN, choose, lines, shares
from transforms.page.blocks import Block, blocks
from transforms.page.charset import decode

FOLDS = 5
_SETTINGS = {
    "objective": "binary", "num_leaves": 15, "learning_rate": 0.07, "min_data_in_leaf": 40, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5, "seed": 1, "num_threads": 1, "verbose": -1,
    "deterministic": True,
}  # fmt: skip
_TREES = (150, 120)


class Page(NamedTuple):
    sample: Sample
    set: str
    fold: int
    found: list[Block]
    rows: Any  # [blocks, features]
    right: Any  # [blocks], bool
    weight: Any  # [blocks]: long blocks count for more, pages alike


def read(part: str = "dev") -> Iterator[Page]:
    for name in NAMES:
        for sample in samples(name, part):
            tree = pagetext.parse(decode(sample.html, "text/html").text)
            found = [] if tree is None else blocks(tree)
            if tree is None or not found:
                continue
            site = sample.path.name.split("_")[1] if name == "fundus" else urlsplit(sample.url).hostname
            fold = blake2b((site or sample.path.name).encode(), digest_size=2).digest()[0] % FOLDS
            size = np.sqrt([len(b.text.split()) + 1 for b in found])
            right = shares(found, sample.text) > MAIN
            title = tree.findtext(".//title") or ""
            yield Page(sample, name, fold, found, weigh.features(found, title), right, size / size.sum() * 100)


def grown(pages: Sequence[Page]) -> tuple[Any, Any]:
    """Both sets, learnt from these pages."""
    chances: dict[int, Any] = {}
    for fold in range(FOLDS - 1):
        mine = [i for i in range(len(pages)) if i % (FOLDS - 1) == fold]
        others = [page for i, page in enumerate(pages) if i % (FOLDS - 1) != fold]
        part = _fit([p.rows for p in others], others, _TREES[0])
        chances |= {i: part.predict(pages[i].rows) for i in mine}
    second = [np.concatenate([p.rows, weigh.context(p.found, chances[i])], axis=1) for i, p in enumerate(pages)]
    return _fit([p.rows for p in pages], pages, _TREES[0]), _fit(second, pages, _TREES[1])


def _fit(rows: Sequence[Any], pages: Sequence[Page], trees: int) -> Any:
    right, weight = (np.concatenate(values) for values in zip(*((p.right, p.weight) for p in pages), strict=True))
    return lightgbm.train(_SETTINGS, lightgbm.Dataset(np.concatenate(rows), right.astype(int), weight=weight), trees)


def check(pages: Sequence[Page]) -> list[list[Any]]:
    """Rows of a table: set, reading, pages, F1 of words and of four words, on sites that were not learnt from."""
    scores: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for fold in range(FOLDS):
        first, second = grown([p for p in pages if p.fold != fold])
        for page in (p for p in pages if p.fold == fold):
            seen = np.concatenate([page.rows, weigh.context(page.found, first.predict(page.rows))], axis=1)
            chances = second.predict(seen)
            alone = [b for b, chance in zip(page.found, chances, strict=True) if chance > MAIN]
            chosen = choose(page.found, chances, decode(page.sample.html, "text/html").text, page.sample.url)
            for name, kept in (("blocks alone", alone), ("agreement", chosen.blocks)):
                text = lines(kept)
                row = token_f1(text, page.sample.text).f1, shingle_f1(text, page.sample.text).f1
                scores.setdefault((page.set, name), []).append(row)
    return [[*key, len(rows), mean(a for a, _ in rows), mean(b for _, b in rows)] for key, rows in scores.items()]


def graph(trees: Any, features: int) -> bytes:
    """The trees as an ONNX graph: rows [blocks, features] -> chances [blocks, 1]."""
    nodes: dict[str, list[Any]] = {key: [] for key in (*_NODES, *_LEAVES)}
    for number, tree in enumerate(trees.dump_model()["tree_info"]):
        _flatten(tree["tree_structure"], number, nodes)
    op = helper.make_node(
        "TreeEnsembleRegressor", ["rows"], ["sums"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM", **nodes
    )
    whole = helper.make_graph(
        [op, helper.make_node("Sigmoid", ["sums"], ["chances"])],
        "blocks",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info("chances", TensorProto.FLOAT, [None, 1])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


_NODES = (
    "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes", "nodes_truenodeids",
    "nodes_falsenodeids",
)  # fmt: skip
_LEAVES = ("target_treeids", "target_nodeids", "target_ids", "target_weights")


def _flatten(root: dict[str, Any], tree: int, out: dict[str, list[Any]]) -> None:
    """The nodes of one tree, parents before children, as the operator's parallel lists."""
    waiting, count = [(root, 0)], 1
    while waiting:
        node, number = waiting.pop()
        leaf = "leaf_value" in node
        below = (0, 0) if leaf else (count, count + 1)
        values = (
            ("LEAF", 0, 0.0) if leaf else ("BRANCH_LEQ", node["split_feature"], float(np.float32(node["threshold"])))
        )
        for key, value in zip(_NODES, (tree, number, values[1], values[2], values[0], *below), strict=True):
            out[key].append(value)
        if leaf:
            for key, value in zip(_LEAVES, (tree, number, 0, node["leaf_value"]), strict=True):
                out[key].append(value)
        else:
            count += 2
            waiting += [(node["left_child"], below[0]), (node["right_child"], below[1])]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="figures on sites that were not learnt from")
    options = parser.parse_args(arguments)
    pages = list(read())
    if options.check:
        print(table(check(pages), ["set", "reading", "pages", "words F1", "4-word F1"]))
        return 0
    width = pages[0].rows.shape[1]
    wider = width + weigh.context(pages[0].found, np.zeros(len(pages[0].found))).shape[1]
    for path, trees, features in zip(weigh.WEIGHTS, grown(pages), (width, wider), strict=True):
        path.write_bytes(graph(trees, features))
        print(f"{path}: {path.stat().st_size:,} bytes from {len(pages)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
