"""Where the feet stand."""

from __future__ import annotations

from dataclasses import dataclass

from sim.checks import require_between
from wink.errors import ConfigError


@dataclass(frozen=True)
class Stance:
    """Both feet flat, level, mirrored.

    Raises:
        ConfigError: a stance nobody can stand in.
    """

    width: float  # between the ankles, in shoulder widths
    toe_out_deg: float  # of each foot, from straight ahead

    def __post_init__(self) -> None:
        require_between(
            ConfigError, "stance width", self.width, (0.3, 2.2), "shoulder widths", mistaken={100.0: "centimetres"}
        )
        require_between(ConfigError, "toe_out_deg", self.toe_out_deg, (-5.0, 55.0), "degrees")
