"""The ends of inversion and eversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import casadi as ca

from sim.checks import require_between
from sim.limits.limit import Edge, Limit, growth
from wink.errors import LifterError


@dataclass(frozen=True)
class Subtalar(Limit):
    """Inversion and eversion [deg]; 5 Nm at either end, e-fold in 4 deg; ours, confidence C.

    Raises:
        LifterError: a range no foot has.
    """

    name: ClassVar[str] = "subtalar"
    source: ClassVar[str] = "ours"
    joints: ClassVar[tuple[str, ...]] = ("subtalar_inversion",)

    inversion_deg: float = 25.0
    eversion_deg: float = 15.0

    def __post_init__(self) -> None:
        require_between(LifterError, "inversion_deg", self.inversion_deg, (3.0, 60.0), "degrees")
        require_between(LifterError, "eversion_deg", self.eversion_deg, (3.0, 45.0), "degrees")

    def values(self) -> tuple[float, ...]:
        """Both ends [deg]."""
        return (self.inversion_deg, self.eversion_deg)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Back from either end."""
        angle = angle_deg["subtalar_inversion"]
        return {"subtalar_inversion": 5.0 * (growth((-values[1] - angle) / 4.0) - growth((angle - values[0]) / 4.0))}

    def edge(self) -> Edge:
        """Eversion."""
        return Edge("subtalar_inversion", -1, -self.eversion_deg, {})
