"""From drawn pictures to a recorded frame: rolling shutter, blur, lens, resolution, grain."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.render.camera import Camera
from sim.render.filming import Filming

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]


def moments(filming: Filming, count: int) -> Array:
    """Times (count,) [s] about the middle of a frame's exposure at which its sub-frames are drawn."""
    span = (filming.shutter_deg / 360.0 + filming.readout_share) / filming.fps
    return np.asarray(((np.arange(count) + 0.5) / count - 0.5) * span)


def row_weights(filming: Filming, count: int, height: int) -> Array:
    """Share (count, height) that each sub-frame has in each row of a frame; every row sums to one.

    A row is exposed for the shutter's time, the top row before, the bottom row after the middle one by half the
    readout. Where the shutter is shorter than the time between sub-frames, neighbours are blended over that time.
    """
    shutter, readout = filming.shutter_deg / 360.0, filming.readout_share
    span = shutter + readout
    if count == 1 or span < 1e-9:
        return np.full((count, height), 1.0 / count)
    exposed = max(shutter, span / count)
    middle = ((np.arange(height) + 0.5) / height - 0.5) * (span - exposed)
    edges = (np.arange(count + 1) / count - 0.5) * span
    low, high = middle - exposed / 2, middle + exposed / 2
    overlap = np.minimum(high, edges[1:, None]) - np.maximum(low, edges[:-1, None])
    weights = np.maximum(overlap, 0.0)
    return np.asarray(weights / weights.sum(axis=0))


class Recorder:
    """One camera's way from drawn pictures to recorded frames."""

    def __init__(self, camera: Camera, filming: Filming, subframes: int, seed: int, index: int) -> None:
        """Prepare the `index`-th camera of a trial; `seed` sets its grain."""
        self._camera, self._filming = camera, filming
        # in 256ths that add up to 256: whole numbers give the same bytes everywhere
        self._weights = whole_shares(row_weights(filming, subframes, camera.height))
        self._maps = None if camera.distortion == 0.0 else _maps(camera)
        self._grain = Grain(camera, filming.noise, seed, index)

    def frame(self, pictures: Sequence[Picture], k: int) -> Picture:
        """The recorded frame k from its sub-frames (H, W, 3)."""
        image = self._exposed(pictures)
        if self._maps is not None:
            image = np.asarray(cv2.remap(image, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
        if self._filming.resolution < 1.0:
            image = _lowered(image, self._filming.resolution)
        return self._grain.on(image, k)

    def seen(self, labels: NDArray[np.uint8], depth: NDArray[np.float32]) -> tuple[Picture, NDArray[np.float32]]:
        """Labels and depth (H, W) as the lens bends them."""
        if self._maps is None:
            return np.ascontiguousarray(labels), depth
        bent = [
            cv2.remap(np.ascontiguousarray(layer), *self._maps, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
            for layer in (labels, depth)
        ]
        return np.asarray(bent[0], dtype=np.uint8), np.asarray(bent[1], dtype=np.float32)

    def _exposed(self, pictures: Sequence[Picture]) -> Picture:
        """Sub-frames added up, row by row."""
        if len(pictures) == 1:
            return np.ascontiguousarray(pictures[0])
        total = np.full(pictures[0].shape, 128, dtype=np.uint16)
        for picture, shares in zip(pictures, self._weights, strict=True):
            total += picture * shares[:, None, None]
        return np.asarray(total >> 8, dtype=np.uint8)


def whole_shares(weights: Array) -> NDArray[np.uint16]:
    """Weights (K, H) as whole 256ths whose columns add up to 256 exactly."""
    ends = np.round(np.cumsum(weights, axis=0) * 256.0).astype(np.int64)
    return np.asarray(np.diff(ends, axis=0, prepend=0), dtype=np.uint16)


class Grain:
    """The grain of one camera: a few noise pictures, shifted at random from frame to frame."""

    def __init__(self, camera: Camera, deviation: float, seed: int, index: int) -> None:
        """Draw the grain of the `index`-th camera; `deviation` in grey levels of 255."""
        rng = np.random.default_rng([seed, 2, index])
        grain = rng.standard_normal((4, camera.height, camera.width, 3), dtype=np.float32)
        blurred = [cv2.GaussianBlur(g, (0, 0), 0.6) for g in grain]  # sensors interpolate colours: neighbours agree
        self._grain = [np.round(b * (deviation / b.std())).astype(np.int16) for b in blurred]
        self._shifts = rng.integers(0, min(camera.width, camera.height), size=(4096, 3))

    def on(self, image: Picture, frame: int) -> Picture:
        """The picture with the grain of a frame."""
        which, down, right = self._shifts[frame % len(self._shifts)]
        grain = np.roll(self._grain[which % len(self._grain)], (int(down), int(right)), axis=(0, 1))
        return np.asarray(cv2.add(np.ascontiguousarray(image), grain, dtype=cv2.CV_8U), dtype=np.uint8)


def _maps(camera: Camera) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where every pixel of the bent picture comes from in the straight one, as OpenCV counts: centres at 0."""
    column, row = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    straight = camera.before_lens(np.stack([column, row], axis=-1)) - 0.5
    return straight[..., 0].astype(np.float32), straight[..., 1].astype(np.float32)


def _lowered(image: Picture, share: float) -> Picture:
    """The picture stored with fewer pixels and enlarged again."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (round(width * share), round(height * share)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
