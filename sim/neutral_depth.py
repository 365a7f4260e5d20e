"""How deep a lifter can squat without a wink: the coach's quick fix.

The plan, made as deep as the lifter can go, says where the wink reaches its threshold: quick, and near enough that
ordinary repetitions to that depth seldom pass it. Letting the lifter squat there says it exactly. The curve of a deeper
squat would not do: passing a depth at speed is not ending there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.depth import DEEPEST_DEG, SHALLOWEST_DEG, Depth, How
from sim.maximum import with_load
from sim.planned_curve import planned_descent
from sim.planner import plan_squat
from sim.reference import DEPTH_SD_DEG
from sim.setup import SquatSetup
from sim.skeleton import build_skeleton
from sim.squat import simulate_squat
from wink.onset import OnsetRules, Repetition, find_repetitions, neutral_reference_deg

Array = NDArray[np.float64]

#: Above the depth at which the wink of a squat reaches its threshold: repetitions differ in depth by an SD of 1.2 deg.
MARGIN_DEG = 1.7 * DEPTH_SD_DEG
#: Likewise above the plan's: a body lags behind it by about as much as the rest of that margin.
PLANNED_MARGIN_DEG = DEPTH_SD_DEG
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


@dataclass(frozen=True)
class _View:
    """The planned size of a wink against thigh inclination, by one view."""

    thigh_deg: Array
    size_deg: Array
    threshold_deg: float
    measure: Callable[[Repetition], float]

    @property
    def _beyond(self) -> NDArray[np.intp]:
        return np.flatnonzero((self.size_deg >= self.threshold_deg) & (self.thigh_deg > EARLIEST_DEG))

    @property
    def is_reached(self) -> bool:
        """Whether the plan winks at all."""
        return len(self._beyond) > 0

    @property
    def reached_deg(self) -> float:
        """Where the plan reaches the threshold, or ends."""
        return float(self.thigh_deg[self._beyond[0]] if self.is_reached else self.thigh_deg[-1])

    def slope(self, at_deg: float) -> float:
        """Degrees of wink per degree of thigh about an inclination."""
        around = np.interp([at_deg - 3.0, at_deg + 3.0], self.thigh_deg, self.size_deg)
        return float(np.clip((around[1] - around[0]) / 6.0, *SLOPES))


#: Before this inclination no wink counts: standing and setting off are not squatting [deg].
EARLIEST_DEG = SHALLOWEST_DEG - 5.0


def find_neutral_depth(
    setup: SquatSetup, seed: int, how: How = "squatted", rules: OnsetRules | None = None
) -> NeutralDepth:
    """Find the depths a lifter reaches without a wink; who winks at no depth gets the deepest they can reach.

    Raises:
        SimulationError: the lifter cannot stand, or the physics produced something that is not a number.
    """
    loaded = with_load(setup)
    once = replace(loaded, depth=Depth(DEEPEST_DEG), tempo=replace(setup.tempo, repetitions=1))
    views = _views(once, rules or OnsetRules())
    found = [_planned(view) if how == "planned" else _squatted(once, seed, view) for view in views]
    return NeutralDepth(*found)


def _views(setup: SquatSetup, rules: OnsetRules) -> tuple[_View, _View]:
    curve = planned_descent(plan_squat(setup, build_skeleton(setup.lifter, setup.barbell)))
    reversal = np.maximum.accumulate(curve.tilt_deg) - curve.tilt_deg
    gained = curve.lumbar_deg - neutral_reference_deg(curve, rules)
    return (
        _View(curve.thigh_deg, reversal, rules.reversal_deg, lambda r: r.pelvic_reversal_deg),
        _View(curve.thigh_deg, gained, rules.neutral_band_deg, lambda r: r.lumbar_flexion_gained_deg),
    )


def _planned(view: _View) -> float | None:
    depth = view.reached_deg - PLANNED_MARGIN_DEG * view.is_reached
    return None if depth < SHALLOWEST_DEG else depth


def _squatted(setup: SquatSetup, seed: int, view: _View) -> float | None:
    """Squat near where the plan says, and once or twice more if that was far from the threshold."""
    end = float(view.thigh_deg[-1])
    aim = edge = view.reached_deg
    for _ in range(SQUATS):
        aim = float(np.clip(aim, SHALLOWEST_DEG, DEEPEST_DEG))
        repetitions = find_repetitions(simulate_squat(replace(setup, depth=Depth(aim)), seed))
        if not repetitions:
            return None
        short = view.threshold_deg - view.measure(repetitions[0])
        reached = repetitions[0].max_thigh_inclination_deg
        if short > 0 and reached >= end - 1.0:
            return reached
        edge = reached + short / view.slope(reached)
        if abs(short) <= NEAR_DEG:
            break
        aim = min(edge, end)
    deepest = edge - MARGIN_DEG
    return None if deepest < SHALLOWEST_DEG else min(deepest, end)
