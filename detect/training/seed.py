"""One training of the networks with one seed. Needs torch."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from detect.trained import HEADS, keep_calibration, open_networks
from detect.training.calibrate import calibrate
from detect.training.examples import Example, Watched
from detect.training.export import export_frames, export_sequence
from detect.training.frames import read_features, train_frames
from detect.training.network import FrameNet
from detect.training.plot import plot_curves
from detect.training.score import calibrated, validation_figures
from detect.training.sequences import Track, train_sequences
from wink.progress import progress

if TYPE_CHECKING:
    from detect.training.train import Training


def train_seed(
    how: Training,
    seed: int,
    train: Sequence[Watched],
    validation: Sequence[Watched],
    made: Path,
    work: Path,
    threads: int,
) -> list[dict[str, Any]]:
    """Files in `made`, what a killed training goes on from in `work`; figures on the validation clips, a row a head."""
    assert how.frames is not None and how.sequences is not None  # noqa: PT018
    torch.set_num_threads(threads)
    kept = work / f"seed_{seed}"
    for folder in (kept, made):
        folder.mkdir(parents=True, exist_ok=True)
    shown, kept_back = ([watched.example for watched in part] for part in (train, validation))
    frames = train_frames(how.frames, how.augmentation, shown, kept_back, seed, kept)
    tracks = _tracks(frames, shown, how, seed, copies=how.changed_copies)
    plain = _tracks(frames, kept_back, how, seed, copies=0)
    export_frames(frames, shown[0].curves.shape[1], made / "frames.onnx")
    for head in HEADS:
        net = train_sequences(how.sequences, tracks, plain, head == "causal", seed, kept)
        export_sequence(net, tracks[0].features[0].shape[1], made / f"{head}.onnx")
        keep_calibration(made, head, calibrate([]))  # rough, so that the networks open
    plot_curves(kept, made / "curves.png")
    for curve in kept.glob("*.csv"):
        shutil.copyfile(curve, made / f"curve_{curve.name}")
    networks, rows = open_networks(made), list[dict[str, Any]]()
    for head in HEADS:
        read = partial(networks.read, head=head)
        calibration = calibrated(read, validation)
        keep_calibration(made, head, calibration)
        rows.append(validation_figures(read, calibration, validation) | {"seed": seed, "head": head})
    return rows


def _tracks(net: FrameNet, examples: Sequence[Example], how: Training, seed: int, copies: int) -> list[Track]:
    """Every clip as the networks over time get it: read once plain, and a few times off changed pictures."""
    tracks = []
    for i, example in enumerate(progress(examples, "features")):
        changed = [read_features(net, example, how.augmentation, 1000 * seed + 7 * i + k) for k in range(copies)]
        tracks.append(Track((read_features(net, example, None, 0), *changed), example.targets))
    return tracks
