"""How the lifter likes to squat: the weights of the choice between postures that all are possible."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.checks import require_between
from wink.errors import ConfigError


@dataclass(frozen=True)
class Style:
    """Likes and dislikes; what the typical ones were tuned on is in docs/validation.md.

    Raises:
        ConfigError: a weight outside its range.
    """

    bracing: float = 1.0  # dislike of bending the lumbar spine
    hip_comfort: float = 1.0  # dislike of spending the hip's range of flexion
    cue: float = 1.0  # dislike of a trunk that is not parallel to the shanks
    reserve: float = 0.75  # the greatest share of strength the lifter means to use
    tolerance: float = 0.75  # the greatest share of lumbar range the lifter bends to rather than stop
    hip_tolerance_nm: float = 90.0  # the greatest push of the hip's own tissue, likewise: 9 deg past the clinical end
    misjudgement: float = 1.0  # how many times as strong as it is the lifter believes itself to be
    follows: bool = False  # the body takes the intent's postures instead of choosing its own

    def __post_init__(self) -> None:
        for name in ("bracing", "hip_comfort", "cue"):
            require_between(ConfigError, f"style {name}", getattr(self, name), (0.0, 20.0), "times typical")
        require_between(
            ConfigError, "style tolerance", self.tolerance, (0.1, 1.2), "of the range", mistaken={100.0: "percent"}
        )
        require_between(ConfigError, "style hip_tolerance_nm", self.hip_tolerance_nm, (10.0, 300.0), "newton metres")
        require_between(
            ConfigError, "style misjudgement", self.misjudgement, (0.5, 2.0), "times", mistaken={100.0: "percent"}
        )
        require_between(
            ConfigError, "style reserve", self.reserve, (0.2, 1.0), "of strength", mistaken={100.0: "percent"}
        )

    def swayed(self, by: tuple[float, float, float]) -> Style:
        """The same style with its three dislikes so many times as strong."""
        bracing, hip_comfort, cue = by
        return replace(
            self, bracing=self.bracing * bracing, hip_comfort=self.hip_comfort * hip_comfort, cue=self.cue * cue
        )

    def values(self) -> tuple[float, ...]:
        """The weights in the planner's order."""
        return (self.bracing, self.hip_comfort, self.cue, self.reserve, self.tolerance, self.hip_tolerance_nm)
