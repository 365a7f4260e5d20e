"""How deep the lifter means to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sim.checks import require_between
from wink.errors import ConfigError

#: Thigh inclinations that can be meant by a squat [deg].
SHALLOWEST_DEG, DEEPEST_DEG = 50.0, 130.0
#: How the deepest squat without a wink is found: from the plan alone, or from squats.
How = Literal["planned", "squatted"]
HOW: tuple[How, ...] = get_args(How)


@dataclass(frozen=True)
class Depth:
    """The thigh inclination aimed at: 90 is parallel. A lifter who cannot reach it stops short.

    One who chooses goes down until the spine, the hips or the muscles have had as much as the style tolerates, at most
    to that inclination, and has then done what was meant.

    Raises:
        ConfigError: an inclination that is no squat.
    """

    thigh_inclination_deg: float
    self_chosen: bool = False

    def __post_init__(self) -> None:
        require_between(
            ConfigError, "thigh_inclination_deg", self.thigh_inclination_deg, (SHALLOWEST_DEG, DEEPEST_DEG), "degrees"
        )
