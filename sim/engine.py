"""What a physics engine has to do for a squat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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
    """What the floor does to the body, both feet together."""

    force_n: Array  # (3,)
    centre_m: Array  # (2,) centre of pressure; zeros in the air


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
