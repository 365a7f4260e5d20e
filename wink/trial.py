"""One squat trial, simulated or measured: what the body did, sample by sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Outcome = Literal["completed", "stopped_short", "stalled", "fell"]

#: The segments whose poses a trial carries, parent before child; `left`/`right` pairs are separate segments.
#: Every frame has x forward, y left, z up in the neutral pose, its origin at the proximal joint.
SEGMENTS = (
    "pelvis",  # origin midway between the hip joint centres
    "lumbar_lower",  # origin at L5/S1
    "lumbar_upper",  # origin at L3/L4
    "thorax",  # origin at T12/L1
    "upper_arm_left",  # origin at the shoulder; the arm hangs along -z
    "upper_arm_right",
    "thigh_left",
    "thigh_right",
    "shank_left",
    "shank_right",
    "foot_left",  # origin at the ankle
    "foot_right",
)


@dataclass(frozen=True)
class Subject:
    """The person who squats, as far as a renderer or a reader needs to know."""

    subject_id: str
    sex: Literal["male", "female", "unknown"]
    stature_m: float  # NaN = unknown
    mass_kg: float  # NaN = unknown
    segment_lengths_m: Mapping[str, float]
    """thigh, shank, foot, ankle_height, pelvis (hip centres to L5/S1), lumbar (L5/S1 to T12/L1), thorax (to C7),
    upper_arm, forearm, hip_width (between hip centres), shoulder_width (between shoulder centres)."""


@dataclass(frozen=True)
class SquatTrial:
    """The time course of a squat; time is the first axis of every array, left before right.

    Angles are in degrees with the signs of `docs/notation.md`; moments in newton metres, positive in the
    direction of the joint's positive angle; positions in metres, world axes x forward, y left, z up.
    What a measured trial does not know is NaN, an empty tuple, or None.
    """

    subject: Subject
    time_s: Array  # (T,) strictly increasing
    pelvic_tilt_deg: Array  # (T,) + anterior
    pelvic_obliquity_deg: Array  # (T,) + left side up
    pelvic_rotation_deg: Array  # (T,) + left side back
    lumbar_flexion_deg: Array  # (T,) + flexed, 0 in quiet standing
    trunk_lean_deg: Array  # (T,) thorax from vertical, + forward
    shank_lean_deg: Array  # (T, 2) from vertical, + forward
    thigh_inclination_deg: Array  # (T, 2) 0 hanging, 90 parallel
    hip_deg: Array  # (T, 2, 3) flexion, abduction, internal rotation
    knee_flexion_deg: Array  # (T, 2)
    ankle_dorsiflexion_deg: Array  # (T, 2) relative to the sole
    bar_position_m: Array | None  # (T, 3) centre of the bar; None without one
    ground_reaction_n: Array  # (T, 3) on the body
    centre_of_pressure_m: Array  # (T, 2)
    moment_names: tuple[str, ...]  # J joint axes
    active_moment_nm: Array  # (T, J) muscles
    passive_moment_nm: Array  # (T, J) tissue
    limit_names: tuple[str, ...]  # L limits of this lifter
    limit_engaged: NDArray[np.bool_]  # (T, L) the limit carries a noticeable torque
    segment_names: tuple[str, ...]  # S
    segment_poses: Array  # (T, S, 4, 4) segment to world
    bar_kind: str  # none, high, low, front, goblet
    load_kg: float
    outcome: Outcome | None  # None = not known (measured)
    feet_reaction_n: Array | None = None  # (T, 2, 3) on each foot; None = not measured apart
    feet_pressure_m: Array | None = None  # (T, 2, 2) centre of pressure under each foot; zeros in the air
    feet_twist_nm: Array | None = None  # (T, 2) moment of the floor about the vertical there, + to the left
    disc_extension_moment_nm: Array | None = None  # (T, D) net, + straightens the back; D = wink.spine.DISCS
    disc_compression_n: Array | None = None  # (T, D)
    disc_anterior_shear_n: Array | None = None  # (T, D) + the vertebra above would slide forward

    def __post_init__(self) -> None:
        n = len(self.time_s)
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and len(value) != n:
                raise ValueError(f"{field.name} has {len(value)} samples, time_s has {n}")
        if n > 1 and not np.all(np.diff(self.time_s) > 0):
            raise ValueError("time_s must be strictly increasing")

    @property
    def thigh_deg(self) -> Array:
        """Thigh inclination [deg], mean of both sides, shape (T,)."""
        return np.asarray(self.thigh_inclination_deg.mean(axis=1))

    @property
    def hip_flexion_deg(self) -> Array:
        """Hip flexion [deg], mean of both sides, shape (T,)."""
        return np.asarray(self.hip_deg[:, :, 0].mean(axis=1))

    @property
    def trunk_minus_shank_deg(self) -> Array:
        """How much more the trunk leans than the shanks [deg], shape (T,); 0 = parallel, as lifters are told."""
        return np.asarray(self.trunk_lean_deg - self.shank_lean_deg.mean(axis=1))

    def limits_engaged_at(self, sample: int) -> tuple[str, ...]:
        """Names of the limits that carry a noticeable torque at one sample."""
        return tuple(name for name, on in zip(self.limit_names, self.limit_engaged[sample], strict=True) if on)

    def segment(self, name: str) -> Array:
        """Poses of one segment, shape (T, 4, 4)."""
        return np.asarray(self.segment_poses[:, self.segment_names.index(name)])

    def sampled_at(self, time_s: Array) -> SquatTrial:
        """The same trial at other times, linear between samples, rotations re-orthonormalised."""
        times = np.asarray(time_s, dtype=float)
        changes: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and field.name != "time_s":
                changes[field.name] = _interpolate(self.time_s, value, times)
        poses = changes["segment_poses"]
        assert isinstance(poses, np.ndarray)
        poses[..., :3, :3] = _nearest_rotation(poses[..., :3, :3])
        return replace(self, time_s=times, **changes)  # type: ignore[arg-type]


def _interpolate(time_s: Array, values: NDArray[Any], times: Array) -> NDArray[Any]:
    """Linear interpolation along the first axis; booleans take the sample before."""
    right = np.clip(np.searchsorted(time_s, times, side="right"), 1, len(time_s) - 1)
    left = right - 1
    if values.dtype == np.bool_:
        return values[left]
    share = np.clip((times - time_s[left]) / (time_s[right] - time_s[left]), 0.0, 1.0)
    share = share.reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray(values[left] * (1 - share) + values[right] * share)


def _nearest_rotation(matrices: Array) -> Array:
    """The rotation nearest to each matrix (…, 3, 3), by singular value decomposition."""
    u, _, vt = np.linalg.svd(matrices)
    return np.asarray(u @ vt)
