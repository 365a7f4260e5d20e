"""What a bar asks of hips, knees and spine (C17, C18, C19)."""

from __future__ import annotations

from sim.validation.check import Evidence, Figure
from sim.validation.figures import change, of_trial
from sim.validation.measures import effort, lumbar_compression_body_weights, reversal_at_parallel
from sim.validation.trials import HALF, WHOLE, Changes

_LIGHT, _HEAVY = "man, 50 % of his maximum", "man, 90 % of his maximum"
TRIALS: dict[str, Changes] = {
    _LIGHT: {"strength": "strong", "barbell": {"kind": "high", "percent_of_maximum": 50.0}},
    _HEAVY: {"strength": "strong", "barbell": {"kind": "high", "percent_of_maximum": 90.0}},
    "man, half body weight": {"barbell": HALF, "strength": "strong"},
    "man, body weight": {"barbell": WHOLE, "strength": "strong"},
}


def _effort(name: str, joint: str, thigh_deg: float, evidence: Evidence) -> float:
    return effort(evidence.trials[name], evidence.setups[name], joint, thigh_deg)


def _more(joint: str, evidence: Evidence) -> float:
    """Effort with the heavy bar less that with the light one, thighs at 80 deg."""
    return _effort(_HEAVY, joint, 80.0, evidence) - _effort(_LIGHT, joint, 80.0, evidence)


_BRYANTON = "Bryanton 2012"
FIGURES = (
    Figure(
        "C17a",
        "hips' share of strength rises from 50 to 90 % of the maximum load, thighs at 80 deg",
        "",
        0.05,
        1.0,
        _BRYANTON,
        lambda e: _more("hip_flexion", e),
    ),
    Figure(
        "C17b",
        "knees' share rises less than the hips', by at least",
        "",
        0.0,
        1.0,
        _BRYANTON,
        lambda e: _more("hip_flexion", e) - _more("knee_flexion", e),
    ),
    Figure(
        "C17c",
        "knees' share rises from thighs at 50 to 80 deg, 90 % of the maximum load",
        "",
        0.05,
        1.0,
        _BRYANTON,
        lambda e: _effort(_HEAVY, "knee_flexion", 80.0, e) - _effort(_HEAVY, "knee_flexion", 50.0, e),
    ),
    Figure(
        "C18",
        "reversal at parallel, bar of body weight less half (contested: not judged)",
        "deg",
        -5.0,
        5.0,
        "Walsh 2007",
        change("man, body weight", "man, half body weight", reversal_at_parallel),
        judged=False,
    ),
    Figure(
        "C19",
        "L3/4 compression in a half squat, bar of body weight; single equivalent erector",
        "body weights",
        4.5,
        12.5,
        "Cappozzo 1985 (6 to 10, 25 %)",
        of_trial("man, body weight", lambda t: lumbar_compression_body_weights(t, 60.0)),
    ),
)
