"""How fast, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from sim.checks import require_between
from wink.errors import ConfigError


@dataclass(frozen=True)
class Tempo:
    """Durations of one repetition and how many there are.

    Raises:
        ConfigError: a duration nobody squats at, or not a whole number of repetitions.
    """

    descent_s: float
    pause_s: float
    ascent_s: float
    repetitions: int = 1
    rest_s: float = 0.5  # standing between repetitions
    quiet_s: float = 0.3  # standing before the first and after the last

    def __post_init__(self) -> None:
        millis = {1000.0: "milliseconds"}
        require_between(ConfigError, "descent_s", self.descent_s, (0.6, 8.0), "seconds", mistaken=millis)
        require_between(ConfigError, "pause_s", self.pause_s, (0.0, 5.0), "seconds", mistaken=millis)
        require_between(ConfigError, "ascent_s", self.ascent_s, (0.5, 8.0), "seconds", mistaken=millis)
        require_between(ConfigError, "rest_s", self.rest_s, (0.2, 10.0), "seconds", mistaken=millis)
        require_between(ConfigError, "quiet_s", self.quiet_s, (0.2, 5.0), "seconds", mistaken=millis)
        if not isinstance(self.repetitions, int) or not 1 <= self.repetitions <= 30:
            raise ConfigError(f"repetitions is {self.repetitions!r}; expected a whole number from 1 to 30")
