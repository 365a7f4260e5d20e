"""Muscles over two joints: hamstrings and rectus femoris at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import casadi as ca

from sim.checks import require_between
from sim.limits.limit import Edge, Limit
from wink.errors import LifterError


@dataclass(frozen=True)
class TwoJoint(Limit):
    """How much earlier [deg of hip flexion] the hamstrings tighten than in the mean adult.

    Passive hip and knee moments of Riener and Edrich (1999), eqs. for hip and knee at a neutral ankle; the shift
    moves hip flexion in the hamstring terms. Fitted at each joint, so not the gradient of one energy. In a squat
    both ends move and they stay nearly slack.

    Raises:
        LifterError: a shift outside what people show.
    """

    name: ClassVar[str] = "hamstrings"
    source: ClassVar[str] = "Riener and Edrich 1999"
    joints: ClassVar[tuple[str, ...]] = ("hip_flexion", "knee_flexion")
    conservative: ClassVar[bool] = False

    hamstring_tightness_deg: float = 0.0

    def __post_init__(self) -> None:
        require_between(LifterError, "hamstring_tightness_deg", self.hamstring_tightness_deg, (-30.0, 45.0), "degrees")

    def eased(self, by_deg: float) -> Self:
        """The same hamstrings tightening that much later."""
        return replace(self, hamstring_tightness_deg=self.hamstring_tightness_deg - by_deg)

    def values(self) -> tuple[float, ...]:
        """The shift [deg]."""
        return (self.hamstring_tightness_deg,)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Hip moment + flexing, knee moment + flexing."""
        hip, knee = angle_deg["hip_flexion"], angle_deg["knee_flexion"]
        taut = hip + values[0]
        at_hip = ca.exp(1.4655 - 0.0034 * knee - 0.0750 * hip) - ca.exp(1.3403 - 0.0226 * knee + 0.0305 * taut) + 8.072
        at_knee = (
            ca.exp(1.800 - 0.0352 * knee + 0.0217 * taut)
            - ca.exp(-3.971 + 0.0495 * knee - 0.0128 * hip)
            - 4.820
            + ca.exp(2.220 - 0.150 * knee)
        )
        return {"hip_flexion": at_hip, "knee_flexion": at_knee}

    def edge(self) -> Edge:
        """A straight leg raised."""
        return Edge("hip_flexion", 1, 70.0 - self.hamstring_tightness_deg, {"knee_flexion": 0.0})
