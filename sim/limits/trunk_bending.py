"""Sideways bending and twisting of the lumbar spine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import casadi as ca

from sim.checks import require_between
from sim.limits.limit import Edge, Limit
from wink.errors import LifterError


@dataclass(frozen=True)
class TrunkBending(Limit):
    """Stiffness [Nm per degree] to the side and about the long axis; 1.05 is 60 Nm/rad, ours, confidence C.

    Raises:
        LifterError: a stiffness that is not positive, or no spine's.
    """

    name: ClassVar[str] = "trunk_bending"
    source: ClassVar[str] = "ours"
    joints: ClassVar[tuple[str, ...]] = ("lumbar_lateral", "lumbar_axial")

    stiffness_nm_deg: float = 1.05

    def __post_init__(self) -> None:
        require_between(LifterError, "stiffness_nm_deg", self.stiffness_nm_deg, (0.05, 20.0), "Nm per degree")

    def values(self) -> tuple[float, ...]:
        """The stiffness [Nm/deg]."""
        return (self.stiffness_nm_deg,)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Straightens."""
        return {joint: -values[0] * angle_deg[joint] for joint in cls.joints}

    def edge(self) -> Edge:
        """Bending to the left; a spring has no edge, this is where it carries 10 Nm."""
        return Edge("lumbar_lateral", 1, 10.0, {"lumbar_axial": 0.0})
