"""Curves of real people from a folder of motion capture, to be drawn and counted beside the simulated ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wink.errors import ConfigError, MocapError
from wink.mocap import MARKER_FILES, read_trial
from wink.trial import SquatTrial

Array = NDArray[np.float64]

#: Thigh inclinations the curves are compared at [deg].
GRID_DEG = np.arange(20.0, 116.0, 2.5)


@dataclass(frozen=True)
class Curve:
    """One descent against thigh inclination on `GRID_DEG`, NaN where it was not; angles from quiet standing [deg]."""

    person: str
    deepest_deg: float
    reversal_deg: float  # pelvic tilt fallen at the bottom from its farthest forward
    tilt_deg: Array
    lean_deg: Array
    knee_deg: Array


def curve_of(trial: SquatTrial, person: str) -> Curve:
    """The first descent of a trial, simulated or measured."""
    bottom = int(np.argmax(trial.thigh_deg))
    thigh = np.maximum.accumulate(trial.thigh_deg[: bottom + 1])
    knee = trial.knee_flexion_deg.mean(axis=1)
    columns = (trial.pelvic_tilt_deg - trial.pelvic_tilt_deg[0], trial.trunk_lean_deg - trial.trunk_lean_deg[0], knee)
    tilt, lean, bend = (on_grid(thigh, column[: bottom + 1]) for column in columns)
    tilts = trial.pelvic_tilt_deg[: bottom + 1]
    return Curve(person, float(thigh[-1]), float(tilts.max() - tilts[-1]), tilt, lean, bend)


def on_grid(thigh_deg: Array, values: Array) -> Array:
    """Values against a rising thigh inclination, on `GRID_DEG`."""
    return np.asarray(np.interp(GRID_DEG, thigh_deg, values, left=np.nan, right=np.nan))


def read_people(folder: Path, wanted: Callable[[str], bool] = bool) -> list[Curve]:
    """Every recording of markers in a folder (searched to the bottom); the person is the name up to the first `_`.

    Raises:
        ConfigError: there is no such folder, or no squat in it.
    """
    if not folder.is_dir():
        raise ConfigError(f"real={folder} is no folder; expected one with motion capture ({', '.join(MARKER_FILES)})")
    curves = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in MARKER_FILES and wanted(p.stem)):
        try:
            trial = read_trial(path)
        except MocapError as problem:
            print(f"left out: {problem}")
            continue
        if trial.thigh_deg.max() > 45.0:
            curves.append(curve_of(trial, path.stem.split("_")[0]))
    if not curves:
        raise ConfigError(f"no squat was found in {folder}; expected motion capture ({', '.join(MARKER_FILES)})")
    return curves


def mean_curves(curves: Sequence[Curve]) -> dict[str, Curve]:
    """One curve a person: the mean of the repetitions, to the depth that half of them reach."""
    own: dict[str, list[Curve]] = defaultdict(list)
    for curve in curves:
        own[curve.person].append(curve)
    return {person: _mean(person, several) for person, several in own.items()}


def _mean(person: str, curves: Sequence[Curve]) -> Curve:
    names = ("tilt_deg", "lean_deg", "knee_deg")
    columns = [np.array([getattr(curve, name) for curve in curves]) for name in names]
    enough = np.isfinite(columns[0]).sum(axis=0) >= max(1, len(curves) / 2)
    means = [np.where(enough, _column_means(column), np.nan) for column in columns]
    deepest, reversal = (float(np.mean([getattr(c, name) for c in curves])) for name in ("deepest_deg", "reversal_deg"))
    return Curve(person, deepest, reversal, *means)


def _column_means(rows: Array) -> Array:
    seen = np.isfinite(rows)
    return np.asarray(np.where(seen, rows, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1))
