"""Steps of gradient descent that survive being killed: kept every while, and the same from any step on.

Everything drawn in a step comes from its number and the seed alone, so that a run that was killed and taken up again
ends with the same weights as one that was not.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wink.progress import counted

_KEEP_EVERY_S = 20.0
_CURVE_POINTS = 120


@dataclass(frozen=True)
class Schedule:
    """How long and how fast."""

    steps: int
    learning_rate: float
    weight_decay: float
    warm_up: float = 0.05  # share of the steps

    def rate_at(self, step: int) -> float:
        """Learning rate of a step: up in a straight line, then down along a cosine (Loshchilov & Hutter 2017)."""
        share = step / self.steps
        fall = 0.5 * (1 + math.cos(math.pi * share))
        return self.learning_rate * min(1.0, (step + 1) / max(1.0, self.warm_up * self.steps)) * fall


Loss = Callable[[torch.Generator], Tensor]
Score = Callable[[], Mapping[str, float]]


def descend(net: nn.Module, schedule: Schedule, loss: Loss, score: Score, seed: int, files: Path, what: str) -> None:
    """Train a network in place.

    Args:
        net: to be trained; left in evaluation mode.
        schedule: how long and how fast.
        loss: of one step; draws whatever it draws from the generator it is given.
        score: figures of the validation clips, asked for now and then, for the curve.
        seed: of all that is drawn.
        files: `<files>.pt` keeps the state, `<files>.csv` the curve.
        what: is trained, for the progress bar.
    """
    optimizer = torch.optim.AdamW(net.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay)
    kept, curve = files.with_suffix(".pt"), files.with_suffix(".csv")
    first, rows = _take_up(kept, net, optimizer)
    every = max(1, schedule.steps // _CURVE_POINTS)
    since, losses = time.monotonic(), list[float]()
    with counted(what, schedule.steps, "step") as bar:
        bar.reach(first)
        for step in range(first, schedule.steps):
            losses.append(_step(net, optimizer, schedule, loss, seed, step))
            bar.add(1)
            last = step + 1 == schedule.steps
            if (step + 1) % every == 0 or last:
                rows.append({"step": step + 1, "loss": sum(losses) / len(losses)} | _scored(net, score, rows, last))
                losses.clear()
            if last or (time.monotonic() - since > _KEEP_EVERY_S and not losses):
                _keep(kept, curve, net, optimizer, step + 1, rows)
                since = time.monotonic()
    net.eval()


def _step(
    net: nn.Module, optimizer: torch.optim.Optimizer, schedule: Schedule, loss: Loss, seed: int, step: int
) -> float:
    torch.manual_seed(1_000_003 * seed + step)  # dropout
    drawn = torch.Generator().manual_seed(1_000_003 * (seed + 1) + step)
    for group in optimizer.param_groups:
        group["lr"] = schedule.rate_at(step)
    net.train()
    value = loss(drawn)
    optimizer.zero_grad()
    value.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
    return float(value.item())


def _scored(net: nn.Module, score: Score, rows: list[dict[str, Any]], last: bool) -> dict[str, float]:
    """Figures of validation, every tenth point of the curve and at the end."""
    if not last and len(rows) % 10 != 9:
        return {}
    net.eval()
    with torch.no_grad():
        return dict(score())


def _take_up(kept: Path, net: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[int, list[dict[str, Any]]]:
    if not kept.exists():
        return 0, []
    state = torch.load(kept, weights_only=True)
    net.load_state_dict(state["net"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), list(state["rows"])


def _keep(
    kept: Path, curve: Path, net: nn.Module, optimizer: torch.optim.Optimizer, step: int, rows: list[dict[str, Any]]
) -> None:
    temporary = kept.with_suffix(".pt.tmp")
    torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "rows": rows}, temporary)
    temporary.replace(kept)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with curve.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
