"""Key light and ambient light of a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Half width of the square the shadow map covers, and its centre's height over the lifter's feet [m].
SHADOW_REACH_M, SHADOW_CENTRE_M, LIGHT_AWAY_M = 1.75, 0.75, 5.0
#: Irradiance a camera exposes for; ours, so that a well lit room needs no correction.
USUAL_IRRADIANCE = 1.05


@dataclass(frozen=True)
class Key:
    """The strongest light: a lamp or the sun."""

    azimuth_deg: float  # where it stands, as a camera's azimuth
    elevation_deg: float
    strength: float
    warmth: float  # -1 cold to 1 warm
    size_deg: float  # half angle as the lifter sees it

    @property
    def direction(self) -> Array:
        """Towards the light (3,)."""
        azimuth, elevation = np.radians([self.azimuth_deg, self.elevation_deg])
        level = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
        return np.asarray(level * np.cos(elevation) + np.array([0.0, 0.0, np.sin(elevation)]))

    @property
    def colour(self) -> Array:
        """Irradiance (3,) on a surface that faces it."""
        return 1.05 * self.strength * np.array([1.0 + 0.10 * self.warmth, 1.0, 1.0 - 0.16 * self.warmth])


@dataclass(frozen=True)
class Environment:
    """Light from everywhere: irradiance as spherical harmonics (9, 3), see `harmonics`."""

    coefficients: Array


@dataclass(frozen=True)
class Lighting:
    """Everything the shaders need to know of light; colours linear."""

    direction: Array  # (3,) towards the key light
    colour: Array  # (3,) irradiance of the key light on a surface that faces it
    ambient: Array  # (9, 3) irradiance as spherical harmonics
    projection: Array  # (4, 4) world to the shadow map
    softness: float  # width of the shadow's edge, as a share of the shadow map
    exposure: float  # what a camera's meter would set


def lighting(key: Key, environment: Environment, brightness: float) -> Lighting:
    """Light of a place that looks so much brighter than a usual room under the same light."""
    # an edge is as wide as the lamp's angle makes it at about 0.7 m from what throws the shadow
    softness = 0.7 * np.tan(np.radians(key.size_deg)) / (2 * SHADOW_REACH_M)
    return Lighting(
        direction=key.direction,
        colour=key.colour,
        ambient=environment.coefficients,
        projection=shadow_projection(key.direction),
        softness=float(np.clip(softness, 0.6 / 1024, 12.0 / 1024)),
        exposure=metered(key, environment) / brightness**0.5,
    )


def metered(key: Key, environment: Environment) -> float:
    """What a camera's meter would set: mean light on upright and level surfaces brought near the usual."""
    azimuth = np.arange(8) * np.pi / 4
    facing = np.stack([np.cos(azimuth), np.sin(azimuth), np.zeros(8)], axis=1)
    normals = np.concatenate([facing, np.tile([0.0, 0.0, 1.0], (4, 1))])
    ambient = irradiance(environment.coefficients, normals).mean()
    direct = np.maximum(normals @ key.direction, 0.0).mean() * key.colour.mean()
    return float(np.clip((USUAL_IRRADIANCE / (ambient + direct)) ** 0.8, 0.3, 4.0))


def even_environment(key: Key, fill: float, floor_albedo: Array, wall_albedo: Array) -> Environment:
    """Light of a room: a bright ceiling, a window across from the key light, bounce from floor and walls."""
    level = key.direction * [1.0, 1.0, 0.0]
    level /= np.linalg.norm(level)
    cool = np.array([1.0 - 0.04 * key.warmth, 1.0, 1.0 + 0.08 * key.warmth])
    bounce = floor_albedo * (0.9 * key.colour * key.direction[2] + fill)
    lobes = [
        (np.array([0.0, 0.0, 1.0]), 0.85 * fill * cool),
        (-level * 0.8 + np.array([0.0, 0.0, 0.5]), 0.38 * fill * cool),
        (np.array([0.0, 0.0, -1.0]), 0.8 * bounce + 0.06),
    ]
    directions = sphere_directions(2000)
    radiance = np.tile(0.30 * fill * (0.35 + wall_albedo), (len(directions), 1))
    for axis, colour in lobes:
        radiance += 1.5 * np.maximum(directions @ (axis / np.linalg.norm(axis)), 0.0)[:, None] * colour
    return Environment(harmonics(directions, radiance))


def harmonics(directions: Array, radiance: Array) -> Array:
    """Irradiance coefficients (9, 3), over pi, of radiance (N, 3) in directions (N, 3) spread evenly.

    Projected on real spherical harmonics to band 2 and convolved with the cosine (Ramamoorthi & Hanrahan 2001):
    even radiance L lights every surface with L.
    """
    norm = np.array([0.282095, *[0.488603] * 3, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274])
    cosine = np.array([np.pi, *[2 * np.pi / 3] * 3, *[np.pi / 4] * 5])
    coefficients = (_basis(directions).T * norm[:, None]) @ radiance * (4 * np.pi / len(directions))
    return np.asarray(coefficients * (norm * cosine / np.pi)[:, None])


def irradiance(coefficients: Array, normals: Array) -> Array:
    """Light (N, 3) on surfaces that face along normals (N, 3)."""
    return np.maximum(_basis(normals) @ coefficients, 0.0)


def _basis(directions: Array) -> Array:
    """Spherical harmonics to band 2, without their factors (N, 9)."""
    x, y, z = directions.T
    return np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z**2 - 1, x * z, x**2 - y**2], axis=1)


def sphere_directions(n: int) -> Array:
    """Even directions (n, 3): the Fibonacci spiral."""
    k = np.arange(n) + 0.5
    z = 1 - 2 * k / n
    angle = np.pi * (1 + 5**0.5) * k
    r = np.sqrt(1 - z**2)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1)


def shadow_projection(direction: Array) -> Array:
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
