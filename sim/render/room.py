"""The room: a floor and four walls seen from inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.textures import FLOOR_TILE_M, WALL_TILE_M

Array = NDArray[np.float32]

HALF_LENGTH_M, HALF_WIDTH_M, HEIGHT_M = 3.6, 3.0, 3.4
SKIRTING_M = 0.09
#: Half side of the floor that is shaded anew every frame; beyond it the room stands still.
SHADED_M = 2.4


@dataclass(frozen=True)
class Quads:
    """Rectangles as triangles: position, normal, texture coordinates per vertex (V, 8)."""

    vertices: Array
    triangles: NDArray[np.int32]


def floor() -> Quads:
    """The whole floor, tiled with its texture."""
    return _floor(HALF_LENGTH_M, HALF_WIDTH_M)


def floor_by_lifter() -> Quads:
    """The part of the floor that the lifter's shadow can reach."""
    return _floor(SHADED_M, SHADED_M)


def _floor(x: float, y: float) -> Quads:
    corners = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]], dtype=np.float32)
    return _joined([(corners, (0, 0, 1), corners[:, :2] / FLOOR_TILE_M)])


def ceiling() -> Quads:
    """The ceiling, seen from below."""
    x, y, z = HALF_LENGTH_M, HALF_WIDTH_M, HEIGHT_M
    corners = np.array([[-x, y, z], [x, y, z], [x, -y, z], [-x, -y, z]], dtype=np.float32)
    return _joined([(corners, (0, 0, -1), corners[:, :2] / WALL_TILE_M)])


def walls(low_m: float, high_m: float) -> Quads:
    """A band of the four walls between two heights, facing inwards."""
    x, y = HALF_LENGTH_M, HALF_WIDTH_M
    sides = [((x, y), (x, -y)), ((-x, -y), (-x, y)), ((-x, y), (x, y)), ((x, -y), (-x, -y))]
    quads = []
    for (ax, ay), (bx, by) in sides:
        corners = np.array([[ax, ay, low_m], [bx, by, low_m], [bx, by, high_m], [ax, ay, high_m]], dtype=np.float32)
        normal = np.cross(corners[1] - corners[0], corners[3] - corners[0])
        length = float(np.hypot(bx - ax, by - ay))
        uv = np.array([[0, low_m], [length, low_m], [length, high_m], [0, high_m]]) / WALL_TILE_M
        quads.append((corners, tuple(normal / np.linalg.norm(normal)), uv))
    return _joined(quads)


def _joined(quads: Sequence[tuple[Array, tuple[float, ...], NDArray[np.floating]]]) -> Quads:
    rows = [np.c_[corners, np.tile(normal, (4, 1)), uv] for corners, normal, uv in quads]
    first = 4 * np.arange(len(quads))[:, None, None]
    triangles = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    return Quads(np.concatenate(rows).astype(np.float32), triangles.astype(np.int32))
