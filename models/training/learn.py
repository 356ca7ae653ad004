"""Training: all heads together on one mix, resumable, the same figures from the same seed."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from models.training.losses import Truth, losses, total
from models.training.network import Network
from models.training.windows import Sample, collate

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
_EVERY = 100  # steps between lines of the log
_SAVED = 1000  # steps between checkpoints
_AVERAGED = 4  # steps between updates of the running average


class Plan(NamedTuple):
    """What one run does."""

    settings: Mapping[str, Any]
    steps: Sequence[Sequence[Sample]]
    truth: Truth
    folder: Path


def learn(network: Network, plan: Plan) -> dict[str, torch.Tensor]:
    """Runs all steps; gives the running average of the weights. Goes on where an earlier call was cut off."""
    torch.set_num_threads(plan.settings["threads"])
    optimizer = _optimizer(network, plan.settings["optimizer"])
    steps = len(plan.steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps, plan.settings["optimizer"]))
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    begin = _resume(plan.folder, network, optimizer, schedule, average)
    sums: dict[str, list[float]] = defaultdict(list)
    clock, pieces = time.process_time(), 0
    network.train()
    half = torch.cpu._is_avx512_bf16_supported()  # without such units bfloat16 takes 15 times as long as float32
    for step in range(begin, steps):
        torch.manual_seed(plan.settings["seed"] * 1_000_003 + step)  # so that a resumed run drops the same
        batch = collate(plan.steps[step])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            answer = network(batch.ids, batch.cases, batch.first, batch.mask)
            found = losses(network, answer, batch, plan.truth)
        loss = total(found, plan.settings["loss"])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), plan.settings["optimizer"]["clip"])
        optimizer.step()
        schedule.step()
        pieces += int(batch.mask.sum())
        for head, value in found.items():
            sums[head].append(value.item())
        if step % _AVERAGED == 0:
            _follow(average, network, min(plan.settings["optimizer"]["average"], 1 - 1 / (step / 10 + 1)))
        if (step + 1) % _EVERY == 0 or step + 1 == steps:
            _write(plan.folder, step + 1, steps, sums, time.process_time() - clock, pieces)
        if (step + 1) % _SAVED == 0:
            _save(plan.folder, step + 1, network, optimizer, schedule, average)
    return average


def _optimizer(network: Network, settings: Mapping[str, float]) -> torch.optim.AdamW:
    groups = []
    for mine, rate in (("encoder.", settings["encoder_rate"]), ("", settings["head_rate"])):
        chosen = {n: p for n, p in network.named_parameters() if n.startswith("encoder.") == bool(mine)}
        plain = [p for n, p in chosen.items() if p.ndim == 1]
        groups += [
            {"params": [p for p in chosen.values() if p.ndim > 1], "lr": rate, "weight_decay": settings["decay"]},
            {"params": plain, "lr": rate, "weight_decay": 0.0},
        ]
    return torch.optim.AdamW(groups, fused=True)


def _rate(step: int, steps: int, settings: Mapping[str, float]) -> float:
    """Rises for the warm-up, then falls in a straight line."""
    warm = max(1.0, settings["warm_up"] * steps)
    return min(1.0, (step + 1) / warm) * max(settings["last_rate"], 1 - step / steps)


@torch.no_grad()
def _follow(average: dict[str, torch.Tensor], network: Network, weight: float) -> None:
    weight = weight**_AVERAGED
    for name, value in network.state_dict().items():
        average[name].lerp_(value, 1 - weight)


def _save(folder: Path, step: int, network: Network, optimizer: Any, schedule: Any, average: Any) -> None:
    state = {
        "step": step,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "average": average,
    }
    torch.save(state, folder / "writing.pt")
    (folder / "writing.pt").replace(folder / CHECKPOINT)


def _resume(folder: Path, network: Network, optimizer: Any, schedule: Any, average: dict[str, torch.Tensor]) -> int:
    if not (folder / CHECKPOINT).is_file():
        return 0
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    average.update(state["average"])
    return int(state["step"])


def _write(folder: Path, step: int, steps: int, sums: dict[str, list[float]], seconds: float, pieces: int) -> None:
    means = {head: round(sum(values) / len(values), 4) for head, values in sums.items()}
    row = {"step": step, "of": steps, "cpu_s": round(seconds, 1), "pieces": pieces, "loss": means}
    with (folder / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    print(f"{step}/{steps}  {pieces / max(seconds, 1e-9):.0f} pieces per CPU second  {means}", flush=True)
    sums.clear()
