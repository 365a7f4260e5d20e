"""One training of the networks with one seed. Needs torch.

Lifters are left out in turn, at both steps: networks over time learn from what networks of one picture read of lifters
they never saw, and scores, thresholds and intervals are set on what networks over time say of lifters that neither saw.
A network's readings of its own training clips are far too good to learn from. What is kept is the mean of all.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from detect.trained import HEADS, keep_calibration, open_networks
from detect.training.calibrate import calibrate
from detect.training.examples import Example, Watched
from detect.training.export import export_frames, export_sequence
from detect.training.folds import lifter_folds
from detect.training.frames import read_features, train_frames
from detect.training.network import FrameNet, FrameNets, SequenceNet, SequenceNets
from detect.training.plot import plot_curves
from detect.training.score import calibrated, scored
from detect.training.sequences import Track, train_sequences
from wink.progress import progress

if TYPE_CHECKING:
    from detect.training.train import Training


@dataclass(frozen=True)
class Folds:
    """Training clips with the group each is in, and where what is trained without a group is kept."""

    examples: Sequence[Example]
    of: NDArray[np.intp]
    kept: Path

    def __len__(self) -> int:
        """How many groups."""
        return int(self.of.max()) + 1

    def folder(self, fold: int) -> Path:
        """Of one group."""
        folder = self.kept / f"fold_{fold}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def split(self, items: Sequence[Any], fold: int) -> tuple[list[Any], list[Any]]:
        """Those that are trained on when a group is left out, and those of the group; with one group both are all."""
        if len(self) == 1:
            return list(items), list(items)
        left_out = self.of == fold
        return [x for x, out in zip(items, left_out, strict=True) if not out], [
            x for x, out in zip(items, left_out, strict=True) if out
        ]


def train_seed(
    how: Training,
    seed: int,
    train: Sequence[Watched],
    validation: Sequence[Watched],
    made: Path,
    work: Path,
    threads: int,
) -> list[dict[str, Any]]:
    """Files in `made`, what a killed training goes on from in `work`; figures, two rows a head."""
    assert how.frames is not None and how.sequences is not None  # noqa: PT018
    torch.set_num_threads(threads)
    made.mkdir(parents=True, exist_ok=True)
    lifters = [watched.clip.subject_id for watched in train]
    folds = Folds([watched.example for watched in train], lifter_folds(lifters, how.folds), work / f"seed_{seed}")
    frames = [
        train_frames(how.frames, how.augmentation, *folds.split(folds.examples, k), _mixed(seed, k), folds.folder(k))
        for k in range(len(folds))
    ]
    tracks = _tracks(frames, folds, how, seed)
    export_frames(FrameNets(frames).eval(), folds.examples[0].curves.shape[1], made / "frames.onnx")
    said: dict[str, list[NDArray[np.float32]]] = {}
    for head in HEADS:
        nets = [
            train_sequences(how.sequences, *folds.split(tracks, k), head == "causal", _mixed(seed, k), folds.folder(k))
            for k in range(len(folds))
        ]
        export_sequence(SequenceNets(nets).eval(), tracks[0].features[0].shape[1], made / f"{head}.onnx")
        said[head] = [_say(nets[k], track) for k, track in zip(folds.of, tracks, strict=True)]
        keep_calibration(made, head, calibrate([]))  # rough, so that the networks open
    _keep_curves(folds, made)
    networks, rows = open_networks(made), list[dict[str, Any]]()
    for head in HEADS:
        calibration = calibrated(said[head], train)
        keep_calibration(made, head, calibration)
        outs = map(partial(networks.read, head=head), (one.sight for one in validation))
        rows += [
            {"head": head, "seed": seed, "on": "validation"} | scored(list(outs), calibration, validation),
            {"head": head, "seed": seed, "on": "left out in turn"} | scored(said[head], calibration, train),
        ]
    return rows


def _mixed(seed: int, fold: int) -> int:
    return 100 * seed + fold


def _tracks(nets: Sequence[FrameNet], folds: Folds, how: Training, seed: int) -> list[Track]:
    """Every clip as the networks over time get it: read by the network that never saw its lifter.

    Once plain, and a few times off changed pictures.
    """
    tracks = []
    for i, example in enumerate(progress(folds.examples, "features")):
        net = nets[int(folds.of[i])]
        changed = [
            read_features(net, example, how.augmentation, 1000 * seed + 7 * i + k) for k in range(how.changed_copies)
        ]
        tracks.append(Track((read_features(net, example, None, 0), *changed), example.targets))
    return tracks


def _say(net: SequenceNet, track: Track) -> NDArray[np.float32]:
    """What a network over time says of a clip (n, 7)."""
    with torch.no_grad():
        out = net(torch.from_numpy(track.features[0].T[None, :, None].copy()))
    return np.asarray(out[0, :, 0].T.numpy(), np.float32)


def _keep_curves(folds: Folds, made: Path) -> None:
    """The curves of the first group's networks beside the networks."""
    plot_curves(folds.folder(0), made / "curves.png")
    for curve in folds.folder(0).glob("*.csv"):
        shutil.copyfile(curve, made / f"curve_{curve.name}")
