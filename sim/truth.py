"""Per-frame truth of a clip: the body's angles at the moment of each frame, and what the camera saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from wink.onset import Repetition
from wink.trial import Array, SquatTrial


def frame_truth(
    clip_id: str, trial: SquatTrial, repetitions: Sequence[Repetition], keypoints: pa.Table, fps: float
) -> pa.Table:
    """Return a row a frame: angles [deg], repetition, keypoints and box.

    Args:
        clip_id: the clip the frames belong to.
        trial: the trial at its full rate, from 0 s.
        repetitions: what was found in it.
        keypoints: what the camera saw, a row a frame.
        fps: frames a second.
    """
    n_frames = keypoints.num_rows
    sampled = trial.sampled_at(np.arange(n_frames) / fps)
    columns = {
        "clip_id": pa.array([clip_id] * n_frames),
        "frame": pa.array(np.arange(n_frames)),
        "time_s": pa.array(sampled.time_s),
        "rep": pa.array(repetition_of(sampled.time_s, repetitions)),
        **{name: pa.array(values) for name, values in angles(sampled).items()},
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
        "thigh_inclination_deg": trial.thigh_deg,
        "hip_flexion_deg": trial.hip_flexion_deg,
        "knee_flexion_deg": trial.knee_flexion_deg.mean(axis=1),
        "ankle_dorsiflexion_deg": trial.ankle_dorsiflexion_deg.mean(axis=1),
    }


def repetition_of(time_s: Array, repetitions: Sequence[Repetition]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the number of the repetition each moment belongs to, -1 outside; shape (T,)."""
    number = np.full(len(time_s), -1, dtype=np.int64)
    for repetition in repetitions:
        number[(time_s >= repetition.start_s) & (time_s < repetition.end_s)] = repetition.rep
    return number
