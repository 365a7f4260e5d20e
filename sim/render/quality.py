"""How much work goes into a picture."""

from __future__ import annotations

from dataclasses import dataclass

from sim.checks import require_between
from wink.errors import ConfigError, unknown_name

RENDERERS = ("auto", "opengl", "software")


@dataclass(frozen=True)
class Quality:
    """A quality tier: `fast`, `standard` or `hero`.

    Raises:
        ConfigError: a value out of range.
    """

    samples: int = 4  # drawn for every pixel: 1 or 4
    subframes: int = 2  # moments a frame that is exposed for a while is made of
    still_subframes: int = 1  # the same for a frame without exposure time: edges and shadows softer
    renderer: str = "auto"  # opengl, software (slow, plain), or auto: opengl where there is one

    def __post_init__(self) -> None:
        if self.samples not in (1, 4):
            raise ConfigError(f"samples is 1 or 4, got {self.samples!r}")
        for name in ("subframes", "still_subframes"):
            require_between(ConfigError, name, getattr(self, name), (1, 64), "moments")
        if self.renderer not in RENDERERS:
            raise ConfigError(unknown_name("renderer", str(self.renderer), RENDERERS))

    def moments(self, timing: tuple[float, float, float]) -> int:
        """How many sub-frames a frame of a timing (fps, shutter, readout) needs."""
        return self.subframes if timing[1] or timing[2] else self.still_subframes
