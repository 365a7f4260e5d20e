"""What a sampled lifter brought and what the squat showed, and the figures of many of them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.setup import SquatSetup
from sim.validation.measures import at_thigh
from sim.validation.real_people import Curve, curve_of
from wink.onset import find_repetitions
from wink.trial import SquatTrial

Array = NDArray[np.float64]

#: Deepest thigh inclination from and to [deg], and 10 to 90 % of the real people's wink there [deg] (UI-PRMD,
#: OpenCap; measured for this project from the marker data).
DEPTH_CLASSES = ((0, 60, 0, 4), (60, 70, 0, 9), (70, 80, 2, 11), (80, 90, 1, 17), (90, 100, 2, 24), (100, 180, 16, 32))
FEWEST_IN_A_CLASS = 3


@dataclass(frozen=True)
class Person:
    """One sampled lifter; what a squat does not show (too shallow) is NaN. Angles in degrees."""

    sex: str
    lunge_deg: float
    femur_to_trunk: float
    bones_deg: tuple[float, ...]
    deepest_thigh_deg: float
    reversal_deg: float
    turning_thigh_deg: float
    onset_thigh_deg: float  # 5 deg of reversal
    reversal_at_parallel_deg: float
    lean_at_parallel_deg: float
    outcome: str | None
    curve: Curve
    repetition_wink_deg: tuple[float, ...] = ()  # of every repetition, of the few who do several


def describe_person(setup: SquatSetup, trial: SquatTrial) -> Person:
    """Measure the first repetition of a sampled lifter."""
    repetitions = find_repetitions(trial)
    wink = repetitions[0].wink() if repetitions else None
    bottom = int(np.argmax(trial.thigh_deg))
    tilt = trial.pelvic_tilt_deg[: bottom + 1]
    top = int(np.argmax(tilt))
    length = trial.subject.segment_lengths_m
    bone = setup.hip_bone
    return Person(
        sex=setup.lifter.sex,
        lunge_deg=setup.ankle_dorsiflexion.lunge_deg,
        femur_to_trunk=length["thigh"] / (length["pelvis"] + length["lumbar"] + length["thorax"]),
        bones_deg=(
            bone.geometry.femoral_version_deg,
            bone.geometry.acetabular_version_deg,
            bone.neck_shaft_deg,
            bone.centre_edge_deg,
            bone.alpha_deg,
        ),
        deepest_thigh_deg=float(trial.thigh_deg[bottom]),
        reversal_deg=repetitions[0].pelvic_reversal_deg if repetitions else float("nan"),
        turning_thigh_deg=float(trial.thigh_deg[top]),
        onset_thigh_deg=wink.thigh_inclination_at_onset_deg if wink else float("nan"),
        reversal_at_parallel_deg=float(tilt[top]) - at_thigh(trial, trial.pelvic_tilt_deg, 90.0),
        lean_at_parallel_deg=at_thigh(trial, trial.trunk_lean_deg, 90.0),
        outcome=trial.outcome,
        curve=curve_of(trial, setup.lifter.name),
        repetition_wink_deg=tuple(repetition.pelvic_reversal_deg for repetition in repetitions),
    )


def median_of(people: Sequence[Person], value: Callable[[Person], float]) -> float:
    """Median over the people who show it; NaN if fewer than three do."""
    values = np.array([value(p) for p in people])
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) >= FEWEST_IN_A_CLASS else float("nan")


def median_by_depth(people: Sequence[Person]) -> list[tuple[int, float]]:
    """Number of people and their median reversal [deg] in each of `DEPTH_CLASSES`."""
    found = []
    for low, high, *_ in DEPTH_CLASSES:
        inside = [p for p in people if low <= p.deepest_thigh_deg < high]
        found.append((len(inside), median_of(inside, lambda p: p.reversal_deg)))
    return found


def classes_out_of_band(people: Sequence[Person]) -> float:
    """How many depth classes have a median wink outside the real people's 10 to 90 %."""
    pairs = zip(median_by_depth(people), DEPTH_CLASSES, strict=True)
    return float(sum(np.isfinite(m) and not low <= m <= high for (_, m), (_, _, low, high) in pairs))


def spread_of_wink_deg(people: Sequence[Person], low_deg: float, high_deg: float) -> float:
    """From the 10 to the 90 % point of the wink of those whose deepest thigh inclination is in a class [deg]."""
    winks = [
        p.reversal_deg for p in people if low_deg <= p.deepest_thigh_deg < high_deg and np.isfinite(p.reversal_deg)
    ]
    if len(winks) < FEWEST_IN_A_CLASS:
        return float("nan")
    return float(np.subtract(*np.percentile(winks, [90, 10])))


def repetition_sd_deg(people: Sequence[Person]) -> float:
    """SD of a person's wink over their repetitions [deg], median over the people who do three or more."""
    spreads = [np.std(p.repetition_wink_deg, ddof=1) for p in people if len(p.repetition_wink_deg) >= 3]
    return float(np.median(spreads)) if spreads else float("nan")


def percent_reversing(people: Sequence[Person], deeper_than_deg: float = 80.0) -> float:
    """Share [%] of those who go deeper that reverse by 5 deg or more."""
    deep = [p.reversal_deg >= 5.0 for p in people if p.deepest_thigh_deg > deeper_than_deg]
    return 100.0 * float(np.mean(deep)) if deep else float("nan")


def percent_at_parallel(people: Sequence[Person]) -> float:
    """Median share [%] of the final reversal that is there at parallel, of those who pass it and wink."""
    passing = [p for p in people if p.deepest_thigh_deg > 95.0 and p.reversal_deg >= 5.0]
    return median_of(passing, lambda p: 100.0 * p.reversal_at_parallel_deg / p.reversal_deg)


def explained(people: Sequence[Person], causes: Callable[[Person], Sequence[float]], effect: str) -> float:
    """Share of variance (r2) of an effect that a straight line in the causes explains, adjusted for their number."""
    rows = [(causes(p), getattr(p, effect)) for p in people]
    rows = [row for row in rows if np.all(np.isfinite([*row[0], row[1]]))]
    if not rows or len(rows) < len(rows[0][0]) + 5:
        return float("nan")
    matrix = np.column_stack([np.ones(len(rows)), np.array([row[0] for row in rows])])
    target = np.array([row[1] for row in rows])
    fitted, *_ = np.linalg.lstsq(matrix, target, rcond=None)
    unexplained = float(np.sum((target - matrix @ fitted) ** 2) / np.sum((target - target.mean()) ** 2))
    n, k = matrix.shape
    return 1.0 - unexplained * (n - 1) / (n - k)
