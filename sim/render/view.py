"""A camera at one moment: what drawing a picture needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.camera import Camera
from sim.render.filming import CLEAN, Filming

Array = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """One picture to be drawn: straight lines straight, before the lens bends them."""

    camera: Camera
    filming: Filming = CLEAN
    time_s: float = 0.0
    shift_px: tuple[float, float] = (0.0, 0.0)  # of all points, for soft edges from several pictures
    scale: int = 1  # pixels drawn for a pixel of the picture, each way

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is drawn [px]."""
        return self.scale * self.camera.width, self.scale * self.camera.height

    @property
    def eye(self) -> Array:
        """Where the lens is (3,)."""
        return self.camera.position(self.time_s)

    @property
    def view_projection(self) -> Array:
        """World to clip coordinates (4, 4)."""
        projection = self.camera.projection()
        projection[0, 2] -= 2.0 * self.shift_px[0] / self.camera.width
        projection[1, 2] += 2.0 * self.shift_px[1] / self.camera.height
        return np.asarray(projection @ self.camera.view(self.time_s))

    @property
    def balance(self) -> Array:
        """Gain (3,) of each colour: brightness and white balance."""
        warm = self.filming.warmth
        return self.filming.exposure * np.array([1.0 + 0.22 * warm, 1.0 + 0.02 * warm, 1.0 - 0.22 * warm])
