"""Rectangles that places are made of: floors, and the walls and ceiling of a room seen from inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.textures import FLOOR_TILE_M, WALL_TILE_M

Array = NDArray[np.float32]

SKIRTING_M = 0.09
#: Least half side of the floor that is shaded anew every frame; beyond it the place stands still.
SHADED_M = 2.4
#: Half side of a whole floor: it goes on behind the walls, where a camera may stand.
REACH_M = 16.0


@dataclass(frozen=True)
class Quads:
    """Rectangles as triangles: position, normal, texture coordinates per vertex (V, 8)."""

    vertices: Array
    triangles: NDArray[np.int32]


@dataclass(frozen=True)
class Room:
    """A room's size and where the lifter stands in it."""

    length_m: float  # along x
    width_m: float  # along y
    height_m: float
    back_m: float  # from the lifter to the wall behind
    right_m: float  # from the lifter to the wall at the right side

    @property
    def sides(self) -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
        """Start and end on the floor of each wall, from left to right as seen from inside."""
        west, east = -self.back_m, self.length_m - self.back_m
        south, north = -self.right_m, self.width_m - self.right_m
        return {
            "front": ((east, north), (east, south)),
            "back": ((west, south), (west, north)),
            "left": ((west, north), (east, north)),
            "right": ((east, south), (west, south)),
        }

    def walls(self, low_m: float, high_m: float) -> Quads:
        """A band of the four walls between two heights, facing inwards."""
        return joined_quads([self.panel(side, 0.0, 1.0, low_m, high_m, 0.0) for side in self.sides])

    def panel(self, side: str, start: float, end: float, low_m: float, high_m: float, proud_m: float = 0.006) -> Quads:
        """A rectangle on a wall, from one share of its length to another, standing a little before it."""
        (ax, ay), (bx, by) = self.sides[side]
        a, b = np.array([ax, ay]), np.array([bx, by])
        along = (b - a) / np.linalg.norm(b - a)
        inwards = np.array([along[1], -along[0]])
        length = float(np.linalg.norm(b - a))
        first, last = (a + share * (b - a) + proud_m * inwards for share in (start, end))
        corners = np.array([[*first, low_m], [*last, low_m], [*last, high_m], [*first, high_m]], dtype=np.float32)
        uv = np.array(
            [[start * length, low_m], [end * length, low_m], [end * length, high_m], [start * length, high_m]]
        )
        return _joined([(corners, (*inwards, 0.0), uv / WALL_TILE_M)])

    def at(self, side: str, share: float, inwards_m: float) -> tuple[float, float, float]:
        """x, y of a point before a wall, and the turn [deg] that makes a thing at it face the room (+y of it)."""
        (ax, ay), (bx, by) = self.sides[side]
        along = np.array([bx - ax, by - ay]) / np.hypot(bx - ax, by - ay)
        point = np.array([ax, ay]) + share * np.array([bx - ax, by - ay])
        point += inwards_m * np.array([along[1], -along[0]])
        turn = float(np.degrees(np.arctan2(-along[1], -along[0])))
        return float(point[0]), float(point[1]), turn

    def length(self, side: str) -> float:
        """Length of a wall [m]."""
        (ax, ay), (bx, by) = self.sides[side]
        return float(np.hypot(bx - ax, by - ay))

    def ceiling(self) -> Quads:
        """The ceiling, seen from below."""
        (east, north), (_, south) = self.sides["front"]
        return level(-self.back_m, east, south, north, self.height_m, up=False)


def floor(reach_m: float = REACH_M) -> Quads:
    """A floor round the lifter, as far as a camera may stand."""
    return level(-reach_m, reach_m, -reach_m, reach_m, 0.0)


def level(west: float, east: float, south: float, north: float, height_m: float, up: bool = True) -> Quads:
    """A level rectangle, seen from above or from below."""
    corners = np.array(
        [[west, south, height_m], [east, south, height_m], [east, north, height_m], [west, north, height_m]],
        dtype=np.float32,
    )
    corners = corners if up else corners[::-1]
    return _joined([(corners, (0, 0, 1 if up else -1), corners[:, :2] / FLOOR_TILE_M)])


def joined_quads(quads: Sequence[Quads]) -> Quads:
    """Several sets of rectangles as one."""
    starts = np.cumsum([0] + [len(q.vertices) for q in quads])
    triangles = [q.triangles + s for q, s in zip(quads, starts, strict=False)]
    return Quads(np.concatenate([q.vertices for q in quads]), np.concatenate(triangles).astype(np.int32))


def _joined(quads: Sequence[tuple[Array, tuple[float, ...], NDArray[np.floating]]]) -> Quads:
    rows = [np.c_[corners, np.tile(normal, (4, 1)), uv] for corners, normal, uv in quads]
    first = 4 * np.arange(len(quads))[:, None, None]
    triangles = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    return Quads(np.concatenate(rows).astype(np.float32), triangles.astype(np.int32))
