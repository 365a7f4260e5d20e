"""The femoral neck against the socket: one angle that couples flexion, abduction and rotation of the hip.

A linear surface in the three angles fails (gimbal artefacts); the angle between the neck and the cup's axis does
not, and gives 7 deg of internal rotation per 10 deg of pelvic tilt.
"""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim.kinematics import rotation

Array = NDArray[np.float64]

#: Femoral version, acetabular version, neck-shaft angle, cup inclination [deg]: within one SD of the means
#: 10.6 +- 9, 18.8 +- 6, 133 +- 6 (Jiang 2015), chosen there for check C13 (Ross 2014).
FEMORAL_VERSION_DEG, ACETABULAR_VERSION_DEG, NECK_SHAFT_DEG, CUP_INCLINATION_DEG = 10.6, 13.0, 127.0, 45.0
#: Where on the rim flexion with internal rotation meets the neck, as a clock face seen from the side.
RIM_CLOCK_HOURS = 1.0


@dataclass(frozen=True)
class HipGeometry:
    """Bone angles of one hip [deg]."""

    femoral_version_deg: float = FEMORAL_VERSION_DEG
    acetabular_version_deg: float = ACETABULAR_VERSION_DEG
    neck_shaft_deg: float = NECK_SHAFT_DEG

    def neck(self) -> Array:
        """Unit vector (3,) from the head along the neck, in the left thigh."""
        up, turn = np.radians(180.0 - self.neck_shaft_deg), np.radians(self.femoral_version_deg)
        return np.array([-np.sin(turn) * np.sin(up), np.cos(turn) * np.sin(up), -np.cos(up)])

    def cup(self) -> Array:
        """Unit axis (3,) of the socket's opening, in the pelvis, left side."""
        tilt, turn = np.radians(CUP_INCLINATION_DEG), np.radians(self.acetabular_version_deg)
        return np.array([np.sin(turn), np.cos(turn) * np.sin(tilt), -np.cos(turn) * np.cos(tilt)])

    def rim(self) -> Array:
        """Unit vector (3,) toward the part of the rim the neck comes to, in the pelvis, left side."""
        axis = self.cup()
        up = np.array([0.0, 0.0, 1.0]) - axis * axis[2]
        up /= np.linalg.norm(up)
        front = np.cross(axis, up)
        front *= np.sign(front[0])
        hour = np.radians(RIM_CLOCK_HOURS * 30.0)
        return np.asarray(np.cos(hour) * up + np.sin(hour) * front)

    def values(self) -> tuple[float, ...]:
        """Neck, cup and rim vectors, nine numbers."""
        return (*self.neck(), *self.cup(), *self.rim())

    def opening_deg(self, flexion_deg: float, abduction_deg: float, rotation_deg: float) -> float:
        """Angle [deg] between neck and cup axis in one hip posture."""
        constant, amplitude, phase = self._cosine(flexion_deg, abduction_deg)
        cosine = constant + amplitude * np.cos(np.radians(rotation_deg) - phase)
        return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))

    def rotation_deg(self, opening_deg: float, flexion_deg: float, abduction_deg: float) -> float:
        """Internal rotation [deg] at which neck and cup axis stand at an angle; NaN where none does."""
        constant, amplitude, phase = self._cosine(flexion_deg, abduction_deg)
        cosine = (np.cos(np.radians(opening_deg)) - constant) / amplitude
        return float(np.degrees(phase + np.arccos(cosine))) if abs(cosine) <= 1.0 else float("nan")

    def _cosine(self, flexion_deg: float, abduction_deg: float) -> tuple[float, float, float]:
        """Constant, amplitude and phase [rad] of the neck-to-cup cosine as the thigh rotates inward."""
        flexion, abduction = np.radians(flexion_deg), np.radians(abduction_deg)
        flexed = np.array(
            [[np.cos(flexion), 0, -np.sin(flexion)], [0, 1, 0], [np.sin(flexion), 0, np.cos(flexion)]]
        )  # about -y
        spread = np.array(
            [[1, 0, 0], [0, np.cos(abduction), -np.sin(abduction)], [0, np.sin(abduction), np.cos(abduction)]]
        )
        cup, neck = (flexed @ spread).T @ self.cup(), self.neck()
        along, across = cup[0] * neck[0] + cup[1] * neck[1], cup[0] * neck[1] - cup[1] * neck[0]
        return float(cup[2] * neck[2]), float(np.hypot(along, across)), float(np.arctan2(across, along))


def neck_in_pelvis(angles_deg: ca.SX, values: ca.SX) -> ca.SX:
    """The neck's direction (3,) in the pelvis for flexion, abduction, internal rotation [deg] of a left hip."""
    flexion, abduction, inward = (angles_deg[i] * (np.pi / 180) for i in range(3))
    thigh = rotation((0, -1, 0), flexion) @ rotation((1, 0, 0), abduction) @ rotation((0, 0, -1), inward)
    return thigh @ values[:3]


def neck_to_cup_deg(angles_deg: ca.SX, values: ca.SX) -> ca.SX:
    """Angle [deg] between neck and cup axis."""
    cosine = ca.dot(values[3:6], neck_in_pelvis(angles_deg, values))
    return ca.acos(ca.fmax(ca.fmin(cosine, 0.99999), -0.99999)) * (180 / np.pi)


def rim_elevation_deg(angles_deg: ca.SX, values: ca.SX) -> ca.SX:
    """How far [deg] the neck points toward the front upper rim."""
    sine = ca.dot(values[6:9], neck_in_pelvis(angles_deg, values))
    return ca.asin(ca.fmax(ca.fmin(sine, 0.9999), -0.9999)) * (180 / np.pi)


def contact_energy(angles_deg: ca.SX, values: ca.SX, end_deg: ca.SX, torque_nm: float, width_deg: float) -> ca.SX:
    """Energy [Nm deg] of the neck pressed toward the rim beyond `end_deg`; zero on the other side of the cup."""
    gate = 1 / (1 + ca.exp(-rim_elevation_deg(angles_deg, values) / 4.0))
    over = (neck_to_cup_deg(angles_deg, values) - end_deg) / width_deg
    capped = ca.fmin(over, 5.0)  # force grows linearly from there: the energy keeps its slope
    beyond = over - capped
    return torque_nm * width_deg * ca.exp(capped) * (1 + beyond + beyond**2 / 2) * gate
