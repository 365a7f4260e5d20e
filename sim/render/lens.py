"""A lens that bends straight lines a little: barrel or pincushion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def straightened(pixels: Array, width: int, height: int, distortion: float) -> Array:
    """Points (..., 2) [px] of a bent picture, in the straight one it is made from.

    Their distance from the middle grows by `distortion` at the corner, and towards the middle with the square of the
    distance (Brown 1966, first term). A barrel's straight picture is scaled down so that its corners fit into it.
    """
    if distortion == 0.0:
        return np.asarray(pixels, dtype=float)
    middle, corner = _frame(width, height)
    offset = (np.asarray(pixels, dtype=float) - middle) / corner
    radius2 = (offset**2).sum(axis=-1, keepdims=True)
    return np.asarray(middle + corner * offset * (1.0 + distortion * radius2) / (1.0 + max(distortion, 0.0)))


def bent(straight: Array, width: int, height: int, distortion: float) -> Array:
    """Where the lens puts points (..., 2) [px] of a straight picture: `straightened` undone by Newton's method."""
    if distortion == 0.0:
        return np.asarray(straight, dtype=float)
    middle, corner = _frame(width, height)
    offset = (np.asarray(straight, dtype=float) - middle) / corner * (1.0 + max(distortion, 0.0))
    wanted = np.linalg.norm(offset, axis=-1, keepdims=True)
    # beyond its turning point a pincushion maps nothing: points so far outside stay outside
    furthest = np.inf if distortion > 0 else 0.99 / np.sqrt(-3.0 * distortion)
    radius = np.minimum(wanted, furthest)
    for _ in range(12):
        slope = np.maximum(1.0 + 3.0 * distortion * radius**2, 0.02)
        radius = np.clip(radius - (radius * (1.0 + distortion * radius**2) - wanted) / slope, 0.0, furthest)
    return np.asarray(middle + corner * offset * radius / np.maximum(wanted, 1e-12))


def _frame(width: int, height: int) -> tuple[Array, float]:
    """Middle (2,) of a picture and its distance from a corner [px]."""
    return np.array([width, height]) / 2.0, float(np.hypot(width, height)) / 2.0
