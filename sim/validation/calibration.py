"""The planner's weights, found by least squares on the checks and people that may be tuned on.

What is asked for, each as a share of what it may miss: the mean curves of tilt, lean and knee flexion of three real
people (UI-PRMD s01, s03, s10), and the checks C1, C4 and C16. A real person's ranges and habits are not known, so
each is a sampled lifter whose hip, ankle and style are unknowns too, held to the population by their spread.
No other figure is looked at: everything else in `wink validate` stays a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sim.cases import Parts
from sim.depth import Depth
from sim.kinematics import HALF_JOINTS
from sim.planner import Plan, plan_squat
from sim.posture_cost import Weights
from sim.posture_problem import lumbar_angle
from sim.setup import SquatSetup
from sim.skeleton import build_skeleton
from sim.stance import Stance
from sim.validation import balance, ranges
from sim.validation.real_people import GRID_DEG, Curve, mean_curves, on_grid, read_people
from sim.validation.trials import setup_of

Array = NDArray[np.float64]

#: The weights that are searched; the others only keep the solution regular.
#: With the spread of each's logarithm about where the search begins: next to no hold on a weight.
FREE = {
    "lumbar": 1.5,
    "lumbar_end": 1.5,
    "hip": 1.5,
    "cue": 1.5,
    "ankle": 1.5,
    "ankle_late": 0.5,
}
#: The people, with the stance their markers show: ankles' distance in shoulder widths, toes out [deg].
PEOPLE = {"s01": (1.6, 30.0), "s03": (1.45, 3.0), "s10": (1.2, 23.0)}
#: What is unknown of a person and its spread: hip flexion [deg], lunge [deg], logarithms of three habits
#: (sim/population.py; the sexes together for the hip).
TRAITS = ("hip_flexion", "lunge", "bracing", "hip_comfort", "cue")
TRAIT_SD = (10.6, 6.3, 0.4, 0.3, 0.4)
HIP_MEAN_DEG = 100.5
#: What may be missed [deg]: tilt, which is the wink, and lean and knee flexion, the posture around it; a person's
#: markers may be off as a whole by as much as the second three.
CURVE_SD_DEG, OFFSET_SD_DEG = (1.5, 6.0, 6.0), (4.0, 5.0, 5.0)
INDEPENDENT = 5.0  # points of a curve that are news
UNREACHED = 3.0  # misses of a depth that the plan does not reach


@dataclass(frozen=True)
class Target:
    """A check's figure that is tuned on: what is wanted and what may be missed."""

    name: str
    wanted: float
    sd: float


#: C1 and C4 by their bands' halves; C16: Fry (2003), hips' moment and knees' ratio.
TARGETS = (
    Target("C1 lean", 30.0, 4.0),
    Target("C4 lumbar", 26.0, 3.0),
    Target("C16 hips", 303.0, 55.0),
    Target("C16 knees", 0.78, 0.12),
)


@dataclass(frozen=True)
class Calibration:
    """What was found."""

    weights: Weights
    people: Mapping[str, tuple[float, ...]]  # z-scores of TRAITS
    figures: Mapping[str, float]  # of TARGETS
    misfit_deg: Mapping[str, tuple[float, ...]]  # rms of tilt, lean, knee of each person
    cost: float


