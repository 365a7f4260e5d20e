"""The checks C1 to C26 and the trials they are measured on."""

from __future__ import annotations

from collections.abc import Callable

from sim.validation.check import Check, Measure, Trials
from sim.validation.measures import (
    at_thigh,
    bar_drift_m,
    lowest_hip_height_percent,
    lumbar_gained_at_parallel,
    pelvic_range,
    pelvic_reversal,
    rotation_gained_by,
    standing_force_error_percent,
    tilt_per_thigh_at_the_end,
)
from wink.trial import SquatTrial

MeasureOne = Callable[[SquatTrial], float]

#: Trials by name, each as the parts that differ from the default lifter of `wink generate`.
TRIALS: dict[str, dict[str, object]] = {
    "man": {},
    "man, 35 deg of dorsiflexion, half body weight": {
        "ankle_dorsiflexion": {"lunge_deg": 41.0},
        "barbell": {"kind": "high", "load_kg": 39.0},
    },
    "man, 15 deg of dorsiflexion, half body weight": {
        "ankle_dorsiflexion": {"lunge_deg": 21.0},
        "barbell": {"kind": "high", "load_kg": 39.0},
    },
    "man, half body weight, deep": {"barbell": {"kind": "high", "load_kg": 39.0}, "depth": "deep"},
    "man, deep": {"depth": "deep"},
    "woman, deep": {"lifter": "typical_woman", "depth": "deep"},
    "limited rotation": {"hip_rotation": "limited"},
    "limited rotation, lifted": {"hip_rotation": "mobile"},
    "stiff ankles": {"ankle_dorsiflexion": "stiff"},
    "stiff ankles, lifted": {"ankle_dorsiflexion": "mobile"},
    "hip flexion lifted": {"hip_flexion": "mobile"},
    "all lifted": {"hip_rotation": "mobile", "hip_flexion": "mobile", "ankle_dorsiflexion": "mobile"},
}


def lean_at_parallel(trial: SquatTrial) -> float:
    """Trunk lean [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.trunk_lean_deg, 90.0)


def _of(name: str, measure: MeasureOne) -> Measure:
    return lambda trials: measure(trials[name])


def _change(of: str, against: str, measure: MeasureOne) -> Measure:
    return lambda trials: measure(trials[of]) - measure(trials[against])


def _mean(names: tuple[str, ...], measure: MeasureOne) -> Measure:
    return lambda trials: sum(measure(trials[name]) for name in names) / len(names)


def _cone(flexion_deg: float, abduction_deg: float = 0.0, from_flexion_deg: float = 90.0) -> Measure:
    def measure(_: Trials) -> float:
        return rotation_gained_by(flexion_deg, abduction_deg, from_flexion_deg)

    return measure


_STIFF, _SUPPLE = (f"man, {deg} deg of dorsiflexion, half body weight" for deg in (15, 35))
_DEEP = ("man, deep", "woman, deep")

CHECKS: tuple[Check, ...] = (
    Check(
        "C1",
        "trunk lean at parallel rises with dorsiflexion 35 to 15 deg, bar of half body weight",
        "deg",
        22.0,
        38.0,
        "planar statics, ours",
        _change(_STIFF, _SUPPLE, lean_at_parallel),
        tuned_on=True,
    ),
    Check("C2", "r2 of dorsiflexion with lean at parallel, population", "", 0.3, 0.8, "Fuglsang 2017", None),
    Check("C3", "lean falls with a heel wedge, a 25 mm step", "deg", -10.0, -2.0, "Monteiro 2022", None),
    Check(
        "C4",
        "lumbar flexion range, man with half body weight, deep",
        "deg",
        20.0,
        32.0,
        "McKean 2010",
        _of("man, half body weight, deep", lambda trial: float(trial.lumbar_flexion_deg.max())),
        tuned_on=True,
    ),
    Check(
        "C6a",
        "range of pelvic tilt, unloaded, deep, mean of man and woman",
        "deg",
        16.0,
        32.0,
        "Lamontagne 2009",
        _mean(_DEEP, pelvic_range),
    ),
    Check(
        "C6b",
        "hip height at the bottom, unloaded, deep, mean of man and woman",
        "% of leg",
        25.0,
        39.0,
        "Lamontagne 2009",
        _mean(_DEEP, lowest_hip_height_percent),
    ),
    Check(
        "C9",
        "pelvic tilt against thigh past the hip's end range",
        "deg/deg",
        -1.05,
        -0.65,
        "geometry, ours",
        _of("man, deep", tilt_per_thigh_at_the_end),
    ),
    Check(
        "C13a",
        "internal rotation lost by 10 deg of anterior tilt at 90 deg of flexion",
        "deg",
        -7.9,
        -3.9,
        "Ross 2014",
        _cone(100.0),
        tuned_on=True,
    ),
    Check(
        "C13b",
        "internal rotation gained by 10 deg of posterior tilt at 90 deg of flexion",
        "deg",
        3.1,
        7.1,
        "Ross 2014",
        _cone(80.0),
        tuned_on=True,
    ),
    Check(
        "C14",
        "internal rotation gained by 20 deg of abduction at 100 deg of flexion",
        "deg",
        3.0,
        15.0,
        "Patel 2020",
        _cone(100.0, 20.0, from_flexion_deg=100.0),
    ),
    Check("C16", "hip moment with the knees blocked at the toes", "Nm", 193.0, 413.0, "Fry 2003", None, tuned_on=True),
    Check("C17", "hip effort rises with load, knee effort hardly", "", 0.0, 0.0, "Bryanton 2012", None),
    Check("C18", "wink against load at matched depth (contested)", "deg", 0.0, 0.0, "Walsh 2007", None),
    Check("C19", "L3/4 compression", "body weights", 6.0, 10.0, "Cappozzo 1985", None),
    Check("C20", "arms down, stiff ankles: parallel cannot be reached", "", 1.0, 1.0, "statics, ours", None),
    Check("C22", "R2 of bone with wink in normal men", "", 0.0, 0.15, "CT study", None),
    Check(
        "C24a",
        "ground reaction against weight, standing",
        "%",
        0.0,
        0.5,
        "statics",
        _of("man", standing_force_error_percent),
    ),
    Check(
        "C24b",
        "bar away from over the mid-foot, at most",
        "m",
        0.0,
        0.04,
        "balance",
        _of("man, half body weight, deep", bar_drift_m),
    ),
    Check("C25", "thigh where tilt turns, 200 lifters, median", "deg", 47.0, 65.0, "UI-PRMD, Vakanski 2018", None),
    Check(
        "C26a",
        "ablation: a mobile hip in rotation takes wink away",
        "deg",
        1.0,
        40.0,
        "ours",
        _change("limited rotation", "limited rotation, lifted", pelvic_reversal),
    ),
    Check(
        "C26b",
        "ablation: mobile ankles take wink away",
        "deg",
        1.0,
        40.0,
        "ours",
        _change("stiff ankles", "stiff ankles, lifted", pelvic_reversal),
    ),
    Check(
        "C26c",
        "ablation: a mobile hip in flexion takes wink away",
        "deg",
        1.0,
        40.0,
        "ours",
        _change("man", "hip flexion lifted", pelvic_reversal),
    ),
    Check(
        "C26d",
        "ablation: all lifted, lumbar flexion gained at parallel",
        "deg",
        -40.0,
        3.0,
        "ours",
        _of("all lifted", lumbar_gained_at_parallel),
    ),
)
