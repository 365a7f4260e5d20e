"""Turning of the shank under the thigh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import casadi as ca

from sim.checks import require_between
from sim.limits.limit import Edge, Limit, growth
from wink.errors import LifterError


@dataclass(frozen=True)
class TibialRotation(Limit):
    """Axial rotation [deg] of the straight and of the flexed knee.

    -0.1 Nm per degree with exponential ends (3 Nm, 4 deg); the range opens from straight to flexed with an
    e-fold of 35 deg of knee flexion; ours, confidence C. A knee that opens is worked on, so no energy is claimed.

    Raises:
        LifterError: a range no knee has.
    """

    name: ClassVar[str] = "tibial_rotation"
    source: ClassVar[str] = "ours"
    joints: ClassVar[tuple[str, ...]] = ("tibial_rotation", "knee_flexion")
    conservative: ClassVar[bool] = False

    straight_deg: float = 8.0
    flexed_deg: float = 28.0

    def __post_init__(self) -> None:
        require_between(LifterError, "tibial straight_deg", self.straight_deg, (1.0, 30.0), "degrees")
        require_between(LifterError, "tibial flexed_deg", self.flexed_deg, (self.straight_deg, 60.0), "degrees")

    def values(self) -> tuple[float, ...]:
        """Range of the straight knee, and what flexion adds [deg]."""
        return (self.straight_deg, self.flexed_deg - self.straight_deg)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Back to the middle; internal rotation ends at 0.7 of the external range."""
        angle = angle_deg["tibial_rotation"]
        end = values[0] + values[1] * (1 - ca.exp(-ca.fmax(angle_deg["knee_flexion"], 0) / 35.0))
        ends = growth((-end - angle) / 4.0) - growth((angle - 0.7 * end) / 4.0)
        return {"tibial_rotation": -0.10 * angle + 3.0 * ends, "knee_flexion": ca.SX(0)}

    def edge(self) -> Edge:
        """External rotation of the flexed knee."""
        return Edge("tibial_rotation", -1, -self.flexed_deg, {"knee_flexion": 110.0})
