"""Clothes and hair: where each is cut from the body's helper meshes, and how it hangs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Triangles = NDArray[np.int64]
Joints = Mapping[str, Array]


@dataclass(frozen=True)
class Anatomy:
    """What hems are measured against: the mean shape with its joints and limb weights."""

    points: Array  # (N, 3)
    joints: Joints
    arm: Array  # (N,) share of upper arm, forearm, hand
    head: Array  # (N,) share of head
    neck: Array  # (N,) share of neck
    hand: Array  # (N,) share of hand

    def height_above(self, joint: str) -> Array:
        """Height of every vertex above a joint [m]."""
        return np.asarray(self.points[:, 2] - self.joints[joint][2])

    def along_arm(self) -> Array:
        """Distance of every vertex down the upper arm from the shoulder [m]; 0 in the middle of the body."""
        shoulder, elbow = self.joints["upper_arm_left"], self.joints["forearm_left"]
        axis = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
        mirrored = self.points * np.where(self.points[:, 1:2] < 0, [1, -1, 1], 1)
        return np.asarray(np.where(self.arm > 0.5, (mirrored - shoulder) @ axis, -0.05))


@dataclass(frozen=True)
class Garment:
    """One garment: where all of its `edges` are positive; `thickness` over the body [m]; passes of its drape.

    Every edge is a field of its own: the least of them would bend the zero lines inside large triangles.
    """

    edges: Callable[[Anatomy], tuple[Array, ...]]
    thickness: Callable[[Anatomy], Array]
    drape: int
    soft: int  # smoothing passes of the skinning weights: a loose cloth bends less sharply than the skin
    tight: bool = False  # cut from the skin itself rather than from the looser helper mesh


def _top(hem_m: float, sleeve_m: float, neckline: float) -> Callable[[Anatomy], tuple[Array, ...]]:
    def edges(body: Anatomy) -> tuple[Array, ...]:
        front = np.clip(body.points[:, 0] / 0.12, -1, 1)
        hem = body.height_above("lumbar_lower") - (hem_m + 0.030 * front)
        sleeve = sleeve_m - body.along_arm()
        trunk = np.where(body.arm > 0.5, 1.0, hem)
        cuff = (0.25 - body.hand) * 0.25
        return trunk, sleeve, cuff, (neckline - body.neck) * 0.06, (0.05 - body.head) * 1.0

    return edges


def _sleeveless(hem_m: float, strap_m: float, low_m: float) -> Callable[[Anatomy], tuple[Array, ...]]:
    def edges(body: Anatomy) -> tuple[Array, ...]:
        high = body.height_above("neck")
        wide = strap_m + 0.14 * np.clip(-(high + 0.10) / 0.10, 0, 1)  # the armhole opens downwards
        armhole = wide - np.abs(body.points[:, 1])
        front = np.clip((body.points[:, 0] - body.joints["neck"][0] - 0.015) / 0.05, 0, 1)
        scoop = np.hypot(body.points[:, 1], np.minimum(high + 0.02, 0.0)) - (0.046 + low_m * front)
        hem = body.height_above("lumbar_lower") - hem_m
        sleeve, neck = (0.22 - body.arm) * 0.25, (0.30 - body.neck) * 0.20
        return hem, armhole, sleeve, scoop, neck, (0.05 - body.head) * 1.0

    return edges


def _bottom(waist_m: float, above_knee_m: float) -> Callable[[Anatomy], tuple[Array, ...]]:
    def edges(body: Anatomy) -> tuple[Array, ...]:
        waist = waist_m - body.height_above("lumbar_lower")
        hem = body.height_above("shank_left") - above_knee_m
        return waist, hem, 0.5 - body.arm

    return edges


def _flared(near_m: float, far_m: float, joint: str, start_m: float, end_m: float) -> Callable[[Anatomy], Array]:
    """Thickness that grows from `near_m` at one height to `far_m` at another."""

    def thickness(body: Anatomy) -> Array:
        share = np.clip((body.height_above(joint) - start_m) / (end_m - start_m), 0, 1)
        return np.asarray(near_m + (far_m - near_m) * share**1.5)

    return thickness


def _even(thickness_m: float) -> Callable[[Anatomy], Array]:
    return lambda body: np.full(len(body.points), thickness_m)


_TEE = _flared(0.007, 0.025, "lumbar_lower", 0.25, -0.08)
_OVERSIZE = _flared(0.014, 0.042, "lumbar_lower", 0.30, -0.10)
_SWEAT = _flared(0.016, 0.034, "lumbar_lower", 0.25, -0.02)

TOPS: dict[str, Garment] = {
    "tshirt": Garment(_top(-0.066, 0.17, 0.42), _TEE, 14, 2),
    "oversize": Garment(_top(-0.088, 0.23, 0.42), _OVERSIZE, 22, 4),
    "hoodie": Garment(_top(-0.085, 9.0, 0.55), _SWEAT, 24, 4),
    "longsleeve": Garment(_top(-0.070, 9.0, 0.42), _TEE, 10, 2),
    "tank": Garment(
        _sleeveless(-0.070, 0.095, 0.05), _flared(0.006, 0.015, "lumbar_lower", 0.25, -0.08), 10, 1, tight=True
    ),
    "crop": Garment(_sleeveless(0.145, 0.085, 0.05), _even(0.0045), 5, 0, tight=True),
}
BOTTOMS: dict[str, Garment] = {
    "shorts": Garment(_bottom(0.020, 0.16), _flared(0.005, 0.022, "shank_left", 0.50, 0.16), 8, 2),
    "joggers": Garment(_bottom(0.025, -0.345), _flared(0.008, 0.020, "shank_left", 0.40, -0.10), 12, 2),
    "short_tights": Garment(_bottom(0.030, 0.12), _even(0.0045), 4, 0, tight=True),
    "leggings": Garment(_bottom(0.035, -0.37), _even(0.0045), 4, 0, tight=True),
}

#: How wide a lifting belt is (the federations allow 10 cm), where its lower edge lies over L5/S1, how thick it is [m].
BELT_WIDTH_M, BELT_LOW_M, BELT_THICKNESS_M = 0.10, -0.005, 0.020

#: Chin-long hair ends this far below the joint of head and neck [m].
BOB_BELOW_HEAD_M = 0.02


def belt(body: Anatomy) -> tuple[Array, ...]:
    """A lifting belt round the waist, a little higher behind than before."""
    above = body.height_above("lumbar_lower") - BELT_LOW_M + 0.10 * (body.points[:, 0] - body.joints["lumbar_lower"][0])
    return above, BELT_WIDTH_M - above, 0.5 - body.arm


def beard(body: Anatomy) -> Array:
    """Where a full beard grows: jaw, chin and upper lip, up to the ears; the mouth is left out."""
    eyes = 0.5 * (body.joints["eye_left"] + body.joints["eye_right"])
    offset = body.points - eyes
    side = np.abs(offset[:, 1])
    cheek = -0.070 + 0.42 * np.clip(side - 0.028, 0.0, 0.06) - offset[:, 2]  # below a line that climbs to the ears
    before = offset[:, 0] + 0.095
    under = offset[:, 2] + 0.135
    mouth = np.hypot(side / 0.024, (offset[:, 2] + 0.079) / 0.0075) - 1.0
    inside = np.minimum.reduce([cheek, before, under, 0.01 * mouth])
    return np.asarray(np.where(body.head > 0.2, inside, -1.0))


def sock(body: Anatomy) -> tuple[Array, ...]:
    """Socks: from inside the shoe to a hand's breadth above the ankle."""
    above = body.height_above("foot_left")
    return 0.075 - above, above + 0.030, 0.5 - body.arm


