"""The unrest of a hand that holds a camera."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

#: Frequencies of the unrest [Hz]: sway of the body below 1 Hz, the arm above; amplitude falls with frequency. Ours.
LOWEST_HZ, HIGHEST_HZ, WAVES = 0.15, 7.0, 14


def wander(seed: int, time_s: float) -> Array:
    """Unrest (6,) at a moment, each of root mean square 1: three of place, three of turn. Zero long ago."""
    if time_s == float("-inf"):
        return np.zeros(6)
    hertz, phase, size = _waves(seed)
    return np.asarray((size * np.sin(2.0 * np.pi * hertz * time_s + phase)).sum(axis=1))


def turned_by(degrees: Array) -> Array:
    """Rotation matrix (3, 3) of a small turn about the camera's x (up), y (aside) and z (roll)."""
    return np.asarray(Rotation.from_rotvec(np.radians(degrees * [1.0, 1.0, 0.6])).as_matrix())


@lru_cache(maxsize=64)
def _waves(seed: int) -> tuple[Array, Array, Array]:
    """Frequency, phase and size (6, W) of the waves that add up to the unrest."""
    rng = np.random.default_rng([seed, 7])
    hertz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, WAVES) * rng.uniform(0.8, 1.25, (6, WAVES))
    size = hertz**-0.9
    size *= np.sqrt(2.0) / np.linalg.norm(size, axis=1, keepdims=True)
    return hertz, rng.uniform(0.0, 2.0 * np.pi, (6, WAVES)), size