class Problem:
    """The residuals of weights and traits, in one vector of unknowns: log weights, then z-scores person by person."""

    def __init__(
        self, typical: SquatSetup, real: Mapping[str, Sequence[Curve]], trials: Mapping[str, SquatSetup], start: Weights
    ) -> None:
        self._typical, self._trials, self._start = typical, trials, start
        self._real = {name: real[name] for name in PEOPLE}
        self.size = len(FREE) + len(TRAITS) * len(PEOPLE)

    def weights(self, unknowns: Array) -> Weights:
        """The weights of a vector of unknowns."""
        changed = {name: getattr(self._start, name) * float(np.exp(unknowns[i])) for i, name in enumerate(FREE)}
        return replace(self._start, **changed)

    def traits(self, unknowns: Array) -> dict[str, Array]:
        """The z-scores of each person."""
        parts = unknowns[len(FREE) :].reshape(len(PEOPLE), len(TRAITS))
        return dict(zip(PEOPLE, parts, strict=True))

    def residuals(self, unknowns: Array) -> Array:
        """Everything missed, in shares of what may be."""
        weights = self.weights(unknowns)
        parts = [self._of_person(name, z, weights) for name, z in self.traits(unknowns).items()]
        return np.concatenate(
            [*parts, self._of_targets(weights), unknowns[: len(FREE)] / np.array(list(FREE.values()))]
        )

    def jacobian(self, unknowns: Array, step: float = 0.04) -> Array:
        """Finite differences; a person's traits move that person's curves alone."""
        middle = self.residuals(unknowns)
        columns = np.zeros((len(middle), self.size))
        for i in range(len(FREE)):
            columns[:, i] = (self.residuals(unknowns + step * np.eye(self.size)[i]) - middle) / step
        weights, rows = self.weights(unknowns), 0
        for k, (name, z) in enumerate(self.traits(unknowns).items()):
            here = self._of_person(name, z, weights)
            for j in range(len(TRAITS)):
                moved = self._of_person(name, z + step * np.eye(len(TRAITS))[j], weights)
                column = len(FREE) + k * len(TRAITS) + j
                columns[rows : rows + len(here), column] = (moved - here) / step
            rows += len(here)
        return columns

    def _of_person(self, name: str, z: Array, weights: Weights) -> Array:
        apart = self.apart_deg(name, z, weights)
        scaled = [_less_offset(a, sd, off) for a, sd, off in zip(apart, cycle(CURVE_SD_DEG), cycle(OFFSET_SD_DEG))]
        return np.concatenate([*scaled, z])

    def apart_deg(self, name: str, z: Array, weights: Weights) -> list[Array]:
        """Simulated minus measured tilt, lean and knee flexion where the real person was, curve by curve."""
        several = self._real[name]
        plan = _plan(person(self._typical, name, z, max(real.deepest_deg for real in several)), weights)
        found = plan_curves(plan)
        return [
            np.nan_to_num((a - b)[np.isfinite(b) & (GRID_DEG >= 30.0)], nan=UNREACHED * sd)
            for real in several
            for a, b, sd in zip(found, (real.tilt_deg, real.lean_deg, real.knee_deg), CURVE_SD_DEG, strict=True)
        ]

    def figures(self, weights: Weights) -> dict[str, float]:
        """The checks' figures that are tuned on."""
        plans = {name: _plan(setup, weights) for name, setup in self._trials.items()}
        lean = {
            name: _at(plan, 90.0, np.degrees(plan.posture[:, 2] + lumbar_angle(plan.posture)))
            for name, plan in plans.items()
        }
        knees = _at(plans["blocked"], 90.0, _moment(plans["blocked"], "knee_flexion_left"))
        return {
            "C1 lean": lean["stiff"] - lean["supple"],
            "C4 lumbar": float(np.degrees(lumbar_angle(plans["deep"].posture)).max()),
            "C16 hips": -2 * _at(plans["blocked"], 90.0, _moment(plans["blocked"], "hip_flexion_left")),
            "C16 knees": knees / _at(plans["free"], 90.0, _moment(plans["free"], "knee_flexion_left")),
        }

    def _of_targets(self, weights: Weights) -> Array:
        figures = self.figures(weights)
        missed = np.array([(figures[t.name] - t.wanted) / t.sd for t in TARGETS])
        return np.nan_to_num(missed, nan=UNREACHED)


def problem_from(base: Parts, folder: Path, start: Weights) -> Problem:
    """The problem of the typical lifter `base` and the people whose motion capture is in a folder (UI-PRMD's names).

    Raises:
        ConfigError: one of the people is not there.
    """
    real = {name: _mean_squats(folder, name) for name in PEOPLE}
    parallel = {"depth": "parallel"}
    trials = {
        "stiff": {**balance.TRIALS[balance.STIFF], **parallel},
        "supple": {**balance.TRIALS[balance.SUPPLE], **parallel},
        "free": {**balance.TRIALS[balance.FREE], **parallel},
        "blocked": {**balance.TRIALS[balance.BLOCKED], **parallel},
        "deep": ranges.TRIALS["man, half body weight, deep"],
    }
    return Problem(setup_of(base, {}), real, {name: setup_of(base, changes) for name, changes in trials.items()}, start)


