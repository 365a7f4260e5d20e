"""Key light and ambient light of a room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.render.appearance import Appearance

Array = NDArray[np.float64]

#: Half width of the square the shadow map covers, and its centre's height over the lifter's feet [m].
SHADOW_REACH_M, SHADOW_CENTRE_M, LIGHT_AWAY_M = 1.75, 0.75, 5.0


@dataclass(frozen=True)
class Lighting:
    """Everything the shaders need to know of light; colours linear."""

    direction: Array  # (3,) towards the key light
    colour: Array  # (3,) irradiance of the key light on a surface that faces it
    ambient: Array  # (9, 3) irradiance as spherical harmonics
    projection: Array  # (4, 4) world to the shadow map


def lighting(appearance: Appearance, floor_albedo: Array, wall_albedo: Array) -> Lighting:
    """Light of an appearance: a key light; a bright ceiling, a window, and bounce from floor and walls."""
    azimuth, elevation = np.radians([appearance.light_azimuth_deg, appearance.light_elevation_deg])
    level = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    direction = level * np.cos(elevation) + np.array([0.0, 0.0, np.sin(elevation)])
    warm = appearance.light_warmth
    key = 1.05 * np.array([1.0 + 0.10 * warm, 1.0, 1.0 - 0.16 * warm])
    cool = np.array([1.0 - 0.04 * warm, 1.0, 1.0 + 0.08 * warm])
    fill = appearance.ambient
    bounce = floor_albedo * (0.9 * key * direction[2] + fill)
    lobes = [
        (np.array([0.0, 0.0, 1.0]), 0.85 * fill * cool),
        (-level * 0.8 + np.array([0.0, 0.0, 0.5]), 0.38 * fill * cool),
        (np.array([0.0, 0.0, -1.0]), 0.8 * bounce + 0.06),
    ]
    even = 0.30 * fill * (0.35 + wall_albedo)
    return Lighting(direction, key, ambient_harmonics(lobes, even), _shadow_projection(direction))


def ambient_harmonics(lobes: list[tuple[Array, Array]], even: Array) -> Array:
    """Irradiance coefficients (9, 3) of cosine lobes (axis, colour) over an even light.

    Projected on real spherical harmonics to band 2 and convolved with the cosine (Ramamoorthi & Hanrahan 2001);
    scaled so that a lobe lights a surface facing it with about its own colour.
    """
    directions = _sphere(2000)
    radiance = np.tile(even, (len(directions), 1))
    for axis, colour in lobes:
        radiance += 1.5 * np.maximum(directions @ (axis / np.linalg.norm(axis)), 0.0)[:, None] * colour
    x, y, z = directions.T
    basis = np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z**2 - 1, x * z, x**2 - y**2])
    norm = np.array([0.282095, *[0.488603] * 3, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274])
    cosine = np.array([np.pi, *[2 * np.pi / 3] * 3, *[np.pi / 4] * 5])
    coefficients = (basis * norm[:, None]) @ radiance * (4 * np.pi / len(directions))
    return np.asarray(coefficients * (norm * cosine / np.pi)[:, None])


def _sphere(n: int) -> Array:
    """Even directions (n, 3): the Fibonacci spiral."""
    k = np.arange(n) + 0.5
    z = 1 - 2 * k / n
    angle = np.pi * (1 + 5**0.5) * k
    r = np.sqrt(1 - z**2)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)


def _shadow_projection(direction: Array) -> Array:
    """World to clip coordinates (4, 4) of the key light, over the lifter."""
    right = np.cross([0.0, 0.0, 1.0], direction)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(direction, right), direction])
    centre = np.array([0.0, 0.0, SHADOW_CENTRE_M])
    view = np.eye(4)
    view[:3, :3] = rotation
    view[:3, 3] = -rotation @ (centre + LIGHT_AWAY_M * direction)
    depth = 2 * LIGHT_AWAY_M
    scale = np.diag([1 / SHADOW_REACH_M, 1 / SHADOW_REACH_M, -2 / depth, 1.0])
    scale[2, 3] = -1.0
    return np.asarray(scale @ view)
