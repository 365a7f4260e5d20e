"""The ends of abduction and adduction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import casadi as ca

from sim.checks import require_between
from sim.limits.limit import Edge, Limit, growth
from wink.errors import LifterError


@dataclass(frozen=True)
class HipAbduction(Limit):
    """Passive abduction and adduction [deg]; 8 Nm at the end, growing e-fold in 4 deg. Ours, confidence C.

    Raises:
        LifterError: a range no hip has.
    """

    name: ClassVar[str] = "hip_abduction"
    source: ClassVar[str] = "ours"
    joints: ClassVar[tuple[str, ...]] = ("hip_abduction",)

    abduction_deg: float = 45.0
    adduction_deg: float = 25.0

    def __post_init__(self) -> None:
        require_between(LifterError, "hip abduction_deg", self.abduction_deg, (10.0, 90.0), "degrees")
        require_between(LifterError, "hip adduction_deg", self.adduction_deg, (5.0, 60.0), "degrees")

    def values(self) -> tuple[float, ...]:
        """Both ends [deg]."""
        return (self.abduction_deg, self.adduction_deg)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Back from either end."""
        angle = angle_deg["hip_abduction"]
        return {"hip_abduction": 8.0 * (growth((-values[1] - angle) / 4.0) - growth((angle - values[0]) / 4.0))}

    def edge(self) -> Edge:
        """Abduction."""
        return Edge("hip_abduction", 1, self.abduction_deg, {})
