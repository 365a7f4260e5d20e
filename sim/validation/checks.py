"""The checks C1 to C26."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.validation.check import Check, Evidence, Measure
from sim.validation.measures import (
    at_thigh,
    bar_drift_m,
    lowest_hip_height_percent,
    lumbar_compression_body_weights,
    lumbar_gained_at_parallel,
    pelvic_range,
    reaches,
    reversal_at_parallel,
    rotation_gained_by,
    standing_force_error_percent,
    tilt_per_thigh_at_the_end,
    total_moment,
)
from sim.validation.people import (
    Person,
    classes_out_of_band,
    explained,
    median_of,
    percent_at_parallel,
    percent_reversing,
)
from wink.trial import SquatTrial

MeasureOne = Callable[[SquatTrial], float]


def lean_at_parallel(trial: SquatTrial) -> float:
    """Trunk lean [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.trunk_lean_deg, 90.0)


def knee_at_parallel(trial: SquatTrial) -> float:
    """Knee flexion [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.knee_flexion_deg.mean(axis=1), 90.0)


def ankle_at_parallel(trial: SquatTrial) -> float:
    """Dorsiflexion [deg] as the thigh passes parallel."""
    return at_thigh(trial, trial.ankle_dorsiflexion_deg.mean(axis=1), 90.0)


def hip_moment(trial: SquatTrial) -> float:
    """Both hips' extension moment at parallel [Nm]."""
    return total_moment(trial, "hip_flexion", 90.0)


def knee_moment(trial: SquatTrial) -> float:
    """Both knees' extension moment at parallel [Nm]."""
    return total_moment(trial, "knee_flexion", 90.0)


def _of(name: str, measure: MeasureOne) -> Measure:
    return lambda evidence: measure(evidence.trials[name])


def _change(of: str, against: str, measure: MeasureOne) -> Measure:
    return lambda evidence: measure(evidence.trials[of]) - measure(evidence.trials[against])


def _mean(names: tuple[str, ...], measure: MeasureOne) -> Measure:
    return lambda evidence: sum(measure(evidence.trials[name]) for name in names) / len(names)


def _cone(flexion_deg: float, abduction_deg: float = 0.0, from_flexion_deg: float = 90.0) -> Measure:
    return lambda _: rotation_gained_by(flexion_deg, abduction_deg, from_flexion_deg)


def _lean_per_twenty(evidence: Evidence) -> float:
    """The statics' band is for ankles that ARE at 35 and 15 deg; lifters stop short of, or push past, their end."""
    stiff, supple = evidence.trials[_STIFF], evidence.trials[_SUPPLE]
    return (
        20.0
        * (lean_at_parallel(stiff) - lean_at_parallel(supple))
        / (ankle_at_parallel(supple) - ankle_at_parallel(stiff))
    )


def _arms_decide(evidence: Evidence) -> float:
    down = evidence.trials["man, 15 deg of dorsiflexion, arms down"]
    forward = evidence.trials["man, 20 deg of dorsiflexion, arms forward"]
    return float(not reaches(down, 90.0) and reaches(forward, 90.0))


def _least_step(measure: MeasureOne, sign: float) -> Measure:
    """The smaller of the two changes of a wedge's two steps, + in the expected direction."""

    def least(evidence: Evidence) -> float:
        found = [measure(evidence.trials[name]) for name in ("man", "man, 25 mm wedge", "man, 50 mm wedge")]
        return min(sign * (found[1] - found[0]), sign * (found[2] - found[1]))

    return least


def _lunge_explains(evidence: Evidence) -> float:
    return explained(evidence.people, lambda p: (p.lunge_deg,), "lean_at_parallel_deg")


def _thighs_explain_less(evidence: Evidence) -> float:
    thighs = explained(evidence.people, lambda p: (p.femur_to_trunk,), "lean_at_parallel_deg")
    return _lunge_explains(evidence) - thighs


def _bones_explain(evidence: Evidence) -> float:
    men = [p for p in evidence.people if p.sex == "male"]
    return explained(men, lambda p: p.bones_deg, "reversal_at_parallel_deg")


def _people(measure: Callable[[Sequence[Person]], float]) -> Measure:
    return lambda evidence: measure(evidence.people)


_STIFF, _SUPPLE = (f"man, {deg} deg of dorsiflexion, half body weight" for deg in (15, 35))
_DEEP = ("man, deep", "woman, deep")
_REAL = "UI-PRMD, Vakanski 2018"

