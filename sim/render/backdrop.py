"""The empty place as a camera sees it: drawn once a clip, moved with the camera's unrest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.render.camera import CALM_S, Camera
from sim.render.view import View

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

#: How much more of the place is drawn for a camera in a hand, in standard deviations of its unrest.
SPARE = 4.0


class Backdrop:
    """One camera's picture of the empty place.

    For a camera in a hand it is bent as the floor would be seen from where the camera is (a homography). That is
    exact for the floor, and within a pixel or two for walls, which are far away.
    """

    def __init__(self, view: View, draw: Callable[[View], Picture]) -> None:
        """Draw the place with `draw`, with something to spare at the edges where the camera moves."""
        camera = view.camera
        self._still = camera.still
        self._view = replace(view, camera=camera if self._still else _wider(camera), time_s=CALM_S)
        self._picture = np.ascontiguousarray(draw(self._view))
        self._plane = _floor_to_pixels(self._view)

    def seen(self, view: View) -> Picture:
        """The place as it is seen at a view's moment (H, W, 3)."""
        if self._still:
            return self._picture
        bend = self._plane @ np.linalg.inv(_floor_to_pixels(view))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpPerspective(self._picture, bend, view.size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, dtype=np.uint8)


def _wider(camera: Camera) -> Camera:
    """The camera with more picture at every edge, at the same scale."""
    pixels_per_degree = camera.height / camera.field_of_view_deg
    spare = SPARE * (camera.shake_deg + np.degrees(camera.shake_m / 1.5)) * pixels_per_degree
    edge = 2 * int(np.ceil((8 + spare) / 2))
    tangent = np.tan(np.radians(camera.field_of_view_deg) / 2) * (camera.height + 2 * edge) / camera.height
    wide = min(float(2 * np.degrees(np.arctan(tangent))), 90.0)
    return replace(camera, width=camera.width + 2 * edge, height=camera.height + 2 * edge, field_of_view_deg=wide)


def _floor_to_pixels(view: View) -> Array:
    """Homography (3, 3) from the floor's x, y to pixels of a straight picture, centres at whole numbers."""
    width, height = view.size
    to_pixels = np.array([[width / 2, 0, width / 2 - 0.5], [0, -height / 2, height / 2 - 0.5], [0, 0, 1.0]])
    return np.asarray(to_pixels @ view.view_projection[[0, 1, 3]][:, [0, 1, 3]])
