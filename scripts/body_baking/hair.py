"""Hair beyond the scalp: a bun and a ponytail, as shapes fixed to the back of the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Triangles = NDArray[np.int64]


def bun() -> tuple[Array, Triangles]:
    """A bun: a flattened ball about the origin [m]."""
    heights = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 9))
    return _turned(np.c_[heights * 0.030 - 0.018, np.sqrt(np.clip(1 - heights**2, 0.002, 1)) * 0.036], 12)


def ponytail() -> tuple[Array, Triangles]:
    """A ponytail: out from the origin, then down, thinning to its end [m]."""
    share = np.linspace(0, 1, 12)
    spine = np.c_[-0.015 - 0.055 * np.sin(np.minimum(share * 2.2, np.pi / 2)), 0 * share, 0.01 - 0.21 * share**1.4]
    radius = np.interp(share, [0, 0.12, 0.35, 0.8, 1], [0.014, 0.021, 0.026, 0.018, 0.003])
    return _tube(spine, radius, 10)


def _turned(profile: Array, n: int) -> tuple[Array, Triangles]:
    spine = np.c_[profile[:, 0], np.zeros((len(profile), 2))]
    return _tube(spine, profile[:, 1], n)


def _tube(spine: Array, radius: Array, n: int) -> tuple[Array, Triangles]:
    """Circles of `radius` about the points of a spine in the plane y = 0, joined."""
    tangent = np.gradient(spine, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.array([0.0, 1.0, 0.0])
    up = np.cross(tangent, side)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    circle = np.cos(angle)[None, :, None] * side + np.sin(angle)[None, :, None] * up[:, None, :]
    vertices = (spine[:, None, :] + radius[:, None, None] * circle).reshape(-1, 3)
    index = np.arange(len(spine) * n).reshape(-1, n)
    a, b = index[:-1], index[1:]
    right = np.roll(index, -1, axis=1)
    c, d = right[1:], right[:-1]
    sides = [np.stack([a, c, b], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)]
    last, first = index[-1], index[0]
    caps = [np.c_[np.full(n - 2, r[0]), r[1:-1], r[2:]] for r in (last[::-1], first)]
    return vertices, np.concatenate([*sides, *caps])
