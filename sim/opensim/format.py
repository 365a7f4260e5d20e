"""Datasets as OpenSim files: every trial simulated again from its clips' factors, and compared with the dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.film import from_zero
from sim.opensim.files import write_files
from sim.setup import GROUPS, setup_from
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
        rows = {str(row["trial_id"]): row for row in dataset.metadata() if row["source"] == "synthetic"}
        wanted = self._wanted(dataset, rows)
        models = []
        for name in progress(wanted, "simulate again", total=len(wanted), unit="trial"):
            factors = json.loads(rows[name]["factors"])
            if not {"seed", *GROUPS} <= set(factors):
                raise DatasetError(f"{name} of {dataset.name} lacks the factors to simulate it again")
            setup = setup_from(factors)
            squat = simulate_squat(setup, factors["seed"], build(dataset.spec["settings"]["engine"]))
            squat = from_zero(squat, str(rows[name]["subject_id"]))
            refuse_another(dataset, squat, name, str(rows[name]["clip_id"]))
            (folder / name).mkdir()
            models.append(write_files(squat, build_skeleton(setup.lifter, setup.barbell), folder / name, name)[0])
        return models

    def _wanted(self, dataset: Dataset, there: Mapping[str, Any]) -> list[str]:
        if not there:
            raise DatasetError(f"{dataset.name} holds no simulated trials; OpenSim's files need one")
        wanted = list(there) if self.trials is None else self.trials
        for name in wanted:
            if name not in there:
                raise DatasetError(unknown_name(f"trial of {dataset.name}", str(name), there))
        return wanted


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
