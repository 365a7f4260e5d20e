"""Intent: the posture this lifter would choose at every depth on the way down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.kinematics import GRAVITY_M_S2, HALF_JOINTS, N_HALF, skeleton_values
from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.limits.hip_flexion import HipFlexion
from sim.posture_cost import Weights
from sim.posture_problem import N_WRENCH, SETTINGS, bounds, lumbar_angle, posture_problem
from sim.setup import SquatSetup
from sim.skeleton import Skeleton
from sim.strength import strength_values, weakened
from sim.style import Style
from sim.tissue import limit_values
from wink.errors import SimulationError

Array = NDArray[np.float64]

STEP_DEG = 5.0
#: Thigh inclinations the search for standing begins at, until one leads there [deg].
STANDING_GUESSES_DEG = (8.0, 14.0, 3.0, 22.0, 30.0)
#: Deeper than the aim by this much, so that one repetition may dip below another [deg].
BELOW_AIM_DEG = 3.0
#: From the knee's axis to the front of the kneecap, which meets a board at the toes [m]; ours.
KNEECAP_M = 0.05
FREE_M = 2.0


@dataclass(frozen=True)
class Plan:
    """Postures from standing down; all arrays start with depth (D,), shallow first."""

    thigh_deg: Array  # (D,) thigh inclination
    posture: Array  # (D, N_HALF) pelvis x, z [m], pitch [rad], half joints [rad]
    centre_of_mass_m: Array  # (D, 3)
    active_nm: Array  # (D, N_HALF - 3)
    passive_nm: Array
    used: Array  # (D, N_HALF - 3) share of strength
    aim_deg: float
    reason: str | None  # why it ends above the aim; None if it reaches it

    @property
    def deepest_deg(self) -> float:
        """The deepest thigh inclination that can be held, not deeper than the aim."""
        return min(self.aim_deg, float(self.thigh_deg[-1]))


def plan_squat(setup: SquatSetup, skeleton: Skeleton, weights: Weights | None = None) -> Plan:
    """Choose a posture at every depth to the aim, or to where this lifter has to stop or, choosing, would.

    `weights` are the typical lifter's unless a calibration tries others.

    Raises:
        SimulationError: this lifter cannot even stand in this stance.
    """
    search = PostureSearch(setup, skeleton, weights)
    aim = setup.depth.thigh_inclination_deg
    if not search.stand():
        raise SimulationError(
            f"{setup.lifter.name} cannot stand in this stance ({setup.stance}); expected one that is balanced "
            "upright: is it too wide or too narrow?"
        )
    first = STEP_DEG * (np.floor(search.depth_deg / STEP_DEG + 0.4) + 1)
    depths = [*np.arange(first, aim - 0.5 * STEP_DEG, STEP_DEG), aim, aim + BELOW_AIM_DEG]
    for depth in depths:
        if not search.descend(float(depth)):
            break
    if not setup.depth.self_chosen:
        return search.plan(aim)
    search.descend(min(search.depth_deg + STEP_DEG / 2, aim + BELOW_AIM_DEG))
    return search.plan(search.depth_deg - BELOW_AIM_DEG)


class PostureSearch:
    """One lifter's walk down, each depth begun from the one above."""

    def __init__(self, setup: SquatSetup, skeleton: Skeleton, weights: Weights | None = None) -> None:
        self._problem = posture_problem()
        self._low, self._high = bounds()
        if setup.barbell.arms_down:
            self._low[_ARM], self._high[_ARM] = 0.0, HANGING_RAD
        self._before = np.concatenate([skeleton_values(skeleton), limit_values(setup.limits)])
        self._fresh = strength_values(setup.strength, setup.lifter, setup.asymmetry.weaker_strength)
        self._strength, self.style = self._fresh, setup.style
        self._weights = (weights or Weights()).values()
        self._settings = _settings(setup, skeleton)
        self._guess = partial(_plain_guess, skeleton, self._settings["arm"])
        self._unknowns = self._guess(STANDING_GUESSES_DEG[0])
        self._multipliers: tuple[Array, Array] | None = None
        self._found: list[tuple[float, Array, Array]] = []

    @property
    def depth_deg(self) -> float:
        """The thigh inclination found last."""
        return self._found[-1][0]

    def found(self) -> tuple[Array, Array, Array]:
        """What was found last: posture (N_HALF,), its centre of mass (3,) and muscle torques (N_HALF - 3,)."""
        _, unknowns, parameters = self._found[-1]
        centre, active, *_ = self._problem.describe(unknowns, parameters)
        return unknowns[:N_HALF], np.array(centre).ravel(), np.array(active).ravel()

    def stand(self) -> bool:
        """Find quiet standing; False if this stance cannot be stood in."""
        parameters = self._parameters({"standing": 1.0})
        for guess_deg in STANDING_GUESSES_DEG:
            self._unknowns = self._guess(guess_deg)
            result, ok = self._attempt(parameters, self._unknowns, None)
            if ok:
                thigh = float(np.array(self._problem.describe(result["x"], parameters)[4]).item())
                self._keep(float(np.degrees(thigh)), result, parameters)
                return True
        return False

    def descend(self, thigh_deg: float) -> bool:
        """Find the posture of one depth, by smaller steps where one step loses the way."""
        for parts in (1, 2, 4):
            above = self.depth_deg
            if all(self.go_to(above + (thigh_deg - above) * k / parts) for k in range(1, parts + 1)):
                return True
        return False

    def reckon_with(self, left: Array, style: Style) -> None:
        """Go on with muscles of which a share (J, 2) is left, and with the likes of the moment."""
        self._strength, self.style = weakened(self._fresh, left), style

    def start_from(self, posture: Array) -> None:
        """Begin the next search at a posture (N_HALF,), and stay near it."""
        self._unknowns = np.concatenate([posture, self._unknowns[N_HALF:]])

    def go_to(self, thigh_deg: float) -> bool:
        """Find the posture of one depth in one step."""
        parameters = self._parameters({"thigh": np.radians(thigh_deg)})
        starts = [(self._unknowns, self._multipliers), (self._unknowns, None), (self._guess(thigh_deg), None)]
        for unknowns, multipliers in starts:
            result, ok = self._attempt(parameters, unknowns, multipliers)
            if ok:
                self._keep(thigh_deg, result, parameters)
                return True
        return False

    def _parameters(self, changed: dict[str, float]) -> Array:
        settings = {**self._settings, **changed}
        before = self._unknowns[:N_HALF]  # of the last depth that was found
        own = [self._before, self._strength, self.style.values(), self._weights]
        return np.concatenate([*own, [settings[name] for name in SETTINGS], before])

    def _keep(self, thigh_deg: float, result: dict[str, Array], parameters: Array) -> None:
        self._unknowns = result["x"]
        self._multipliers = (result["lam_x"], result["lam_g"])
        self._found.append((thigh_deg, result["x"], parameters))

    def _attempt(
        self, parameters: Array, unknowns: Array, multipliers: tuple[Array, Array] | None
    ) -> tuple[dict[str, Array], bool]:
        problem = self._problem
        n_equal, n_unequal = problem.n_equal, problem.n_unequal
        start = {"x0": unknowns}
        if multipliers is not None:
            start |= {"lam_x0": multipliers[0], "lam_g0": multipliers[1]}
        result = problem.solver(
            p=parameters,
            lbx=self._low,
            ubx=self._high,
            lbg=np.zeros(n_equal + n_unequal),
            ubg=np.concatenate([np.zeros(n_equal), np.full(n_unequal, np.inf)]),
            **start,
        )
        ok = bool(problem.solver.stats()["success"])
        return {k: np.array(v).ravel() for k, v in result.items()}, ok

    def plan(self, aim_deg: float) -> Plan:
        """Everything found so far."""
        described = [[np.array(a).ravel() for a in self._problem.describe(x, p)] for _, x, p in self._found]
        centre, active, passive, used, _ = (np.array(column) for column in zip(*described, strict=True))
        depths = np.array([depth for depth, _, _ in self._found])
        postures = np.array([x[:N_HALF] for _, x, _ in self._found])
        plan = Plan(depths, postures, centre, active, passive, used, aim_deg, None)
        short = depths[-1] < aim_deg - 1e-6
        return replace(plan, reason=_reason(plan)) if short else plan


