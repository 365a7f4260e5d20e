"""Training of the network that reads angles off one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from detect.training.augment import change_pictures
from detect.training.augmentation import Augmentation
from detect.training.examples import ANGLES, Example
from detect.training.network import FrameNet, FrameSettings
from detect.training.stepping import Schedule, descend

_STANDING_DEG = 20.0  # thigh above this is as good as standing: one such frame in four is shown
_ALIKE = 8  # frames of one clip that are changed together


@dataclass(frozen=True)
class FrameTraining:
    """How the network of one picture is trained."""

    network: FrameSettings
    schedule: Schedule
    batch: int  # pictures a step


class FrameSet:
    """Frames of many clips in which the person was seen, in short stretches of one clip each."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Put the stretches together."""
        self.pictures, self.curves, self.angles = [], [], list[NDArray[np.float32]]()
        for example in examples:
            busy = example.angles_deg[:, 3] > _STANDING_DEG
            some = np.flatnonzero(example.seen & example.known & (busy | (np.arange(len(busy)) % 4 == 0)))
            some = some[: len(some) // _ALIKE * _ALIKE]
            self.pictures.append(example.pictures[some])
            self.curves.append(example.curves[some])
            self.angles.append(example.angles_deg[some])
        self.stretches = sum(len(part) for part in self.angles) // _ALIKE
        self._all = [np.concatenate(parts) for parts in (self.pictures, self.curves, self.angles)]

    def take(self, stretches: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures, curves and angles of some stretches."""
        rows = (stretches[:, None] * _ALIKE + np.arange(_ALIKE)).ravel()
        pictures, curves, angles = (torch.from_numpy(part[rows]) for part in self._all)
        return pictures.float(), curves, angles


def train_frames(
    settings: FrameTraining,
    augmentation: Augmentation,
    train: Sequence[Example],
    validation: Sequence[Example],
    seed: int,
    folder: Path,
) -> FrameNet:
    """The network that reads `ANGLES` off a picture, in evaluation mode: trained, or as drawn where none are known."""
    torch.manual_seed(seed)
    net = FrameNet(settings.network, train[0].curves.shape[1])
    shown, kept_back = FrameSet(train), FrameSet(validation)
    if not shown.stretches:
        return net.eval()

    def loss(drawn: torch.Generator) -> Tensor:
        which = torch.randint(0, shown.stretches, (max(1, settings.batch // _ALIKE),), generator=drawn)
        pictures, curves, angles = shown.take(which.numpy())
        curves = curves + augmentation.curves * torch.randn(curves.shape, generator=drawn)
        read, _ = net(change_pictures(pictures, augmentation, _ALIKE, drawn), curves)
        return functional.smooth_l1_loss(read / net.spread, angles / net.spread, beta=0.3)

    def score() -> Mapping[str, float]:
        if not kept_back.stretches:
            return {}
        some = np.linspace(0, kept_back.stretches - 1, min(150, kept_back.stretches)).astype(np.int64)
        pictures, curves, angles = kept_back.take(some)
        error = (net(pictures, curves)[0] - angles).pow(2).mean(0).sqrt()
        return {f"rmse_{name}": float(value) for name, value in zip(ANGLES, error, strict=True)}

    descend(net, settings.schedule, loss, score, seed, folder / "frames", f"pictures, seed {seed}")
    return net


def read_features(net: FrameNet, example: Example, augmentation: Augmentation | None, seed: int) -> NDArray[np.float32]:
    """Features (n, F) of a clip at `RATE_HZ`: angles [deg], embedding, curves; of changed pictures if asked for."""
    from detect.sight import resampled

    drawn = torch.Generator().manual_seed(seed)
    pictures, curves = torch.from_numpy(example.pictures).float(), torch.from_numpy(example.curves)
    seen = example.seen
    if augmentation is not None:
        pictures = change_pictures(pictures, augmentation, len(pictures), drawn)
        curves = curves + augmentation.curves * torch.randn(1, curves.shape[1], generator=drawn)
        seen = _lose(seen, augmentation.lost, drawn)
    with torch.no_grad():
        angles, embedding = net(pictures, curves)
    rows = np.concatenate([angles.numpy(), embedding.numpy(), curves.numpy()], axis=1)
    return resampled(rows, example.fps, seen)


def _lose(seen: NDArray[np.bool_], share: float, drawn: torch.Generator) -> NDArray[np.bool_]:
    """Some clips lose the person for up to a sixth of their length."""
    if torch.rand(1, generator=drawn).item() > share or seen.sum() < 12:
        return seen
    start, length = (float(v) for v in torch.rand(2, generator=drawn))
    first = int(start * len(seen))
    left = seen.copy()
    left[first : first + int(length * len(seen) / 6)] = False
    return left if left.sum() >= 12 else seen
