"""The wink emerges from the limits: each is taken away, same lifter, same seed (C26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.validation.check import Evidence, Figure, Measure
from sim.validation.figures import of_trial
from sim.validation.measures import lumbar_gained_at_parallel, reversal_at_parallel
from sim.validation.trials import Changes
from wink.onset import find_repetitions
from wink.trial import SquatTrial


@dataclass(frozen=True)
class Ablation:
    """A lifter in whom a limit tells, and the same one without it."""

    letter: str
    limit: str
    who: str
    limited: Changes
    lifted: Changes
    adds: bool = False  # it is known to add to the wink; of the others, that they change it
    judged: bool = True  # not where sources expect nothing

    @property
    def names(self) -> tuple[str, str]:
        """The two trials."""
        return f"{self.limit}: {self.who}", f"{self.limit}, lifted: {self.who}"


_WOMAN: Changes = {"lifter": "typical_woman"}
_NARROW: Changes = {**_WOMAN, "stance": "narrow"}
_LOADED: Changes = {**_WOMAN, "barbell": "high_bar_40"}
_CAM = {"centre_edge_deg": 42.0, "alpha_deg": 80.0}

ABLATIONS = (
    Ablation(
        "a",
        "hip rotation",
        "woman, narrow stance",
        {**_NARROW, "hip_rotation": "limited"},
        {**_NARROW, "hip_rotation": "mobile"},
        adds=True,
    ),
    Ablation(
        "b", "ankle", "man, stiff ankles", {"ankle_dorsiflexion": "stiff"}, {"ankle_dorsiflexion": "mobile"}, True
    ),
    Ablation("c", "hip flexion", "man", {}, {"hip_flexion": "mobile"}, adds=True),
    Ablation("f", "hip bone", "woman, narrow stance, large cam", {**_NARROW, "hip_bone": _CAM}, _NARROW),
    Ablation("g", "strength", "woman, 40 kg, weak quads", {**_LOADED, "strength": "weak_quads"}, _LOADED),
    Ablation("h", "lumbar", "man, stiff spine", {"lumbar": "stiff"}, {"lumbar": {"flexion_deg": 80.0}}),
    Ablation(
        "i",
        "hamstrings",
        "man, tight hamstrings",
        {"hamstrings": "tight"},
        {"hamstrings": {"hamstring_tightness_deg": -30.0}},
        judged=False,
    ),
)

_MOBILE: Changes = {"hip_rotation": "mobile", "hip_flexion": "mobile", "ankle_dorsiflexion": "mobile"}
_OFF: Changes = {
    "hip_rotation": {"internal_rotation_deg": 75.0},
    "hip_flexion": {"flexion_deg": 150.0},
    "ankle_dorsiflexion": {"lunge_deg": 65.0},
    "hamstrings": {"hamstring_tightness_deg": -30.0},
    "strength": {"overall": 3.0},
}
TRIALS: dict[str, Changes] = {
    **{name: changes for a in ABLATIONS for name, changes in zip(a.names, (a.limited, a.lifted), strict=True)},
    "every limit off": _OFF,
    "all mobile": _MOBILE,
}


def moved_deg(limited: SquatTrial, lifted: SquatTrial, adds: bool) -> float:
    """What the limit adds at parallel to lumbar flexion gained or pelvic reversal, or how much it changes either."""
    changes = [measure(limited) - measure(lifted) for measure in (lumbar_gained_at_parallel, reversal_at_parallel)]
    return max(changes) if adds else max(abs(change) for change in changes)


def _moved(ablation: Ablation) -> Measure:
    limited, lifted = ablation.names
    return lambda evidence: moved_deg(evidence.trials[limited], evidence.trials[lifted], ablation.adds)


def _figure(ablation: Ablation) -> Figure:
    does = "adds to" if ablation.adds else "changes"
    expected = "" if ablation.judged else " (nearly slack in a squat: not judged)"
    return Figure(
        f"C26{ablation.letter}",
        f"{ablation.limit} {does} lumbar flexion or reversal at parallel; {ablation.who}{expected}",
        "deg",
        1.0,
        40.0,
        "ours",
        _moved(ablation),
        "looked at" if ablation.letter == "a" else "test",
        judged=ablation.judged,
    )


FIGURES = (
    *(_figure(ablation) for ablation in ABLATIONS),
    Figure(
        "C26d",
        "every limit off, lumbar flexion gained at parallel",
        "deg",
        -40.0,
        3.0,
        "ours",
        of_trial("every limit off", lumbar_gained_at_parallel),
        "looked at",
    ),
    Figure(
        "C26e",
        "all limits mobile (not off): pelvic reversal at parallel",
        "deg",
        -40.0,
        5.0,
        "UI-PRMD, Vakanski 2018",
        of_trial("all mobile", reversal_at_parallel),
    ),
)


@dataclass(frozen=True)
class Row:
    """One line of the ablation table: at the bottom of the first repetition [deg]; NaN where there is none."""

    who: str
    reversal_deg: float
    lumbar_gained_deg: float
    onset_thigh_deg: float
    outcome: str


def ablation_rows(evidence: Evidence) -> Sequence[tuple[Ablation, Row, Row]]:
    """Every ablation whose two trials were simulated."""
    found = [a for a in ABLATIONS if all(name in evidence.trials for name in a.names)]
    return [(a, *(_row(name, evidence.trials[name]) for name in a.names)) for a in found]  # type: ignore[misc]


def _row(name: str, trial: SquatTrial) -> Row:
    nan = float("nan")
    repetitions = find_repetitions(trial)
    if not repetitions:
        return Row(name, nan, nan, nan, str(trial.outcome))
    first = repetitions[0]
    wink = first.wink()
    onset = wink.thigh_inclination_at_onset_deg if wink else nan
    return Row(name, first.pelvic_reversal_deg, first.lumbar_flexion_gained_deg, onset, str(trial.outcome))
