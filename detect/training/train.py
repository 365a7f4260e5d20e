"""The recipe of `wink train`: examples, the detector without a network, the networks of each seed, files and a card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detect.boosted import FILE, save_boosted
from detect.trained import keep_calibration
from detect.training.annotated import read_all
from detect.training.augmentation import Augmentation
from detect.training.boosting import BoostingTraining, fit_boosted
from detect.training.card import write_card
from detect.training.examples import Watched
from detect.training.folds import lifter_folds
from detect.training.score import calibrated, scored
from wink.dataset import Dataset
from wink.errors import ConfigError, DatasetError
from wink.files import write_atomically
from wink.holdout import check_holdout

if TYPE_CHECKING:  # these need torch
    from detect.training.frames import FrameTraining
    from detect.training.sequences import SequenceTraining


@dataclass(frozen=True)
class Training:
    """What is trained on what, and how long."""

    frames: FrameTraining | None  # None = no networks, only what needs no torch
    sequences: SequenceTraining | None
    boosting: BoostingTraining
    augmentation: Augmentation
    changed_copies: int  # of each training clip, for the networks over time
    folds: int  # groups of lifters that are left out in turn, and networks of each kind
    holdout: Mapping[str, Any]  # what no network may see: {factor: values or [low, high], ...}
    seeds: Sequence[int]  # one training each; the first one's networks are kept
    train_split: str
    validation_split: str
    annotated_clips: int | None  # of each dataset's training split, clips whose truth is what people marked; None = all

    def __post_init__(self) -> None:
        """ConfigError where a setting cannot be."""
        check_holdout(self.holdout)
        if not self.seeds or not all(isinstance(seed, int) and seed >= 0 for seed in self.seeds):
            raise ConfigError(f"training.seeds={list(self.seeds)}; expected whole numbers from 0, at least one")
        for name, least in (("changed_copies", 0), ("annotated_clips", 0), ("folds", 2)):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
                raise ConfigError(f"training.{name}={value}; expected a whole number from {least}")


@dataclass(frozen=True)
class Trained:
    """Where the networks lie, and the figures of every seed, on validation and on training clips left out in turn."""

    folder: Path
    figures: tuple[dict[str, Any], ...]  # two a seed and head


def train_networks(datasets: Sequence[Dataset], how: Training, folder: Path, cache: Path, workers: int = 1) -> Trained:
    """Train the learned detectors, lifters split as each dataset splits them.

    Simulated clips teach angles and onsets; clips that people marked, without truth of their frames, onsets alone.
    Killed and called again with the same settings it goes on where it was.

    Raises:
        DatasetError: a split lacks labelled clips, or the truth of their frames; a lifter is in both splits.
    """
    (folder / "work").mkdir(parents=True, exist_ok=True)
    shown, kept_back = (
        [read_all(dataset, split, how.holdout, cache, workers, most, how.seeds[0]) for dataset in datasets]
        for split, most in ((how.train_split, how.annotated_clips), (how.validation_split, None))
    )
    train, validation = ([one for part in parts for one in part] for parts in (shown, kept_back))
    if not train:
        raise DatasetError(
            f"no clip to learn from in split {how.train_split!r}; give more datasets, or annotated_clips"
        )
    _check_strangers(train, validation)
    known = [one for one in train if one.example.known.all()]  # trees and perceptron need the truth of every frame
    if not known and how.frames is None:
        raise DatasetError("silhouette_boosting is fitted to the truth of every frame, which marked clips do not have")
    figures = _fit_boosting(how, known, validation, folder) if known else []
    if how.frames is not None and how.sequences is not None:
        from detect.training.seed import train_seed

        for number, seed in enumerate(how.seeds):
            made = folder if number == 0 else folder / "work" / f"seed_{seed}"
            figures += train_seed(how, seed, train, validation, made, folder / "work", workers)
    write_atomically(folder / "figures.json", json.dumps(figures, indent=2))
    write_card(folder, datasets, how, shown, figures)
    return Trained(folder, tuple(figures))


def _check_strangers(train: Sequence[Watched], validation: Sequence[Watched]) -> None:
    """Lifters of validation are strangers to training, in whichever dataset."""
    both = {one.clip.subject_id for one in train} & {one.clip.subject_id for one in validation}
    if both:
        raise DatasetError(
            f"lifter {min(both)} and {len(both) - 1} more are trained on in one dataset and validated on in another; "
            "make one of the datasets with another seed"
        )


def _fit_boosting(
    how: Training, train: Sequence[Watched], validation: Sequence[Watched], folder: Path
) -> list[dict[str, Any]]:
    """The detector without a network: its file in the folder, its figures; lifters left out in turn calibrate it."""
    seed = how.seeds[0]
    of = lifter_folds([one.clip.subject_id for one in train], how.folds)
    parts = [
        fit_boosted(how.boosting, [one for one, k in zip(train, of, strict=True) if k != fold], seed)
        for fold in range(int(of.max()) + 1)
    ]
    said = [parts[k].read(one.sight) for k, one in zip(of, train, strict=True)]
    fitted, calibration = fit_boosted(how.boosting, train, seed), calibrated(said, train)
    save_boosted(fitted, folder / FILE)
    keep_calibration(folder, "boosting", calibration)
    outs = [fitted.read(one.sight) for one in validation]
    row = {"head": "boosting", "seed": seed}
    return [
        row | {"on": "validation"} | scored(outs, calibration, validation),
        row | {"on": "left out in turn"} | scored(said, calibration, train),
    ]
