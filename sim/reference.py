"""Intent in time: which posture the lifter is after at every moment of a set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from sim.engine import State
from sim.kinematics import N_HALF
from sim.pace import ascent_s, descent_s
from sim.planner import Plan
from sim.posture_problem import lumbar_angle
from sim.tempo import Tempo

Array = NDArray[np.float64]
#: Values (N_WANTED,), their rates and accelerations: posture, centre of mass forward, trunk pitch, muscle torques.
Wanted = tuple[Array, Array, Array]

GRID_S = 0.004
SMOOTHING_S = 0.1  # without it kinks in the centre of mass push the pressure off the foot
SETTLE_S = 0.4  # before the trial's first moment, for the body to sink into the floor
DEPTH_SD_DEG, DEPTH_CLIP_DEG = 1.2, 2.5  # from one repetition to the next (rep-to-rep SD of a wink is 0.6-3.9 deg)
TEMPO_SD = 0.04  # of the logarithm of a duration
SWAY_SD = 0.35  # of the logarithm of a dislike

CENTRE = N_HALF  # column of the centre of mass, forward [m]
TRUNK = N_HALF + 1  # column of the trunk's pitch [rad]
N_WANTED = 2 * N_HALF - 1
TORQUES = slice(N_HALF + 2, N_WANTED)  # of the muscles at the half joints, standing still [Nm]


@dataclass(frozen=True)
class RepetitionAim:
    """One repetition as meant: when it begins, how long its parts last, how deep it goes."""

    start_s: float
    descent_s: float
    pause_s: float
    ascent_s: float
    thigh_deg: float
    sway: tuple[float, float, float] = (1.0, 1.0, 1.0)  # of the style's dislikes, times typical

    @property
    def end_s(self) -> float:
        """When the lifter means to stand again."""
        return self.start_s + self.descent_s + self.pause_s + self.ascent_s


def aim_repetitions(tempo: Tempo, plan: Plan, seed: int) -> tuple[RepetitionAim, ...]:
    """The repetitions of a set, each a little different; the same seed gives the same differences.

    The first is done as the lifter likes it, those that follow with dislikes that sway.
    """
    rng = np.random.default_rng(seed)
    aims: list[RepetitionAim] = []
    begin = tempo.quiet_s
    for number in range(tempo.repetitions):
        deeper = float(np.clip(DEPTH_SD_DEG * rng.standard_normal(), -DEPTH_CLIP_DEG, DEPTH_CLIP_DEG))
        slower = np.exp(TEMPO_SD * rng.standard_normal(3))
        thigh = min(plan.aim_deg + deeper, float(plan.thigh_deg[-1]))
        parts = np.array([tempo.descent_s, tempo.pause_s, tempo.ascent_s]) * slower
        parts[[0, 2]] = np.maximum(
            parts[[0, 2]], least_times_s(plan, float(plan.used[plan.thigh_deg <= thigh + 1e-9].max()), thigh)
        )
        sway = np.exp(SWAY_SD * rng.standard_normal(3)) if number else np.ones(3)
        times = (float(parts[0]), float(parts[1]), float(parts[2]))
        aims.append(RepetitionAim(begin, *times, thigh, (float(sway[0]), float(sway[1]), float(sway[2]))))
        begin = aims[-1].end_s + tempo.rest_s
    return tuple(aims)


def least_times_s(plan: Plan, effort: float, thigh_deg: float) -> tuple[float, float]:
    """The least time [s] of a descent to a thigh inclination, and of the ascent, at an effort (share of strength)."""
    way_m = float(plan.posture[0, 1] - np.interp(thigh_deg, plan.thigh_deg, plan.posture[:, 1]))
    return descent_s(way_m, effort), ascent_s(way_m, effort)


def minimum_jerk(share: Array) -> Array:
    """0 to 1 with zero speed and acceleration at both ends (Flash and Hogan 1985)."""
    s = np.clip(share, 0.0, 1.0)
    return np.asarray(s**3 * (10 - 15 * s + 6 * s**2))


class Reference(Protocol):
    """Half posture, centre of mass and trunk pitch wanted against phase time, with two derivatives."""

    @property
    def end_s(self) -> float:
        """When the set is over."""

    @property
    def stopped(self) -> bool:
        """Whether it ended above the depth that was meant."""

    def pace(self, phase_s: float) -> float:
        """Speed of the moment against the one that was meant at first, at most 1: less where muscles are tired."""

    def at(self, phase_s: float, rate: float, state: State) -> Wanted:
        """Wanted values (N_WANTED,), their rates and accelerations, when phase runs at `rate` of time."""


class DepthCourse:
    """How deep the lifter means to be at every moment of a set."""

    def __init__(self, plan: Plan, aims: tuple[RepetitionAim, ...], quiet_s: float) -> None:
        self.end_s = aims[-1].end_s + quiet_s
        self.begin_s = -SETTLE_S - 0.5
        self.times_s: Array = np.asarray(np.arange(self.begin_s, self.end_s + 1.0, GRID_S), dtype=np.float64)
        self._thigh_deg = _thigh_against_time(plan, _columns(plan), aims, self.times_s)
        self._aims, self._plan = aims, plan

    @property
    def deepest_deg(self) -> float:
        """The greatest thigh inclination meant."""
        return float(self._thigh_deg.max())

    def sway(self, phase_s: float) -> tuple[float, float, float]:
        """Sway of the style's dislikes in the repetition that is on, or comes next."""
        return next((aim.sway for aim in self._aims if phase_s < aim.end_s), self._aims[-1].sway)

    def pace(self, phase_s: float, left: Array) -> float:
        """Speed against the one meant, at most 1, with muscles of which a share (N_HALF - 3,) is left."""
        aim = next((aim for aim in self._aims if phase_s < aim.end_s), None)
        if aim is None or phase_s < aim.start_s:
            return 1.0
        used = self._plan.used[self._plan.thigh_deg <= aim.thigh_deg + 1e-9] / left
        down, up = least_times_s(self._plan, float(used.max()), aim.thigh_deg)
        if phase_s < aim.start_s + aim.descent_s:
            return min(1.0, aim.descent_s / down)
        return min(1.0, aim.ascent_s / up)

    def thigh_deg(self, phase_s: float | Array) -> Array:
        """Thigh inclination meant."""
        return np.asarray(np.interp(phase_s, self.times_s, self._thigh_deg))


