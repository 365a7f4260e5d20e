"""Everything that decides a squat: who, with which limits, how, with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sim.asymmetry import Asymmetry
from sim.barbell import Barbell
from sim.depth import Depth
from sim.lifter import Lifter
from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.limits.hip_bone import HipBone
from sim.limits.hip_flexion import HipFlexion
from sim.limits.hip_impingement import HipImpingement
from sim.limits.limit import Limit
from sim.limits.lumbar import Lumbar
from sim.limits.thigh_calf import ThighCalf
from sim.limits.two_joint import TwoJoint
from sim.shoe import Shoe
from sim.stance import Stance
from sim.strength import Strength
from sim.style import Style
from sim.tempo import Tempo
from wink.config import build
from wink.errors import ConfigError


@dataclass(frozen=True)
class SquatSetup:
    """One lifter's squat; each field is a configuration group of the same name.

    Raises:
        ConfigError: a part of the wrong kind.
    """

    lifter: Lifter
    hip_rotation: HipImpingement
    hip_flexion: HipFlexion
    hip_bone: HipBone
    ankle_dorsiflexion: AnkleDorsiflexion
    hamstrings: TwoJoint
    lumbar: Lumbar
    asymmetry: Asymmetry
    strength: Strength
    stance: Stance
    shoe: Shoe
    barbell: Barbell
    tempo: Tempo
    style: Style
    depth: Depth
    others: tuple[Limit, ...] = field(default=())  # limits without a group (subtalar, ...), else the mean adult's

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            part = getattr(self, name)
            if not isinstance(part, kind):
                raise ConfigError(
                    f"{name} must be a {kind.__name__}, got {part!r}: is an option of another group here?"
                )
            if isinstance(part, Limit):  # means of the sex where the configuration leaves a range open
                object.__setattr__(self, name, part.for_sex(self.lifter.sex))
        if self.barbell.percent_of_body_mass and not self.barbell.is_weighed:
            load = 0.01 * self.barbell.percent_of_body_mass * self.lifter.mass_kg
            object.__setattr__(self, "barbell", replace(self.barbell, load_kg=load))

    @cached_property
    def limits(self) -> Mapping[type[Limit], Limit]:
        """This lifter's limits by kind, as a mirrored intent has to reckon with them: of each the tighter side."""
        return {type(limit): self.asymmetry.on_tighter_side(limit) for limit in self._limits}

    def limits_of(self, side: str) -> Mapping[type[Limit], Limit]:
        """The limits of the left or the right by kind, as the body feels them."""
        return {type(limit): self.asymmetry.on_side(limit, side) for limit in self._limits}

    @cached_property
    def _limits(self) -> tuple[Limit, ...]:
        """Mean of both sides; the last of a kind counts."""
        wedged = replace(self.ankle_dorsiflexion, wedge_deg=self.stance.slope_deg(self.shoe.drop_m))
        named = (self.hip_rotation, self.hip_flexion, self.hip_bone, wedged, self.hamstrings, self.lumbar)
        return (ThighCalf.of_build(self.lifter), *self.others, *named)


_KINDS: dict[str, type] = {
    "lifter": Lifter,
    "hip_rotation": HipImpingement,
    "hip_flexion": HipFlexion,
    "hip_bone": HipBone,
    "ankle_dorsiflexion": AnkleDorsiflexion,
    "hamstrings": TwoJoint,
    "lumbar": Lumbar,
    "asymmetry": Asymmetry,
    "strength": Strength,
    "stance": Stance,
    "shoe": Shoe,
    "barbell": Barbell,
    "tempo": Tempo,
    "style": Style,
    "depth": Depth,
}

#: The configuration groups of a squat.
GROUPS = tuple(_KINDS)


def setup_from(config: Mapping[str, Any]) -> SquatSetup:
    """Make a setup from a configuration that has every group, and maybe a list of `others`; the rest is left alone.

    Raises:
        ConfigError: a group is missing, or one of its values cannot be.
    """
    missing = [name for name in GROUPS if name not in config]
    if missing:
        raise ConfigError(f"a squat needs the groups {', '.join(GROUPS)}; missing: {', '.join(missing)}")
    parts = {name: config[name] for name in (*GROUPS, "others") if name in config}
    setup = build({"_target_": "sim.setup.SquatSetup", **parts})
    assert isinstance(setup, SquatSetup)
    return setup
