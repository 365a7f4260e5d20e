"""How muscles tire over a set: the three-compartment model, joint by joint and direction by direction.

Of each muscle group a share is tired (Xia and Frey-Law 2008): the working share tires at a rate F, the tired share
recovers at R, and 15 times as fast at rest (Looft 2018). F and R per joint: Frey-Law 2012. Nothing here was fitted to
repetitions; how many a set takes follows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.skeleton import JOINTS

Array = NDArray[np.float64]

#: Fatigue and recovery [1/s] by the beginning of a joint's name (Frey-Law 2012: knee, ankle, trunk, shoulder; the hip
#: was not measured and takes the knee's, as do the small joints of the leg).
RATES: Mapping[str, tuple[float, float]] = {
    "lumbar": (0.00755, 0.00075),
    "ankle": (0.00589, 0.00058),
    "shoulder": (0.01820, 0.00168),
    "": (0.01500, 0.00149),
}
RESTING_SHARE, RESTING_TIMES = 0.05, 15.0


class Fatigue:
    """The tired share (J, 2) of each joint's muscles, in its positive and its negative direction."""

    def __init__(self, times: float = 1.0) -> None:
        rates = np.array([next(rate for start, rate in RATES.items() if name.startswith(start)) for name in JOINTS])
        self._tiring, self._recovery = times * rates[:, :1], rates[:, 1:]
        self.tired: Array = np.zeros((len(JOINTS), 2))

    @property
    def left(self) -> Array:
        """Share (J, 2) of fresh strength that is left."""
        return 1.0 - self.tired

    def work(self, effort: Array, time_s: float) -> None:
        """Spend some time at an effort (J, 2), in shares of fresh strength."""
        recovery = self._recovery * np.where(effort < RESTING_SHARE, RESTING_TIMES, 1.0)
        change = self._tiring * np.minimum(effort, self.left) - recovery * self.tired
        self.tired = np.clip(self.tired + time_s * change, 0.0, 1.0)
