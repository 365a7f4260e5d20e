"""What must stay in a picture, and what may not stand in its way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.body.posed import Performer
from sim.render.barbell import Load
from sim.render.camera import NEAR_M, Camera
from sim.render.props import Props
from sim.render.solids import Solid
from wink.trial import SquatTrial

Array = NDArray[np.float64]


def load_pose(trial: SquatTrial, sample: int) -> tuple[Array | None, Array]:
    """Where the load is (3,) and how it is turned (3, 3): with the thorax."""
    bar = None if trial.bar_position_m is None else trial.bar_position_m[sample]
    return bar, np.asarray(trial.segment("thorax")[sample, :3, :3])


def extent(performer: Performer, load: Load | None) -> Array:
    """Points (N, 3) round everything that must stay in the picture, at a few moments of the trial [m]."""
    trial = performer.trial
    points = []
    for sample in np.unique(np.linspace(0, len(trial.time_s) - 1, 9).astype(int)):
        points.append(_corners(performer.pose(int(sample)).vertices))
        bar, turn = load_pose(trial, int(sample))
        if load is not None and bar is not None:
            points.append(_corners(load.vertices) @ turn.T + bar)
    return np.concatenate(points).astype(float)


def _corners(vertices: NDArray[np.float32]) -> Array:
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    picks = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T
    return np.asarray(np.where(picks == 1, high, low), dtype=float)


def props_clear_of(cameras: Sequence[Camera], props: Props | None) -> Props | None:
    """What stands by the lifter, unless a camera would stand in it."""
    if props is None or any(camera.project(props.vertices.astype(float))[1].min() < NEAR_M for camera in cameras):
        return None
    return props


def hides_nobody(piece: Solid | None, cameras: Sequence[Camera], reach: Array) -> Solid | None:
    """A thing by the lifter, unless a camera would see it before the lifter, who stays within points (N, 3)."""
    if piece is None:
        return None
    corners = piece.corners.astype(float)
    for camera in cameras:
        own, depth = camera.project(corners)
        seen = camera.project(reach)[0]
        apart = (own.max(axis=0) < seen.min(axis=0)) | (own.min(axis=0) > seen.max(axis=0))
        if depth.min() < NEAR_M or not (apart.any() or _beyond(corners, camera.position(), reach)):
            return None
    return piece


def _beyond(corners: Array, eye: Array, reach: Array) -> bool:
    """Whether an upright plane beside the lifter parts a thing (8, 3) from lifter and eye: then it hides no one."""
    low, high = reach[:, :2].min(axis=0), reach[:, :2].max(axis=0)
    below = (corners[:, :2].max(axis=0) < low) & (eye[:2] > low)
    above = (corners[:, :2].min(axis=0) > high) & (eye[:2] < high)
    return bool(below.any() or above.any())


def clear_of(piece: Solid, cameras: Sequence[Camera], reach: Array) -> bool:
    """Whether a piece of furniture hides the lifter, within points (N, 3), from no camera and stands elsewhere."""
    low, high = reach[:, :2].min(axis=0) - 0.3, reach[:, :2].max(axis=0) + 0.3
    corners = piece.corners.astype(float)
    if (corners[:, :2].max(axis=0) > low).all() and (corners[:, :2].min(axis=0) < high).all():
        return False
    return all(_behind(corners, camera, reach) for camera in cameras)


def _behind(corners: Array, camera: Camera, reach: Array) -> bool:
    """Whether a box (8, 3) is farther from a camera than the lifter, behind the camera, or out of the picture."""
    pixels, depth = camera.project(corners)
    if depth.max() < NEAR_M or depth.min() > camera.project(reach)[1].max():
        return True
    if depth.min() < NEAR_M:
        return False
    out = (pixels.max(axis=0) < 0.0) | (pixels.min(axis=0) > [camera.width, camera.height])
    return bool(out.any())