def scalp(body: Anatomy) -> Array:
    """Where short hair grows: over a hairline that falls from the forehead past the ears to the nape."""
    eyes = 0.5 * (body.joints["eye_left"] + body.joints["eye_right"])
    centre = np.array([eyes[0] - 0.085, 0.0, eyes[2] + 0.005])
    offset = body.points - centre
    azimuth = np.arctan2(np.abs(offset[:, 1]), offset[:, 0])
    elevation = np.arctan2(offset[:, 2], np.hypot(offset[:, 0], offset[:, 1]))
    line = np.interp(np.degrees(azimuth), [0, 32, 52, 66, 78, 88, 104, 120, 180], [45, 43, 27, 2, -8, 14, 14, -24, -40])
    return np.asarray(np.where(body.head > 0.3, (elevation - np.radians(line)) * 0.1, -1.0))


def brow(body: Anatomy) -> Array:
    """Eyebrows: a thin arch over each eye."""
    eye = body.joints["eye_left"]
    side = np.abs(body.points[:, 1]) - eye[1]
    arch = body.points[:, 2] - (eye[2] + 0.0215 - 9.0 * (side - 0.004) ** 2)
    inside = np.minimum(0.0042 - np.abs(arch), 0.021 - np.abs(side))
    return np.asarray(np.where((body.head > 0.3) & (body.points[:, 0] > eye[0] - 0.02), inside, -1.0))
