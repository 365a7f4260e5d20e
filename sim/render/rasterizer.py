"""Triangles into pixels without OpenGL: a depth buffer in numpy. Slow, plain, exact enough for labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Triangles are treated together by the side of the square of pixels round them.
_SIDES = (2, 4, 8, 16, 32, 64, 128)


class Canvas:
    """A picture of triangle numbers and its depth buffer."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.depth = np.ones(height * width)  # 0 near to 1 far, as OpenGL's
        self.triangle = np.full(height * width, -1, dtype=np.int64)

    def draw(self, clip: Array, triangles: NDArray[np.int32], first: int = 0) -> None:
        """Draw triangles (T, 3) of vertices in clip coordinates (V, 4), numbered from `first`.

        Triangles that reach behind the lens are left out.
        """
        safe = np.maximum(clip[:, 3:], 1e-6)
        ndc = clip[:, :3] / safe
        at = (ndc[:, :2] * [0.5, -0.5] + 0.5) * [self.width, self.height]
        depth = ndc[:, 2] * 0.5 + 0.5
        before = (clip[:, 3] > 0.05)[triangles].all(axis=1)
        corners = at[triangles]  # (T, 3, 2)
        low = np.floor(corners.min(axis=1)).astype(np.int64)
        high = np.ceil(corners.max(axis=1)).astype(np.int64)
        seen = before & (high > 0).all(axis=1) & (low < [self.width, self.height]).all(axis=1)
        low, high = np.maximum(low, 0), np.minimum(high, [self.width, self.height])
        size = (high - low).max(axis=1)
        least = 0
        for side in _SIDES:
            chosen = np.flatnonzero(seen & (size > least) & (size <= side))
            least = side
            step = max(1, 2_000_000 // side**2)
            for start in range(0, len(chosen), step):
                part = chosen[start : start + step]
                self._fill(corners[part], depth[triangles[part]], low[part], side, side, part + first)
        for k in np.flatnonzero(seen & (size > least)):
            wide, tall = (int(v) for v in high[k] - low[k])
            self._fill(
                corners[k : k + 1], depth[triangles[k : k + 1]], low[k : k + 1], wide, tall, np.array([k + first])
            )

    def _fill(
        self, corners: Array, depth: Array, low: NDArray[np.int64], wide: int, tall: int, number: NDArray[np.int64]
    ) -> None:
        """Fill triangles (N, 3, 2) within rectangles of pixels from their corners `low` (N, 2)."""
        x = low[:, 0, None, None] + np.arange(wide)[None, None, :]
        y = low[:, 1, None, None] + np.arange(tall)[None, :, None]
        a, b, c = (corners[:, k, :, None, None] for k in range(3))
        px, py = x + 0.5, y + 0.5
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        area = np.where(np.abs(area) < 1e-12, np.inf, area)
        beta = ((px - a[:, 0]) * (c[:, 1] - a[:, 1]) - (py - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
        gamma = ((b[:, 0] - a[:, 0]) * (py - a[:, 1]) - (b[:, 1] - a[:, 1]) * (px - a[:, 0])) / area
        alpha = 1.0 - beta - gamma
        inside = (alpha >= 0) & (beta >= 0) & (gamma >= 0) & (x < self.width) & (y < self.height)
        inside &= np.isfinite(area)
        z = alpha * depth[:, 0, None, None] + beta * depth[:, 1, None, None] + gamma * depth[:, 2, None, None]
        index, near = (y * self.width + x)[inside], z[inside]
        owner = np.broadcast_to(number[:, None, None], inside.shape)[inside]
        order = np.lexsort((owner, near, index))
        index, near, owner = index[order], near[order], owner[order]
        first = np.flatnonzero(np.r_[True, index[1:] != index[:-1]]) if len(index) else np.array([], dtype=np.int64)
        index, near, owner = index[first], near[first], owner[first]
        nearer = near < self.depth[index]
        self.depth[index[nearer]] = near[nearer]
        self.triangle[index[nearer]] = owner[nearer]
