"""The part of a picture that moves: lifter, load, and where their shadow falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.view import View

#: Pixels kept round what moves, and what the size of a region is a multiple of.
MARGIN_PX, STEP_PX = 4, 64
#: How far from the feet the body keeps ambient light from the floor [m]; `light.glsl` lets it end there.
SHADED_M = 0.9


@dataclass(frozen=True)
class Region:
    """A rectangle of a picture; `left` and `bottom` count as OpenGL does, from the lower left corner."""

    left: int
    bottom: int
    width: int
    height: int
    of: tuple[int, int]  # width and height of the picture

    @property
    def viewport(self) -> tuple[int, int, int, int]:
        """Where the whole picture lies, as seen from the rectangle's corner."""
        return -self.left, -self.bottom, *self.of

    @property
    def target_size(self) -> tuple[int, int]:
        """Size of the buffer it is drawn in: few different ones."""
        return -(-self.width // STEP_PX) * STEP_PX, -(-self.height // STEP_PX) * STEP_PX

    @property
    def rows(self) -> slice:
        """Its rows in the picture, the top row first."""
        return slice(self.of[1] - self.bottom - self.height, self.of[1] - self.bottom)

    @property
    def columns(self) -> slice:
        """Its columns in the picture."""
        return slice(self.left, self.left + self.width)

    def enlarged(self, scale: int) -> Region:
        """The same rectangle of a picture so many times as large."""
        of = (scale * self.of[0], scale * self.of[1])
        return Region(scale * self.left, scale * self.bottom, scale * self.width, scale * self.height, of)


def whole(view: View) -> Region:
    """All of a picture."""
    return Region(0, 0, *view.size, view.size)


def region_of(view: View, points: NDArray[np.floating]) -> Region:
    """The rectangle round points (N, 3) in a picture."""
    matrix = view.view_projection.astype(np.float32)
    clip = points.astype(np.float32) @ matrix[:, :3].T + matrix[:, 3]
    if (clip[:, 3] < 0.1).any():  # something is beside or behind the lens
        return whole(view)
    size = np.array(view.size)
    pixels = (clip[:, :2] / clip[:, 3:] * 0.5 + 0.5) * size
    low = np.clip(np.floor(pixels.min(axis=0)).astype(int) - MARGIN_PX, 0, size - 2)
    high = np.clip(np.ceil(pixels.max(axis=0)).astype(int) + MARGIN_PX, low + 2, size)
    return Region(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]), view.size)


def shadow_points(points: NDArray[np.floating], light: NDArray[np.floating]) -> NDArray[np.floating]:
    """Where the shadows of points (N, 3) fall on the floor, and a ring on it round the lifter."""
    fallen = points - points[:, 2:] * (light / light[2])
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = SHADED_M * np.stack([np.cos(angle), np.sin(angle), np.zeros(24)], axis=1)
    softness = np.array([[0.25, 0, 0], [-0.25, 0, 0], [0, 0.25, 0], [0, -0.25, 0]])
    edge = fallen[[fallen[:, 0].argmin(), fallen[:, 0].argmax(), fallen[:, 1].argmin(), fallen[:, 1].argmax()]]
    return np.concatenate([fallen, (edge[:, None] + softness).reshape(-1, 3), ring])
