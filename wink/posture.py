"""From the directions of a measured body's segments to the angles of a trial.

World axes x forward, y left, z up; time first, left before right. Signs: `docs/notation.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wink.trial import Array, Outcome, SquatTrial, Subject

#: Samples whose thigh is within this of the most upright one are quiet standing [deg]; ours.
STANDING_MARGIN_DEG = 2.0
#: +1 where the positive angle of a side is a positive turn of the left leg.
SIDE_SIGN = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Posture:
    """A measured body over time, whatever it was measured with."""

    time_s: Array  # (T,)
    pelvis: Array  # (T, 3, 3) columns forward, left, up
    trunk_lean_deg: Array  # (T,) thorax from vertical, + forward
    thigh: Array  # (T, 2, 3) unit vector from hip to knee
    thigh_left: Array  # (T, 2, 3) unit vector to the left along the knee's axis; NaN where not measured
    shank: Array  # (T, 2, 3) unit vector from ankle to knee
    ankle_dorsiflexion_deg: Array  # (T, 2)

    @property
    def thigh_inclination_deg(self) -> Array:
        """0 hanging, 90 with the hip level with the knee, (T, 2)."""
        return np.asarray(np.degrees(np.arccos(np.clip(-self.thigh[..., 2], -1.0, 1.0))))

    @property
    def standing(self) -> NDArray[np.bool_]:
        """Samples of quiet standing (T,): the most upright ones of the recording."""
        return standing_samples(self.thigh_inclination_deg.mean(axis=1))

    @property
    def standing_tilt_deg(self) -> float:
        """Slope of the pelvis' own frame in quiet standing [deg], + front down: the zero of a trial's tilt."""
        return float(np.median(tilt_deg(self.pelvis)[self.standing]))


def standing_samples(thigh_deg: Array) -> NDArray[np.bool_]:
    """Samples (T,) of quiet standing: the thigh is as good as at its most upright."""
    return np.asarray(thigh_deg <= thigh_deg.min() + STANDING_MARGIN_DEG)


def tilt_deg(frame: Array) -> Array:
    """Tilt (T,) of frames (T, 3, 3), + anterior, after rotation and obliquity (Baker 2001)."""
    return np.asarray(np.degrees(np.arctan2(-frame[:, 2, 0], frame[:, 2, 2])))


def obliquity_deg(frame: Array) -> Array:
    """Obliquity (T,), + left side up."""
    return np.asarray(np.degrees(np.arcsin(np.clip(frame[:, 2, 1], -1.0, 1.0))))


def rotation_deg(frame: Array) -> Array:
    """Turn about the vertical (T,), + left side back."""
    return np.asarray(np.degrees(np.arctan2(-frame[:, 0, 1], frame[:, 1, 1])))


def heading_rad(left: Array) -> float:
    """How far a body has to be turned about the vertical so that its mean left (T, 3) is y [rad]."""
    mean = left.mean(axis=0)
    return float(np.arctan2(mean[0], mean[1]))


def turned(points: Array, angle_rad: float) -> Array:
    """Vectors (…, 3) turned about the vertical."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.asarray(points @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]))


def lean_deg(up: Array) -> Array:
    """How far vectors (…, 3) that point up lean forward [deg]."""
    return np.asarray(np.degrees(np.arctan2(up[..., 0], up[..., 2])))


def hip_angles_deg(posture: Posture) -> Array:
    """Hip flexion, abduction, internal rotation (T, 2, 3), zero against the pelvis of quiet standing.

    Angles of Grood and Suntay (1983). Rotation is NaN where the knee's axis was not measured.
    """
    slope = np.radians(-posture.standing_tilt_deg)
    c, s = np.cos(slope), np.sin(slope)
    pelvis = posture.pelvis @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    thigh = np.einsum("tji,tsj->tsi", pelvis, posture.thigh)
    flexion = np.arctan2(thigh[..., 0], -thigh[..., 2])
    outward = np.arcsin(np.clip(thigh[..., 1], -1.0, 1.0))
    axis = np.einsum("tji,tsj->tsi", pelvis, posture.thigh_left)
    forward = axis[..., 0] * np.cos(flexion) + axis[..., 2] * np.sin(flexion)
    left = axis[..., 1] * np.cos(outward) + _lifted(axis, flexion) * np.sin(outward)
    inward = np.arctan2(forward, left)
    return np.asarray(np.degrees(np.stack([flexion, outward * SIDE_SIGN, inward * SIDE_SIGN], axis=-1)))


def _lifted(axis: Array, flexion: Array) -> Array:
    """Upward part of a vector in the pelvis' axes turned with the thigh's flexion."""
    return np.asarray(-axis[..., 0] * np.sin(flexion) + axis[..., 2] * np.cos(flexion))


def trial_of(
    posture: Posture,
    subject: Subject,
    bar_kind: str = "none",
    load_kg: float = float("nan"),
    outcome: Outcome | None = None,
) -> SquatTrial:
    """The trial of a measured body; what was not measured is NaN or empty."""
    n = len(posture.time_s)
    tilt, still = tilt_deg(posture.pelvis), posture.standing
    lumbar = posture.trunk_lean_deg - tilt
    cosine = np.sum(posture.thigh * -posture.shank, axis=-1)
    return SquatTrial(
        subject=subject,
        time_s=posture.time_s,
        pelvic_tilt_deg=tilt - posture.standing_tilt_deg,
        pelvic_obliquity_deg=obliquity_deg(posture.pelvis),
        pelvic_rotation_deg=rotation_deg(posture.pelvis),
        lumbar_flexion_deg=lumbar - np.median(lumbar[still]),
        trunk_lean_deg=posture.trunk_lean_deg,
        shank_lean_deg=lean_deg(posture.shank),
        thigh_inclination_deg=posture.thigh_inclination_deg,
        hip_deg=hip_angles_deg(posture),
        knee_flexion_deg=np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))),
        ankle_dorsiflexion_deg=posture.ankle_dorsiflexion_deg,
        bar_position_m=None,
        ground_reaction_n=np.full((n, 3), np.nan),
        centre_of_pressure_m=np.full((n, 2), np.nan),
        moment_names=(),
        active_moment_nm=np.zeros((n, 0)),
        passive_moment_nm=np.zeros((n, 0)),
        limit_names=(),
        limit_engaged=np.zeros((n, 0), dtype=bool),
        segment_names=(),
        segment_poses=np.zeros((n, 0, 4, 4)),
        bar_kind=bar_kind,
        load_kg=load_kg,
        outcome=outcome,
    )
