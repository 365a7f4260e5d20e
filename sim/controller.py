"""Execution: bounded muscle torques that follow the intent, by a whole-body inverse-dynamics quadratic programme.

Unknowns: accelerations of the floating body and the wrench on each foot. The body's own equations of motion and the
floor's friction are constraints, so nothing is pulled by a string; where the muscles cannot, the posture gives way.
"""

from __future__ import annotations

from dataclasses import dataclass

import daqp
import numpy as np
from numpy.typing import NDArray

from sim.activation import Activation
from sim.contact import foot_constraints, foot_push
from sim.dynamics import Dynamics, rotation_error
from sim.engine import State
from sim.kinematics import HALF_JOINTS, N_HALF
from sim.muscles import Muscles
from sim.reference import CENTRE, TORQUES, TRUNK, Wanted
from sim.skeleton import JOINTS, SIDES, Skeleton

Array = NDArray[np.float64]

EQUAL, SOFT = np.int32(5), np.int32(8)  # the solver's marks of a row
COMMAND_S = 0.004  # between two commands
WRENCH_UNIT = 100.0  # N and Nm per unit of the wrench unknowns, for conditioning


@dataclass(frozen=True)
class Task:
    """One thing wanted: weight, stiffness [1/s2] and damping [1/s] of the acceleration asked for."""

    weight: float
    stiffness: float
    damping: float


FEET = Task(1000.0, 0.0, 20.0)
BALANCE = Task(100.0, 120.0, 21.9)
HIP_HEIGHT = Task(20.0, 200.0, 28.3)
TRUNK_TASK = Task(4.0, 100.0, 20.0)
LUMBAR_TASK = Task(3.0, 150.0, 24.5)
PELVIS = Task(1.0, 50.0, 14.0)
ARMS = Task(1.0, 100.0, 20.0)
LEGS = Task(1.0, 60.0, 15.0)
#: How a lifter evades a side that pushes back more: by so much more bend of the other one. Ours, confidence C.
EVASION = Task(10.0, 60.0, 15.0)
EVADING = ("hip_flexion", "ankle_dorsiflexion")  # the one whose sides differ more: both at once hold the pelvis still
EVASION_RAD_NM, EVASION_MOST_RAD = float(np.radians(0.30)), float(np.radians(12.0))
EVASION_FROM_NM, EVASION_FULLY_NM = 10.0, 30.0  # a smaller difference goes unnoticed; from here with full weight
EFFORT = 2e-3  # per (share of strength)2
SMALL_ACCELERATION, SMALL_WRENCH = 1e-4, 1e-6


@dataclass(frozen=True)
class Command:
    """What the muscles do, and what the feet are expected to feel."""

    active_nm: Array  # (J,)
    wrench: Array  # (2, 6) on the feet, foot axes, at the ankle


@dataclass(frozen=True)
class _Motion:
    """The equations of motion as maps of the unknowns: base forces = 0, and muscle torques."""

    base_map: Array
    base_rest: Array
    torque_map: Array  # (J, n)
    torque_rest: Array
    up_nm: Array  # greatest torque in the positive direction, both >= 0
    down_nm: Array  # and in the negative
    least_nm: Array  # what the muscles can come to until the next command
    most_nm: Array


class _Wishes:
    """Weighted squares |A x - b|2 of the accelerations, row by row."""

    def __init__(self) -> None:
        self._rows: list[Array] = []
        self._wanted: list[Array] = []

    def add(self, jacobian: Array, wanted: Array, weight: float) -> None:
        root = np.sqrt(weight)
        self._rows.append(root * jacobian)
        self._wanted.append(root * wanted)

    def stacked(self) -> tuple[Array, Array]:
        return np.vstack(self._rows), np.concatenate(self._wanted)


