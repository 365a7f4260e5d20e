"""What the lifter carries, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sim.checks import require_between
from wink.errors import ConfigError, unknown_name

BarKind = Literal["none", "high", "low", "front", "goblet"]

#: Centre of the load from T12/L1, as shares of the thorax length (forward, up), and shoulder flexion that holds
#: it [deg]; without a load the arms reach forward. Ours, from photographs; confidence C.
CARRY: dict[BarKind, tuple[float, float, float]] = {
    "none": (0.0, 1.0, 80.0),
    "high": (-0.19, 0.97, -25.0),
    "low": (-0.29, 0.83, -35.0),
    "front": (0.40, 0.86, 75.0),
    "goblet": (0.70, 0.62, 40.0),
}


@dataclass(frozen=True)
class Barbell:
    """A bar (or a dumb-bell, for `goblet`) fixed to the thorax; `none` is arms forward.

    Raises:
        ConfigError: an unknown way to carry it, or a load that contradicts it.
    """

    kind: BarKind
    load_kg: float  # bar and plates together
    arms_down: bool = False  # without a load: arms hang instead of reaching forward

    def __post_init__(self) -> None:
        if self.kind not in get_args(BarKind):
            raise ConfigError(unknown_name("way to carry a bar", str(self.kind), get_args(BarKind)))
        require_between(ConfigError, "load_kg", self.load_kg, (0.0, 500.0), "kilograms", mistaken={1000.0: "grams"})
        if (self.kind == "none") != (self.load_kg == 0):
            raise ConfigError(f"a bar of kind {self.kind!r} with {self.load_kg:g} kg: use kind none for no load")
        if self.arms_down and self.load_kg:
            raise ConfigError(f"arms_down with {self.load_kg:g} kg: arms hang only without a load")

    @property
    def shoulder_flexion_deg(self) -> float:
        """Where the arms are held."""
        return 0.0 if self.arms_down else CARRY[self.kind][2]
