"""Bone on bone: the neck against the rim of the socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import casadi as ca

from sim.checks import require_between
from sim.hip_geometry import ACETABULAR_VERSION_DEG, FEMORAL_VERSION_DEG, NECK_SHAFT_DEG, HipGeometry
from sim.limits.hip_impingement import cone_torques
from sim.limits.limit import Edge, Limit
from wink.errors import LifterError

#: Internal rotation at 90 deg of flexion at which the bones of the mean hip meet [deg]; ours, past any capsule.
BONE_ROTATION_DEG = 42.0


@dataclass(frozen=True)
class HipBone(Limit):
    """Radiographic angles of neck and socket.

    Same cone as the capsule's, stiffer (10 Nm, 2 deg), ending where the mean hip's neck meets the rim, 0.6 deg earlier
    per degree of centre-edge angle over 30 and 0.5 per degree of alpha angle over 48. Ours, confidence C.

    Raises:
        LifterError: an angle no hip has.
    """

    name: ClassVar[str] = "hip_bone"
    joints: ClassVar[tuple[str, ...]] = ("hip_flexion", "hip_abduction", "hip_rotation")
    pinches: ClassVar[bool] = True
    noticeable_nm: ClassVar[float] = 2.0  # the lifter turns away long before a clinician's 6.5
    structural: ClassVar[bool] = True
    TORQUE_NM: ClassVar[float] = 10.0
    WIDTH_DEG: ClassVar[float] = 2.0

    femoral_version_deg: float = FEMORAL_VERSION_DEG
    acetabular_version_deg: float = ACETABULAR_VERSION_DEG
    neck_shaft_deg: float = NECK_SHAFT_DEG
    centre_edge_deg: float = 30.0
    alpha_deg: float = 48.0

    def __post_init__(self) -> None:
        require_between(LifterError, "femoral_version_deg", self.femoral_version_deg, (-30.0, 60.0), "degrees")
        require_between(LifterError, "acetabular_version_deg", self.acetabular_version_deg, (-10.0, 45.0), "degrees")
        require_between(LifterError, "neck_shaft_deg", self.neck_shaft_deg, (105.0, 160.0), "degrees")
        require_between(LifterError, "centre_edge_deg", self.centre_edge_deg, (5.0, 60.0), "degrees")
        require_between(LifterError, "alpha_deg", self.alpha_deg, (30.0, 100.0), "degrees")

    def values(self) -> tuple[float, ...]:
        """Neck, cup, rim, and the end of the cone [deg]."""
        own = HipGeometry(self.femoral_version_deg, self.acetabular_version_deg, self.neck_shaft_deg)
        return (*own.values(), self._end_deg)

    @property
    def _end_deg(self) -> float:
        mean = HipGeometry().opening_deg(90.0, 0.0, BONE_ROTATION_DEG)
        return mean - 0.6 * (self.centre_edge_deg - 30.0) - 0.5 * max(0.0, self.alpha_deg - 48.0)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Minus the energy's gradient in flexion, abduction and rotation."""
        return cone_torques(cls.joints, angle_deg, values, cls.TORQUE_NM, cls.WIDTH_DEG)

    def edge(self) -> Edge:
        """Internal rotation at 90 deg of flexion, of the mean bones."""
        return Edge("hip_rotation", 1, BONE_ROTATION_DEG, {"hip_flexion": 90.0, "hip_abduction": 0.0})
