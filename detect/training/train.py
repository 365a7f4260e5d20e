"""The recipe of `wink train`: examples, network of one picture, features, networks over time, calibration, files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from detect.judging import read_squat
from detect.pose_cache import find_poses
from detect.sight import see
from detect.trained import FORMAT, HEADS, SETTINGS, Head, TrainedNetworks, open_networks
from detect.training.augment import Augmentation
from detect.training.calibrate import Case, calibrate
from detect.training.card import write_card
from detect.training.examples import Example, read_examples
from detect.training.export import export_frames, export_sequence
from detect.training.frames import FrameTraining, read_features, train_frames
from detect.training.network import FrameNet
from detect.training.plot import plot_curves
from detect.training.score import Watched, pairs, validation_figures
from detect.training.sequences import SequenceTraining, Track, train_sequences
from wink.dataset import Dataset
from wink.errors import ConfigError
from wink.files import write_atomically
from wink.holdout import check_holdout
from wink.progress import progress


@dataclass(frozen=True)
class Training:
    """What is trained on what, and how long."""

    frames: FrameTraining
    sequences: SequenceTraining
    augmentation: Augmentation
    changed_copies: int  # of each training clip, for the networks over time
    holdout: Mapping[str, Any]  # what no network may see: {factor: values or [low, high], ...}
    seeds: Sequence[int]  # one training each; the first one's networks are kept
    train_split: str
    validation_split: str

    def __post_init__(self) -> None:
        """ConfigError where a setting cannot be."""
        check_holdout(self.holdout)
        if not self.seeds or not all(isinstance(seed, int) and seed >= 0 for seed in self.seeds):
            raise ConfigError(f"training.seeds={list(self.seeds)}; expected whole numbers from 0, at least one")
        if self.changed_copies < 0:
            raise ConfigError(f"training.changed_copies={self.changed_copies}; expected a whole number from 0")


@dataclass(frozen=True)
class Trained:
    """Where the networks lie, and the figures of every seed on the validation clips."""

    folder: Path
    figures: tuple[dict[str, Any], ...]  # one a seed and head


def train_networks(dataset: Dataset, how: Training, folder: Path, cache: Path, workers: int = 1) -> Trained:
    """Train the networks of `silhouette_tcn` on a simulated dataset.

    Killed and called again with the same settings it goes on where it was.

    Raises:
        DatasetError: a split lacks labelled clips, or the truth of their frames.
    """
    torch.set_num_threads(workers)
    (folder / "work").mkdir(parents=True, exist_ok=True)
    train = read_examples(dataset, how.train_split, how.holdout, cache, workers)
    validation = read_examples(dataset, how.validation_split, how.holdout, cache, workers)
    watched = _watched(dataset, validation, cache)
    figures = []
    for number, seed in enumerate(how.seeds):
        made = folder if number == 0 else folder / "work" / f"seed_{seed}"
        figures += _train_seed(how, seed, (train, validation), watched, made, folder / "work" / f"seed_{seed}")
    write_atomically(folder / "figures.json", json.dumps(figures, indent=2))
    write_card(folder, dataset, how, train, figures)
    return Trained(folder, tuple(figures))


def _train_seed(
    how: Training,
    seed: int,
    examples: tuple[list[Example], list[Example]],
    watched: Sequence[Watched],
    made: Path,
    work: Path,
) -> list[dict[str, Any]]:
    """One training with one seed: files in `made`, its figures on the validation clips."""
    work.mkdir(parents=True, exist_ok=True)
    made.mkdir(parents=True, exist_ok=True)
    train, validation = examples
    frames = train_frames(how.frames, how.augmentation, train, validation, seed, work)
    tracks = _tracks(frames, train, how, seed, copies=how.changed_copies)
    plain = _tracks(frames, validation, how, seed, copies=0)
    export_frames(frames, train[0].curves.shape[1], made / "frames.onnx")
    for head in HEADS:
        net = train_sequences(how.sequences, tracks, plain, head == "causal", seed, work)
        export_sequence(net, tracks[0].features[0].shape[1], made / f"{head}.onnx")
    _write_settings(made, {head: asdict(calibrate([])) for head in HEADS})
    _write_settings(made, {head: _calibrated(open_networks(made), head, watched) for head in HEADS})
    plot_curves(work, made / "curves.png")
    for curve in work.glob("*.csv"):
        shutil.copyfile(curve, made / f"curve_{curve.name}")
    networks = open_networks(made)
    return [validation_figures(networks, head, watched) | {"seed": seed, "head": head} for head in HEADS]


def _tracks(net: FrameNet, examples: Sequence[Example], how: Training, seed: int, copies: int) -> list[Track]:
    """Every clip as the networks over time get it: read once plain, and a few times off changed pictures."""
    tracks = []
    for i, example in enumerate(progress(examples, "features")):
        changed = [read_features(net, example, how.augmentation, 1000 * seed + 7 * i + k) for k in range(copies)]
        tracks.append(Track((read_features(net, example, None, 0), *changed), example.targets))
    return tracks


def _watched(dataset: Dataset, validation: Sequence[Example], cache: Path) -> list[Watched]:
    """The validation clips with what a detector is shown of them."""
    watched = []
    for example in validation:
        clip = dataset.clip(example.clip_id)
        sight = see(find_poses([clip.video], cache, workers=1)[clip.video])
        if sight is not None:
            watched.append(Watched(clip, sight, example))
    return watched


def _calibrated(networks: TrainedNetworks, head: Head, watched: Sequence[Watched]) -> dict[str, Any]:
    cases = []
    for one in watched:
        out = networks.read(one.sight, head)
        for squat, repetition in pairs(one.clip, one.sight):
            reading = read_squat(out, squat, one.sight.body)
            if reading is not None:
                cases.append(Case(reading, repetition))
    return asdict(calibrate(cases))


def _write_settings(folder: Path, calibration: dict[Head, dict[str, Any]]) -> None:
    write_atomically(folder / SETTINGS, json.dumps({"format": FORMAT, "calibration": calibration}, indent=2))