def _settings(setup: SquatSetup, skeleton: Skeleton) -> dict[str, float]:
    shoulder = skeleton.body.length_m["shoulder_width"]
    return {
        "half_stance": setup.stance.width * shoulder / 2,
        "toe_out": float(np.radians(setup.stance.toe_out_deg)),
        "arm": float(np.radians(setup.barbell.shoulder_flexion_deg)),
        "thigh": 0.0,
        "standing": 0.0,
        "ankle_range": float(np.radians(setup.limits[AnkleDorsiflexion].values()[0])),
        "knee_reach": skeleton.sole.toe_m - KNEECAP_M if setup.stance.knees_behind_toes else FREE_M,
        "hip_range": float(np.radians(setup.limits[HipFlexion].values()[0])),
        "lumbar_range": float(np.radians(setup.lumbar.values()[0])),
        "lumbar_back": float(np.radians(setup.lumbar.extension_deg)),
        "weight": skeleton.total_mass_kg * GRAVITY_M_S2 / 2,
    }


#: Arms that hang do not reach forward for balance [rad].
HANGING_RAD = 0.1
_ARM = 3 + HALF_JOINTS.index("shoulder_flexion_left")

#: How the joints bend per thigh inclination in a plain squat, for a first guess.
_PER_THIGH = {"hip_flexion": 1.12, "hip_abduction": 0.2, "knee_flexion": 1.3, "ankle_dorsiflexion": 0.3}


def _plain_guess(skeleton: Skeleton, arm: float, thigh_deg: float) -> Array:
    """A squat of no one in particular, in the planner's unknowns."""
    length, thigh = skeleton.body.length_m, np.radians(thigh_deg)
    guess = np.zeros(N_HALF + N_WRENCH)
    shank = (_PER_THIGH["knee_flexion"] - 1) * thigh
    guess[0] = length["shank"] * np.sin(shank) - length["thigh"] * np.sin(thigh)
    guess[1] = length["ankle_height"] + length["shank"] * np.cos(shank) + length["thigh"] * np.cos(thigh)
    guess[2] = (_PER_THIGH["hip_flexion"] - 1) * thigh
    for joint, share in _PER_THIGH.items():
        guess[3 + HALF_JOINTS.index(f"{joint}_left")] = share * thigh
    guess[3 + HALF_JOINTS.index("shoulder_flexion_left")] = arm
    guess[N_HALF + 2] = 1.0
    return guess


def _reason(plan: Plan) -> str:
    """What is nearly spent where the plan ends: the hardest worked muscles and the tissue that carries most."""
    names = [name.removesuffix("_left") for name in HALF_JOINTS]
    worked = int(np.argmax(plan.used[-1]))
    carried = int(np.argmax(np.abs(plan.passive_nm[-1])))
    lumbar = float(np.degrees(lumbar_angle(plan.posture[-1])))
    return (
        f"no posture can be held below a thigh inclination of {plan.thigh_deg[-1]:.0f} deg: "
        f"{names[worked]} at {100 * plan.used[-1][worked]:.0f} % of strength, "
        f"{names[carried]} tissue at {abs(plan.passive_nm[-1][carried]):.0f} Nm, lumbar flexion {lumbar:.0f} deg"
    )
