"""High dynamic range to what every screen shows: PQ and HLG in BT.2020 become BT.709.

ITU-R BT.2100 (both transfer functions), BT.2408 (reference white 203 cd/m2), BT.2390-11 section 5.4 (the knee by
which highlights are compressed), BT.2087 (primaries), BT.1886 (the screen).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Transfer = Literal["sdr", "pq", "hlg"]
#: Numbers of the transfer functions in a video (ITU-T H.273).
TRANSFERS: dict[int, Transfer] = {16: "pq", 18: "hlg"}

WHITE_NITS = 203.0  # what a film in SDR would show as white (BT.2408)
PEAK_NITS = 1000.0  # brightest the film is taken to be: HLG's nominal screen, and what phones grade PQ to
SCREEN_GAMMA = 2.4  # BT.1886
_STEPS = 65536

#: Linear BT.2020 to linear BT.709 (the inverse of BT.2087's matrix).
_TO_709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]], np.float32
)
_LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)  # of BT.2020
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128  # PQ, BT.2100 table 4
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073  # HLG, BT.2100 table 5


def to_sdr(picture: NDArray[np.uint16], transfer: Transfer) -> NDArray[np.uint8]:
    """A picture (height, width, 3) of 16-bit RGB in BT.2020 as 8-bit RGB in BT.709."""
    nits = _light(transfer)[picture]
    if transfer == "hlg":  # the picture's own system gamma of 1.2 for a screen of 1000 cd/m2
        nits *= PEAK_NITS * np.maximum(nits @ _LUMA, 1e-6)[..., None] ** np.float32(0.2)
    brightest = np.maximum(nits.max(axis=-1), 1e-4)
    gain = np.interp(brightest, *_knee()).astype(np.float32)
    light = np.clip((nits * gain[..., None]) @ _TO_709.T / np.float32(WHITE_NITS), 0, 1)
    return np.asarray(_screen()[(light * (_STEPS - 1)).astype(np.uint16)])


def pq_of_nits(nits: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """PQ signal, 0 to 1, of a luminance [cd/m2]."""
    y = (np.asarray(nits, dtype=float) / 10000) ** _M1
    return np.asarray(((_C1 + _C2 * y) / (1 + _C3 * y)) ** _M2)


def nits_of_pq(signal: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Luminance [cd/m2] of a PQ signal, 0 to 1."""
    e = np.asarray(signal, dtype=float) ** (1 / _M2)
    return np.asarray(10000 * (np.maximum(e - _C1, 0) / (_C2 - _C3 * e)) ** (1 / _M1))


def light_of_hlg(signal: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Light in the scene, 0 to 1, of an HLG signal, 0 to 1."""
    s = np.asarray(signal, dtype=float)
    return np.asarray(np.where(s <= 0.5, s**2 / 3, (np.exp((s - _C) / _A) + _B) / 12))


def compressed_nits(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Luminance [cd/m2] that a screen of `WHITE_NITS` shows for one of a film of `PEAK_NITS` (BT.2390-11, 5.4.1)."""
    peak = float(pq_of_nits(PEAK_NITS))
    signal = np.clip(pq_of_nits(nits) / peak, 0, 1)
    top = float(pq_of_nits(WHITE_NITS)) / peak
    knee = 1.5 * top - 0.5
    t = np.clip((signal - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * top
    shown: NDArray[np.float64] = np.where(signal < knee, signal, spline).astype(np.float64)
    return nits_of_pq(peak * shown)


@cache
def _light(transfer: Transfer) -> NDArray[np.float32]:
    """Luminance [cd/m2] of each PQ code, or scene light of each HLG code."""
    codes: NDArray[np.float64] = np.arange(_STEPS, dtype=float) / (_STEPS - 1)
    return (nits_of_pq(codes) if transfer == "pq" else light_of_hlg(codes)).astype(np.float32)


@cache
def _knee() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Luminances [cd/m2] and the gain each is shown with."""
    codes = np.asarray(np.linspace(0.01, 1, 2048), dtype=np.float64)
    nits = nits_of_pq(codes)
    return nits, compressed_nits(nits) / nits


@cache
def _screen() -> NDArray[np.uint8]:
    """8-bit signal of each step of light, white = the last."""
    return np.round(255 * (np.arange(_STEPS) / (_STEPS - 1)) ** (1 / SCREEN_GAMMA)).astype(np.uint8)
