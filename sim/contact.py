"""Feet on the floor, as the controller sees them: a wrench each, inside friction and the sole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.dynamics import Dynamics
from sim.skeleton import SIDES, Sole

Array = NDArray[np.float64]

FRICTION = 0.6  # what the lifter counts on; the floor gives more
EDGE_M = 0.012  # a foot pressed on its very edge rolls over it and slips
SPIN_ARM_M = 0.05  # friction moment about the vertical per newton of load


def foot_push(dynamics: Dynamics, unit: float) -> Array:
    """Generalised force (V, 12) of unit wrenches on both feet, in foot axes at the ankles."""
    parts = []
    for side, foot in zip(SIDES, dynamics.feet(), strict=True):
        turn = dynamics.rotation(f"foot_{side}")
        parts.append(np.hstack([foot.jacobian[:3].T @ turn, foot.jacobian[3:].T @ turn]))
    return unit * np.hstack(parts)


def foot_constraints(sole: Sole, unit: float) -> Array:
    """Rows (22, 12) that must be >= 0: load, friction pyramid, pressure inside the sole, spin."""
    rows = []
    up = _unit(2)
    for axis in (0, 1):
        rows += [FRICTION * up - _unit(axis), FRICTION * up + _unit(axis)]
    # About the point of the sole under the ankle: moment = ankle's moment - (0, 0, -height) x force.
    forward = -(_unit(4) + sole.height_m * _unit(0))
    left = _unit(3) - sole.height_m * _unit(1)
    ball, heel, side = sole.ball_m - EDGE_M, sole.heel_m + EDGE_M, sole.half_width_m - EDGE_M
    rows += [ball * up - forward, forward - heel * up, side * up - left, side * up + left]
    rows += [SPIN_ARM_M * up - _unit(5), SPIN_ARM_M * up + _unit(5), up]
    one = np.array(rows)
    both = np.zeros((2 * len(one), 12))
    both[: len(one), :6] = both[len(one) :, 6:] = one
    return both * unit / 100.0


def _unit(i: int) -> Array:
    row = np.zeros(6)
    row[i] = 1.0
    return row
