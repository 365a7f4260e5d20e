"""The bar with its plates, or the dumb-bell of a goblet squat, as triangles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Indices = NDArray[np.int32]

#: Bar and plates as the International Weightlifting Federation has them: 20 kg bar, 450 mm discs.
BAR_KG = 20.0
BAR_RADIUS_M, BAR_HALF_M, SLEEVE_M, SLEEVE_RADIUS_M = 0.014, 0.655, 0.415, 0.025
#: kg a side -> (radius, thickness) [m].
PLATES: dict[float, tuple[float, float]] = {
    25.0: (0.225, 0.063),
    20.0: (0.225, 0.054),
    15.0: (0.225, 0.042),
    10.0: (0.225, 0.034),
    5.0: (0.115, 0.026),
    2.5: (0.095, 0.019),
    1.25: (0.080, 0.015),
}


@dataclass(frozen=True)
class Load:
    """A rigid mesh about the middle of the load; the bar lies along y."""

    vertices: Array  # (V, 3)
    normals: Array  # (V, 3)
    triangles: Indices  # (T, 3)
    is_plate: NDArray[np.bool_]  # (V,) plate rather than steel


def load_mesh(kind: str, load_kg: float) -> Load | None:
    """The mesh of what is carried; None when nothing is."""
    if kind == "none":
        return None
    if kind == "goblet":
        return _dumb_bell(load_kg)
    cylinders = [_cylinder(BAR_RADIUS_M, -BAR_HALF_M, BAR_HALF_M, 14)]
    plate = [False]
    for side in (-1.0, 1.0):
        for radius, start, end, is_plate in _sleeve(load_kg):
            low, high = sorted((side * start, side * end))
            cylinders.append(_cylinder(radius, low, high, 40 if radius > 0.06 else 14))
            plate.append(is_plate)
    return _assembled(cylinders, plate)


def plates_per_side(load_kg: float) -> list[float]:
    """Plates on each side of a 20 kg bar, heaviest first; what is left below 2.5 kg in all is not drawn."""
    left = (load_kg - BAR_KG) / 2
    chosen = []
    for plate in PLATES:
        while left >= plate - 1e-6:
            chosen.append(plate)
            left -= plate
    return chosen


def _sleeve(load_kg: float) -> list[tuple[float, float, float, bool]]:
    """Cylinders of one end: radius, start, end along the bar, plate or not."""
    collar = BAR_HALF_M + 0.030
    parts = [(0.038, BAR_HALF_M, collar, False), (SLEEVE_RADIUS_M, collar, collar + SLEEVE_M, False)]
    at = collar + 0.002
    for weight in plates_per_side(load_kg):
        radius, thickness = PLATES[weight]
        if at + thickness > collar + SLEEVE_M:
            break
        parts.append((radius, at, at + thickness, True))
        parts.append((0.28 * radius, at - 0.001, at + thickness + 0.003, False))
        at += thickness + 0.002
    return [*parts, (0.034, at + 0.002, at + 0.030, False)]


def _dumb_bell(load_kg: float) -> Load:
    """An upright dumb-bell held under its upper head; sized by its mass as iron."""
    radius = 0.045 * (max(load_kg, 2.0) / 10.0) ** (1 / 3) + 0.020
    height = 1.1 * radius
    parts = [
        _cylinder(radius, 0.03, 0.03 + height, 24),
        _cylinder(0.017, -0.12, 0.03, 12),
        _cylinder(radius, -0.12 - height, -0.12, 24),
    ]
    load = _assembled(parts, [True, False, True])
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], dtype=np.float32)  # y to z
    return Load(load.vertices @ upright.T, load.normals @ upright.T, load.triangles, load.is_plate)


def _assembled(parts: list[tuple[Array, Array, Indices]], plate: list[bool]) -> Load:
    starts = np.cumsum([0] + [len(v) for v, _, _ in parts])
    return Load(
        vertices=np.concatenate([v for v, _, _ in parts]),
        normals=np.concatenate([n for _, n, _ in parts]),
        triangles=np.concatenate([t + s for (_, _, t), s in zip(parts, starts, strict=False)]).astype(np.int32),
        is_plate=np.repeat(plate, [len(v) for v, _, _ in parts]),
    )


def _cylinder(radius: float, low: float, high: float, n: int) -> tuple[Array, Array, Indices]:
    """A closed cylinder along y with bevelled rims: vertices, normals, triangles."""
    bevel = min(0.12 * radius, 0.006)
    rim = radius - bevel
    profile = [(low, 0.0, -1, 0), (low, rim, -1, 0), (low, rim, -1, 1), (low + bevel, radius, -1, 1)]
    profile += [(low + bevel, radius, 0, 1), (high - bevel, radius, 0, 1)]
    profile += [(high - bevel, radius, 1, 1), (high, rim, 1, 1), (high, rim, 1, 0), (high, 0.0, 1, 0)]
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    around = np.c_[np.sin(angle), np.zeros(n), np.cos(angle)]
    rows, normals = [], []
    for y, r, along, outwards in profile:
        rows.append(around * r + np.array([0, y, 0]))
        direction = around * outwards + np.array([0.0, along, 0.0])
        normals.append(direction / np.linalg.norm(direction, axis=1, keepdims=True))
    i = np.arange(n)
    j = (i + 1) % n
    bands = [
        np.concatenate(
            [np.c_[k * n + i, k * n + j, (k + 1) * n + j], np.c_[k * n + i, (k + 1) * n + j, (k + 1) * n + i]]
        )
        for k in range(0, len(profile), 2)
    ]
    triangles = np.concatenate(bands)
    vertices = np.concatenate(rows)
    area = np.linalg.norm(np.cross(*(vertices[triangles[:, k]] - vertices[triangles[:, 0]] for k in (1, 2))), axis=1)
    triangles = triangles[area > 1e-12]
    return vertices.astype(np.float32), np.concatenate(normals).astype(np.float32), triangles.astype(np.int32)