class Controller:
    """Muscle torques for one lifter, from the measured state and the intent of the moment."""

    def __init__(self, skeleton: Skeleton, muscles: Muscles, step_s: float = COMMAND_S) -> None:
        self.dynamics = Dynamics(skeleton)
        self._muscles = muscles
        self._activation = Activation(len(JOINTS))
        self._step_s = step_s
        self._last = Command(np.zeros(len(JOINTS)), np.zeros((2, 6)))
        self._sole = skeleton.sole
        self._constraints = foot_constraints(skeleton.sole, WRENCH_UNIT)
        self._half = np.array([_half_index(name) for name in JOINTS])
        self._rows = {prefix: _rows_of(prefixes) for prefix, prefixes in _GROUPS.items()}

    def command(self, state: State, wanted: Wanted, passive_nm: Array) -> Command:
        """Torques toward `wanted` (values, rates, accelerations of the reference).

        Where even a body that lets its feet slip has no answer, the muscles go on as they were.
        """
        self.dynamics.update(state)
        motion = self._motion(state, passive_nm)
        wishes = self._wishes(state, wanted)
        self._wish_evasion(wishes, state, passive_nm)
        hessian, gradient = self._objective(motion, self._mirrored(wanted[0][TORQUES]), *wishes.stacked())
        found = _least(hessian, gradient, *self._bounds(motion))
        if found is None:
            return self._last
        active = np.clip(motion.torque_map @ found + motion.torque_rest, motion.least_nm, motion.most_nm)
        self._activation.come_to(active, motion.up_nm, motion.down_nm, self._step_s)
        self._muscles.tire(active, self._step_s)
        self._last = Command(active, found[self.dynamics.size :].reshape(2, 6) * WRENCH_UNIT)
        return self._last

    def _motion(self, state: State, passive_nm: Array) -> _Motion:
        dynamics = self.dynamics
        push = foot_push(dynamics, WRENCH_UNIT)
        mass, bias, columns = dynamics.mass_matrix, dynamics.bias, dynamics.columns
        up, down = self._muscles.capacity(state.angles_rad, state.rates_rad_s)
        least, most = self._activation.reach(up, down)
        return _Motion(
            base_map=np.hstack([mass[:6], -push[:6]]),
            base_rest=bias[:6],
            torque_map=np.hstack([mass[columns], -push[columns]]),
            torque_rest=bias[columns] - passive_nm,
            up_nm=up,
            down_nm=down,
            least_nm=least,
            most_nm=most,
        )

    def _objective(self, motion: _Motion, easy_nm: Array, matrix: Array, target: Array) -> tuple[Array, Array]:
        """Half x' H x + g' x of wishes, effort and a little of everything."""
        size, n = self.dynamics.size, motion.torque_map.shape[1]
        share = EFFORT / (0.5 * (motion.up_nm + motion.down_nm)) ** 2
        hessian = motion.torque_map.T @ (share[:, None] * motion.torque_map)
        gradient = motion.torque_map.T @ (share * (motion.torque_rest - easy_nm))
        hessian[:size, :size] += matrix.T @ matrix
        gradient[:size] -= matrix.T @ target
        hessian[np.arange(n), np.arange(n)] += np.where(np.arange(n) < size, SMALL_ACCELERATION, SMALL_WRENCH)
        return hessian, gradient

    def _bounds(self, motion: _Motion) -> tuple[Array, Array, Array, NDArray[np.int32]]:
        """Rows with lower and upper bounds: motion of the base, strength, the feet's hold on the floor."""
        hold = np.hstack([np.zeros((len(self._constraints), self.dynamics.size)), self._constraints])
        rows = np.vstack([motion.base_map, motion.torque_map, hold])
        lower = np.concatenate([-motion.base_rest, motion.least_nm - motion.torque_rest, np.zeros(len(hold))])
        upper = np.concatenate([-motion.base_rest, motion.most_nm - motion.torque_rest, np.full(len(hold), 1e30)])
        sense = np.zeros(len(rows), dtype=np.int32)
        sense[:6] = EQUAL
        return rows, lower, upper, sense

    def _wishes(self, state: State, wanted: Wanted) -> _Wishes:
        wishes = _Wishes()
        self._wish_balance(wishes, state, wanted)
        self._wish_upright(wishes, state, wanted)
        goal, speed, push = (self._mirrored(column[3:N_HALF]) for column in wanted)
        for group, task in (("lumbar", LUMBAR_TASK), ("legs", LEGS), ("arms", ARMS)):
            rows = self._rows[group]
            selector = np.zeros((len(rows), self.dynamics.size))
            selector[np.arange(len(rows)), self.dynamics.columns[rows]] = 1.0
            error, slip = (goal - state.angles_rad)[rows], (speed - state.rates_rad_s)[rows]
            wishes.add(selector, task.stiffness * error + task.damping * slip + push[rows], task.weight)
        for foot in self.dynamics.feet():
            wishes.add(foot.jacobian, -foot.drift - FEET.damping * foot.velocity, FEET.weight)
        return wishes

    def _wish_evasion(self, wishes: _Wishes, state: State, passive_nm: Array) -> None:
        """Less bend on the side whose tissue pushes back more, more on the other: the pelvis turns and shifts."""
        pairs = [[JOINTS.index(f"{joint}_{side}") for side in SIDES] for joint in EVADING]
        left, right = max(pairs, key=lambda pair: abs(passive_nm[pair[1]] - passive_nm[pair[0]]))
        more = passive_nm[right] - passive_nm[left]  # pushes are negative: > 0 where the left one pushes more
        noticed = (abs(more) - EVASION_FROM_NM) / (EVASION_FULLY_NM - EVASION_FROM_NM)
        if noticed <= 0.0:
            return
        goal = -np.clip(EVASION_RAD_NM * more, -EVASION_MOST_RAD, EVASION_MOST_RAD)
        selector = np.zeros((1, self.dynamics.size))
        selector[0, self.dynamics.columns[[left, right]]] = 1.0, -1.0
        apart = state.angles_rad[left] - state.angles_rad[right]
        drift = state.rates_rad_s[left] - state.rates_rad_s[right]
        wish = EVASION.stiffness * (goal - apart) - EVASION.damping * drift
        wishes.add(selector, np.array([wish]), EVASION.weight * min(noticed, 1.0))

    def _mirrored(self, half: Array) -> Array:
        """Values (J,) of half joints on both sides; zero where a mirrored posture has none."""
        return np.where(self._half < 0, 0.0, half[self._half])

    def _wish_balance(self, wishes: _Wishes, state: State, wanted: Wanted) -> None:
        """Centre of mass over its place on the feet, hips at their height and in the middle."""
        value, rate, acceleration = wanted
        centre = self.dynamics.centre_of_mass()
        goal = np.array([value[CENTRE], 0.0]) - self.dynamics.centre_m[:2]
        slip = np.array([rate[CENTRE], 0.0]) - centre.velocity[:2]
        push = np.array([acceleration[CENTRE], 0.0]) - centre.drift[:2]
        wishes.add(centre.jacobian[:2], BALANCE.stiffness * goal + BALANCE.damping * slip + push, BALANCE.weight)
        pelvis = self.dynamics.frame("pelvis")
        height = HIP_HEIGHT.stiffness * (value[1] - state.position_m[2])
        height += HIP_HEIGHT.damping * (rate[1] - state.velocity_m_s[2]) + acceleration[1] - pelvis.drift[2]
        wishes.add(pelvis.jacobian[2:3], np.array([height]), HIP_HEIGHT.weight)
        aside = -PELVIS.stiffness * state.position_m[1] - PELVIS.damping * state.velocity_m_s[1] - pelvis.drift[1]
        wishes.add(pelvis.jacobian[1:2], np.array([aside]), PELVIS.weight)

    def _wish_upright(self, wishes: _Wishes, state: State, wanted: Wanted) -> None:
        """Trunk at its lean; pelvis level and facing forward, its tilt left free."""
        value, rate, acceleration = wanted
        pelvis = self.dynamics.frame("pelvis")
        roll_yaw = [3, 5]
        turned = rotation_error(_pitched(_pitch(state.rotation)), state.rotation)
        wish = PELVIS.stiffness * turned - PELVIS.damping * state.spin_rad_s - pelvis.drift[3:]
        wishes.add(pelvis.jacobian[roll_yaw], wish[[0, 2]], PELVIS.weight)
        trunk = self.dynamics.frame("thorax")
        error = rotation_error(_pitched(value[TRUNK]), self.dynamics.rotation("thorax"))
        spin = np.array([0.0, rate[TRUNK], 0.0]) - trunk.velocity[3:]
        push = np.array([0.0, acceleration[TRUNK], 0.0]) - trunk.drift[3:]
        wish = TRUNK_TASK.stiffness * error + TRUNK_TASK.damping * spin + push
        wishes.add(trunk.jacobian[3:], wish, TRUNK_TASK.weight)


