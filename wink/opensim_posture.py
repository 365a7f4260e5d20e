"""From OpenSim's joint coordinates to the body they describe.

The conventions of Rajagopal's full-body model (2016), which OpenCap uses too: x forward, y up, z right; the pelvis
turns by tilt, list, rotation about its z, x, y; tilt is positive *backward*, against ours; knee flexion is positive.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from wink.errors import MocapError
from wink.mot import Columns
from wink.posture import Posture, heading_rad, lean_deg, standing_samples, turned
from wink.trial import Array

SIDES = (("l", -1.0), ("r", 1.0))  # suffix of the coordinate, sign of its axes x and y
PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
BACK = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle")
NEEDED = (*PELVIS, *BACK, *(f"{name}_{side}" for side, _ in SIDES for name in LEG))
#: OpenSim's axes (x forward, y up, z right) in ours (x forward, y left, z up).
TO_WORLD = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def posture_of(columns: Columns) -> Posture:
    """The body of an OpenSim motion; it faces x where it stands upright.

    Raises:
        MocapError: a coordinate of the pelvis, hips, knees, ankles or back is lacking.
    """
    _require_coordinates(columns)
    pelvis = _turns(columns, PELVIS)
    back = _turns(columns, BACK)
    thighs = [pelvis * _hip(columns, side, sign) for side, sign in SIDES]
    knees = [columns.angle_deg(f"knee_angle_{side}") for side, _ in SIDES]
    shanks = [
        thigh * Rotation.from_euler("z", -knee[:, None], degrees=True)
        for thigh, knee in zip(thighs, knees, strict=True)
    ]
    thigh = -_axis(thighs, "up")
    inclination = np.degrees(np.arccos(np.clip(-thigh[..., 2], -1.0, 1.0)))
    frame = TO_WORLD @ pelvis.as_matrix() @ TO_WORLD.T
    turn = heading_rad(frame[standing_samples(inclination.mean(axis=1)), :, 1])
    return Posture(
        time_s=columns.time_s,
        pelvis=np.swapaxes(turned(np.swapaxes(frame, 1, 2), turn), 1, 2),
        trunk_lean_deg=lean_deg(turned(_axis([pelvis * back], "up")[:, 0], turn)),
        thigh=turned(thigh, turn),
        thigh_left=turned(_axis(thighs, "left"), turn),
        shank=turned(_axis(shanks, "up"), turn),
        ankle_dorsiflexion_deg=np.stack([columns.angle_deg(f"ankle_angle_{side}") for side, _ in SIDES], axis=1),
    )


def _require_coordinates(columns: Columns) -> None:
    lacking = [name for name in NEEDED if name not in columns.names]
    if lacking:
        raise MocapError(
            f"lacks {', '.join(lacking[:4])}{' …' if lacking[4:] else ''}; expected the joint coordinates of a full "
            "body, as OpenSim's inverse kinematics writes them"
        )


def _turns(columns: Columns, names: tuple[str, str, str]) -> Rotation:
    """Turns about the body's own z, x and y, one after another."""
    return Rotation.from_euler("ZXY", np.stack([columns.angle_deg(name) for name in names], axis=1), degrees=True)


def _hip(columns: Columns, side: str, sign: float) -> Rotation:
    angles = [columns.angle_deg(f"{name}_{side}") for name in LEG[:3]]
    return Rotation.from_euler("ZXY", np.stack(angles, axis=1) * np.array([1.0, sign, sign]), degrees=True)


def _axis(segments: list[Rotation], which: str) -> Array:
    """One axis of some segments in our world, (T, S, 3)."""
    own = {"up": np.array([0.0, 1.0, 0.0]), "left": np.array([0.0, 0.0, -1.0])}[which]
    return np.stack([segment.apply(own) @ TO_WORLD.T for segment in segments], axis=1)
