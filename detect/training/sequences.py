"""Training of the network over time: it follows the angles and says where the pelvis begins to turn back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from detect.training.network import FALLEN_UNIT_DEG, SequenceNet, SequenceSettings
from detect.training.stepping import Schedule, descend

_ANGLE_UNIT_DEG = 5.0


@dataclass(frozen=True)
class SequenceTraining:
    """How the network over time is trained."""

    network: SequenceSettings
    schedule: Schedule
    batch: int  # clips a step
    noise: float  # on the features, in their own spread, another each sample
    offset: float  # ... the same over a whole clip: pictures of people never seen are read a little off all along
    stretch: float  # clips are played up to this share faster or slower


@dataclass(frozen=True)
class Track:
    """A clip at `RATE_HZ`: features of it, once plain and several times changed, and the truth."""

    features: tuple[NDArray[np.float32], ...]  # (n, F) each, the plain one first
    targets: NDArray[np.float32]  # (n, 8) `TARGETS`


def train_sequences(
    settings: SequenceTraining,
    train: Sequence[Track],
    validation: Sequence[Track],
    causal: bool,
    seed: int,
    folder: Path,
) -> SequenceNet:
    """The network over time, trained, in evaluation mode."""
    torch.manual_seed(seed + 17)
    net = SequenceNet(settings.network, train[0].features[0].shape[1], causal)
    everything = np.concatenate([features for track in train for features in track.features])
    net.about.copy_(torch.from_numpy(everything.mean(axis=0)).view(1, -1, 1, 1))
    net.spread.copy_(torch.from_numpy(everything.std(axis=0) + 1e-3).view(1, -1, 1, 1))

    def loss(drawn: torch.Generator) -> Tensor:
        chosen = torch.randint(0, len(train), (settings.batch,), generator=drawn)
        clips = [_drawn(train[int(i)], settings.stretch, drawn) for i in chosen]
        features, targets, there = _batch(clips)
        each = settings.noise * torch.randn(features.shape, generator=drawn)
        whole = settings.offset * torch.randn(*features.shape[:2], 1, 1, generator=drawn)
        return sequence_loss(net(features + net.spread * (each + whole))[:, :, 0], targets, there)

    def score() -> Mapping[str, float]:
        features, targets, there = _batch([(track.features[0], track.targets) for track in validation])
        out = net(features)[:, :, 0]
        known = there * torch.isfinite(targets[:, 0])
        off = (out[:, 0] - torch.nan_to_num(targets[:, 0])) ** 2
        rmse = ((off * known).sum() / known.sum().clamp(min=1.0)).sqrt()
        return {"validation_loss": float(sequence_loss(out, targets, there)), "rmse_pelvic_tilt_deg": float(rmse)}

    name = "causal" if causal else "offline"
    descend(net, settings.schedule, loss, score, seed, folder / name, f"{name}, seed {seed}")
    return net


def sequence_loss(out: Tensor, targets: Tensor, there: Tensor) -> Tensor:
    """What is wrong with outputs (N, 7, T) against `TARGETS` (N, 8, T), over the samples that are there (N, T).

    Targets that are no number are unknown, and left out.
    """

    def mean(values: Tensor, weight: Tensor) -> Tensor:
        return (values * weight).sum() / weight.sum().clamp(min=1.0)

    known, true = torch.isfinite(targets) * there[:, None], torch.nan_to_num(targets)
    angles = functional.smooth_l1_loss(out[:, :4] / _ANGLE_UNIT_DEG, true[:, :4] / _ANGLE_UNIT_DEG, reduction="none")
    fallen = functional.smooth_l1_loss(out[:, 4] / FALLEN_UNIT_DEG, true[:, 4] / FALLEN_UNIT_DEG, reduction="none")
    past = functional.binary_cross_entropy_with_logits(out[:, 5], true[:, 5], reduction="none")
    at = functional.binary_cross_entropy_with_logits(out[:, 6], true[:, 6], reduction="none")
    descent = there * true[:, 7]
    return (
        0.25 * mean(angles, known[:, :4])
        + 0.5 * mean(fallen, descent * known[:, 4])
        + mean(past, descent * known[:, 5])
        + 3.0 * mean(at, descent * known[:, 6])
        + 0.5 * mean(at, known[:, 6])
    )


def _drawn(track: Track, stretch: float, drawn: torch.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One of a clip's features, played a little faster or slower."""
    features = track.features[int(torch.randint(0, len(track.features), (1,), generator=drawn))]
    pace = 1 + stretch * (2 * float(torch.rand(1, generator=drawn)) - 1)
    n = len(features)
    at = np.linspace(0, n - 1, max(8, round(n * pace)))
    low = np.minimum(at.astype(int), n - 2)
    share = (at - low)[:, None].astype(np.float32)
    both = np.concatenate([features, track.targets], axis=1)
    mixed = both[low] * (1 - share) + both[low + 1] * share
    return mixed[:, : features.shape[1]], mixed[:, features.shape[1] :]


def _batch(clips: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> tuple[Tensor, Tensor, Tensor]:
    """Features (N, F, 1, T), targets (N, 8, T) and which samples are there (N, T); short clips end in standstill."""
    longest = max(len(features) for features, _ in clips)
    there = torch.zeros(len(clips), longest)
    columns: list[list[NDArray[np.float32]]] = [[], []]
    for i, clip in enumerate(clips):
        there[i, : len(clip[0])] = 1
        for column, values in zip(columns, clip, strict=True):
            column.append(np.pad(values, ((0, longest - len(values)), (0, 0)), mode="edge"))
    features, targets = (torch.from_numpy(np.stack(column)).transpose(1, 2) for column in columns)
    return features.unsqueeze(2).contiguous(), targets.contiguous(), there
