"""The table of docs/simulation.md: what each limit does where intent, body, both or neither have it (90 CPU-seconds).

python scripts/ablate_layers.py
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra import compose, initialize_config_module

from sim.squat import carry_out, intend
from sim.validate import base_parts
from sim.validation.trials import Changes, setup_of
from wink.config import plain
from wink.errors import SimulationError
from wink.onset import find_repetitions
from wink.trial import SquatTrial

_WOMAN: Changes = {"lifter": "typical_woman"}
_DEEP: Changes = {"depth": {"thigh_inclination_deg": 100.0}}
LAYERS = {"chooses": "typical", "follows": "following"}
#: Whether the intent has the limit, whether the body has it.
COLUMNS = ((True, True), (False, False), (True, False), (False, True))


@dataclass(frozen=True)
class Case:
    """A lifter with a limit, and without."""

    name: str
    limited: Changes
    lifted: Changes
    lifter: Changes = field(default_factory=dict)

    def changes(self, has_limit: bool, style: str) -> Changes:
        """What differs from the default lifter."""
        return {**self.lifter, **_DEEP, "style": style, **(self.limited if has_limit else self.lifted)}


CASES = (
    Case("hip flexion", {}, {"hip_flexion": "mobile"}),
    Case("hip rotation", {"hip_rotation": "limited"}, {"hip_rotation": "mobile"}, {**_WOMAN, "stance": "narrow"}),
    Case("ankle", {"ankle_dorsiflexion": "stiff"}, {"ankle_dorsiflexion": "mobile"}, _WOMAN),
    Case("hamstrings", {"hamstrings": "tight"}, {"hamstrings": {"hamstring_tightness_deg": -30.0}}),
    Case("spine", {"lumbar": "stiff"}, {"lumbar": {"flexion_deg": 80.0}}),
    Case("strength", {"strength": "weak_quads"}, {}, {**_WOMAN, "barbell": "high_bar_40"}),
)


def main() -> None:
    """Print the rows."""
    with initialize_config_module("configs", version_base="1.3"):
        base = base_parts(plain(compose("validate")))
    for case in CASES:
        for layer, style in LAYERS.items():
            cells = []
            for intent_has, body_has in COLUMNS:
                meant, body = (setup_of(base, case.changes(has, style)) for has in (intent_has, body_has))
                try:
                    cells.append(told(carry_out(intend(meant, seed=0), body)))
                except SimulationError as error:
                    cells.append(str(error))
            print(f"| {case.name if layer == 'chooses' else ''} | {layer} | {' | '.join(cells)} |", flush=True)


def told(trial: SquatTrial) -> str:
    """Pelvic reversal, lumbar flexion gained and thigh inclination at onset; or what became of the lifter."""
    if trial.outcome != "completed":
        return str(trial.outcome)
    first = find_repetitions(trial)[0]
    wink = first.wink()
    onset = "–" if wink is None else f"{wink.thigh_inclination_at_onset_deg:.0f}°"
    return f"{first.pelvic_reversal_deg:.1f}° / {first.lumbar_flexion_gained_deg:.1f}° / {onset}"


if __name__ == "__main__":
    main()
