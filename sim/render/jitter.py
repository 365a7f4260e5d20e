"""Where the sub-frames of one frame look from: a little beside one another, for soft edges and shadows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def jitters(count: int, light_size_deg: float) -> tuple[Array, Array]:
    """Shifts (count, 2) [px] within a pixel, and places (count, 2) on the lamp, spread evenly (Halton 1960)."""
    shifts = np.stack([_halton(count, 2), _halton(count, 3)], axis=1) - 0.5
    radius, angle = np.sqrt(_halton(count, 5)), 2 * np.pi * _halton(count, 7)
    lamp = np.tan(np.radians(light_size_deg)) * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return shifts, lamp


def _halton(count: int, base: int) -> Array:
    values = np.zeros(count)
    for i in range(count):
        k, share = i + 1, 1.0
        while k:
            share /= base
            values[i] += share * (k % base)
            k //= base
    return values
