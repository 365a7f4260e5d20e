"""How fast muscles come on and let go: the pull of a muscle follows what the nerves ask for with a delay.

Every joint has two muscles that pull against each other. Instead of filtering what was asked for, the lifter asks
only for what its muscles can have done a moment later: no command is cut off, so none chatters at its limit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RISE_S, FALL_S = 0.015, 0.050  # time constants of activation and deactivation, young adults (Thelen 2003, eq. 2)


class Activation:
    """Share of full pull of both muscles of every joint."""

    def __init__(self, joints: int) -> None:
        self._share = np.zeros((joints, 2))  # positive and negative direction
        self._low, self._high = np.zeros((joints, 2)), np.ones((joints, 2))  # at first anything may be asked for

    @property
    def share(self) -> Array:
        """Activation (J, 2) of the muscles that pull in the positive and in the negative direction."""
        return self._share

    def reach(self, up_nm: Array, down_nm: Array) -> tuple[Array, Array]:
        """Least and greatest torque (J,) [Nm] the muscles can come to in the next step.

        Args:
            up_nm: what the positive one gives at full activation, and `down_nm` the negative one.
            down_nm: both (J,), >= 0.
        """
        return (
            self._low[:, 0] * up_nm - self._high[:, 1] * down_nm,
            self._high[:, 0] * up_nm - self._low[:, 1] * down_nm,
        )

    def come_to(self, torque_nm: Array, up_nm: Array, down_nm: Array, step_s: float) -> None:
        """Give a torque within reach, with as little of the two pulling against each other as can be."""
        low, high = self._low, self._high
        held = low[:, 1] * down_nm
        up = np.clip((torque_nm + held) / np.maximum(up_nm, 1e-6), low[:, 0], high[:, 0])
        down = np.clip((up * up_nm - torque_nm) / np.maximum(down_nm, 1e-6), low[:, 1], high[:, 1])
        self._share = np.column_stack([up, down])
        self._look_ahead(step_s)

    def _look_ahead(self, step_s: float) -> None:
        """Where full and no excitation lead within a step."""
        share = self._share
        slower = 0.5 + 1.5 * share
        self._low = share * np.exp(-step_s * slower / FALL_S)
        self._high = share + (1.0 - share) * -np.expm1(-step_s / (RISE_S * slower))
