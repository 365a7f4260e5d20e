"""Sampled lifters against real people (C2, C22, C25)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.validation.check import Evidence, Figure, Measure
from sim.validation.people import (
    Person,
    classes_out_of_band,
    explained,
    median_of,
    percent_at_parallel,
    percent_reversing,
    repetition_sd_deg,
    spread_of_wink_deg,
)
from sim.validation.trials import Changes

TRIALS: dict[str, Changes] = {}


def _of(measure: Callable[[Sequence[Person]], float]) -> Measure:
    return lambda evidence: measure(evidence.people)


def _lunge_explains(evidence: Evidence) -> float:
    return explained(evidence.people, lambda p: (p.lunge_deg,), "lean_at_parallel_deg")


def _thighs_explain_less(evidence: Evidence) -> float:
    thighs = explained(evidence.people, lambda p: (p.femur_to_trunk,), "lean_at_parallel_deg")
    return _lunge_explains(evidence) - thighs


def _bones_explain(men: Sequence[Person]) -> float:
    return explained(men, lambda p: p.bones_deg, "reversal_at_parallel_deg")


_REAL = "UI-PRMD, Vakanski 2018"
FIGURES = (
    Figure("C2a", "r2 of dorsiflexion with lean at parallel", "", 0.3, 0.8, "Fuglsang 2017", _lunge_explains),
    Figure("C2b", "... more than the r2 of thigh to trunk length", "", 0.0, 1.0, "Fuglsang 2017", _thighs_explain_less),
    Figure(
        "C22a",
        "adjusted R2 of bone angles with reversal at parallel: otherwise normal men whose bones alone vary",
        "",
        -1.0,
        0.15,
        "CT study",
        lambda e: _bones_explain(e.normal_men),
    ),
    Figure(
        "C22b",
        "... the men among the sampled people, impinging hips and all; few (not judged)",
        "",
        -1.0,
        0.15,
        "CT study",
        lambda e: _bones_explain([p for p in e.people if p.sex == "male"]),
        judged=False,
    ),
    Figure(
        "C25a",
        "thigh where tilt turns, median",
        "deg",
        47.0,
        65.0,
        _REAL,
        _of(lambda p: median_of(p, lambda one: one.turning_thigh_deg)),
        "looked at",
    ),
    Figure(
        "C25b",
        "thigh at 5 deg of reversal, median",
        "deg",
        68.0,
        82.0,
        _REAL,
        _of(lambda p: median_of(p, lambda one: one.onset_thigh_deg)),
        "looked at",
    ),
    Figure(
        "C25c",
        "depth classes whose median wink is outside the real 10 to 90 %",
        "of 6",
        0.0,
        0.0,
        _REAL,
        _of(classes_out_of_band),
        "looked at",
    ),
    Figure(
        "C25d",
        "of those deeper than 80 deg, reversing by 5 deg or more",
        "%",
        76.0,
        100.0,
        _REAL,
        _of(percent_reversing),
        "looked at",
    ),
    Figure(
        "C25e",
        "share of the final reversal present at parallel, median",
        "%",
        55.0,
        80.0,
        _REAL,
        _of(percent_at_parallel),
        "looked at",
    ),
    Figure(
        "C25f",
        "spread between people 80 to 90 deg deep: 10 to 90 % of the wink (real 16; few people: not judged)",
        "deg",
        8.0,
        24.0,
        _REAL,
        _of(lambda p: spread_of_wink_deg(p, 80.0, 90.0)),
        judged=False,
    ),
    Figure(
        "C25g",
        "... 90 to 100 deg deep (real 22)",
        "deg",
        11.0,
        33.0,
        _REAL,
        _of(lambda p: spread_of_wink_deg(p, 90.0, 100.0)),
        judged=False,
    ),
    Figure(
        "C25h",
        "SD of the wink from one repetition to the next, median of the people who do several",
        "deg",
        0.6,
        3.9,
        _REAL,
        _of(repetition_sd_deg),
        "looked at",
    ),
)
