"""Where the feet stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.checks import require_between
from wink.errors import ConfigError

HEEL_TO_BALL_M = 0.18


@dataclass(frozen=True)
class Stance:
    """Both feet flat, level, mirrored.

    A wedge is the sole's slope only: it moves the ankle's end by atan(height / 0.18 m), heel to ball, and leaves the
    ankle where it was. Angles of the ankle stay against the floor.

    Raises:
        ConfigError: a stance nobody can stand in.
    """

    width: float  # between the ankles, in shoulder widths
    toe_out_deg: float  # of each foot, from straight ahead
    heel_wedge_m: float = 0.0  # height under the heels: a plate, or a lifting shoe
    knees_behind_toes: bool = False  # a board in front of the toes that the knees may not pass (Fry 2003)

    def __post_init__(self) -> None:
        require_between(
            ConfigError, "stance width", self.width, (0.3, 2.2), "shoulder widths", mistaken={100.0: "centimetres"}
        )
        require_between(ConfigError, "toe_out_deg", self.toe_out_deg, (-5.0, 55.0), "degrees")
        require_between(
            ConfigError, "heel_wedge_m", self.heel_wedge_m, (0.0, 0.08), "metres", mistaken={1000.0: "millimetres"}
        )

    def slope_deg(self, drop_m: float = 0.0) -> float:
        """Slope under the foot, toes down, in a shoe whose heel stands `drop_m` over its ball."""
        return math.degrees(math.atan((self.heel_wedge_m + drop_m) / HEEL_TO_BALL_M))