def _least(
    hessian: Array, gradient: Array, rows: Array, lower: Array, upper: Array, sense: NDArray[np.int32]
) -> Array | None:
    """The unknowns of least cost within the rows' bounds; strength and floor give a little before there is none."""
    for soft in (np.int32(0), SOFT):
        found, _, flag, _ = daqp.solve(hessian, gradient, rows, upper, lower, np.where(sense, sense, soft))
        if flag >= 1 and np.all(np.isfinite(found)):
            return np.asarray(found)
    return None


_GROUPS = {
    "lumbar": ("lumbar",),
    "arms": ("shoulder",),
    "legs": ("hip", "knee", "tibial", "ankle", "subtalar"),
}


def _rows_of(prefixes: tuple[str, ...]) -> NDArray[np.intp]:
    return np.array([i for i, name in enumerate(JOINTS) if name.startswith(prefixes)])


def _half_index(name: str) -> int:
    """Where a joint stands in the half posture; -1 for those a mirrored posture holds at zero."""
    left = name.removesuffix("_right").removesuffix("_left")
    for i, half in enumerate(HALF_JOINTS):
        if half.removesuffix("_left") == left:
            return i
    return -1


def _pitch(rotation: Array) -> float:
    return float(np.arctan2(rotation[0, 2], rotation[2, 2]))


def _pitched(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
