"""Heels that stand higher than the toes: a lifting shoe's sole, or something under the heels.

The physics leaves the ankle where it is and turns its end stop (`sim/stance.py`), so the drawn shoe gets a wedge inside
it and is that much lower above the sole. Nothing above the ankle moves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

#: From the ankle forwards to the ball of the foot, as a share of the foot's length, and from there back to the heel.
BALL_SHARE, BACK_SHARE = 0.42, 0.62
#: Height of the sole's upper edge [m].
SOLE_M = 0.020


def slope(x: NDArray[np.floating], ankle_x: float, foot_m: float) -> NDArray[np.floating]:
    """How far along from ball (0) to heel (1) points at `x` lie; a little more behind the heel."""
    return np.clip((ankle_x + BALL_SHARE * foot_m - x) / (BACK_SHARE * foot_m), 0.0, 1.1)


def raised_heels(rest: Array, ankle: Array, floor_m: float, foot_m: float, drop_m: float, wedge_m: float) -> Array:
    """The mesh at rest (V, 3) with the heels that much over the balls of the feet.

    Args:
        rest: vertices.
        ankle: the left ankle (3,).
        floor_m: height of the sole's lower edge.
        foot_m: length of the foot.
        drop_m: heel over ball of the shoe.
        wedge_m: height of what lies under the heel.
    """
    height, ankle_m = rest[:, 2] - floor_m, float(ankle[2]) - floor_m
    along = slope(rest[:, 0], float(ankle[0]), foot_m)
    under = np.clip(height / SOLE_M, 0.0, 1.0)
    fading = 1.0 - np.clip((height - SOLE_M) / (1.5 * ankle_m - SOLE_M), 0.0, 1.0)
    out = rest.copy()
    out[:, 2] += along * (wedge_m + drop_m * under) * fading
    return out
