"""The body's own choice: which posture it takes, found again and again while it moves.

Of the intent only the depth and its timing are kept. A fifth of a second ahead, the body looks for the posture it
dislikes least, beginning where it is, with its own tissue and what it believes of its muscles. A limit that only
the body has turns up in its posture; one that only the intent had does not.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from sim.engine import State
from sim.fatigue import Fatigue
from sim.kinematics import HALF_JOINTS, N_HALF
from sim.planner import PostureSearch
from sim.posture_problem import lumbar_angle
from sim.reference import CENTRE, DepthCourse, Wanted
from sim.skeleton import JOINTS
from wink.errors import SimulationError

Array = NDArray[np.float64]

CHOICE_S = 0.04  # of phase between two choices
STAGES = 4  # of smoothing, each of this long: four spread a kink as far as the intent's own smoothing
POSTURE_S = 0.05
CENTRE_S = 0.1  # the centre of mass turns more slowly: pressure has to get ahead of it, and feet are short
AHEAD_S = STAGES * CENTRE_S  # what smoothing delays is chosen ahead
GRID_S = 0.004
STOPPED_DEG = 2.5  # short of what was meant
FIRST_DEG = 4.0  # deeper than standing: from here on the thighs lead, above the knees only give


class Choosing:
    """Posture, centre of mass and trunk pitch against phase, chosen on the way by the body itself.

    Raises:
        SimulationError: the body cannot stand in this stance.
    """

    def __init__(self, search: PostureSearch, course: DepthCourse, fatigue: Fatigue) -> None:
        if not search.stand():
            raise SimulationError("the body cannot stand where its lifter means to")
        self.end_s = course.end_s
        self._search, self._course = search, course
        self._fatigue, self._style = fatigue, search.style
        self._standing_deg, self._standing = search.depth_deg, _column(search)
        if not search.go_to(self._standing_deg + FIRST_DEG):
            raise SimulationError("the body cannot unlock its knees where its lifter means to squat")
        self._first = self._last = _column(search)
        self._smooth = _Smoothing(self._standing, POSTURE_S)
        self._centre = _Smoothing(self._standing[CENTRE], CENTRE_S)
        waits = round((AHEAD_S - STAGES * POSTURE_S) / CHOICE_S)
        self._waiting = deque([self._standing] * waits)
        self._phase_s = self._next_s = course.begin_s
        self._deepest_deg = self._search.depth_deg  # a posture was found for
        self._end_deg = np.inf  # and none was

    def at(self, phase_s: float, rate: float, state: State) -> Wanted:
        """Wanted values (N_WANTED,), their rates and accelerations, when phase runs at `rate` of time."""
        while self._phase_s < phase_s:
            if self._phase_s >= self._next_s - 1e-9:
                self._next_s += CHOICE_S
                self._aim(self._choose(float(self._course.thigh_deg(self._next_s + AHEAD_S)), state))
            self._smooth.step()
            self._centre.step()
            self._phase_s += GRID_S
        wanted = self._smooth.at(phase_s - self._phase_s, rate)
        for column, centre in zip(wanted, self._centre.at(phase_s - self._phase_s, rate), strict=True):
            column[CENTRE] = centre[0]
        return wanted

    def pace(self, phase_s: float) -> float:
        """Speed of the moment against the one that was meant at first, at most 1: less where muscles are tired."""
        left = self._fatigue.left.min(axis=1)
        return self._course.pace(phase_s, np.minimum(left[_LEFT], left[_RIGHT]))

    def _aim(self, column: Array) -> None:
        """The centre of mass sets out as far ahead as its smoothing asks for, the limbs as far as theirs."""
        self._centre.aim(column[CENTRE])
        self._waiting.append(column)
        self._smooth.aim(self._waiting.popleft())

    @property
    def stopped(self) -> bool:
        """Whether the body found no posture as deep as was meant."""
        return self._end_deg < self._course.deepest_deg - STOPPED_DEG

    def _choose(self, thigh_deg: float, state: State) -> Array:
        above = (thigh_deg - self._standing_deg) / FIRST_DEG
        if above < 1.0:
            self._last = self._first
            return self._standing + max(above, 0.0) * (self._first - self._standing)
        if thigh_deg < self._end_deg:
            strayed = half_posture(state) - self._smooth.at(0.0, 1.0)[0][:N_HALF]
            self._search.reckon_with(self._fatigue.left, self._style.swayed(self._course.sway(self._next_s)))
            self._search.start_from(self._last[:N_HALF] + strayed)
            if self._search.go_to(thigh_deg):
                self._last, self._deepest_deg = _column(self._search), max(thigh_deg, self._deepest_deg)
            elif thigh_deg > self._deepest_deg:
                self._end_deg = thigh_deg
        return self._last


def _column(search: PostureSearch) -> Array:
    posture, centre_m, active_nm = search.found()
    return np.concatenate([posture, centre_m[:1], [posture[2] + lumbar_angle(posture)], active_nm])


def half_posture(state: State) -> Array:
    """The mirrored posture (N_HALF,) nearest to a state: both sides averaged."""
    pitch = np.arctan2(state.rotation[0, 2], state.rotation[2, 2])
    sides = state.angles_rad[_LEFT], state.angles_rad[_RIGHT]
    return np.concatenate([state.position_m[[0, 2]], [pitch], 0.5 * (sides[0] + sides[1])])


_LEFT = np.array([JOINTS.index(name) for name in HALF_JOINTS])
_RIGHT = np.array([JOINTS.index(name.replace("_left", "_right")) for name in HALF_JOINTS])


class _Smoothing:
    """Equal first-order stages in a row, fed by straight lines: the end of the row has two smooth derivatives."""

    def __init__(self, column: Array, stage_s: float) -> None:
        self._stage_s, self._rows = stage_s, _row_of_stages(stage_s)
        self._stages: Array = np.tile(np.atleast_1d(column), (STAGES, 1))
        self._from, self._slope = self._stages[0], np.zeros(self._stages.shape[1])

    def aim(self, column: Array) -> None:
        """Go straight from the last aim to this one within `CHOICE_S`."""
        self._slope = (column - self._from) / CHOICE_S

    def step(self) -> None:
        """Go on by `GRID_S`."""
        both = np.vstack([self._stages, self._from, self._slope])
        self._stages, self._from = self._rows @ both, self._from + GRID_S * self._slope

    def at(self, since_s: float, rate: float) -> Wanted:
        """Values, rates and accelerations a little before or after the last step."""
        last, before, earlier = self._stages[-1], self._stages[-2], self._stages[-3]
        speed, push = (before - last) / self._stage_s, (earlier - 2 * before + last) / self._stage_s**2
        return last + since_s * speed + since_s**2 / 2 * push, (speed + since_s * push) * rate, push * rate**2


def _row_of_stages(stage_s: float) -> Array:
    """Exact step (S, S + 2) of the stages from themselves, their input and its slope."""
    rates = np.zeros((STAGES + 2, STAGES + 2))
    for stage in range(STAGES):
        rates[stage, stage] = -1 / stage_s
        rates[stage, stage - 1 if stage else STAGES] = 1 / stage_s
    rates[STAGES, STAGES + 1] = 1.0
    return np.asarray(expm(GRID_S * rates)[:STAGES])
