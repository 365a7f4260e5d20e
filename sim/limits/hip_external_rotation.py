"""The end of external rotation of the flexed hip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import casadi as ca

from sim.checks import require_between
from sim.limits.limit import Edge, Limit, growth
from wink.errors import LifterError


@dataclass(frozen=True)
class HipExternalRotation(Limit):
    """External rotation [deg] at 90 deg of flexion, mean 42 +- 7; 5 Nm at the end, e-fold in 5 deg. Ours, confidence C.

    Raises:
        LifterError: a range no hip has.
    """

    name: ClassVar[str] = "hip_external_rotation"
    source: ClassVar[str] = "range of healthy hips; law ours"
    joints: ClassVar[tuple[str, ...]] = ("hip_rotation",)

    external_rotation_deg: float = 42.0

    def __post_init__(self) -> None:
        require_between(LifterError, "hip external_rotation_deg", self.external_rotation_deg, (5.0, 90.0), "degrees")

    def values(self) -> tuple[float, ...]:
        """The end [deg]."""
        return (self.external_rotation_deg,)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Turns the thigh in again; the far end of internal rotation is closed too."""
        angle = angle_deg["hip_rotation"]
        return {"hip_rotation": 5.0 * (growth((-values[0] - angle) / 5.0) - growth((angle - 60.0) / 5.0))}

    def edge(self) -> Edge:
        """External rotation."""
        return Edge("hip_rotation", -1, -self.external_rotation_deg, {})
