"""What a physics engine has to do for a squat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.skeleton import Skeleton

Array = NDArray[np.float64]

FLOOR_FRICTION = 0.8  # more than the 0.6 the lifter counts on
LIGHTEST_N = 1.0  # a foot pressed less than this has no centre of pressure


@dataclass(frozen=True)
class State:
    """Pose and velocity of the floating body; world axes, joints in the order of `skeleton.JOINTS`."""

    position_m: Array  # (3,) of the pelvis frame's origin
    rotation: Array  # (3, 3) pelvis to world
    velocity_m_s: Array  # (3,) of that origin
    spin_rad_s: Array  # (3,)
    angles_rad: Array  # (J,)
    rates_rad_s: Array  # (J,)


@dataclass(frozen=True)
class GroundReaction:
    """What the floor does to each foot, left and right: together the same as all contacts of that foot."""

    feet_n: Array  # (2, 3) force
    feet_centre_m: Array  # (2, 2) centre of pressure; zeros in the air
    feet_twist_nm: Array  # (2,) moment about the vertical through that centre, + to the left

    @property
    def force_n(self) -> Array:
        """Force (3,) on both feet."""
        return np.asarray(self.feet_n.sum(axis=0))

    @property
    def centre_m(self) -> Array:
        """Centre of pressure (2,) of both feet; zeros in the air."""
        up = self.feet_n[:, 2]
        return np.asarray(up @ self.feet_centre_m / up.sum()) if up.sum() > LIGHTEST_N else np.zeros(2)


def ground_reaction(feet: Sequence[int], places: Sequence[Array], pushes: Sequence[Array]) -> GroundReaction:
    """Sum up contacts.

    Args:
        feet: 0 = left, 1 = right, of each contact.
        places: where it is in the world (3,) [m].
        pushes: force on the body there (3,) [N].
    """
    force, moment, twist, centre = np.zeros((2, 3)), np.zeros((2, 2)), np.zeros(2), np.zeros((2, 2))
    for foot, place, push in zip(feet, places, pushes, strict=True):
        force[foot] += push
        moment[foot] += push[2] * place[:2]
        twist[foot] += place[0] * push[1] - place[1] * push[0]
    for foot in range(2):
        if force[foot, 2] > LIGHTEST_N:
            centre[foot] = moment[foot] / force[foot, 2]
        twist[foot] -= centre[foot, 0] * force[foot, 1] - centre[foot, 1] * force[foot, 0]
    return GroundReaction(force, centre, twist)


class Engine(Protocol):
    """A floating-base body over a floor, moved by joint torques."""

    def set(self, state: State) -> None:
        """Put the body into a state."""

    def get(self) -> State:
        """The state now."""

    def torque(self, torque_nm: Array) -> None:
        """Joint torques (J,) for the next step."""

    def step(self) -> None:
        """Go on by one time step."""

    def ground_reaction(self) -> GroundReaction:
        """Contact with the floor in the last step."""

    def close(self) -> None:
        """Free the engine."""


#: What makes an engine, ready to be set: from the lifter's skeleton and the time step [s].
MakeEngine = Callable[[Skeleton, float], Engine]
