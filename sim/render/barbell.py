"""The bar with its plates, or the dumb-bell of a goblet squat, as triangles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Indices = NDArray[np.int32]

#: Bar as the International Weightlifting Federation has it: 20 kg.
BAR_KG = 20.0
BAR_RADIUS_M, BAR_HALF_M, SLEEVE_M, SLEEVE_RADIUS_M = 0.014, 0.655, 0.415, 0.025
_CHANGE = {5.0: (0.115, 0.026), 2.5: (0.095, 0.019), 1.25: (0.080, 0.015)}
#: kg a side -> (radius, thickness) [m]: bumper discs are all 450 mm wide (IWF), iron ones shrink with their mass (as
#: makers sell them).
PLATES: dict[str, dict[float, tuple[float, float]]] = {
    "bumper": {25.0: (0.225, 0.063), 20.0: (0.225, 0.054), 15.0: (0.225, 0.042), 10.0: (0.225, 0.034), **_CHANGE},
    "iron": {20.0: (0.225, 0.032), 15.0: (0.200, 0.030), 10.0: (0.160, 0.027), **_CHANGE},
}


@dataclass(frozen=True)
class Load:
    """A rigid mesh about the middle of the load; the bar lies along y."""

    vertices: Array  # (V, 3)
    normals: Array  # (V, 3)
    triangles: Indices  # (T, 3)
    plate_kg: Array  # (V,) mass of the plate it belongs to [kg], 0 = steel

    @property
    def is_plate(self) -> NDArray[np.bool_]:
        """Plate rather than steel (V,)."""
        return np.asarray(self.plate_kg > 0.0)


def load_mesh(kind: str, load_kg: float, plates: str = "bumper") -> Load | None:
    """The mesh of what is carried, with plates of a kind of `PLATES`; None when nothing is."""
    if kind == "none":
        return None
    if kind == "goblet":
        return _dumb_bell(load_kg)
    cylinders = [_cylinder(BAR_RADIUS_M, -BAR_HALF_M, BAR_HALF_M, 14)]
    plate = [0.0]
    for side in (-1.0, 1.0):
        for radius, start, end, plate_kg in _sleeve(load_kg, plates):
            low, high = sorted((side * start, side * end))
            cylinders.append(_cylinder(radius, low, high, 40 if radius > 0.06 else 14))
            plate.append(plate_kg)
    return _assembled(cylinders, plate)


def plates_per_side(load_kg: float, plates: str = "bumper") -> list[float]:
    """Plates on each side of a 20 kg bar, heaviest first; what is left below 2.5 kg in all is not drawn."""
    left = (load_kg - BAR_KG) / 2
    chosen = []
    for plate in PLATES[plates]:
        while left >= plate - 1e-6:
            chosen.append(plate)
            left -= plate
    return chosen


def _sleeve(load_kg: float, plates: str) -> list[tuple[float, float, float, float]]:
    """Cylinders of one end: radius, start, end along the bar, mass of the plate or 0."""
    collar = BAR_HALF_M + 0.030
    parts = [(0.038, BAR_HALF_M, collar, 0.0), (SLEEVE_RADIUS_M, collar, collar + SLEEVE_M, 0.0)]
    at = collar + 0.002
    for weight in plates_per_side(load_kg, plates):
        radius, thickness = PLATES[plates][weight]
        if at + thickness > collar + SLEEVE_M:
            break
        parts.append((radius, at, at + thickness, weight))
        parts.append((0.28 * radius, at - 0.001, at + thickness + 0.003, 0.0))
        at += thickness + 0.002
    return [*parts, (0.034, at + 0.002, at + 0.030, 0.0)]


def _dumb_bell(load_kg: float) -> Load:
    """An upright dumb-bell held under its upper head; sized by its mass as iron."""
    radius = 0.045 * (max(load_kg, 2.0) / 10.0) ** (1 / 3) + 0.020
    height = 1.1 * radius
    parts = [
        _cylinder(radius, 0.03, 0.03 + height, 24),
        _cylinder(0.017, -0.12, 0.03, 12),
        _cylinder(radius, -0.12 - height, -0.12, 24),
    ]
    load = _assembled(parts, [0.5 * load_kg, 0.0, 0.5 * load_kg])
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], dtype=np.float32)  # y to z
    return Load(load.vertices @ upright.T, load.normals @ upright.T, load.triangles, load.plate_kg)


def _assembled(parts: list[tuple[Array, Array, Indices]], plate: list[float]) -> Load:
    starts = np.cumsum([0] + [len(v) for v, _, _ in parts])
    return Load(
        vertices=np.concatenate([v for v, _, _ in parts]),
        normals=np.concatenate([n for _, n, _ in parts]),
        triangles=np.concatenate([t + s for (_, _, t), s in zip(parts, starts, strict=False)]).astype(np.int32),
        plate_kg=np.repeat(np.array(plate, dtype=np.float32), [len(v) for v, _, _ in parts]),
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
