"""A camera on a tripod or in a hand, aimed at the lifter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.render.lens import bent, straightened
from sim.render.shake import turned_by, wander
from wink.errors import ConfigError

Array = NDArray[np.float64]

NEAR_M, FAR_M = 0.1, 40.0
#: A moment at which no hand has moved yet.
CALM_S = float("-inf")


@dataclass(frozen=True)
class Camera:
    """Where a camera stands and what it takes; world axes x forward, y left, z up, lifter at the origin.

    Azimuth 0 looks at the lifter's front, 90 at the left side, 180 at the back, -90 at the right side. A camera in a
    hand wanders: where it is at a moment is `position(time_s)` and `view(time_s)`.

    Raises:
        ConfigError: a value outside what a camera can be.
    """

    azimuth_deg: float = 90.0
    height_m: float = 0.95  # of the lens over the floor
    distance_m: float = 2.6  # from the lifter, along the floor; more where the lifter would not fit
    field_of_view_deg: float = 42.0  # vertical
    roll_deg: float = 0.0  # + turns the picture clockwise
    aim_height_m: float = 0.92  # height of the point in the middle of the picture
    width: int = 640  # of the picture [px]
    height: int = 480  # of the picture [px]
    room: float = 0.03  # share of the picture's height kept free round lifter and load
    whole_load: bool = True  # the load must be in the picture as well as the lifter: people often cut off the bar
    distortion: float = 0.0  # of the lens, at the corner, as a share: + barrel, as wide lenses have; - pincushion
    shake_deg: float = 0.0  # a hand's unrest: how far the camera turns, root mean square about each axis
    shake_m: float = 0.0  # ... and how far it moves
    shake_seed: int = 0  # which unrest

    def __post_init__(self) -> None:
        _require("azimuth_deg", self.azimuth_deg, -180.0, 180.0, "degrees")
        _require("height_m", self.height_m, 0.05, 4.0, "metres")
        _require("distance_m", self.distance_m, 0.8, 12.0, "metres")
        _require("field_of_view_deg", self.field_of_view_deg, 15.0, 90.0, "degrees")
        _require("roll_deg", self.roll_deg, -45.0, 45.0, "degrees")
        _require("aim_height_m", self.aim_height_m, 0.0, 2.5, "metres")
        _require("room", self.room, 0.0, 0.4, "")
        _require("distortion", self.distortion, -0.15, 0.15, "")
        _require("shake_deg", self.shake_deg, 0.0, 3.0, "degrees")
        _require("shake_m", self.shake_m, 0.0, 0.05, "metres")
        for name in ("width", "height"):
            pixels = getattr(self, name)
            _require(name, pixels, 64, 3840, "pixels")
            if pixels % 2:
                raise ConfigError(f"camera {name} must be even for the video coder, got {pixels}")

    def sample(self, rng: np.random.Generator) -> Camera:  # noqa: ARG002
        """Itself: nothing is drawn, the rng is left alone."""
        return self

    @property
    def still(self) -> bool:
        """Whether it stands on a tripod."""
        return self.shake_deg == 0.0 and self.shake_m == 0.0

    @property
    def position_m(self) -> Array:
        """Position (3,) of the lens, the hand's unrest left out."""
        azimuth = np.radians(self.azimuth_deg)
        return np.array([self.distance_m * np.cos(azimuth), self.distance_m * np.sin(azimuth), self.height_m])

    def position(self, time_s: float = 0.0) -> Array:
        """Position (3,) of the lens at a moment."""
        return self.position_m + self.shake_m * wander(self.shake_seed, time_s)[:3]

    def view(self, time_s: float = 0.0) -> Array:
        """World to camera (4, 4) at a moment; the camera looks along its -z, y is up in the picture."""
        backward = self.position_m - np.array([0.0, 0.0, self.aim_height_m])
        backward /= np.linalg.norm(backward)
        right = np.cross([0.0, 0.0, 1.0], backward)
        right /= np.linalg.norm(right)
        upright = np.stack([right, np.cross(backward, right), backward])
        roll = np.radians(self.roll_deg)
        c, s = np.cos(roll), np.sin(roll)
        rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T @ upright
        rotation = turned_by(self.shake_deg * wander(self.shake_seed, time_s)[3:]) @ rotation
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = rotation, -rotation @ self.position(time_s)
        return matrix

    def projection(self) -> Array:
        """Camera to clip coordinates (4, 4), as OpenGL has them, before the lens bends the picture.

        A barrel lens sees more in its corners: the straight picture holds that too, at a slightly smaller scale.
        """
        f = 1.0 / np.tan(np.radians(self.field_of_view_deg) / 2) / (1.0 + max(self.distortion, 0.0))
        matrix = np.zeros((4, 4))
        matrix[0, 0], matrix[1, 1] = f * self.height / self.width, f
        matrix[2, 2] = (FAR_M + NEAR_M) / (NEAR_M - FAR_M)
        matrix[2, 3] = 2 * FAR_M * NEAR_M / (NEAR_M - FAR_M)
        matrix[3, 2] = -1.0
        return matrix

    def project(self, points_m: Array, time_s: float = 0.0) -> tuple[Array, Array]:
        """Pixels (..., 2) and distance along the view axis (...) [m] of world points (..., 3) at a moment.

        The origin is the top left corner of the picture, x right, y down; the first pixel's centre is (0.5, 0.5).
        """
        homogeneous = np.concatenate([points_m, np.ones_like(points_m[..., :1])], axis=-1)
        clip = homogeneous @ (self.projection() @ self.view(time_s)).T
        ndc = clip[..., :2] / clip[..., 3:]
        size = np.array([self.width, self.height])
        pixels = (ndc * [1.0, -1.0] * 0.5 + 0.5) * size
        return self.through_lens(pixels), np.asarray(clip[..., 3])

    def through_lens(self, straight: Array) -> Array:
        """Where the lens puts points (..., 2) [px] of the straight picture."""
        return bent(straight, self.width, self.height, self.distortion)

    def before_lens(self, pixels: Array) -> Array:
        """Where points (..., 2) [px] of the picture lie in the straight one: `through_lens` undone."""
        return straightened(pixels, self.width, self.height, self.distortion)

    def stepped_back(self, points_m: Array, limit_m: float = 12.0) -> Camera:
        """The same camera, as far back as it must stand to have all points (N, 3) in the picture.

        Raises:
            ConfigError: they do not fit even from `limit_m`.
        """
        camera = self
        while not camera.sees(points_m):
            if camera.distance_m >= limit_m:
                raise ConfigError(f"the lifter does not fit into the picture even from {limit_m:g} m: {self}")
            camera = replace(camera, distance_m=min(limit_m, camera.distance_m + 0.1))
        return camera

    def sees(self, points_m: Array) -> bool:
        """Whether all points are in front of the lens and inside the picture, with a margin for a hand's unrest."""
        pixels, depth = self.project(points_m, CALM_S)
        margin = self.room + 2.5 * self.shake_deg / self.field_of_view_deg + 1.5 * self.shake_m / self.distance_m
        edge = margin * self.height
        inside = (pixels > edge).all() and (pixels < np.array([self.width, self.height]) - edge).all()
        return bool((depth > NEAR_M).all() and inside)


def phone_camera(*, focal_mm: float, portrait: bool, width: int = 640, height: int = 480, **placed: float) -> Camera:
    """A camera described as phones are: by its lens, and by whether it is held upright.

    Args:
        focal_mm: focal length as on 36 mm film, for the picture's longer side; 24-28 is a phone's main lens.
        portrait: upright: the longer side of the picture is its height.
        width: of the picture [px]; the sides are exchanged when it is held upright.
        height: of the picture [px].
        placed: the other settings of a camera.

    Raises:
        ConfigError: a value outside what a camera can be.
    """
    _require("focal_mm", focal_mm, 10.0, 200.0, "millimetres")
    across, upright = (min, max) if portrait else (max, min)
    width, height = across(width, height), upright(width, height)
    field = 2.0 * np.degrees(np.arctan(18.0 / focal_mm * height / max(width, height)))
    settings: dict[str, Any] = {**placed, "field_of_view_deg": float(field), "width": width, "height": height}
    return Camera(**settings)


def _require(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        hint = " Are these millimetres or centimetres?" if unit == "metres" and value > high else ""
        raise ConfigError(f"camera {name} must lie between {low:g} and {high:g} {unit}, got {value:g}.{hint}")
