"""Lean, knees and ankles: what balance over the feet asks for (C1, C3, C16, C20)."""

from __future__ import annotations

from sim.validation.check import Evidence, Figure
from sim.validation.figures import change, of_trial, ratio
from sim.validation.measures import (
    ankle_at_parallel,
    hip_moment,
    knee_at_parallel,
    knee_moment,
    lean_at_parallel,
    reaches,
)
from sim.validation.trials import HALF, WHOLE, Changes, MeasureOne

STIFF, SUPPLE = (f"man, hips and strength ample, {deg} deg of dorsiflexion, half body weight" for deg in (15, 35))
FREE, BLOCKED = "man, body weight", "man, body weight, knees blocked"
_WEDGES = ("man", "man, 25 mm wedge", "man, 50 mm wedge")
_ARMS_DOWN, _ARMS_FORWARD = "man, 15 deg of dorsiflexion, arms down", "man, 20 deg of dorsiflexion, arms forward"


def _with_ankle(end_deg: float, **changed: object) -> Changes:
    """A squat's dorsiflexion ends 6 deg short of the lunge's."""
    return {"ankle_dorsiflexion": {"lunge_deg": end_deg + 6.0}, **changed}


#: The planar statics behind C1 know neither the hips' end nor strength; the men of C16 lift for years.
TRIALS: dict[str, Changes] = {
    STIFF: _with_ankle(15.0, barbell=HALF, strength="strong", hip_flexion="mobile"),
    SUPPLE: _with_ankle(35.0, barbell=HALF, strength="strong", hip_flexion="mobile"),
    "man, 15 deg of dorsiflexion, half body weight": _with_ankle(15.0, barbell=HALF, strength="strong"),
    "man, 35 deg of dorsiflexion, half body weight": _with_ankle(35.0, barbell=HALF, strength="strong"),
    FREE: {"barbell": WHOLE, "strength": "strong"},
    BLOCKED: {"barbell": WHOLE, "strength": "strong", "stance": {"knees_behind_toes": True}},
    "man, 25 mm wedge": {"stance": {"heel_wedge_m": 0.025}},
    "man, 50 mm wedge": {"stance": {"heel_wedge_m": 0.050}},
    _ARMS_DOWN: _with_ankle(15.0, barbell={"arms_down": True}, depth="parallel"),
    _ARMS_FORWARD: _with_ankle(20.0, depth="parallel"),
}


def _lean_per_twenty(evidence: Evidence) -> float:
    """The statics' band is for ankles that ARE at 35 and 15 deg; lifters stop short of, or push past, their end."""
    used = change(SUPPLE, STIFF, ankle_at_parallel)(evidence)
    return 20.0 * change(STIFF, SUPPLE, lean_at_parallel)(evidence) / used


def _least_step(measure: MeasureOne, sign: float, evidence: Evidence) -> float:
    """The smaller of the two changes of a wedge's two steps, + in the expected direction."""
    found = [measure(evidence.trials[name]) for name in _WEDGES]
    return min(sign * (found[1] - found[0]), sign * (found[2] - found[1]))


def _arms_decide(evidence: Evidence) -> float:
    """1 if stiff ankles stop a lifter with hanging arms above parallel and let one with arms forward through."""
    down, forward = evidence.trials[_ARMS_DOWN], evidence.trials[_ARMS_FORWARD]
    return float(not reaches(down, 90.0) and reaches(forward, 90.0))


_STATICS, _WEDGE, _FRY = "planar statics, ours", "Monteiro 2022", "Fry 2003"
FIGURES = (
    Figure(
        "C1a",
        "trunk lean at parallel rises from a dorsiflexion that ends at 35 deg to one at 15; half body weight, mobile "
        "hips, strong",
        "deg",
        22.0,
        38.0,
        _STATICS,
        change(STIFF, SUPPLE, lean_at_parallel),
        "tuned on",
    ),
    Figure(
        "C1b",
        "... per 20 deg of dorsiflexion used less",
        "deg",
        22.0,
        38.0,
        _STATICS,
        _lean_per_twenty,
        "looked at",
    ),
    Figure(
        "C1c",
        "... with typical hips, whose own end stops the lean (the statics know no hip: not judged)",
        "deg",
        22.0,
        38.0,
        _STATICS,
        change(
            "man, 15 deg of dorsiflexion, half body weight",
            "man, 35 deg of dorsiflexion, half body weight",
            lean_at_parallel,
        ),
        "looked at",
        judged=False,
    ),
    Figure(
        "C3a",
        "lean at parallel falls with each 25 mm of heel wedge, the smaller step",
        "deg",
        0.01,
        10.0,
        _WEDGE,
        lambda e: _least_step(lean_at_parallel, -1.0, e),
    ),
    Figure(
        "C3b",
        "... by, mean of two steps",
        "deg",
        -10.0,
        -2.0,
        _WEDGE,
        lambda e: change(_WEDGES[2], _WEDGES[0], lean_at_parallel)(e) / 2,
    ),
    Figure(
        "C3c",
        "knee flexion rises with each, the smaller step",
        "deg",
        0.01,
        10.0,
        _WEDGE,
        lambda e: _least_step(knee_at_parallel, 1.0, e),
    ),
    Figure(
        "C16a",
        "both hips' moment at parallel, bar of body weight, knees blocked at the toes",
        "Nm",
        193.0,
        413.0,
        _FRY,
        of_trial(BLOCKED, hip_moment),
        "tuned on",
    ),
    Figure("C16b", "... more than free", "Nm", 1.0, 400.0, _FRY, change(BLOCKED, FREE, hip_moment), "looked at"),
    Figure(
        "C16c",
        "knees' moment blocked over free",
        "",
        0.51,
        0.99,
        "Fry 2003 (0.78, 35 %)",
        ratio(BLOCKED, FREE, knee_moment),
        "tuned on",
    ),
    Figure(
        "C16d",
        "trunk leans more, blocked",
        "deg",
        1.0,
        40.0,
        _FRY,
        change(BLOCKED, FREE, lean_at_parallel),
        "looked at",
    ),
    Figure(
        "C20",
        "arms down and 15 deg of dorsiflexion miss parallel, arms forward and 20 reach it",
        "",
        1.0,
        1.0,
        _STATICS,
        _arms_decide,
    ),
)
