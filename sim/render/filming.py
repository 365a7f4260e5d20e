"""What a camera does to a picture, apart from where it stands: time, light, grain, compression."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sim.checks import require_between
from wink.errors import ConfigError

_BETWEEN: dict[str, tuple[float, float, str]] = {
    "fps": (1.0, 240.0, "frames a second"),
    "shutter_deg": (0.0, 360.0, "degrees"),
    "readout_share": (0.0, 1.0, ""),
    "exposure": (0.25, 4.0, ""),
    "warmth": (-1.0, 1.0, ""),
    "noise": (0.0, 25.0, "grey levels"),
    "resolution": (0.2, 1.0, ""),
    "crf": (0, 45, ""),
}


@dataclass(frozen=True)
class Filming:
    """How a clip is exposed, recorded and compressed.

    Frame k is exposed round k / fps: half of its exposure before that moment, half after, in the picture's middle
    row. The labels are those of that moment.

    Raises:
        ConfigError: a value out of range.
    """

    fps: float = 30.0  # 29.97 and its kin stand for 30000/1001 and its kin
    shutter_deg: float = 0.0  # how long the shutter is open: 360 is the whole time from frame to frame
    readout_share: float = 0.0  # rolling shutter: from the top row's exposure to the bottom row's, of the frame's time
    exposure: float = 1.0  # brightness, 1 = as a camera would choose
    warmth: float = 0.0  # white balance, -1 cold to 1 warm
    noise: float = 2.0  # standard deviation of the grain [grey levels of 255]
    resolution: float = 1.0  # share of the picture's width at which it was stored before it was enlarged again
    crf: int = 21  # compression: 18 hardly seen, 23 usual, 35 blocky

    def __post_init__(self) -> None:
        for name, (low, high, unit) in _BETWEEN.items():
            require_between(ConfigError, name, getattr(self, name), (low, high), unit)
        object.__setattr__(self, "fps", float(self.rate))

    @property
    def rate(self) -> Fraction:
        """Frames a second, exactly: a rate just below a whole number is the broadcasters' n x 1000/1001."""
        whole = round(self.fps * 1.001)
        if abs(whole / 1.001 - self.fps) < 0.004 and self.fps != round(self.fps):
            return Fraction(whole * 1000, 1001)
        return Fraction(self.fps).limit_denominator(1001)

    @property
    def timing(self) -> tuple[float, float, float]:
        """What cameras that film one trial together must share."""
        return self.fps, self.shutter_deg, self.readout_share

    def sample(self, rng: np.random.Generator) -> Filming:  # noqa: ARG002
        """Itself: nothing is drawn, the rng is left alone."""
        return self


#: A good camera in good light.
CLEAN = Filming()
