"""Datasets as OpenSim files: every trial simulated again from what its dataset was made from, and compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from sim.film import from_zero
from sim.opensim.files import write_files
from sim.plan import Plan, PlannedTrial
from sim.setup import setup_from
from sim.skeleton import build_skeleton
from sim.squat import simulate_squat
from wink.config import build
from wink.dataset import Dataset
from wink.errors import DatasetError, unknown_name
from wink.progress import progress
from wink.trial import SquatTrial

#: A trial simulated again is the same but for rounding; more than this is another program's trial [deg].
SAME_DEG = 0.01


@dataclass(frozen=True)
class OpenSim:
    """A folder a trial: model, coordinates, markers, ground reaction, and the set-up of inverse dynamics."""

    trials: list[str] | None = None  # by trial_id; None = all

    def write(self, dataset: Dataset, folder: Path) -> list[Path]:
        """Write every simulated trial, or those asked for; returns the models.

        Raises:
            DatasetError: the dataset holds no simulated trials or not those asked for, or was made by a program whose
                trials come out differently.
        """
        synthetic = (row for row in dataset.metadata() if row["source"] == "synthetic")
        clip_of = {str(row["trial_id"]): str(row["clip_id"]) for row in synthetic}
        wanted = self._wanted(dataset, clip_of)
        planned = [trial for trial in planned_trials(dataset) if trial.trial_id in wanted]
        models = []
        for trial in progress(planned, "simulate again", total=len(planned), unit="trial"):
            setup = setup_from(trial.parts)
            squat = simulate_squat(setup, trial.seed, build(dataset.spec["settings"]["engine"]))
            squat = from_zero(squat, trial.subject_id)
            refuse_another(dataset, squat, trial.trial_id, clip_of[trial.trial_id])
            place = folder / trial.trial_id
            place.mkdir()
            models.append(write_files(squat, build_skeleton(setup.lifter, setup.barbell), place, trial.trial_id)[0])
        return models

    def _wanted(self, dataset: Dataset, there: Mapping[str, str]) -> list[str]:
        if not there:
            raise DatasetError(f"{dataset.name} holds no simulated trials; OpenSim's files need one")
        wanted = list(there) if self.trials is None else self.trials
        for name in wanted:
            if name not in there:
                raise DatasetError(unknown_name(f"trial of {dataset.name}", str(name), there))
        return wanted


def planned_trials(dataset: Dataset) -> list[PlannedTrial]:
    """The trials a dataset was made of and holds.

    Raises:
        DatasetError: its `config.yaml` does not say how they were planned.
    """
    settings = dataset.spec.get("settings", {})
    if "parts" not in settings:
        raise DatasetError(f"{dataset.path / 'config.yaml'} plans no trials, so they cannot be simulated again")
    there = set(dataset.table["trial_id"].to_pylist())
    return [trial for trial in Plan(settings) if trial.trial_id in there]


def refuse_another(dataset: Dataset, trial: SquatTrial, trial_id: str, clip_id: str) -> None:
    """Compare a trial with what the dataset says of one of its clips.

    Raises:
        DatasetError: it is not the trial of that clip.
    """
    told: pa.Table = dataset.frames(clip_id)
    tilt, time_s = (told[name].to_numpy() for name in ("pelvic_tilt_deg", "time_s"))
    off = float(np.abs(trial.sampled_at(time_s).pelvic_tilt_deg - tilt).max())
    if off > SAME_DEG:
        raise DatasetError(
            f"{trial_id} of {dataset.name} comes out differently now: its pelvic tilt by up to {off:.2g} deg. The "
            f"dataset was made by {dataset.spec.get('program')}; export with that, or make the dataset again"
        )
