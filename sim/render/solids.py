"""Simple solids that furniture is made of: boxes, cylinders, balls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.render.palette import Colour

Array = NDArray[np.float32]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Solid:
    """A painted rigid mesh that stands still."""

    vertices: Array  # (V, 3) [m]
    normals: Array  # (V, 3)
    triangles: NDArray[np.int32]  # (T, 3)
    paint: Array  # (V, 5) albedo, gloss, wrap of light round the edge

    def moved(self, to: Point, turn_deg: float = 0.0) -> Solid:
        """The same, turned about the vertical and then put elsewhere."""
        c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], dtype=np.float32)
        at = np.array(to, dtype=np.float32)
        return replace(self, vertices=self.vertices @ turn.T + at, normals=self.normals @ turn.T)

    @property
    def corners(self) -> Array:
        """The eight corners (8, 3) of the box round it."""
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        picks = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T
        return np.where(picks == 1, high, low)


def joined(solids: Iterable[Solid]) -> Solid:
    """Several solids as one.

    Raises:
        ValueError: there are none.
    """
    parts = list(solids)
    starts = np.cumsum([0] + [len(p.vertices) for p in parts])
    return Solid(
        np.concatenate([p.vertices for p in parts]),
        np.concatenate([p.normals for p in parts]),
        np.concatenate([p.triangles + s for p, s in zip(parts, starts, strict=False)]).astype(np.int32),
        np.concatenate([p.paint for p in parts]),
    )


def box(size: Point, at: Point, colour: Colour, gloss: float = 0.1) -> Solid:
    """A box of a size, the middle of its lower face at a point; its foot is a little darker, as light has it."""
    x, y, z = (0.5 * s for s in size)
    faces = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = ((1, 2), (2, 0), (0, 1))[axis]
            corners = np.zeros((4, 3))
            corners[:, axis] = sign
            corners[:, u], corners[:, v] = (-1, 1, 1, -1), (-1, -1, 1, 1)
            faces.append((corners[:: int(sign)], np.eye(3)[axis] * sign))
    vertices = np.concatenate([f for f, _ in faces]) * [x, y, z] + [0.0, 0.0, z]
    normals = np.repeat([n for _, n in faces], 4, axis=0)
    quads = 4 * np.arange(6)[:, None, None] + np.array([[0, 1, 2], [0, 2, 3]])
    foot = np.where(vertices[:, 2] < 1e-9, 0.78, 1.0)
    return _solid(vertices + at, normals, quads.reshape(-1, 3), colour, gloss, foot)


def cylinder(
    radius_m: float, start: Point, end: Point, colour: Colour, gloss: float = 0.2, sides: int = 16, taper: float = 1.0
) -> Solid:
    """A closed cylinder between two points; `taper` is the end's radius as a share of the start's."""
    a, b = np.array(start, dtype=float), np.array(end, dtype=float)
    along = (b - a) / np.linalg.norm(b - a)
    aside = np.cross(along, [1.0, 0, 0] if abs(along[0]) < 0.8 else [0, 1.0, 0])
    aside /= np.linalg.norm(aside)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None]
    round_ = np.cos(angle) * aside + np.sin(angle) * np.cross(along, aside)
    rings = [a + radius_m * round_, b + radius_m * taper * round_]
    vertices = np.concatenate([*rings, *rings, [a], [b]])
    normals = np.concatenate([round_, round_, np.tile(-along, (sides, 1)), np.tile(along, (sides, 1)), [-along, along]])
    i = np.arange(sides)
    j = (i + 1) % sides
    mantle = [np.c_[i, j, sides + j], np.c_[i, sides + j, sides + i]]
    caps = [
        np.c_[2 * sides + j, 2 * sides + i, np.full(sides, 4 * sides)],
        np.c_[3 * sides + i, 3 * sides + j, np.full(sides, 4 * sides + 1)],
    ]
    return _solid(vertices, normals, np.concatenate([*mantle, *caps]), colour, gloss)


def ball(radius_m: float, at: Point, colour: Colour, gloss: float = 0.1, stretch: Point = (1, 1, 1)) -> Solid:
    """A ball, or an egg when stretched."""
    rows, columns = 9, 14
    down, round_ = np.meshgrid(np.linspace(0, np.pi, rows), np.arange(columns) * 2 * np.pi / columns, indexing="ij")
    sphere = np.stack([np.sin(down) * np.cos(round_), np.sin(down) * np.sin(round_), np.cos(down)], -1).reshape(-1, 3)
    normals = sphere / np.array(stretch)
    i = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = i[:-1], i[1:], np.roll(i, -1, axis=1)[1:], np.roll(i, -1, axis=1)[:-1]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    shade = 0.8 + 0.2 * sphere[:, 2]
    unit = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    return _solid(sphere * stretch * radius_m + at, unit, triangles, colour, gloss, shade)


def _solid(
    vertices: NDArray[np.floating],
    normals: NDArray[np.floating],
    triangles: NDArray[np.integer],
    colour: Colour,
    gloss: float,
    shade: NDArray[np.floating] | float = 1.0,
) -> Solid:
    paint = np.empty((len(vertices), 5), dtype=np.float32)
    paint[:, :3] = np.array(colour) * np.reshape(shade, (-1, 1))
    paint[:, 3:] = gloss, 0.05
    return Solid(vertices.astype(np.float32), normals.astype(np.float32), np.asarray(triangles, dtype=np.int32), paint)
