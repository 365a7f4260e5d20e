"""What each pixel shows, and which keypoints can be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.body.outfit import CHOICES
from sim.render.camera import FAR_M, NEAR_M, Camera

Array = NDArray[np.float64]

#: Classes of the label mask; furniture along the walls is background, a rack or a jump box by the lifter is not.
CLASSES = ("background", "skin", "top", "bottom", "shoes", "hair", "bar", "plates", "belt", "rack", "wedge", "box")
#: Classes that belong to the person.
PERSON = tuple(CLASSES.index(name) for name in ("skin", "top", "bottom", "shoes", "hair", "belt"))

#: Classes that hide a lifter and are none of them.
LOAD = tuple(CLASSES.index(name) for name in ("bar", "plates", "rack"))
#: Class of parts whose names begin so.
PARTS = {"shoe": "shoes", "sole": "shoes", "sock": "shoes", "hair": "hair", "beard": "hair", "belt": "belt"}


def class_of_part(part: str) -> int:
    """Class of a part of the dressed body."""
    if part in CHOICES["top"]:
        return CLASSES.index("top")
    if part in CHOICES["bottom"]:
        return CLASSES.index("bottom")
    for prefix, name in PARTS.items():
        if part.startswith(prefix):
            return CLASSES.index(name)
    return CLASSES.index("skin")


def behind_load(labels: NDArray[np.uint8], pixels: Array, visible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which hidden points (K, 2) bar, plates or rack lie before."""
    height, width = labels.shape
    column, row = np.clip(np.floor(pixels), 0, [width - 1, height - 1]).astype(int).T
    return np.asarray(~visible & np.isin(labels[row, column], LOAD))


def person_box(labels: NDArray[np.uint8]) -> Array:
    """Box (4,) left, top, right, bottom [px] round what is seen of the person; NaN where there is none."""
    person = np.isin(labels, PERSON)
    columns, rows = np.flatnonzero(person.any(axis=0)), np.flatnonzero(person.any(axis=1))
    if not len(columns):
        return np.full(4, np.nan)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=float)


def visibility(
    camera: Camera, pixels: Array, distance_m: Array, depth: NDArray[np.float32], skin_m: Array
) -> NDArray[np.bool_]:
    """Which points (K, 2) nothing but their own flesh hides.

    Args:
        camera: the camera.
        pixels: projected points (K, 2).
        distance_m: their distances along the view axis (K,).
        depth: depth buffer (H, W), top row first, 0 near to 1 far.
        skin_m: how deep each point lies under the skin (K,).
    """
    column, row = np.floor(pixels).astype(int).T
    inside = (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
    ndc = 2.0 * depth[np.clip(row, 0, camera.height - 1), np.clip(column, 0, camera.width - 1)].astype(float) - 1.0
    front_m = 2 * NEAR_M * FAR_M / (FAR_M + NEAR_M - ndc * (FAR_M - NEAR_M))
    return np.asarray(inside & (front_m > distance_m - skin_m))
