"""Per-frame truth of a clip: the body's angles at the moment of each frame, and what the camera saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from sim.render.clip import RenderedFrame
from wink.onset import Repetition
from wink.trial import Array, SquatTrial


def frame_truth(
    clip_id: str, trial: SquatTrial, repetitions: Sequence[Repetition], frames: Sequence[RenderedFrame]
) -> pa.Table:
    """A row a frame: angles [deg], repetition, keypoints and box.

    Args:
        clip_id: the clip the frames belong to.
        trial: the trial sampled at the frames' times.
        repetitions: what was found in the trial at its full rate.
        frames: what was drawn; their images are not needed.
    """
    columns = {
        "clip_id": [clip_id] * len(frames),
        "frame": np.arange(len(frames)),
        "time_s": trial.time_s,
        "rep": repetition_of(trial.time_s, repetitions),
        **angles(trial),
        "keypoints_2d": [frame.keypoints_2d.astype(np.float32).ravel() for frame in frames],
        "keypoints_3d": [frame.keypoints_3d.astype(np.float32).ravel() for frame in frames],
        "visible": [frame.visible for frame in frames],
        "box": [np.asarray(frame.box, dtype=np.float32) for frame in frames],
    }
    return pa.table(columns)


def angles(trial: SquatTrial) -> dict[str, Array]:
    """The angle columns [deg], both sides averaged."""
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
    """Number of the repetition each moment belongs to, -1 outside; shape (T,)."""
    number = np.full(len(time_s), -1, dtype=np.int64)
    for repetition in repetitions:
        number[(time_s >= repetition.start_s) & (time_s < repetition.end_s)] = repetition.rep
    return number
