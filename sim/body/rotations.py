"""Small rotations the rig is posed with; matrices (3, 3), right-handed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def unit(vector: NDArray[np.floating]) -> Array:
    """The vector at length one."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))


def about(axis: NDArray[np.floating], angle: float) -> Array:
    """Rotation about an axis by an angle [rad] (Rodrigues)."""
    x, y, z = unit(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def shortest(start: Array, end: Array) -> Array:
    """The smallest rotation that turns direction `start` to `end`."""
    a, b = unit(start), unit(end)
    axis = np.cross(a, b)
    sine, cosine = float(np.linalg.norm(axis)), float(a @ b)
    return about(axis, float(np.arctan2(sine, cosine))) if sine > 1e-9 else np.eye(3)


def frame(along: Array, across: Array) -> Array:
    """Right-handed axes as columns: along, across made square to it, and their cross product."""
    first = unit(along)
    second = unit(across - first * (across @ first))
    return np.stack([first, second, np.cross(first, second)], axis=1)


def stretch(axis: Array, factor: float) -> Array:
    """Scaling by `factor` along an axis."""
    u = unit(axis)
    return np.asarray(np.eye(3) + (factor - 1.0) * np.outer(u, u))


def turned_upright(rotation: Array, share: float) -> Array:
    """The rotation with only `share` of its lean, keeping where it faces."""
    forward = rotation[:, 0]
    yaw = about(np.array([0.0, 0.0, 1.0]), float(np.arctan2(forward[1], forward[0])))
    if forward[:2] @ forward[:2] < 0.01:  # faces straight down: no heading to keep
        yaw = np.eye(3)
    lean = yaw.T @ rotation
    vector = rotation_vector(lean)
    return yaw @ about(vector, share * float(np.linalg.norm(vector))) if np.linalg.norm(vector) > 1e-9 else yaw


def rotation_vector(rotation: Array) -> Array:
    """Axis times angle [rad] of a rotation."""
    skew = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    sine, cosine = 0.5 * float(np.linalg.norm(skew)), 0.5 * (float(np.trace(rotation)) - 1.0)
    return np.asarray(unit(skew) * np.arctan2(sine, cosine)) if sine > 1e-9 else np.zeros(3)
