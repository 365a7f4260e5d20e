"""Groups of lifters left out in turn: every training clip is also read by networks that never saw its lifter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def lifter_folds(lifters: Sequence[str], n_folds: int) -> NDArray[np.intp]:
    """Which of `n_folds` groups each clip belongs to, from its lifter's name: a lifter's clips stay together.

    Groups have as many lifters, to one; fewer lifters than groups make fewer groups.
    """
    names = sorted(set(lifters))
    place = {name: i % min(n_folds, len(names)) for i, name in enumerate(names)}
    return np.array([place[name] for name in lifters])
