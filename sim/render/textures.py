"""Floors and walls as small tiling pictures, drawn from noise; mean near one, to be tinted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Shade = NDArray[np.float64]

#: Side of a floor tile of texture on the ground, and of a wall tile [m].
FLOOR_TILE_M, WALL_TILE_M = 2.0, 3.0
SIZE = 512
#: A texel of 128 leaves the tint as it is.
NEUTRAL = 128.0


def texture(kind: str, rng: np.random.Generator) -> Picture:
    """Texture (512, 512, 3) of a material, one of `KINDS`."""
    return _picture(1.0 + _TEXTURE_OF[kind](rng))


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


def _plaster(rng: np.random.Generator) -> Shade:
    return 0.028 * tiling_noise(rng, 1.5) + 0.012 * tiling_noise(rng, 0.3)


def _flat(rng: np.random.Generator) -> Shade:  # noqa: ARG001
    return np.zeros((SIZE, SIZE))


def _sky(rng: np.random.Generator) -> Shade:
    """Clouds, and something darker below, as behind a window."""
    low = np.linspace(0.25, -0.35, SIZE)[:, None]  # the first row is the lowest
    return 0.10 * tiling_noise(rng, 1.8) - low


def _tiles(rng: np.random.Generator) -> Shade:
    tone = np.kron(rng.normal(0.0, 0.03, (4, 4)), np.ones((SIZE // 4, SIZE // 4)))
    return tone + 0.02 * tiling_noise(rng, 1.2) + _seams(4, 4, 3, -0.3)


def _carpet(rng: np.random.Generator) -> Shade:
    return 0.10 * tiling_noise(rng, 0.1) + 0.05 * tiling_noise(rng, 1.5)


def _ground(rng: np.random.Generator) -> Shade:
    """Earth, gravel, short grass: rough at every size."""
    return 0.16 * tiling_noise(rng, 0.7) + 0.10 * tiling_noise(rng, 1.6)


def _bricks(rng: np.random.Generator, rows: int, columns: int, mortar: float, spread: float) -> Shade:
    """Courses of bricks, each shifted by half a brick; mortar lighter or darker."""
    high, wide = SIZE // rows, SIZE // columns
    tone = rng.normal(0.0, spread, (rows, columns))
    shade = np.repeat(np.repeat(tone, high, axis=0), wide, axis=1) + 0.06 * tiling_noise(rng, 0.8)
    shade[:, ::wide] = shade[:, 1::wide] = mortar
    for row in range(1, rows, 2):
        band = slice(row * high, (row + 1) * high)
        shade[band] = np.roll(shade[band], wide // 2, axis=1)
    shade[::high] = shade[1::high] = mortar
    return np.asarray(shade)


def _brick(rng: np.random.Generator) -> Shade:
    return _bricks(rng, 32, 8, 0.35, 0.14)


def _blocks(rng: np.random.Generator) -> Shade:
    return _bricks(rng, 16, 8, -0.22, 0.04)


def _boards(rng: np.random.Generator) -> Shade:
    return np.ascontiguousarray(0.8 * _wood(rng).T)


def _metal(rng: np.random.Generator) -> Shade:
    """Corrugated sheet: waves across, stains down."""
    waves = 0.16 * np.sin(2 * np.pi * 20 * np.arange(SIZE) / SIZE)
    return waves[None, :] + 0.04 * tiling_noise(rng, 1.3)


_TEXTURE_OF = {
    "rubber": _rubber, "concrete": _concrete, "wood": _wood, "mat": _mat, "tiles": _tiles, "carpet": _carpet,
    "ground": _ground, "plaster": _plaster, "brick": _brick, "blocks": _blocks, "boards": _boards, "metal": _metal,
    "flat": _flat, "sky": _sky,
}  # fmt: skip
KINDS = tuple(_TEXTURE_OF)


def _picture(shade: Shade) -> Picture:
    grey = np.clip(shade * NEUTRAL, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
