"""How deep a lifter can squat without a wink: the coach's quick fix, found by letting the lifter squat there.

The plan says about where; the body's own squats to that depth say exactly. A squat that ends at a depth and one that
passes through it at speed are not the same, so the curve of a deeper squat does not answer the question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.depth import DEEPEST_DEG, SHALLOWEST_DEG, Depth
from sim.maximum import with_load
from sim.planned_curve import planned_descent
from sim.planner import plan_squat
from sim.reference import DEPTH_SD_DEG
from sim.setup import SquatSetup
from sim.skeleton import build_skeleton
from sim.squat import simulate_squat
from wink.onset import OnsetRules, Repetition, find_repetitions, neutral_reference_deg

Array = NDArray[np.float64]

#: Above the depth at which the wink reaches its threshold: repetitions differ in depth by an SD of 1.2 deg.
MARGIN_DEG = 1.7 * DEPTH_SD_DEG
#: A squat whose size is this near to the threshold tells where the threshold is, by the plan's slope [deg].
NEAR_DEG = 2.0
SQUATS = 3
#: Degrees of wink per degree of thigh, to keep a step of the search sane.
SLOPES = (0.25, 1.2)


@dataclass(frozen=True)
class NeutralDepth:
    """Deepest aim [deg of thigh inclination] whose repetitions stay below the threshold; None = winks at any depth."""

    pelvic_deg: float | None  # by pelvic reversal
    lumbar_deg: float | None  # by lumbar flexion gained


Size = Callable[[Repetition], float]


def find_neutral_depth(setup: SquatSetup, seed: int, rules: OnsetRules | None = None) -> NeutralDepth:
    """Search, by planning and by squatting, for the depths a lifter reaches without a wink.

    Who winks at no depth gets the deepest they can reach.

    Raises:
        SimulationError: the lifter cannot stand, or the physics produced something that is not a number.
    """
    rules = rules or OnsetRules()
    loaded = with_load(setup)
    once = replace(loaded, depth=Depth(DEEPEST_DEG), tempo=replace(setup.tempo, repetitions=1))
    plan = plan_squat(once, build_skeleton(once.lifter, once.barbell))
    curve = planned_descent(plan)
    reversal = np.maximum.accumulate(curve.tilt_deg) - curve.tilt_deg
    gained = curve.lumbar_deg - neutral_reference_deg(curve, rules)
    return NeutralDepth(
        _search(once, seed, curve.thigh_deg, reversal, rules.reversal_deg, lambda r: r.pelvic_reversal_deg),
        _search(once, seed, curve.thigh_deg, gained, rules.neutral_band_deg, lambda r: r.lumbar_flexion_gained_deg),
    )


def _search(
    setup: SquatSetup, seed: int, thigh_deg: Array, planned_deg: Array, threshold_deg: float, size: Size
) -> float | None:
    """Deepest aim below a threshold of one view of the wink; planned sizes by thigh inclination say where to look."""
    beyond = np.flatnonzero((planned_deg >= threshold_deg) & (thigh_deg > SHALLOWEST_DEG - MARGIN_DEG))
    aim = float(thigh_deg[beyond[0]] if len(beyond) else thigh_deg[-1])
    edge = aim
    for _ in range(SQUATS):
        aim = float(np.clip(aim, SHALLOWEST_DEG, DEEPEST_DEG))
        repetitions = find_repetitions(simulate_squat(replace(setup, depth=Depth(aim)), seed))
        if not repetitions:
            return None
        short = threshold_deg - size(repetitions[0])
        reached = repetitions[0].max_thigh_inclination_deg
        if short > 0 and reached >= thigh_deg[-1] - 1.0:
            return float(reached)
        edge = reached + short / _slope(thigh_deg, planned_deg, reached)
        if abs(short) <= NEAR_DEG:
            break
        aim = min(edge, float(thigh_deg[-1]))
    deepest = edge - MARGIN_DEG
    return None if deepest < SHALLOWEST_DEG else min(deepest, float(thigh_deg[-1]))


def _slope(thigh_deg: Array, planned_deg: Array, at_deg: float) -> float:
    around = np.interp([at_deg - 3.0, at_deg + 3.0], thigh_deg, planned_deg)
    return float(np.clip((around[1] - around[0]) / 6.0, *SLOPES))
