"""The muscles of one lifter during motion: what each joint can give at an angle and a speed."""

from __future__ import annotations

from functools import lru_cache
from typing import Self

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim import strength
from sim.fatigue import Fatigue
from sim.law import Law
from sim.lifter import Lifter
from sim.setup import SquatSetup
from sim.skeleton import JOINTS, LEG, SIDES

Array = NDArray[np.float64]

#: Velocities of 75 and 50 % of strength [rad/s] for joints without a published curve; ours.
PLAIN_C4_C5 = (2.0, 4.5)


@lru_cache(maxsize=1)
def capacity_law() -> ca.Function:
    """(angles (J,) [rad], strength values) -> isometric capacity (J, 2) [Nm], positive and negative direction."""
    angles, values = ca.SX.sym("angles", len(JOINTS)), ca.SX.sym("strength", strength.N_VALUES)
    pairs = [ca.horzcat(*strength.isometric(name, angles[i], values)) for i, name in enumerate(JOINTS)]
    return ca.Function("capacity", [angles, values], [ca.vertcat(*pairs)])


class Muscles:
    """Bounds on the torque of every joint.

    `share` (J, 2) of it is there, positive and negative direction: less where a side is weaker. They tire as they work.
    """

    def __init__(self, values: Array, lifter: Lifter) -> None:
        self._law = Law(capacity_law(), values)
        self._speeds = np.array([_speeds(name, lifter) for name in JOINTS])  # (J, 2 directions, 2)
        self.share: Array = np.ones((len(JOINTS), 2))
        self.fatigue = Fatigue()
        self._fresh: Array = np.ones((len(JOINTS), 2))

    @classmethod
    def of(cls, setup: SquatSetup) -> Self:
        """The muscles of a lifter, left and right."""
        muscles = cls(strength.strength_values(setup.strength, setup.lifter), setup.lifter)
        for side in SIDES:
            rows = [JOINTS.index(f"{joint}_{side}") for joint in LEG]
            muscles.share[rows] *= setup.asymmetry.strength(side)
        muscles.fatigue = Fatigue(setup.strength.fatigue)
        return muscles

    def capacity(self, angles_rad: Array, rates_rad_s: Array) -> tuple[Array, Array]:
        """Greatest torque (J,) [Nm] in the positive and in the negative direction, both >= 0."""
        isometric = self._law(angles_rad) * self.share
        factors = [
            strength.speed_factor(sign * rates_rad_s, self._speeds[:, i, 0], self._speeds[:, i, 1])
            for i, sign in enumerate((1.0, -1.0))
        ]
        self._fresh = isometric * np.column_stack(factors)
        up, down = (self._fresh * self.fatigue.left).T
        return up, down

    def tire(self, active_nm: Array, time_s: float) -> None:
        """Work for some time at torques (J,) [Nm], at the angles and speeds last asked about."""
        used = np.column_stack([np.maximum(active_nm, 0.0), np.maximum(-active_nm, 0.0)])
        self.fatigue.work(used / np.maximum(self._fresh, 1e-6), time_s)


def _speeds(joint: str, lifter: Lifter) -> list[tuple[float, float]]:
    pair = strength.MUSCLES[strength.kind_of(joint)]
    out = []
    for muscle in pair:
        if muscle.action is None:
            out.append(PLAIN_C4_C5)
        else:
            c = strength.coefficients(muscle.action, lifter)
            out.append((float(c[3]), float(c[4])))
    return out
