"""Photographs of whole surroundings: the light they give, and what is seen in the distance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.render.lighting import Environment, harmonics, sphere_directions
from wink.errors import ConfigError, unknown_name

Array = NDArray[np.float64]

#: How radiance is kept in eight bits: the brightest, and the exponent.
BRIGHTEST, GAMMA = 4.0, 2.2


@dataclass(frozen=True)
class Panorama:
    """Surroundings as seen from the lifter, lamps and sun clipped; mean light over all directions is one."""

    encoded: NDArray[np.uint8]  # (H, W, 3) the sky in the first row, straight ahead in the middle column
    sun: Array  # (3,) towards the middle of its lamps or its sun
    sun_share: float  # of all light that comes from there

    @property
    def radiance(self) -> Array:
        """Radiance (H, W, 3)."""
        return np.asarray((self.encoded / 255.0) ** GAMMA * BRIGHTEST)

    @property
    def sun_azimuth_deg(self) -> float:
        """Where its sun stands, as a camera's azimuth."""
        return float(np.degrees(np.arctan2(self.sun[1], self.sun[0])))

    @property
    def ground(self) -> Array:
        """Mean colour (3,) of the ground at a middling distance."""
        height = len(self.encoded)
        return np.asarray(self.radiance[int(0.60 * height) : int(0.85 * height)].mean(axis=(0, 1)))

    def environment(self, turn_deg: float, strength: float) -> Environment:
        """The light it gives when turned about the vertical."""
        directions = sphere_directions(2000)
        height, width = self.encoded.shape[:2]
        azimuth = np.arctan2(directions[:, 1], directions[:, 0]) - np.radians(turn_deg)
        column = np.floor((0.5 - azimuth / (2 * np.pi)) * width).astype(int) % width
        row = np.clip(np.floor(np.arccos(directions[:, 2]) / np.pi * height).astype(int), 0, height - 1)
        smooth = cv2.GaussianBlur(self.radiance, (0, 0), 3.0)
        return Environment(strength * harmonics(directions, smooth[row, column]))


@cache
def panorama(name: str) -> Panorama:
    """One of the baked panoramas.

    Raises:
        ConfigError: there is no such panorama.
    """
    with files("sim.render").joinpath("surroundings.npz").open("rb") as file, np.load(file) as data:
        names = [str(n) for n in data["names"]]
        if name not in names:
            raise ConfigError(unknown_name("panorama", name, names))
        k, ends = names.index(name), [0, *data["ends"]]
        picture = cv2.imdecode(data["jpegs"][ends[k] : ends[k + 1]], cv2.IMREAD_COLOR)
        assert picture is not None
        return Panorama(np.ascontiguousarray(picture[..., ::-1]), data["suns"][k], float(data["shares"][k]))


def directions_of(height: int, width: int) -> Array:
    """Direction (H, W, 3) of every pixel of a panorama."""
    down = (np.arange(height)[:, None] + 0.5) / height * np.pi
    azimuth = (0.5 - (np.arange(width)[None, :] + 0.5) / width) * 2 * np.pi
    level = np.sin(down)
    return np.stack(
        [level * np.cos(azimuth), level * np.sin(azimuth), np.broadcast_to(np.cos(down), (height, width))], axis=-1
    )
