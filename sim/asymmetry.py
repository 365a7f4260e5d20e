"""What differs between the left and the right leg."""

from __future__ import annotations

from dataclasses import dataclass

from sim.checks import require_between
from sim.limits.limit import Limit
from wink.errors import LifterError


@dataclass(frozen=True)
class Asymmetry:
    """Left minus right: each side has half of it more or less than the lifter's own limits and strength.

    Healthy people's sides differ by an SD of 3 to 5 deg; the names are those of the limits.

    Raises:
        LifterError: sides further apart than in any healthy person.
    """

    hip_flexion_deg: float = 0.0
    hip_rotation_deg: float = 0.0
    hip_bone_deg: float = 0.0  # femoral version
    ankle_dorsiflexion_deg: float = 0.0
    hamstrings_deg: float = 0.0  # how much later the left ones tighten
    strength_percent: float = 0.0  # of the mean of both legs

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name.endswith("_deg"):
                require_between(LifterError, f"asymmetry {name}", value, (-50.0, 50.0), "degrees")
        require_between(LifterError, "asymmetry strength_percent", self.strength_percent, (-100.0, 100.0), "percent")

    def on_side(self, limit: Limit, side: str) -> Limit:
        """A limit as it is on the left or the right."""
        return limit.eased((0.5 if side == "left" else -0.5) * self._degrees(limit))

    def on_tighter_side(self, limit: Limit) -> Limit:
        """A limit as it is where there is less of it."""
        return limit.eased(-0.5 * abs(self._degrees(limit)))

    def strength(self, side: str) -> float:
        """Strength of a leg, times the mean of both."""
        return 1.0 + (0.005 if side == "left" else -0.005) * self.strength_percent

    @property
    def weaker_strength(self) -> float:
        """Strength of the weaker leg, times the mean of both."""
        return min(self.strength("left"), self.strength("right"))

    def _degrees(self, limit: Limit) -> float:
        return float(getattr(self, f"{limit.name}_deg", 0.0))
