"""What is worn on the feet."""

from __future__ import annotations

from dataclasses import dataclass

from sim.checks import require_between
from wink.errors import ConfigError


@dataclass(frozen=True)
class Shoe:
    """Thickness of the sole under heel and ball. What counts is the drop between them; the height is left out.

    Raises:
        ConfigError: a shoe nobody lifts in.
    """

    heel_m: float = 0.0
    ball_m: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            millis = {1000.0: "millimetres"}
            require_between(ConfigError, f"shoe {name}", value, (0.0, 0.06), "metres", mistaken=millis)
        if self.ball_m > self.heel_m:
            raise ConfigError(
                f"a shoe of {self.heel_m:g} m at the heel and {self.ball_m:g} m at the ball falls backward"
            )

    @property
    def drop_m(self) -> float:
        """Heel over ball [m]."""
        return self.heel_m - self.ball_m
