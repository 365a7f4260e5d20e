"""Floors and walls as small tiling pictures, drawn from noise; mean near one, to be tinted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

#: Side of a floor tile of texture on the ground, and of a wall tile [m].
FLOOR_TILE_M, WALL_TILE_M = 2.0, 3.0
SIZE = 512
#: A texel of 128 leaves the tint as it is.
NEUTRAL = 128.0


def floor_texture(kind: str, rng: np.random.Generator) -> Picture:
    """Texture (512, 512, 3) of a floor: rubber, concrete, wood or mat."""
    shade = 1.0 + _TEXTURE_OF[kind](rng)
    return _picture(shade)


def wall_texture(rng: np.random.Generator) -> Picture:
    """Texture (512, 512, 3) of a plastered wall."""
    return _picture(1.0 + 0.028 * tiling_noise(rng, 1.5) + 0.012 * tiling_noise(rng, 0.3))


def tiling_noise(rng: np.random.Generator, slope: float) -> NDArray[np.float64]:
    """Noise (512, 512) of mean 0 and deviation 1 whose amplitude falls with frequency to the power `slope`."""
    frequency = np.hypot(np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE)[None, :]) * SIZE
    spectrum = np.fft.rfft2(rng.standard_normal((SIZE, SIZE))) / np.maximum(frequency, 1.0) ** slope
    spectrum[0, 0] = 0.0
    noise = np.fft.irfft2(spectrum, (SIZE, SIZE))
    return np.asarray(noise / noise.std())


def _rubber(rng: np.random.Generator) -> NDArray[np.float64]:
    shade = 0.05 * tiling_noise(rng, 0.6) + 0.05 * tiling_noise(rng, 1.6)
    flecks = rng.random((SIZE, SIZE)) > 0.9965
    return shade + 1.6 * flecks + _seams(2, 2, 2, -0.5)


def _concrete(rng: np.random.Generator) -> NDArray[np.float64]:
    return 0.09 * tiling_noise(rng, 1.5) + 0.03 * tiling_noise(rng, 0.3)


def _mat(rng: np.random.Generator) -> NDArray[np.float64]:
    return 0.03 * tiling_noise(rng, 0.3) + 0.03 * tiling_noise(rng, 1.6) + _seams(2, 2, 3, -0.35)


def _wood(rng: np.random.Generator) -> NDArray[np.float64]:
    boards = 16
    height = SIZE // boards
    grain = np.repeat(tiling_noise(rng, 1.1)[:, ::8], 8, axis=1)
    tone = np.repeat(rng.normal(0.0, 0.10, boards), height)[:, None]
    shade = 0.07 * grain + tone
    for board in range(boards):
        rows = slice(board * height, (board + 1) * height)
        joint = int(rng.integers(SIZE))
        shade[rows, joint : joint + 2] = -0.45
        shade[rows] = np.roll(shade[rows], int(rng.integers(SIZE)), axis=1)
        shade[board * height] = -0.4
    return np.asarray(shade)


def _seams(rows: int, columns: int, width: int, shade: float) -> NDArray[np.float64]:
    """Dark lines between tiles."""
    lines = np.zeros((SIZE, SIZE))
    for k in range(width):
        lines[k :: SIZE // rows] = shade
        lines[:, k :: SIZE // columns] = shade
    return lines


_TEXTURE_OF = {"rubber": _rubber, "concrete": _concrete, "wood": _wood, "mat": _mat}


def _picture(shade: NDArray[np.float64]) -> Picture:
    grey = np.clip(shade * NEUTRAL, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
