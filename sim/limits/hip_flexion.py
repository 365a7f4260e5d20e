"""The end of hip flexion: capsule, muscle bulk and belly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import casadi as ca

from sim.checks import require_between
from sim.lifter import Sex
from sim.limits.limit import Edge, Limit, growth
from wink.errors import LifterError

#: True hip flexion, the pelvis's own motion subtracted, mean of 100 healthy hips (docs/simulation.md).
TYPICAL_DEG: dict[Sex, float] = {"male": 93.8, "female": 107.3}


@dataclass(frozen=True)
class HipFlexion(Limit):
    """Hip flexion a clinician finds with the pelvis held, and what a load adds.

    The law -15 exp((F - end) / 5 deg) Nm reaches 15 Nm, a clinician's push, at the clinical angle and 90 Nm 9 deg
    further on, where loaded squats end; each degree of abduction beyond 10 opens the end by 0.4. Ours (the form
    after Riener and Edrich 1999), confidence C.

    Raises:
        LifterError: a range no hip has.
    """

    name: ClassVar[str] = "hip_flexion"
    source: ClassVar[str] = "range of 100 healthy hips; law ours"
    joints: ClassVar[tuple[str, ...]] = ("hip_flexion", "hip_abduction")
    TORQUE_NM: ClassVar[float] = 15.0
    WIDTH_DEG: ClassVar[float] = 5.0
    OPENING: ClassVar[float] = 0.4

    flexion_deg: float | None = None  # None = typical of the sex

    def __post_init__(self) -> None:
        if self.flexion_deg is not None:
            require_between(LifterError, "hip flexion_deg", self.flexion_deg, (60.0, 150.0), "degrees")

    def for_sex(self, sex: Sex) -> Self:
        """Fill an open range with the mean of the sex."""
        return self if self.flexion_deg is not None else replace(self, flexion_deg=TYPICAL_DEG[sex])

    def eased(self, by_deg: float) -> Self:
        """The same hip with that much more flexion."""
        return replace(self, flexion_deg=self.values()[0] + by_deg)

    def values(self) -> tuple[float, ...]:
        """The end of flexion [deg]."""
        return (TYPICAL_DEG["male"] if self.flexion_deg is None else self.flexion_deg,)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Extends the hip beyond its end, and spreads the thigh."""
        end, opened = end_deg(values[0], angle_deg["hip_abduction"])
        torque = cls.TORQUE_NM * growth((angle_deg["hip_flexion"] - end) / cls.WIDTH_DEG)
        return {"hip_flexion": -torque, "hip_abduction": torque * opened}

    def edge(self) -> Edge:
        """Flexion at neutral abduction."""
        return Edge("hip_flexion", 1, self.values()[0], {"hip_abduction": 0.0})


def end_deg(flexion_deg: ca.SX, abduction_deg: ca.SX) -> tuple[ca.SX, ca.SX]:
    """The end of flexion [deg] of an abducted hip, and how it changes per degree of abduction.

    A smooth ramp from 10 deg on, so that the law stays the gradient of an energy.
    """
    beyond = abduction_deg - 10.0
    root = ca.sqrt(beyond**2 + 25.0)
    return flexion_deg + HipFlexion.OPENING * (beyond + root) / 2, HipFlexion.OPENING * (1 + beyond / root) / 2
