"""How far spine, pelvis and hips move (C4, C6, C9, C13, C14)."""

from __future__ import annotations

from sim.validation.check import Figure
from sim.validation.figures import mean_of, of_trial, rotation_change
from sim.validation.measures import lowest_hip_height_percent, pelvic_range, tilt_per_thigh_at_the_end
from sim.validation.trials import HALF, Changes

_DEEP = ("man, deep", "woman, deep")
TRIALS: dict[str, Changes] = {
    "man, half body weight, deep": {"barbell": HALF, "depth": "deep", "strength": "strong"},
    "man, deep": {"depth": "deep"},
    "woman, deep": {"lifter": "typical_woman", "depth": "deep"},
}

FIGURES = (
    Figure(
        "C4",
        "lumbar flexion range, strong man with half body weight, deep",
        "deg",
        20.0,
        32.0,
        "McKean 2010",
        of_trial("man, half body weight, deep", lambda trial: float(trial.lumbar_flexion_deg.max())),
        "tuned on",
    ),
    Figure(
        "C6a",
        "range of pelvic tilt, unloaded, deep, mean of man and woman",
        "deg",
        16.0,
        32.0,
        "Lamontagne 2009",
        mean_of(_DEEP, pelvic_range),
    ),
    Figure(
        "C6b",
        "hip height at the bottom, unloaded, deep, mean of man and woman",
        "% of leg",
        25.0,
        39.0,
        "Lamontagne 2009",
        mean_of(_DEEP, lowest_hip_height_percent),
    ),
    Figure(
        "C9",
        "pelvic tilt against thigh past the hip's end range",
        "deg/deg",
        -1.05,
        -0.65,
        "geometry, ours",
        of_trial("man, deep", tilt_per_thigh_at_the_end),
        "looked at",
    ),
    Figure(
        "C13a",
        "internal rotation lost by 10 deg of anterior tilt at 90 deg of flexion",
        "deg",
        -7.9,
        -3.9,
        "Ross 2014",
        rotation_change(100.0),
        "tuned on",
    ),
    Figure(
        "C13b",
        "internal rotation gained by 10 deg of posterior tilt at 90 deg of flexion",
        "deg",
        3.1,
        7.1,
        "Ross 2014",
        rotation_change(80.0),
        "tuned on",
    ),
    Figure(
        "C14",
        "internal rotation gained by 20 deg of abduction at 100 deg of flexion",
        "deg",
        3.0,
        15.0,
        "Patel 2020",
        rotation_change(100.0, 20.0, from_flexion_deg=100.0),
    ),
)