def _mean_squats(folder: Path, name: str) -> list[Curve]:
    """A person's mean squat in each of the study's two conditions, of different depth."""
    return [
        mean_curves(read_people(folder, lambda stem: stem.startswith(f"{name}_{kind}_")))[name]  # noqa: B023
        for kind in ("correct", "incorrect")
    ]


def calibrate(problem: Problem, steps: int = 25) -> Calibration:
    """Search from the problem's first weights and mean people; the same start gives the same end."""
    found = least_squares(
        problem.residuals, np.zeros(problem.size), jac=problem.jacobian, ftol=2e-3, max_nfev=steps, verbose=2
    )
    weights = problem.weights(found.x)
    people = {name: tuple(np.round(z, 2)) for name, z in problem.traits(found.x).items()}
    misfit = {
        name: tuple(round(float(np.sqrt(np.mean((a - a.mean()) ** 2))), 1) for a in problem.apart_deg(name, z, weights))
        for name, z in problem.traits(found.x).items()
    }
    return Calibration(weights, people, problem.figures(weights), misfit, float(found.cost))


def person(typical: SquatSetup, name: str, z: Sequence[float] | Array, deepest_deg: float) -> SquatSetup:
    """A real person as a lifter: the typical one with their stance, depth, and z-scores of `TRAITS`."""
    hip, lunge, bracing, comfort, cue = (score * sd for score, sd in zip(z, TRAIT_SD, strict=True))
    style = typical.style
    return replace(
        typical,
        hip_flexion=replace(typical.hip_flexion, flexion_deg=float(np.clip(HIP_MEAN_DEG + hip, 62.0, 148.0))),
        ankle_dorsiflexion=replace(typical.ankle_dorsiflexion, lunge_deg=float(np.clip(39.0 + lunge, 15.0, 60.0))),
        style=replace(
            style,
            bracing=style.bracing * float(np.exp(bracing)),
            hip_comfort=style.hip_comfort * float(np.exp(comfort)),
            cue=style.cue * float(np.exp(cue)),
        ),
        stance=Stance(*PEOPLE[name]),
        depth=Depth(deepest_deg),
    )


def plan_curves(plan: Plan) -> tuple[Array, Array, Array]:
    """Tilt, lean (both from standing) and knee flexion of an intent, on `GRID_DEG` [deg]."""
    tilt = np.degrees(plan.posture[:, 2])
    lean = tilt + np.degrees(lumbar_angle(plan.posture))
    knee = np.degrees(plan.posture[:, 3 + HALF_JOINTS.index("knee_flexion_left")])
    thigh = plan.thigh_deg
    return on_grid(thigh, tilt - tilt[0]), on_grid(thigh, lean - lean[0]), on_grid(thigh, knee)


def _plan(setup: SquatSetup, weights: Weights) -> Plan:
    return plan_squat(setup, build_skeleton(setup.lifter, setup.barbell), weights)


def _at(plan: Plan, thigh_deg: float, values: Array) -> float:
    return float(np.interp(thigh_deg, plan.thigh_deg, values, right=np.nan))


def _moment(plan: Plan, joint: str) -> Array:
    column = HALF_JOINTS.index(joint)
    return np.asarray(plan.active_nm[:, column] + plan.passive_nm[:, column])


def _less_offset(apart: Array, sd: float, offset_sd: float) -> Array:
    """Residuals less the likeliest offset of the whole curve; together they are worth `INDEPENDENT` points."""
    each = sd * np.sqrt(len(apart) / INDEPENDENT)
    offset = apart.mean() / (1 + (each / offset_sd) ** 2 / len(apart))
    return np.asarray(np.append((apart - offset) / each, offset / offset_sd))