class Following:
    """The intent's own postures: a body that follows has no say."""

    stopped = False

    def __init__(self, plan: Plan, course: DepthCourse) -> None:
        self.end_s = course.end_s
        wanted = _columns(plan)(course.thigh_deg(course.times_s))
        wanted = gaussian_filter1d(wanted, SMOOTHING_S / GRID_S, axis=0, mode="nearest")
        curve = CubicSpline(course.times_s, wanted)
        self._curves = (curve, curve.derivative(1), curve.derivative(2))

    def pace(self, phase_s: float) -> float:
        """As it was meant."""
        del phase_s
        return 1.0

    def at(self, phase_s: float, rate: float, state: State) -> Wanted:
        """Wanted values (N_WANTED,), their rates and accelerations, when phase runs at `rate` of time."""
        del state
        position, speed, acceleration = (curve(phase_s) for curve in self._curves)
        return position, speed * rate, acceleration * rate**2


def _columns(plan: Plan) -> PchipInterpolator:
    trunk = plan.posture[:, 2] + lumbar_angle(plan.posture)
    values = np.column_stack([plan.posture, plan.centre_of_mass_m[:, 0], trunk, plan.active_nm])
    return PchipInterpolator(plan.thigh_deg, values)


def _thigh_against_time(plan: Plan, columns: PchipInterpolator, aims: tuple[RepetitionAim, ...], times: Array) -> Array:
    """Thigh inclination [deg] such that the squat goes down and up with minimum jerk.

    What moves so is half hip height and half thigh angle: by height alone the thighs would start with a snap.
    """
    fine = np.linspace(plan.thigh_deg[0], plan.thigh_deg[-1], 400)
    height = np.minimum.accumulate(columns(fine)[:, 1])
    way = 0.5 * (height[0] - height) / (height[0] - height[-1]) + 0.5 * (fine - fine[0]) / (fine[-1] - fine[0])
    wanted = np.zeros(len(times))
    for aim in aims:
        down = minimum_jerk((times - aim.start_s) / aim.descent_s)
        up = minimum_jerk((times - aim.start_s - aim.descent_s - aim.pause_s) / aim.ascent_s)
        wanted += np.interp(aim.thigh_deg, fine, way) * (down - up)
    return np.interp(wanted, way, fine)
