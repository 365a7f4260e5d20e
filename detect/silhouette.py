"""The contour of the back in the person's silhouette: what shoulder, hip and knee points do not show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from detect.features import BodyCurves
from detect.pose import SILHOUETTE_PX, PoseTrack

Array = NDArray[np.float64]

#: Stretches of the back, measured along the trunk from the hips upward [leg lengths].
BUTTOCK = (-0.05, 0.20)
UPPER_BACK = (0.25, 0.50)
_STEP_PX = 0.5
_REACH = 0.60  # how far behind the trunk line the contour is looked for [leg lengths]


def back_contour(pose: PoseTrack, body: BodyCurves, along: Array) -> Array:
    """Distance (T, n) of the back's contour behind the line from hips to shoulders [leg lengths].

    Args:
        pose: gives the silhouette, centred between the hips.
        body: gives lean and facing.
        along: places (n,) on that line, from the hips upward [leg lengths].
    """
    scale = pose.silhouette_px_per_leg
    behind = np.arange(0, _REACH * scale, _STEP_PX)  # (m,) px
    lean = np.radians(body.trunk_lean_deg)[:, None, None]
    up = np.stack([body.facing * np.sin(lean), -np.cos(lean)])  # (2, T, 1, 1), x right and y down
    back = np.stack([-body.facing * np.cos(lean), -np.sin(lean)])
    points = SILHOUETTE_PX / 2 + up * (along * scale)[None, None, :, None] + back * behind
    person = _sample(pose.silhouette, points)
    outside = person < 0.5
    first = np.where(outside.any(axis=2), outside.argmax(axis=2), len(behind) - 1)
    return np.asarray(_crossing(person, first) * _STEP_PX / scale)


def contour_angle_deg(along: Array, distance: Array) -> Array:
    """Angle (T,) of a straight line through a stretch of contour against the trunk line; + opens upward-back."""
    centred = along - along.mean()
    slope = distance @ centred / (centred @ centred)
    return np.asarray(np.degrees(np.arctan(slope)))


def _sample(silhouette: NDArray[np.uint8], points: Array) -> Array:
    """Probability of person at points (2, T, n, m) of each frame's silhouette."""
    frames = np.broadcast_to(np.arange(len(silhouette))[:, None, None], points.shape[1:])
    coordinates = np.stack([frames, points[1], points[0]])
    return np.asarray(map_coordinates(silhouette, coordinates, output=np.float64, order=1, mode="constant")) / 255


def _crossing(person: Array, first: NDArray[np.intp]) -> Array:
    """Where along the last axis the probability passes one half, between two samples."""
    before = np.maximum(first - 1, 0)
    inside = np.take_along_axis(person, before[..., None], axis=2)[..., 0]
    outside = np.take_along_axis(person, first[..., None], axis=2)[..., 0]
    fall = np.maximum(inside - outside, 1e-6)
    share = np.clip((inside - 0.5) / fall, 0, 1)
    return np.where(first > 0, before + share, 0.0)
