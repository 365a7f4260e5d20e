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

    Its load in kilograms, or as a share of the lifter's own mass, or of the most the lifter can squat once.

    Raises:
        ConfigError: an unknown way to carry it, a load that contradicts it, or two loads.
    """

    kind: BarKind
    load_kg: float = 0.0  # bar and plates together; 0 where a share says it
    arms_down: bool = False  # without a load: arms hang instead of reaching forward
    percent_of_body_mass: float = 0.0
    percent_of_maximum: float = 0.0  # of the one-repetition maximum; found when the squat is simulated

    def __post_init__(self) -> None:
        if self.kind not in get_args(BarKind):
            raise ConfigError(unknown_name("way to carry a bar", str(self.kind), get_args(BarKind)))
        require_between(ConfigError, "load_kg", self.load_kg, (0.0, 500.0), "kilograms", mistaken={1000.0: "grams"})
        for name in ("percent_of_body_mass", "percent_of_maximum"):
            require_between(ConfigError, f"barbell {name}", getattr(self, name), (0.0, 400.0), "percent")
        given = {name: getattr(self, name) for name in _LOADS if getattr(self, name)}
        if self.kind == "none" and given:
            loads = " and ".join(f"{name} {value:g}" for name, value in given.items())
            ways = ", ".join(kind for kind in get_args(BarKind) if kind != "none")
            raise ConfigError(f"{loads}, but nothing to carry it with: say how, barbell.kind is one of {ways}")
        if self.kind != "none" and not given:
            raise ConfigError(
                f"a bar of kind {self.kind!r} without a load; expected {', '.join(_LOADS[:-1])} or "
                f"{_LOADS[-1]}, or kind none"
            )
        if self.percent_of_body_mass and self.percent_of_maximum:
            raise ConfigError("a load is a share of body mass or of the maximum, not of both")
        if self.arms_down and given:
            raise ConfigError("arms_down with a load: arms hang only without one")

    @property
    def is_weighed(self) -> bool:
        """Whether the load is known in kilograms."""
        return self.kind == "none" or self.load_kg > 0

    @property
    def shoulder_flexion_deg(self) -> float:
        """Where the arms are held."""
        return 0.0 if self.arms_down else CARRY[self.kind][2]


_LOADS = ("load_kg", "percent_of_body_mass", "percent_of_maximum")
