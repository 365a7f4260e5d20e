"""Mechanics that must hold whatever the lifter (C24)."""

from __future__ import annotations

from sim.validation.check import Figure
from sim.validation.figures import of_trial
from sim.validation.measures import bar_drift_m, pressure_outside_m, standing_force_error_percent
from sim.validation.trials import HALF, WHOLE, Changes

_DEEP, _HEAVY = "man, half body weight, deep", "man, body weight"
TRIALS: dict[str, Changes] = {
    _DEEP: {"barbell": HALF, "depth": "deep", "strength": "strong"},
    _HEAVY: {"barbell": WHOLE, "strength": "strong"},
}

FIGURES = (
    Figure(
        "C24a",
        "ground reaction against weight, standing",
        "%",
        0.0,
        0.5,
        "statics",
        of_trial("man", standing_force_error_percent),
    ),
    Figure(
        "C24b",
        "bar away from over the mid-foot, at most: half body weight, deep",
        "m",
        0.0,
        0.04,
        "balance",
        of_trial(_DEEP, bar_drift_m),
    ),
    Figure("C24c", "... with body weight, to below parallel", "m", 0.0, 0.04, "balance", of_trial(_HEAVY, bar_drift_m)),
    Figure(
        "C24d",
        "pressure under the feet outside them, at most: half body weight, deep",
        "m",
        0.0,
        0.0,
        "statics",
        of_trial(_DEEP, pressure_outside_m),
    ),
)