CHECKS: tuple[Check, ...] = (
    Check(
        "C1a",
        "trunk lean at parallel for 20 deg of dorsiflexion used less (ends 35, 15), half body weight",
        "deg",
        22.0,
        38.0,
        "planar statics, ours",
        _lean_per_twenty,
        tuned_on=True,
    ),
    Check(
        "C1b",
        "... as the lean itself rises between those two lifters",
        "deg",
        22.0,
        38.0,
        "planar statics, ours",
        _change(_STIFF, _SUPPLE, lean_at_parallel),
        tuned_on=True,
    ),
    Check(
        "C2a", "r2 of dorsiflexion with lean at parallel, population", "", 0.3, 0.8, "Fuglsang 2017", _lunge_explains
    ),
    Check("C2b", "... more than the r2 of thigh to trunk length", "", 0.0, 1.0, "Fuglsang 2017", _thighs_explain_less),
    Check(
        "C3a",
        "lean at parallel falls with each 25 mm of heel wedge, the smaller step",
        "deg",
        0.01,
        10.0,
        "Monteiro 2022",
        _least_step(lean_at_parallel, -1.0),
    ),
    Check(
        "C3b",
        "... by, mean of two steps",
        "deg",
        -10.0,
        -2.0,
        "Monteiro 2022",
        lambda e: _change("man, 50 mm wedge", "man", lean_at_parallel)(e) / 2,
    ),
    Check(
        "C3c",
        "knee flexion rises with each, the smaller step",
        "deg",
        0.01,
        10.0,
        "Monteiro 2022",
        _least_step(knee_at_parallel, 1.0),
    ),
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
    Check(
        "C16a",
        "both hips' moment at parallel, bar of body weight, knees blocked at the toes",
        "Nm",
        193.0,
        413.0,
        "Fry 2003",
        _of("man, body weight, knees blocked", hip_moment),
        tuned_on=True,
    ),
    Check(
        "C16b",
        "... more than free",
        "Nm",
        1.0,
        400.0,
        "Fry 2003",
        _change("man, body weight, knees blocked", "man, body weight", hip_moment),
        tuned_on=True,
    ),
    Check(
        "C16c",
        "knees' moment blocked over free",
        "",
        0.51,
        0.99,
        "Fry 2003 (0.78)",
        lambda e: _of("man, body weight, knees blocked", knee_moment)(e) / _of("man, body weight", knee_moment)(e),
        tuned_on=True,
    ),
    Check(
        "C16d",
        "trunk leans more, blocked",
        "deg",
        1.0,
        40.0,
        "Fry 2003",
        _change("man, body weight, knees blocked", "man, body weight", lean_at_parallel),
        tuned_on=True,
    ),
    Check("C17", "hip effort rises with load, knee effort hardly", "", 0.0, 0.0, "Bryanton 2012", None),
    Check(
        "C18",
        "reversal at parallel, bar of body weight less half (contested)",
        "deg",
        -5.0,
        5.0,
        "Walsh 2007",
        _change("man, body weight", "man, half body weight, deep", reversal_at_parallel),
        contested=True,
    ),
    Check(
        "C19",
        "L3/4 compression in a half squat, bar of body weight; single equivalent erector",
        "body weights",
        4.5,
        12.5,
        "Cappozzo 1985 (6 to 10, 25 %)",
        _of("man, body weight", lambda t: lumbar_compression_body_weights(t, 60.0)),
    ),
    Check(
        "C20",
        "arms down and 15 deg of dorsiflexion miss parallel, arms forward and 20 reach it",
        "",
        1.0,
        1.0,
        "statics, ours",
        _arms_decide,
    ),
    Check(
        "C22",
        "adjusted R2 of bone angles with reversal at parallel, men, population",
        "",
        -1.0,
        0.15,
        "CT study",
        _bones_explain,
    ),
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
        "bar away from over the mid-foot, at most: half body weight, deep",
        "m",
        0.0,
        0.04,
        "balance",
        _of("man, half body weight, deep", bar_drift_m),
    ),
    Check(
        "C24c",
        "... with body weight, to below parallel",
        "m",
        0.0,
        0.04,
        "balance",
        _of("man, body weight", bar_drift_m),
    ),
    Check(
        "C25a",
        "thigh where tilt turns, sampled lifters, median",
        "deg",
        47.0,
        65.0,
        _REAL,
        _people(lambda p: median_of(p, lambda one: one.turning_thigh_deg)),
        tuned_on=True,  # the bands were looked at for the mean man and woman
    ),
    Check(
        "C25b",
        "thigh at 5 deg of reversal, median",
        "deg",
        68.0,
        82.0,
        _REAL,
        _people(lambda p: median_of(p, lambda one: one.onset_thigh_deg)),
        tuned_on=True,  # the bands were looked at for the mean man and woman
    ),
    Check(
        "C25c",
        "depth classes whose median wink is outside the real 10 to 90 %",
        "of 6",
        0.0,
        0.0,
        _REAL,
        _people(classes_out_of_band),
    ),
    Check(
        "C25d",
        "of those deeper than 80 deg, reversing by 5 deg or more",
        "%",
        76.0,
        100.0,
        _REAL,
        _people(percent_reversing),
    ),
    Check(
        "C25e",
        "share of the final reversal present at parallel, median",
        "%",
        55.0,
        80.0,
        _REAL,
        _people(percent_at_parallel),
    ),
    Check(
        "C26a",
        "ablation: mobile rotation takes lumbar flexion at parallel away (narrow stance)",
        "deg",
        1.0,
        40.0,
        "ours",
        _change("limited rotation", "limited rotation, lifted", lumbar_gained_at_parallel),
    ),
    Check(
        "C26b",
        "ablation: mobile ankles take lumbar flexion at parallel away",
        "deg",
        1.0,
        40.0,
        "ours",
        _change("stiff ankles", "stiff ankles, lifted", lumbar_gained_at_parallel),
    ),
    Check(
        "C26c",
        "ablation: a mobile hip in flexion takes lumbar flexion at parallel away",
        "deg",
        1.0,
        40.0,
        "ours",
        _change("man", "hip flexion lifted", lumbar_gained_at_parallel),
    ),
    Check(
        "C26d",
        "ablation: every limit off, lumbar flexion gained at parallel",
        "deg",
        -40.0,
        3.0,
        "ours",
        _of("every limit off", lumbar_gained_at_parallel),
    ),
    Check(
        "C26e",
        "all limits mobile (not off): pelvic reversal at parallel",
        "deg",
        -40.0,
        5.0,
        _REAL,
        _of("all mobile", reversal_at_parallel),
    ),
)
