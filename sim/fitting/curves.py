"""Posture against thigh inclination on the way down: of a person, and of a lifter's intent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from sim.kinematics import HALF_JOINTS
from sim.planner import Plan
from sim.posture_problem import lumbar_angle
from wink.errors import MocapError
from wink.mocap import rules_for
from wink.onset import repetition_windows
from wink.trial import SquatTrial

Array = NDArray[np.float64]

#: What is compared: pelvic tilt and trunk lean against quiet standing, and knee flexion.
CURVES = ("tilt", "lean", "knee")
#: Thigh inclinations of the curves [deg]: above the standing of wide stances, every so many.
FIRST_DEG, STEP_DEG = 30.0, 5.0
#: A person whose deepest repetition stays above this has shown too little to fit [deg].
LEAST_DEPTH_DEG = 60.0


@dataclass(frozen=True)
class PersonCurves:
    """What a person did, mean of the repetitions."""

    thigh_deg: Array  # (D,)
    mean_deg: Array  # (3, D) in the order of CURVES
    repetitions_deg: tuple[Array, ...]  # each (3, D), NaN below its own depth
    deepest_deg: float  # median of the repetitions


def person_curves(trials: Sequence[SquatTrial]) -> PersonCurves:
    """The descents of all repetitions of some trials of one person.

    Raises:
        MocapError: there is no repetition, or none deep enough.
    """
    descents = [d for trial in trials for d in _descents(trial)]
    if not descents:
        raise MocapError("no whole repetition in these recordings: expected standing, a squat, and standing again")
    deepest = float(np.median([d[0][-1] for d in descents]))
    if deepest < LEAST_DEPTH_DEG:
        raise MocapError(
            f"the thighs come down to {deepest:.0f} deg (median of {len(descents)} repetitions); a fit needs "
            f"{LEAST_DEPTH_DEG:.0f} deg or more: limits show at depth"
        )
    grid: Array = np.arange(FIRST_DEG, deepest + 1e-9, STEP_DEG, dtype=np.float64)
    each = tuple(_on_grid(grid, thigh, values) for thigh, values in descents)
    return PersonCurves(grid, np.nanmean(np.stack(each), axis=0), each, deepest)


def plan_curves(plan: Plan, thigh_deg: Array) -> Array:
    """Tilt, lean and knee flexion (3, D) of an intent at some thigh inclinations; below its end, as at its end."""
    pitch, trunk = plan.posture[:, 2], plan.posture[:, 2] + lumbar_angle(plan.posture)
    knee = plan.posture[:, 3 + HALF_JOINTS.index("knee_flexion_left")]
    values = np.degrees(np.column_stack([pitch - pitch[0], trunk - trunk[0], knee]))
    inside = np.clip(thigh_deg, plan.thigh_deg[0], plan.thigh_deg[-1])
    return np.asarray(PchipInterpolator(plan.thigh_deg, values)(inside).T)


def _descents(trial: SquatTrial) -> list[tuple[Array, Array]]:
    """Thigh inclination (n,), rising, and the curves (3, n) of each descent."""
    standing = trial.thigh_deg <= trial.thigh_deg.min() + 2.0
    curves = np.stack(
        [
            trial.pelvic_tilt_deg - np.median(trial.pelvic_tilt_deg[standing]),
            trial.trunk_lean_deg - np.median(trial.trunk_lean_deg[standing]),
            trial.knee_flexion_deg.mean(axis=1),
        ]
    )
    found = []
    for start, bottom, _ in repetition_windows(trial.thigh_deg, rules_for(trial)):
        thigh = trial.thigh_deg[start : bottom + 1]
        rising = np.flatnonzero(np.diff(np.maximum.accumulate(thigh), prepend=-np.inf) > 0)
        found.append((thigh[rising], curves[:, start : bottom + 1][:, rising]))
    return found


def _on_grid(grid: Array, thigh: Array, values: Array) -> Array:
    return np.stack([np.interp(grid, thigh, row, left=np.nan, right=np.nan) for row in values])
