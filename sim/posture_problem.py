"""The choice of one posture at one depth, as a nonlinear programme of CasADi expressions.

Unknowns: the mirrored posture and the force and moment under one foot. Muscle torques follow from statics, so they
are expressions and not unknowns. What differs between lifters and depths is a parameter: one build serves all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim import strength, tissue
from sim.kinematics import HALF_JOINTS, HALF_WEIGHT, N_HALF, HalfModel, half_model, rotation
from sim.posture_cost import WEIGHTS, CostTerms, posture_cost
from sim.skeleton import LUMBAR_FLEXION

Array = NDArray[np.float64]

N_WRENCH = 6  # force and moment at the floor under the left ankle, in the foot's yaw frame
FRICTION = 0.6
#: How near the foot's ends the lifter lets the centre of pressure come [m]: never behind the ankle.
HEEL_MARGIN_M, TOE_MARGIN_M, SIDE_MARGIN_M = 0.052, 0.030, 0.010
#: Muscles that steady a joint are not driven past this share of their strength.
STABILISER_SHARE = 0.5
STABILISERS = ("hip_abduction", "hip_rotation", "tibial_rotation", "subtalar_inversion")

#: Least knee flexion per thigh inclination, and slack: 0.9 is the least in the open subjects' squats.
KNEE_PER_THIGH, KNEE_SLACK_RAD = 0.6, 0.09

#: Lifters unlock their knees before they begin: a locked one cannot be bent by any torque at the hip's height [rad].
STANDING_KNEE_RAD = 0.17

#: Scalars besides skeleton, limits, strength, style and weights: half stance [m], toe-out, arm angle, thigh inclination
#: aimed at, ranges of hip, ankle, lumbar spine forward and back [rad], how far the knees may come ahead of the ankles
#: [m], weight on a foot [N], and 1 for quiet standing (the depth then follows from soft knees) or 0 for a squat.
SETTINGS = (
    "half_stance",
    "toe_out",
    "arm",
    "thigh",
    "hip_range",
    "ankle_range",
    "lumbar_range",
    "lumbar_back",
    "knee_reach",
    "weight",
    "standing",
)


@dataclass(frozen=True)
class PostureProblem:
    """The solver and what it needs to know of its vectors."""

    solver: ca.Function
    describe: ca.Function
    """(unknowns, parameters) -> centre of mass (3,) [m], active and passive torque (11,) [Nm], share of strength
    used (11,), thigh inclination [rad]."""
    n_equal: int
    n_unequal: int


@dataclass(frozen=True)
class _Statics:
    """Joint torques and what is left unbalanced, of one posture."""

    unbalanced: ca.SX  # (3,) of the base
    active: ca.SX
    passive: ca.SX
    by_limit: list[dict[str, ca.SX]]


@lru_cache(maxsize=1)
def posture_problem() -> PostureProblem:
    """Build the programme, once a process."""
    model = half_model()
    wrench = ca.SX.sym("wrench", N_WRENCH)
    limits = ca.SX.sym("limits", tissue.N_VALUES)
    muscles = ca.SX.sym("strength", strength.N_VALUES)
    style = ca.SX.sym("style", 6)
    settings = ca.SX.sym("settings", len(SETTINGS))
    weights = ca.SX.sym("weights", len(WEIGHTS))
    before = ca.SX.sym("before", N_HALF)
    named = {name: settings[i] for i, name in enumerate(SETTINGS)}
    statics = _statics(model, wrench * named["weight"], limits, named)
    up, down = _capacities(model, muscles)
    used = ca.fmax(statics.active, 0) / up + ca.fmax(-statics.active, 0) / down
    equal = ca.vertcat(statics.unbalanced / named["weight"], _feet_flat(model, named), _depth(model, named))
    tolerated = _tolerated(model, statics, style, named)
    unequal = ca.vertcat(_foot_holds(model, wrench), _strong_enough(statics.active, up, down, style[3]), tolerated)
    weighed = {name: weights[i] for i, name in enumerate(WEIGHTS)}
    terms = CostTerms(model, wrench, used, statics.passive, statics.by_limit, style, named, before, weighed)
    unknowns = ca.vertcat(model.posture, wrench)
    parameters = ca.vertcat(model.values, limits, muscles, style, weights, settings, before)
    problem: dict[str, Any] = {
        "x": unknowns,
        "p": parameters,
        "f": posture_cost(terms),
        "g": ca.vertcat(equal, unequal),
    }
    described = [model.centre_of_mass, statics.active, statics.passive, used, _thigh_inclination(model)]
    describe = ca.Function("describe", [unknowns, parameters], described)
    return PostureProblem(ca.nlpsol("posture", "ipopt", problem, _OPTIONS), describe, equal.shape[0], unequal.shape[0])


_OPTIONS: dict[str, Any] = {
    "ipopt.print_level": 0,
    "print_time": 0,
    "ipopt.sb": "yes",
    "ipopt.max_iter": 150,
    "ipopt.tol": 1e-6,
    "ipopt.acceptable_tol": 1e-4,
    "ipopt.warm_start_init_point": "yes",
    "ipopt.mu_init": 1e-2,
    "ipopt.warm_start_bound_push": 1e-6,
}


def _statics(model: HalfModel, wrench: ca.SX, limits: ca.SX, named: dict[str, ca.SX]) -> _Statics:
    """Joint torques that hold the posture still, by virtual work of the mirrored body."""
    push = _pushed(model, wrench, named)
    needed = ca.gradient(model.energy, model.posture) - 2 * push
    degrees = {name: model.joint(name) * (180 / np.pi) for name in HALF_JOINTS}
    by_limit = tissue.passive_torques(degrees, limits, "left")
    passive = ca.vertcat(*(sum((t[name] for t in by_limit if name in t), ca.SX(0)) for name in HALF_JOINTS))
    return _Statics(needed[:3], needed[3:] / HALF_WEIGHT - passive, passive, by_limit)


def _pushed(model: HalfModel, wrench: ca.SX, named: dict[str, ca.SX]) -> ca.SX:
    """Generalised force of what the floor does to the left foot."""
    yaw = rotation((0, 0, 1), named["toe_out"])
    force, moment = yaw @ wrench[:3], yaw @ wrench[3:]
    turn = model.turns["foot_left"]
    under = model.places["foot_left"] + turn @ ca.vertcat(0, 0, -model.sole[3])
    total = ca.jtimes(under, model.posture, force, True)
    for k in range(3):  # a moment's work on a rotation, column by column
        total += 0.5 * ca.jtimes(turn[:, k], model.posture, ca.cross(moment, turn[:, k]), True)
    return total


def _feet_flat(model: HalfModel, named: dict[str, ca.SX]) -> ca.SX:
    turn = model.turns["foot_left"].T @ rotation((0, 0, 1), named["toe_out"])
    place = model.places["foot_left"] - ca.vertcat(0, named["half_stance"], model.sole[3])
    tilted = ca.vertcat(turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1])
    return ca.vertcat(tilted, place)


def _depth(model: HalfModel, named: dict[str, ca.SX]) -> ca.SX:
    """The thigh at its inclination; in standing, knees just unlocked."""
    squat = _thigh_inclination(model) - named["thigh"]
    stand = model.joint("knee_flexion_left") - STANDING_KNEE_RAD
    return named["standing"] * stand + (1 - named["standing"]) * squat


def _thigh_inclination(model: HalfModel) -> ca.SX:
    return ca.acos((model.places["thigh_left"][2] - model.places["shank_left"][2]) / model.thigh_m)


def _foot_holds(model: HalfModel, wrench: ca.SX) -> ca.SX:
    """Friction, and a centre of pressure inside the foot; all must be >= 0, in shares of the weight."""
    heel, ball, half_width = model.sole[0], model.sole[1], model.sole[2]
    along, aside, up = wrench[0], wrench[1], wrench[2]
    forward, left = -wrench[4], wrench[3]  # moment = (left, -forward) * force
    return ca.vertcat(
        up - 0.05,
        FRICTION * up - along,
        FRICTION * up + along,
        FRICTION * up - aside,
        FRICTION * up + aside,
        10 * ((ball - TOE_MARGIN_M) * up - forward),
        10 * (forward - (heel + HEEL_MARGIN_M) * up),
        10 * ((half_width - SIDE_MARGIN_M) * up - left),
        10 * ((half_width - SIDE_MARGIN_M) * up + left),
        10 * (0.05 * up - wrench[5]),
        10 * (0.05 * up + wrench[5]),
    )


def _capacities(model: HalfModel, muscles: ca.SX) -> tuple[ca.SX, ca.SX]:
    pairs = [strength.isometric(name, model.joint(name), muscles) for name in HALF_JOINTS]
    return ca.vertcat(*(up for up, _ in pairs)), ca.vertcat(*(down for _, down in pairs))


def _strong_enough(active: ca.SX, up: ca.SX, down: ca.SX, reserve: ca.SX) -> ca.SX:
    rows = []
    for i, name in enumerate(HALF_JOINTS):
        share = ca.fmin(reserve, STABILISER_SHARE) if name.startswith(STABILISERS) else reserve
        rows += [share - active[i] / up[i], share + active[i] / down[i]]
    return ca.vertcat(*rows)


def _tolerated(model: HalfModel, statics: _Statics, style: ca.SX, named: dict[str, ca.SX]) -> ca.SX:
    """What the lifter would rather stop than exceed; and a squat, not a bow: knees bend with the thighs."""
    spine = style[4] - lumbar_whole(model) / named["lumbar_range"]
    hip = 1 + statics.passive[HALF_JOINTS.index("hip_flexion_left")] / style[5]
    knee = model.joint("knee_flexion_left") - KNEE_PER_THIGH * named["thigh"] + KNEE_SLACK_RAD
    forward = model.places["shank_left"][0] - model.places["foot_left"][0]
    return ca.vertcat(spine, hip, knee, 10 * (named["knee_reach"] - forward))


#: Bounds [deg] that keep the search among human postures; the limits themselves are torques, not bounds.
_BOUNDS_DEG = {
    "lumbar_flexion": (-7.0, 40.0),
    "shoulder_flexion": (-90.0, 170.0),
    "hip_flexion": (-8.0, 150.0),
    "hip_abduction": (-30.0, 70.0),
    "hip_rotation": (-70.0, 60.0),
    "knee_flexion": (3.0, 155.0),
    "tibial_rotation": (-40.0, 35.0),
    "ankle_dorsiflexion": (-50.0, 50.0),
    "subtalar_inversion": (-26.0, 30.0),
}


def bounds() -> tuple[Array, Array]:
    """Lowest and highest unknowns: pelvis [m, rad], joints [rad], wrench [shares of the weight]."""
    joints = np.radians([_BOUNDS_DEG[strength.kind_of(name)] for name in HALF_JOINTS])
    low = np.concatenate([[-1.0, 0.1, -0.8], joints[:, 0], np.full(N_WRENCH, -3.0)])
    high = np.concatenate([[1.0, 1.5, 1.5], joints[:, 1], np.full(N_WRENCH, 3.0)])
    return low, high


def lumbar_whole(model: HalfModel) -> ca.SX:
    """Whole lumbar flexion [rad]."""
    return sum((model.joint(name) for name in LUMBAR_FLEXION), ca.SX(0))


def lumbar_angle(posture: Array) -> Array:
    """Whole lumbar flexion [rad] of half postures (..., N_HALF)."""
    columns = [3 + HALF_JOINTS.index(name) for name in LUMBAR_FLEXION]
    return np.asarray(posture[..., columns].sum(axis=-1))
