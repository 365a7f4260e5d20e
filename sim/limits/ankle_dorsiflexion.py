"""The end of dorsiflexion: calf and front of the ankle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import casadi as ca

from sim.checks import require_between
from sim.limits.limit import Edge, Limit, growth
from wink.errors import LifterError


@dataclass(frozen=True)
class AnkleDorsiflexion(Limit):
    """Shank inclination [deg] a weight-bearing lunge reaches.

    The law -22 exp((D - end) / 5 deg) Nm, its end 6 deg short of the lunge (nobody squats to the lunge's end;
    docs/simulation.md), and 8 exp((-50 - D) / 6 deg) Nm against pointing the foot. Ours, after Riener and Edrich
    (1999), confidence B.

    Raises:
        LifterError: a range no ankle has.
    """

    name: ClassVar[str] = "ankle_dorsiflexion"
    source: ClassVar[str] = "after Riener and Edrich 1999"
    joints: ClassVar[tuple[str, ...]] = ("ankle_dorsiflexion",)
    SHORT_OF_LUNGE_DEG: ClassVar[float] = 6.0

    lunge_deg: float = 39.0
    wedge_deg: float = 0.0  # slope of the sole under the heel, set by stance and shoe

    def __post_init__(self) -> None:
        require_between(LifterError, "ankle lunge_deg", self.lunge_deg, (8.0, 65.0), "degrees")

    def eased(self, by_deg: float) -> Self:
        """The same ankle with that much more of a lunge."""
        return replace(self, lunge_deg=self.lunge_deg + by_deg)

    def values(self) -> tuple[float, ...]:
        """The end of dorsiflexion in a squat [deg]."""
        return (self.lunge_deg - self.SHORT_OF_LUNGE_DEG + self.wedge_deg,)

    @classmethod
    def torques(cls, angle_deg: Mapping[str, ca.SX], values: ca.SX) -> dict[str, ca.SX]:
        """Points the foot beyond the end."""
        angle = angle_deg["ankle_dorsiflexion"]
        return {"ankle_dorsiflexion": -22.0 * growth((angle - values[0]) / 5.0) + 8.0 * growth((-50.0 - angle) / 6.0)}

    def edge(self) -> Edge:
        """Dorsiflexion at the squat's end."""
        return Edge("ankle_dorsiflexion", 1, self.values()[0], {})
