"""Calf against thigh in the deepest squat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import casadi as ca

from sim.checks import require_between
from sim.lifter import Lifter
from sim.limits.limit import Edge, Limit
from wink.errors import LifterError

#: Body mass index of the adults measured, about [kg/m2], and degrees of flexion a unit of it costs: thigh and calf of
#: 9 and 6 cm radius, growing as its root, meet 15 cm from the knee. Ours, confidence C.
MEASURED_INDEX, PER_INDEX_DEG = 24.0, 1.15


@dataclass(frozen=True)
class ThighCalf(Limit):
    """Knee flexion [deg] by which calf and thigh press with half their full moment.

    -25.386 (tanh(4.066 q - 12.098) + 1) Nm, q in radians (Zelle 2009, whose middle lies at 170.5 deg); bulky legs
    meet earlier.

    Raises:
        LifterError: a range no leg has.
    """

    name: ClassVar[str] = "thigh_calf"
    source: ClassVar[str] = "Zelle 2009"
    joints: ClassVar[tuple[str, ...]] = ("knee_flexion",)
    structural: ClassVar[bool] = True

    middle_deg: float = 170.5

    def __post_init__(self) -> None:
        require_between(LifterError, "thigh-calf middle_deg", self.middle_deg, (110.0, 180.0), "degrees")

    @classmethod
    def of_build(cls, lifter: Lifter) -> Self:
        """Thigh and calf as thick as a lifter's mass and stature say."""
        index = lifter.mass_kg / lifter.stature_m**2
        return cls(min(max(cls.middle_deg - PER_INDEX_DEG * (index - MEASURED_INDEX), 130.0), 178.0))

    def values(self) -> tuple[float, ...]:
        """The middle of the rise [deg]."""
        return (self.middle_deg,)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Extends the knee."""
        past = 4.066 * (angle_deg["knee_flexion"] - values[0]) * (3.141592653589793 / 180)
        return {"knee_flexion": -25.386 * (ca.tanh(past) + 1)}

    def edge(self) -> Edge:
        """Deep knee flexion."""
        return Edge("knee_flexion", 1, self.middle_deg - 25.0, {})
