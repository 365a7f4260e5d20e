"""Per-frame truth of a clip: the body at the moment of each frame, and what the camera saw.

Every column is listed in `docs/ground_truth.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from wink.onset import Repetition
from wink.phase import phase_at, repetition_at
from wink.spine import DISCS
from wink.trial import Array, SquatTrial


def frame_truth(
    clip_id: str, trial: SquatTrial, repetitions: Sequence[Repetition], keypoints: pa.Table, fps: float
) -> pa.Table:
    """Return a row a frame: angles [deg], phase, forces, moments, limits, keypoints and box.

    Args:
        clip_id: the clip the frames belong to.
        trial: the trial at its full rate, from 0 s.
        repetitions: what was found in it.
        keypoints: what the camera saw, a row a frame.
        fps: frames a second.
    """
    n_frames = keypoints.num_rows
    sampled = trial.sampled_at(np.arange(n_frames) / fps)
    phase, gone = phase_at(sampled.time_s, repetitions)
    inner = {**forces(sampled), **moments(sampled), **disc_loads(sampled)}
    columns = {
        "clip_id": pa.array([clip_id] * n_frames),
        "frame": pa.array(np.arange(n_frames)),
        "time_s": pa.array(sampled.time_s),
        "rep": pa.array(repetition_at(sampled.time_s, repetitions)),
        "phase": pa.array(phase if repetitions else [None] * n_frames, pa.string()),
        "phase_fraction": pa.array(gone, from_pandas=True),
        **{name: pa.array(values) for name, values in angles(sampled).items()},
        **{name: pa.array(values, pa.float32(), from_pandas=True) for name, values in inner.items()},
        **{f"engaged_{name}": pa.array(sampled.limit_engaged[:, i]) for i, name in enumerate(sampled.limit_names)},
        **{name: keypoints[name] for name in keypoints.column_names},
    }
    return pa.table(columns)


def angles(trial: SquatTrial) -> dict[str, Array]:
    """Return the angle columns [deg], both sides averaged."""
    return {
        "pelvic_tilt_deg": trial.pelvic_tilt_deg,
        "pelvic_obliquity_deg": trial.pelvic_obliquity_deg,
        "pelvic_rotation_deg": trial.pelvic_rotation_deg,
        "lumbar_flexion_deg": trial.lumbar_flexion_deg,
        "trunk_lean_deg": trial.trunk_lean_deg,
        "shank_lean_deg": trial.shank_lean_deg.mean(axis=1),
        "trunk_minus_shank_deg": trial.trunk_minus_shank_deg,
        "thigh_inclination_deg": trial.thigh_deg,
        "hip_flexion_deg": trial.hip_flexion_deg,
        "hip_abduction_deg": trial.hip_deg[:, :, 1].mean(axis=1),
        "hip_internal_rotation_deg": trial.hip_deg[:, :, 2].mean(axis=1),
        "knee_flexion_deg": trial.knee_flexion_deg.mean(axis=1),
        "ankle_dorsiflexion_deg": trial.ankle_dorsiflexion_deg.mean(axis=1),
    }


def forces(trial: SquatTrial) -> Mapping[str, Array]:
    """Return ground reaction [N], centre of pressure and bar [m]; NaN where there is no bar."""
    bar = np.full((len(trial.time_s), 3), np.nan) if trial.bar_position_m is None else trial.bar_position_m
    return {
        **{f"ground_reaction_{axis}_n": trial.ground_reaction_n[:, i] for i, axis in enumerate("xyz")},
        **{f"centre_of_pressure_{axis}_m": trial.centre_of_pressure_m[:, i] for i, axis in enumerate("xy")},
        **dict(_under_each_foot(trial)),
        **{f"bar_{axis}_m": bar[:, i] for i, axis in enumerate("xyz")},
    }


def _under_each_foot(trial: SquatTrial) -> Iterator[tuple[str, Array]]:
    force, pressure, twist = trial.feet_reaction_n, trial.feet_pressure_m, trial.feet_twist_nm
    if force is None or pressure is None or twist is None:
        return
    for k, side in enumerate(("left", "right")):
        yield from ((f"ground_reaction_{side}_{axis}_n", force[:, k, i]) for i, axis in enumerate("xyz"))
        yield from ((f"centre_of_pressure_{side}_{axis}_m", pressure[:, k, i]) for i, axis in enumerate("xy"))
        yield f"ground_twist_{side}_nm", twist[:, k]


def moments(trial: SquatTrial) -> Mapping[str, Array]:
    """Return muscle and tissue moment [Nm] of every joint axis, left and right apart."""
    active = {f"{name}_active_nm": trial.active_moment_nm[:, i] for i, name in enumerate(trial.moment_names)}
    passive = {f"{name}_passive_nm": trial.passive_moment_nm[:, i] for i, name in enumerate(trial.moment_names)}
    return {name: values for pair in zip(active.items(), passive.items(), strict=True) for name, values in pair}


def disc_loads(trial: SquatTrial) -> Mapping[str, Array]:
    """Return the load of each disc of the low back."""
    named = {
        "extension_moment_nm": trial.disc_extension_moment_nm,
        "compression_n": trial.disc_compression_n,
        "anterior_shear_n": trial.disc_anterior_shear_n,
    }
    return {
        f"{disc.name}_{what}": values[:, i]
        for i, disc in enumerate(DISCS)
        for what, values in named.items()
        if values is not None
    }
