"""How far a score would move with other lifters: the bootstrap that draws lifters, not repetitions (Efron 1979).

Repetitions of one lifter are alike, so lifters are drawn with replacement and bring all their repetitions along.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detect.presence import Array

DRAWS = 1000
MIN_LIFTERS = 5  # fewer say nothing of other lifters: no interval then
CONFIDENCE = 0.95


def lifter_weights(lifters: Sequence[str], seed: int, draws: int = DRAWS) -> Array:
    """How often each row (draws, n) comes in each draw of as many lifters as there are.

    Args:
        lifters: whose repetition each row is (n,).
        seed: of the draws.
        draws: how many.
    """
    names, whose = np.unique(np.asarray(lifters, dtype=str), return_inverse=True)
    if not len(names):
        return np.zeros((draws, 0))
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return counts[:, whose].astype(float)


def interval(values: Array, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """The middle `confidence` of the values that could be computed (percentile interval); None where few could be.

    A score that half of the draws do not have (no clean lifter among them) has no interval.
    """
    known: NDArray[np.float64] = values[np.isfinite(values)]
    if 2 * len(known) < len(values) or not len(known):
        return None
    tail = 50 * (1 - confidence)
    low, high = np.percentile(known, [tail, 100 - tail])
    return float(low), float(high)
