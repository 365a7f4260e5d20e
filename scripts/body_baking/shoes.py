"""A training shoe lofted round the foot: an upper of convex slices, and a sole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import ConvexHull

Array = NDArray[np.float64]
Triangles = NDArray[np.int64]

STATIONS = 22
RING = 15
SOLE_TOP_M = 0.020


def shoe(foot: Array, ankle: Array) -> tuple[Array, Triangles, int]:
    """A left shoe round the vertices of a left foot (N, 3): vertices, triangles, and how many triangles are upper."""
    floor = foot[:, 2].min() - 0.004
    heel, toe = foot[:, 0].min() - 0.006, foot[:, 0].max() + 0.008
    share = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, STATIONS))
    stations = heel + (toe - heel) * (0.02 + 0.96 * share)
    tops = np.interp(stations, ankle[0] + np.array([-0.08, 0.015, 0.05]), ankle[2] + np.array([0.004, -0.004, -0.012]))
    rings = np.array([_slice(foot, x, top, floor) for x, top in zip(stations, tops, strict=True)])
    rings = gaussian_filter1d(rings, 1.0, axis=0, mode="nearest")
    rings = _rounded_ends(rings)
    upper = np.concatenate([np.repeat(stations, RING)[:, None], rings.reshape(-1, 2)], axis=1)
    upper_triangles = _outward(upper, _loft(STATIONS, RING))
    sole, sole_triangles = _sole(stations, rings, floor)
    triangles = np.concatenate([upper_triangles, sole_triangles + len(upper)])
    return np.concatenate([upper, sole]), triangles, len(upper_triangles)


def _slice(foot: Array, x: float, top: float, floor: float) -> Array:
    """The convex outline (RING, 2) of the foot about one station, from inner sole over the top to outer sole."""
    near = foot[(np.abs(foot[:, 0] - x) < 0.014) & (foot[:, 2] < top)][:, 1:]
    low = np.c_[near[:, 0], np.full(len(near), floor)]
    both = np.concatenate([near, low])
    hull = both[ConvexHull(both).vertices]
    centre = np.array([0.5 * (hull[:, 0].min() + hull[:, 0].max()), floor])
    angles = np.linspace(0.0, np.pi, RING)
    directions = np.c_[np.cos(angles), np.sin(angles)]
    return np.asarray(centre + directions * (_reach(hull - centre, directions) + 0.008)[:, None])


def _reach(hull: Array, directions: Array) -> Array:
    """How far a convex outline goes from the origin along each direction."""
    first, second = hull, np.roll(hull, -1, axis=0)
    edge = second - first
    reach = np.zeros(len(directions))
    for k, d in enumerate(directions):
        det = d[0] * -edge[:, 1] + d[1] * edge[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (first[:, 0] * -edge[:, 1] + first[:, 1] * edge[:, 0]) / det
            s = (d[0] * first[:, 1] - d[1] * first[:, 0]) / det
        hit = (s >= -1e-9) & (s <= 1 + 1e-9) & (t > 0)
        reach[k] = t[hit].max() if hit.any() else 0.01
    return reach


def _rounded_ends(rings: Array) -> Array:
    """Shrink the slices towards heel and toe so that both ends are round."""
    along = np.linspace(0, 1, len(rings))
    width = np.sqrt(np.clip(1 - np.clip((0.10 - along) / 0.10, 0, 1) ** 2, 0.05, 1))
    width *= np.sqrt(np.clip(1 - np.clip((along - 0.78) / 0.225, 0, 1) ** 2, 0.03, 1))
    height = np.sqrt(np.clip(1 - np.clip((along - 0.85) / 0.16, 0, 1) ** 2, 0.25, 1))
    centre = rings[:, :, 0].mean(axis=1, keepdims=True)
    low = rings[:, :1, 1]
    return np.stack(
        [centre + (rings[:, :, 0] - centre) * width[:, None], low + (rings[:, :, 1] - low) * height[:, None]], axis=-1
    )


def _loft(stations: int, ring: int) -> Triangles:
    index = np.arange(stations * ring).reshape(stations, ring)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    sides = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    caps = [np.stack([np.full(ring - 2, row[0]), row[1:-1], row[2:]], -1) for row in (index[0], index[-1][::-1])]
    return np.concatenate([sides, *caps])


def _sole(stations: Array, rings: Array, floor: float) -> tuple[Array, Triangles]:
    """A slab a little wider than the upper: outline below, outline above, top and bottom closed."""
    low = 2
    left = np.c_[stations, rings[:, : low + 1, 0].max(axis=1) + 0.004]
    right = np.c_[stations, rings[:, -low - 1 :, 0].min(axis=1) - 0.004]
    outline = np.concatenate([left, right[::-1]])
    middle = outline.mean(axis=0)
    n = len(outline)
    levels = [(0.985, floor), (1.0, floor + 0.006), (1.0, floor + SOLE_TOP_M - 0.003), (0.975, floor + SOLE_TOP_M)]
    rows = [np.c_[middle + (outline - middle) * scale, np.full(n, z)] for scale, z in levels]
    i = np.arange(n)
    j = (i + 1) % n
    quads = [
        np.concatenate([np.c_[k + i, k + j, k + n + j], np.c_[k + i, k + n + j, k + n + i]]) for k in (0, n, 2 * n)
    ]
    m = len(stations)
    s = np.arange(m - 1)
    lid = np.concatenate([np.c_[s, s + 1, n - 2 - s], np.c_[s, n - 2 - s, n - 1 - s]])
    triangles = np.concatenate([*quads, lid + 3 * n, lid[:, ::-1]])
    vertices = np.concatenate(rows)
    return vertices, _outward(vertices, triangles)


def _outward(vertices: Array, triangles: Triangles) -> Triangles:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    away = ((a + b + c) / 3 - vertices.mean(axis=0)) * np.cross(b - a, c - a)
    flipped = triangles.copy()
    wrong = away.sum(axis=1) < 0
    flipped[wrong] = flipped[wrong][:, ::-1]
    return flipped
