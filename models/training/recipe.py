"""From corpora to the package's data, in one command that goes on where it was cut off.

    python -m models.training.recipe CORPORA [--work FOLDER] [--settings FILE] [--seed N] [--onward READER] [--quick]

    1  data      the mix of windows                  (drawn anew at each start: the same seed draws the same)
    2  learn     all heads together                  FOLDER/checkpoint.pt, log.jsonl, weights.pt
    3  export    int8 graphs, labels, tokenizer      FOLDER/reader, FOLDER/pipeline
    4  check     with --quick: losses fell, figures above chance

    5  wheel     the package around it               FOLDER/wheel

`make model` does this in an environment of its own. A release is FOLDER/pipeline in place of the package's `data`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import spacy
import torch

from en_newsbeam_sm import labels
from models.training import base, datasets, export, learn, mix, network, onward
from models.training.losses import Truth
from models.training.windows import batches

SETTINGS = Path(__file__).parent / "settings.toml"
PACKAGE = Path(__file__).parents[1] / "en_newsbeam_sm"
_LEAST_FALL = 0.5  # a quick run's losses end below this share of where they began


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m models.training.recipe", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--work", type=Path, default=Path("build/model"))
    parser.add_argument("--settings", type=Path, default=SETTINGS)
    parser.add_argument("--seed", type=int, help="instead of the settings' own")
    parser.add_argument(
        "--onward", type=Path, help="go on from this released reader, by the settings' tables [onward.*]"
    )
    parser.add_argument("--quick", action="store_true", help="a sliver of the data: does everything work?")
    parser.add_argument("--float", action="store_true", help="export without int8, to measure what it costs")
    options = parser.parse_args(arguments)
    settings = tomllib.loads(options.settings.read_text(encoding="utf-8"))
    if options.seed is not None:
        settings["seed"] = options.seed
    if options.onward:
        settings |= {table: settings[table] | values for table, values in settings["onward"].items()}
    options.work.mkdir(parents=True, exist_ok=True)
    _write(options.work / "settings.json", settings)
    torch.set_num_threads(settings["threads"])
    begin = time.process_time()
    done = options.work / "weights.pt"
    if not done.is_file():
        torch.save(_trained(options.corpora, settings, options.work, options.onward, quick=options.quick), done)
    learnt = torch.load(done, weights_only=True)
    known = datasets.Inventory(**learnt["known"])
    net = network.Network(_sizes(known), network.Encoder(0.0), 0.0)
    net.load_state_dict(learnt["state"])
    reader = options.work / "reader"
    tables = export.Tables(known, learnt["lemmas"], base.folder() / "tokenizer.json")
    export.export(net, tables, reader, int8=not options.float)
    export.pipeline(reader, options.work / "pipeline")
    print(f"{wheel(options.work)} is ready after {(time.process_time() - begin) / 60:.1f} CPU minutes")
    return _check(options.work) if options.quick else 0


def _sizes(known: datasets.Inventory) -> network.Sizes:
    return network.Sizes(
        len(labels.NAME_TAGS), len(labels.ANCHORS), len(labels.ROLE_TAGS), *(len(values) for values in known)
    )


def _trained(
    corpora: Path, settings: Mapping[str, Any], work: Path, begin: Path | None, *, quick: bool
) -> dict[str, Any]:
    """The averaged weights, and what the places in their heads mean: one is of no use without the other."""
    data = mix.read(corpora, settings["quick"]["share"] if quick else 1.0)
    torch.manual_seed(settings["seed"])
    dropout = settings["encoder"]["dropout"]
    encoder = network.pretrained(base.folder() / "model.safetensors", dropout)
    net = network.Network(_sizes(data.known), encoder, dropout)
    if begin:
        state, known = onward.parameters(begin)
        if _sizes(known) != _sizes(data.known) or known.tags != data.known.tags:
            raise ValueError(f"the heads of {begin} tell other things apart than these corpora; train from the base")
        net.load_state_dict(state)
    vocabulary = base.vocabulary()
    contents = mix.contents(data.news, spacy.blank("en").make_doc)
    vectors = base.embedded(list(contents), vocabulary)
    rows = list(mix.Mixer(data, settings, vocabulary, contents).windows())
    steps = batches(rows, settings["layout"]["batch"], Random(settings["seed"]))
    print(f"{len(rows)} windows, {sum(len(r.ids) for r in rows)} pieces, {len(steps)} steps", flush=True)
    plan = learn.Plan(settings, steps, Truth(torch.tensor(data.allowed.rows()), vectors), work)
    return {"state": learn.learn(net, plan), "known": data.known._asdict(), "lemmas": data.lemmas}


def wheel(work: Path) -> Path:
    """The package with the new data, as a wheel. Raises CalledProcessError when it cannot be built."""
    staged = work / "package"
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(PACKAGE, staged, ignore=shutil.ignore_patterns("data", "__pycache__", "*.egg-info"))
    shutil.copytree(work / "pipeline", staged / PACKAGE.name / "data", ignore=shutil.ignore_patterns("meta.json"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str((work / "wheel").resolve())]
    subprocess.run(command, cwd=staged, check=True)
    return next((work / "wheel").glob("*.whl"))


def _check(work: Path) -> int:
    """1, in words, unless every head learnt something."""
    rows = [json.loads(line)["loss"] for line in (work / learn.LOG).read_text(encoding="utf-8").splitlines()]
    slow = {head: (rows[0][head], rows[-1][head]) for head in rows[0] if rows[-1][head] > _LEAST_FALL * rows[0][head]}
    slow.pop("vectors", None)  # falls slowly, from a start that is good already
    for head, (first, last) in slow.items():
        print(f"the loss of {head} fell from {first} to {last} only", file=sys.stderr)
    nlp = spacy.load(work / "pipeline")
    doc = nlp("The minister, Amara Okafor, said on Tuesday that Kenya had grain for six weeks.")
    said = [str(span) for part in ("source", "cue", "content") for span in doc.spans[part]]
    print("names:", [(ent.text, ent.label_) for ent in doc.ents], "parts:", said)
    if not doc.ents or "said" not in said:
        print("the model does not find the name or the cue of a plain sentence", file=sys.stderr)
        return 1
    return 1 if slow else 0


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
