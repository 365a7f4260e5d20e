"""Internal rotation of the flexed hip: capsule and deep rotators met when the neck swings to the socket's rim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import casadi as ca

from sim.checks import require_between
from sim.hip_geometry import HipGeometry, contact_energy
from sim.lifter import Sex
from sim.limits.limit import Edge, Limit
from wink.errors import LifterError

#: Internal rotation at 90 deg of flexion, means of healthy adults (Fan 2014, Kouyoumdjian 2012).
TYPICAL_DEG: dict[Sex, float] = {"male": 33.0, "female": 40.0}


@dataclass(frozen=True)
class HipImpingement(Limit):
    """Internal rotation [deg] a clinician finds at 90 deg of flexion, turned into a cone about the socket.

    Energy 6.5 Nm * 4 deg * exp((angle - end) / 4 deg), gated to the front upper rim; the end is the neck-to-cup angle
    in the clinician's posture. Geometry after Kubiak-Langer (2007); stiffness ours, confidence C.

    Raises:
        LifterError: a range no hip has.
    """

    name: ClassVar[str] = "hip_rotation"
    joints: ClassVar[tuple[str, ...]] = ("hip_flexion", "hip_abduction", "hip_rotation")
    pinches: ClassVar[bool] = True
    noticeable_nm: ClassVar[float] = 2.0  # the lifter turns away long before a clinician's 6.5
    TORQUE_NM: ClassVar[float] = 6.5
    WIDTH_DEG: ClassVar[float] = 4.0

    internal_rotation_deg: float | None = None  # at 90 deg of flexion; None = typical of the sex

    def __post_init__(self) -> None:
        if self.internal_rotation_deg is not None:
            require_between(
                LifterError, "hip internal_rotation_deg", self.internal_rotation_deg, (0.0, 75.0), "degrees"
            )

    def for_sex(self, sex: Sex) -> Self:
        """Fill an open range with the mean of the sex."""
        return self if self.internal_rotation_deg is not None else replace(self, internal_rotation_deg=TYPICAL_DEG[sex])

    def values(self) -> tuple[float, ...]:
        """Neck, cup, rim, and the end of the cone [deg]."""
        geometry = HipGeometry()
        return (*geometry.values(), geometry.opening_deg(90.0, 0.0, self._rotation_deg))

    @property
    def _rotation_deg(self) -> float:
        return TYPICAL_DEG["male"] if self.internal_rotation_deg is None else self.internal_rotation_deg

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Minus the energy's gradient in flexion, abduction and rotation."""
        return cone_torques(cls.joints, angle_deg, values, cls.TORQUE_NM, cls.WIDTH_DEG)

    def edge(self) -> Edge:
        """Internal rotation at 90 deg of flexion."""
        return Edge("hip_rotation", 1, self._rotation_deg, {"hip_flexion": 90.0, "hip_abduction": 0.0})


def cone_torques(
    joints: tuple[str, ...], angle_deg: Mapping[str, ca.SX], values: ca.SX, torque_nm: float, width_deg: float
) -> dict[str, ca.SX]:
    """Torques of a cone whose `values` are nine of geometry and its end."""
    angles, numbers = ca.SX.sym("hip", 3), ca.SX.sym("cone", 10)
    energy = contact_energy(angles, numbers[:9], numbers[9], torque_nm, width_deg)
    law = ca.Function("cone", [angles, numbers], [-ca.gradient(energy, angles)])
    torque = law(ca.vertcat(*(angle_deg[j] for j in joints)), values)
    return {joint: torque[i] for i, joint in enumerate(joints)}
