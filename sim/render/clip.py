"""Pictures of a trial with their labels, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.body.landmarks import DEPTHS_M
from sim.body.posed import Performer, PosedBody
from sim.render.appearance import Appearance
from sim.render.barbell import Load, load_mesh
from sim.render.camera import Camera
from sim.render.gl import graphics
from sim.render.labels import person_box, visibility
from sim.render.stage import Stage
from wink.trial import SquatTrial

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RenderedFrame:
    """One picture and what is known about it; pixels count from the top left corner, x right, y down."""

    image: NDArray[np.uint8]  # (H, W, 3) red, green, blue
    labels: NDArray[np.uint8]  # (H, W) index into sim.render.labels.CLASSES
    keypoints_2d: Array  # (K, 2) [px], in the order of sim.body.landmarks.NAMES
    keypoints_3d: Array  # (K, 3) world [m]
    visible: NDArray[np.bool_]  # (K,) not hidden by anything but the flesh over it
    box: Array  # (4,) left, top, right, bottom of the person [px]
    camera: Camera  # as used: farther away where the lifter would not have fitted


def render_clip(
    trial: SquatTrial, camera: Camera, appearance: Appearance, fps: float, seed: int
) -> Iterator[RenderedFrame]:
    """Pictures of a trial from one camera; see `render_views`."""
    for (frame,) in render_views(trial, [camera], appearance, fps, seed):
        yield frame


def render_views(
    trial: SquatTrial, cameras: Sequence[Camera], appearance: Appearance, fps: float, seed: int
) -> Iterator[tuple[RenderedFrame, ...]]:
    """Pictures of a trial from several cameras at once: at each moment one frame a camera.

    Frame k shows the trial k / fps seconds after its first sample. Cameras step back until lifter and load stay in
    the picture for the whole trial. `seed` sets the irregularities of surfaces and the cameras' noise.

    Raises:
        RenderError: there is no OpenGL.
        ConfigError: the lifter does not fit into a picture.
    """
    sampled = trial.sampled_at(frame_times(trial, fps))
    performer = Performer(sampled, appearance.outfit)
    load = load_mesh(trial.bar_kind, trial.load_kg)
    placed = [camera.stepped_back(extent(performer, load)) for camera in cameras]
    noise = [CameraNoise(camera, appearance.noise, seed, i) for i, camera in enumerate(placed)]
    stage = Stage(graphics(), performer.figure, load, appearance, seed)
    try:
        for k, body in enumerate(performer.poses()):
            stage.pose(body, *load_pose(sampled, k))
            yield tuple(_frame(stage, body, camera, grain, k) for camera, grain in zip(placed, noise, strict=True))
    finally:
        stage.release()


def frame_times(trial: SquatTrial, fps: float) -> Array:
    """Times [s] of the frames: from the first sample on, as many as the trial lasts."""
    duration = trial.time_s[-1] - trial.time_s[0]
    return np.asarray(trial.time_s[0] + np.arange(int(np.floor(duration * fps + 1e-6)) + 1) / fps)


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


class CameraNoise:
    """The grain of one camera: a few noise pictures, shifted at random from frame to frame."""

    def __init__(self, camera: Camera, deviation: float, seed: int, index: int) -> None:
        """Draw the grain of the `index`-th camera; `deviation` in grey levels of 255."""
        rng = np.random.default_rng([seed, 2, index])
        grain = rng.standard_normal((4, camera.height, camera.width, 3), dtype=np.float32)
        blurred = [cv2.GaussianBlur(g, (0, 0), 0.6) for g in grain]  # sensors interpolate colours: neighbours agree
        self._grain = [np.round(b * (deviation / b.std())).astype(np.int16) for b in blurred]
        self._shifts = rng.integers(0, min(camera.width, camera.height), size=(4096, 3))

    def on(self, image: NDArray[np.uint8], frame: int) -> NDArray[np.uint8]:
        """The picture with the grain of a frame."""
        which, down, right = self._shifts[frame % len(self._shifts)]
        grain = np.roll(self._grain[which % len(self._grain)], (int(down), int(right)), axis=(0, 1))
        return np.asarray(cv2.add(np.ascontiguousarray(image), grain, dtype=cv2.CV_8U), dtype=np.uint8)


def _frame(stage: Stage, body: PosedBody, camera: Camera, noise: CameraNoise, k: int) -> RenderedFrame:
    image = noise.on(stage.picture(camera), k)
    labels, depth = stage.labels(camera)
    pixels, distance_m = camera.project(body.keypoints)
    return RenderedFrame(
        image=image,
        labels=np.ascontiguousarray(labels),
        keypoints_2d=pixels,
        keypoints_3d=body.keypoints,
        visible=visibility(camera, pixels, distance_m, depth, DEPTHS_M),
        box=person_box(labels),
        camera=camera,
    )
