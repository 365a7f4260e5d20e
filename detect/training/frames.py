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

from detect.sight import CLOSE_PX, RATE_HZ, resampled
from detect.training.augment import change_pictures, turned_with
from detect.training.augmentation import Augmentation
from detect.training.examples import ANGLES, TARGETS, Example
from detect.training.network import FALLEN_UNIT_DEG, MARK_UNIT_PX, FrameNet, FrameNets, FrameSettings
from detect.training.stepping import Schedule, descend

_STANDING_DEG = 20.0  # thigh above this is as good as standing: one such frame in four is shown
_WEIGHTS = (2.0, 1.0, 0.5, 0.5)  # of the angles: tilt is what it is about
_MARKS_WEIGHT = 4.0  # of finding the marks
_SCORED = 1200  # frames by which validation is scored for the curve


@dataclass(frozen=True)
class FrameTraining:
    """How the network of one picture is trained."""

    network: FrameSettings
    schedule: Schedule
    batch: int  # pictures a step


class FrameSet:
    """Frames of many clips in which the person was seen and the truth is known, drawn by clip and then by frame."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Look for the frames."""
        self._clips: list[tuple[Example, NDArray[np.intp], NDArray[np.float32]]] = []
        for example in examples:
            angles = example.angles_deg
            busy = (angles[:, 3] > _STANDING_DEG) | (np.arange(len(angles)) % 4 == 0)
            some = np.flatnonzero(example.seen & example.known & busy)
            if len(some):
                self._clips.append((example, some, _turned_back(example)))

    def __len__(self) -> int:
        """How many clips have such frames."""
        return len(self._clips)

    def draw(self, n: int, drawn: torch.Generator) -> tuple[Tensor, ...]:
        """Pictures, curves, angles, (N, 3) how far the pelvis has turned back, and marks, of frames by lot."""
        clips = torch.randint(0, len(self._clips), (n,), generator=drawn).tolist()
        shares = torch.rand(n, generator=drawn).tolist()
        return self._take([(c, int(s * len(self._clips[c][1]))) for c, s in zip(clips, shares, strict=True)])

    def spread_out(self, n: int) -> tuple[Tensor, ...]:
        """The same of frames taken evenly from all clips."""
        every = max(1, sum(len(some) for _, some, _ in self._clips) // n)
        return self._take([(c, k) for c, clip in enumerate(self._clips) for k in range(c % every, len(clip[1]), every)])

    def _take(self, which: Sequence[tuple[int, int]]) -> tuple[Tensor, ...]:
        rows = [(*self._clips[c], self._clips[c][1][k]) for c, k in which]
        parts = [[e.pictures[f], e.curves[f], e.angles_deg[f], back[f], e.marks[f]] for e, _, back, f in rows]
        return tuple(torch.from_numpy(np.stack(part)).float() for part in zip(*parts, strict=True))


def _turned_back(example: Example) -> NDArray[np.float32]:
    """Of each frame (T, 3): how far tilt has fallen, whether past the onset, whether in a descent (else not read)."""
    at = np.arange(len(example.seen)) / example.fps
    samples = np.arange(len(example.targets)) / RATE_HZ
    columns = [TARGETS.index(name) for name in ("fallen_deg", "past_onset", "in_descent")]
    return np.stack([np.interp(at, samples, example.targets[:, c]) for c in columns], axis=1).astype(np.float32)


def train_frames(
    settings: FrameTraining,
    augmentation: Augmentation,
    train: Sequence[Example],
    left_out: Sequence[Example],
    seed: int,
    folder: Path,
) -> FrameNet:
    """The network that reads a picture, in evaluation mode: trained, or as drawn where no angles are known."""
    torch.manual_seed(seed)
    net = FrameNet(settings.network, train[0].curves.shape[1]).to(memory_format=torch.channels_last)
    shown, kept_back = FrameSet(train), FrameSet(left_out)
    if not len(shown):
        return net.eval()

    def loss(drawn: torch.Generator) -> Tensor:
        pictures, curves, angles, back, marks = shown.draw(settings.batch, drawn)
        turn_deg = augmentation.turn_deg * torch.randn(len(pictures), generator=drawn)
        curves, angles = turned_with(turn_deg, curves, angles)
        curves = curves + augmentation.curves * torch.randn(curves.shape, generator=drawn)
        changed, moved = change_pictures(pictures, augmentation, 1, drawn, marks, turn_deg)
        with torch.autocast("cpu", dtype=torch.bfloat16):  # a third faster where the processor knows it
            read, hints, found = net(changed, curves)
        off = frame_loss(read.float() / net.spread, hints.float(), angles / net.spread, back)
        return off + _MARKS_WEIGHT * marks_loss(found.float(), moved)

    def score() -> Mapping[str, float]:
        if not len(kept_back):
            return {}
        pictures, curves, angles, _, _ = kept_back.spread_out(_SCORED)
        error = (net(pictures, curves)[0] - angles).pow(2).mean(0).sqrt()
        return {f"rmse_{name}": float(value) for name, value in zip(ANGLES, error, strict=True)}

    descend(net, settings.schedule, loss, score, seed, folder / "frames", f"pictures, {folder.name}")
    return net


def frame_loss(read: Tensor, hints: Tensor, angles: Tensor, back: Tensor) -> Tensor:
    """What is wrong with angles (N, 4) in their unit size, and with hints (N, 2) of frames in a descent."""
    off = functional.smooth_l1_loss(read, angles, beta=0.3, reduction="none") * torch.tensor(_WEIGHTS)
    descent = back[:, 2] / back[:, 2].sum().clamp(min=1.0)
    fallen = functional.smooth_l1_loss(hints[:, 0], back[:, 0] / FALLEN_UNIT_DEG, beta=0.3, reduction="none")
    past = functional.binary_cross_entropy_with_logits(hints[:, 1], back[:, 1], reduction="none")
    return off.mean() + 0.2 * (fallen * descent).sum() + 0.1 * (past * descent).sum()


def marks_loss(found: Tensor, marks: Tensor) -> Tensor:
    """What is wrong with marks (N, K, 2) [px], over those that are known and lie in the picture."""
    inside = ((marks > 0) & (marks < CLOSE_PX - 1)).all(dim=2)  # no number is neither
    off = functional.smooth_l1_loss(
        found / MARK_UNIT_PX, torch.nan_to_num(marks) / MARK_UNIT_PX, beta=0.1, reduction="none"
    )
    return (off.mean(dim=2) * inside).sum() / inside.sum().clamp(min=1)


def read_features(
    net: FrameNet | FrameNets, example: Example, augmentation: Augmentation | None, seed: int
) -> NDArray[np.float32]:
    """Features (n, F) of a clip at `RATE_HZ`: angles [deg], hints, curves; of changed pictures if asked for."""
    drawn = torch.Generator().manual_seed(seed)
    pictures, curves = torch.from_numpy(example.pictures).float(), torch.from_numpy(example.curves)
    seen = example.seen
    if augmentation is not None:
        pictures, _ = change_pictures(pictures, augmentation, len(pictures), drawn)
        curves = curves + augmentation.curves * torch.randn(1, curves.shape[1], generator=drawn)
        seen = _lose(seen, augmentation.lost, drawn)
    with torch.no_grad():
        angles, hints, _ = net(pictures, curves)
    rows = np.concatenate([angles.numpy(), hints.numpy(), curves.numpy()], axis=1)
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
