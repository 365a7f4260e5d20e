"""What may be to blame for a wink: each cause says how a lifter without it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.cases import Parts, choose
from wink.causes import CAUSE_GROUPS, CauseGroup
from wink.config import build, load_option, options_of
from wink.errors import ConfigError, unknown_name

#: Sets of causes double with each: 64 plans.
MOST_CAUSES = 6
#: The causes a dataset's lifters are asked for.
USUAL_CAUSES = ("hip_flexion", "hip_rotation", "hip_bone", "ankle_dorsiflexion", "strength", "load")


@dataclass(frozen=True)
class Cause:
    """One cause, an option in configs/cause: its kind, and what is exchanged to take it away.

    Raises:
        ConfigError: an unknown kind.
    """

    group: CauseGroup
    lifted: Mapping[str, Any]  # part of a squat -> option, or settings

    def __post_init__(self) -> None:
        if self.group not in CAUSE_GROUPS:
            raise ConfigError(unknown_name("group of causes", str(self.group), CAUSE_GROUPS))


def causes_of(names: Sequence[str], parts: Parts) -> dict[str, tuple[Cause, dict[str, Any]]]:
    """The causes this lifter can have, each with the parts of a squat, made, that take it away.

    What a lifter has not cannot be taken away: without a bar there is no load.

    Raises:
        ConfigError: none is named, one does not exist, is named twice, meddles with another's part, or there are too
            many.
    """
    if not names:
        raise ConfigError(f"no causes to compare; the choices are {', '.join(options_of('cause'))}")
    if len(set(names)) < len(names):
        raise ConfigError(f"causes are to be different; got {', '.join(names)}")
    causes: dict[str, tuple[Cause, dict[str, Any]]] = {}
    taken: dict[str, str] = {}
    for name in names:
        cause = build(load_option("cause", name))
        for part in cause.lifted:
            if part in taken:
                raise ConfigError(f"causes {taken[part]} and {name} both exchange {part}; choose one of them")
            taken[part] = name
        changed = {} if _lacks(name, parts) else choose(parts, cause.lifted)
        different = {part: build(changed[part]) for part in cause.lifted if changed and changed[part] != parts[part]}
        if different:
            causes[name] = (cause, different)
    if len(causes) > MOST_CAUSES:
        raise ConfigError(f"at most {MOST_CAUSES} causes can be compared; got {', '.join(causes)}")
    return causes


def _lacks(name: str, parts: Parts) -> bool:
    return name == "load" and parts["barbell"]["kind"] == "none"
