"""What capsule and bone of a hip share: both are met when the femoral neck comes too far off the socket's axis."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import casadi as ca

from sim.hip_geometry import HipGeometry, contact_energy
from sim.limits.limit import Edge, Limit


class HipCone(Limit):
    """A cone about the socket's axis that the neck is pressed against, toward the front upper rim only.

    Energy torque * width * exp((neck-to-cup angle - end) / width); its gradient couples flexion, abduction and
    rotation. Geometry after Kubiak-Langer (2007).
    """

    joints: ClassVar[tuple[str, ...]] = ("hip_flexion", "hip_abduction", "hip_rotation")
    pinches: ClassVar[bool] = True
    noticeable_nm: ClassVar[float] = 2.0  # the lifter turns away long before a clinician's 6.5
    TORQUE_NM: ClassVar[float]
    WIDTH_DEG: ClassVar[float]

    @property
    @abstractmethod
    def geometry(self) -> HipGeometry:
        """Neck and socket."""

    @property
    @abstractmethod
    def end_deg(self) -> float:
        """Angle of neck and cup axis at the end of the cone [deg]."""

    @property
    def rotation_end_deg(self) -> float:
        """Internal rotation at 90 deg of flexion at which the end is met [deg]."""
        return self.geometry.rotation_deg(self.end_deg, 90.0, 0.0)

    def values(self) -> tuple[float, ...]:
        """Neck, cup, rim, and the end of the cone [deg]."""
        return (*self.geometry.values(), self.end_deg)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Minus the energy's gradient in flexion, abduction and rotation."""
        angles, numbers = ca.SX.sym("hip", 3), ca.SX.sym("cone", 10)
        energy = contact_energy(angles, numbers[:9], numbers[9], cls.TORQUE_NM, cls.WIDTH_DEG)
        law = ca.Function("cone", [angles, numbers], [-ca.gradient(energy, angles)])
        torque = law(ca.vertcat(*(angle_deg[j] for j in cls.joints)), values)
        return {joint: torque[i] for i, joint in enumerate(cls.joints)}

    def edge(self) -> Edge:
        """Internal rotation at 90 deg of flexion."""
        return Edge("hip_rotation", 1, self.rotation_end_deg, {"hip_flexion": 90.0, "hip_abduction": 0.0})
