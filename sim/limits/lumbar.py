"""The lumbar spine's own stiffness, bent forward and backward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import casadi as ca

from sim.checks import require_between
from sim.lifter import Sex
from sim.limits.limit import Edge, Limit, growth
from sim.skeleton import LUMBAR_FLEXION, LUMBAR_SHARES
from wink.errors import LifterError

#: Standing to full flexion, adults of 25 (docs/simulation.md).
TYPICAL_DEG: dict[Sex, float] = {"male": 52.0, "female": 48.0}


@dataclass(frozen=True)
class Lumbar(Limit):
    """Lumbar flexion from standing to full, and extension reserve [deg].

    The law 0.90 (exp(3.19 x) - 1) Nm of the share x of the range gone, fitted to in-vivo stiffness (Beach 2005);
    each level carries it at its own share of the bend.

    Raises:
        LifterError: a range no spine has.
    """

    name: ClassVar[str] = "lumbar"
    source: ClassVar[str] = "Beach 2005"
    joints: ClassVar[tuple[str, ...]] = LUMBAR_FLEXION

    flexion_deg: float | None = None  # None = typical of the sex
    extension_deg: float = 16.0

    def __post_init__(self) -> None:
        if self.flexion_deg is not None:
            require_between(LifterError, "lumbar flexion_deg", self.flexion_deg, (15.0, 90.0), "degrees")
        require_between(LifterError, "lumbar extension_deg", self.extension_deg, (3.0, 50.0), "degrees")

    def for_sex(self, sex: Sex) -> Self:
        """Fill an open range with the mean of the sex."""
        return self if self.flexion_deg is not None else replace(self, flexion_deg=TYPICAL_DEG[sex])

    def values(self) -> tuple[float, ...]:
        """Flexion and extension ranges [deg]."""
        return (TYPICAL_DEG["male"] if self.flexion_deg is None else self.flexion_deg, self.extension_deg)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Straightens each level."""
        torques = {}
        for joint, share in zip(cls.joints, LUMBAR_SHARES, strict=True):
            whole = angle_deg[joint] / share  # the whole-lumbar bend this level would be part of
            forward = growth(3.19 * _above_zero(whole) / values[0]) - 1
            backward = growth(3.19 * _above_zero(-whole) / values[1]) - 1
            torques[joint] = 0.90 * (backward - forward)
        return torques

    def edge(self) -> Edge:
        """Flexion at L5/S1, at its share of three quarters of the range."""
        return Edge(self.joints[0], 1, 0.75 * LUMBAR_SHARES[0] * self.values()[0], dict.fromkeys(self.joints[1:], 0.0))


def _above_zero(angle_deg: ca.SX) -> ca.SX:
    """The positive part, rounded within a degree of zero: standing lies there, and solvers stop at a corner."""
    return (angle_deg + ca.sqrt(angle_deg**2 + 1.0)) / 2
