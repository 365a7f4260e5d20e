"""The true angles of a clip's frames, and how far off a detector reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detect.detectors.detector import AngleCurves
from detect.presence import Array
from wink.clip import Clip
from wink.dataset import Dataset
from wink.posture import STANDING_MARGIN_DEG

#: Angles a detector may read; the first is the one of the leaderboard.
ANGLES = ("pelvic_tilt_deg", "lumbar_flexion_deg", "trunk_lean_deg", "thigh_inclination_deg")
THIGH = ANGLES[-1]


@dataclass(frozen=True)
class FrameTruth:
    """True angles of the frames of one clip, (T,) each; only those that are known."""

    time_s: Array
    angles: Mapping[str, Array]
    in_repetition: NDArray[np.bool_]
    standing: NDArray[np.bool_] | None = None  # where the zero of measured angles is; None = they have one of their own


@dataclass(frozen=True)
class AngleError:
    """What reading one angle of one clip came to, over the frames of its repetitions."""

    clip_id: str
    angle: str
    n_frames: int
    n_read: int
    sum_deg: float  # of read minus true
    sum_squares_deg2: float
    sum_squares_shape_deg2: float  # ... after taking away the clip's mean: how well the course is followed


def read_frame_truth(dataset: Dataset, clip: Clip) -> FrameTruth | None:
    """True angles of a clip; None where there are none, or its repetitions are unknown."""
    if clip.repetitions is None:
        return None
    table = dataset.frames(clip.clip_id)
    if not table.num_rows or "time_s" not in table.column_names:
        return None
    time_s = np.asarray(table["time_s"].to_numpy(), dtype=float)
    inside = np.zeros(len(time_s), bool)
    for repetition in clip.repetitions:
        inside |= (time_s >= repetition.start_s) & (time_s <= repetition.end_s)
    angles = {n: np.asarray(table[n].to_numpy(), dtype=float) for n in ANGLES if n in table.column_names}
    standing = None if clip.source == "synthetic" else _standing(angles.get(THIGH))
    return FrameTruth(time_s, angles, inside, standing)


def _standing(thigh_deg: Array | None) -> NDArray[np.bool_] | None:
    """Frames (T,) of quiet standing."""
    if thigh_deg is None or not np.isfinite(thigh_deg).any():
        return None
    return np.asarray(thigh_deg <= np.nanmin(thigh_deg) + STANDING_MARGIN_DEG)


def angle_errors(clip_id: str, truth: FrameTruth, read: AngleCurves) -> tuple[AngleError, ...]:
    """Errors of every angle that is both read and known.

    Measured angles are counted from quiet standing, simulated ones from the skeleton's neutral pose, from which quiet
    standing is some degrees off, a few more or less in each person. On measured clips what is read is therefore
    counted from the clip's own quiet standing too, but for the thigh, whose zero is the same everywhere.
    """
    errors = []
    for name, true in truth.angles.items():
        said = getattr(read, name)
        if said is None:
            continue
        n = min(len(said), len(true))
        rows = truth.in_repetition[:n] & np.isfinite(true[:n])
        off = np.asarray(said, dtype=float)[:n] - true[:n]
        if truth.standing is not None and name != THIGH and np.isfinite(off[truth.standing[:n]]).any():
            off = off - np.nanmedian(off[truth.standing[:n]])
        off = off[rows]
        off = off[np.isfinite(off)]
        shape = float(((off - off.mean()) ** 2).sum()) if len(off) else 0.0
        errors.append(
            AngleError(clip_id, name, int(rows.sum()), len(off), float(off.sum()), float((off**2).sum()), shape)
        )
    return tuple(errors)


def angle_scores(errors: Sequence[AngleError], weight: Array) -> dict[str, Array]:
    """Root mean square error, bias and shape error of each angle for each weighting (..., n) of the errors.

    `tilt_rmse_deg` for `pelvic_tilt_deg`, `lumbar_rmse_deg` and so on. NaN where nothing was read.
    """
    columns = ("n_read", "n_frames", "sum_deg", "sum_squares_deg2", "sum_squares_shape_deg2")
    values = {name: np.array([getattr(e, name) for e in errors], dtype=float) for name in columns}
    found: dict[str, Array] = {}
    for angle in ANGLES:
        of = np.array([e.angle == angle for e in errors], dtype=bool)
        sums = {name: (weight[..., of] * column[of]).sum(-1) for name, column in values.items()}
        n = np.where(sums["n_read"] > 0, sums["n_read"], np.nan)
        short = "tilt" if angle == ANGLES[0] else angle.split("_")[0]
        found[f"{short}_rmse_deg"] = np.sqrt(sums["sum_squares_deg2"] / n)
        found[f"{short}_bias_deg"] = sums["sum_deg"] / n
        found[f"{short}_shape_rmse_deg"] = np.sqrt(sums["sum_squares_shape_deg2"] / n)
    return found
