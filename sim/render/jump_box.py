"""A jump box (plyometric box) that stands behind or beside the lifter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.render import palette
from sim.render.appearance import Appearance
from sim.render.solids import Solid, box, joined

#: A wooden box of three heights, 20 x 24 x 30 inches, as makers sell it, standing on its broadest side [m].
DEEP_M, WIDE_M, HIGH_M = 0.76, 0.61, 0.51
#: The slot in two of its sides to lift it by, and how far it stands out of the wood lest it flicker [m].
SLOT_WIDE_M, SLOT_HIGH_M, SLOT_UP_M, PROUD_M = 0.12, 0.035, 0.36, 0.002
#: Between it and what the lifter and the load ever reach [m].
CLEAR_M = 0.15


def jump_box(appearance: Appearance, reach: NDArray[np.float64]) -> Solid | None:
    """The box of an appearance, clear of points `reach` (N, 3) of lifter and load; None where there is none."""
    if appearance.jump_box == "none":
        return None
    dark = palette.JUMP_BOX_SLOT
    slot = (DEEP_M + 2 * PROUD_M, SLOT_WIDE_M, SLOT_HIGH_M)
    solid = joined(
        [
            box((DEEP_M, WIDE_M, HIGH_M), (0.0, 0.0, 0.0), palette.JUMP_BOXES[appearance.jump_box], 0.15),
            box(slot, (0.0, 0.0, SLOT_UP_M), dark, 0.0),
        ]
    )
    angle = np.radians(appearance.jump_box_deg)
    away = np.array([np.cos(angle), np.sin(angle)])
    low, high = reach[:, :2].min(axis=0), reach[:, :2].max(axis=0)
    middle, half = 0.5 * (low + high), 0.5 * (high - low) + CLEAR_M + 0.5 * float(np.hypot(DEEP_M, WIDE_M))
    distance = float(np.min(half / np.maximum(np.abs(away), 1e-9)))
    x, y = middle + distance * away
    return solid.moved((float(x), float(y), 0.0), appearance.jump_box_deg + 25.0)
