"""Scores with the depth of the squat taken out: clean repetitions and winks weighted to lie equally deep.

Deeper squats wink more, so that depth alone tells winks from clean repetitions. In every bin of the deepest thigh
inclination the larger class is weighted down to the smaller one: where there are 12 winks and 3 clean repetitions each
wink counts a quarter; where there are only winks, none counts. What is left has one wink for every clean repetition at
every depth, so depth (to the width of a bin) scores 0.5, and any F1 is at 50 % winks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detect.presence import Array

BIN_DEG = 5.0  # width of a bin of the deepest thigh inclination; the edges are at multiples of it
MIN_MATCHED = 20.0  # repetitions by weight; scores on fewer say nothing and are not told


def depth_weights(kind: NDArray[np.str_], depth_deg: Array, weight: Array) -> Array:
    """Weights (..., n) that match clean repetitions and winks by depth.

    Args:
        kind: class (n,) of each row by `detect.metrics.truth_class`; ambiguous ones get no weight.
        depth_deg: deepest thigh inclination (n,); NaN for a call outside, which keeps the share that is kept of all.
        weight: (..., n) before matching.
    """
    bins = np.floor(np.where(np.isfinite(depth_deg), depth_deg, -1e6) / BIN_DEG)
    matched = np.zeros(np.broadcast_shapes(weight.shape, kind.shape))
    for number in np.unique(bins[np.isin(kind, ("clean", "wink"))]):
        members = [(bins == number) & (kind == name) for name in ("clean", "wink")]
        sums = [weight[..., rows].sum(-1, keepdims=True) for rows in members]
        smaller = np.minimum(*sums)
        for rows, total in zip(members, sums, strict=True):
            matched[..., rows] = weight[..., rows] * smaller / np.where(total > 0, total, 1.0)
    before = weight[..., np.isin(kind, ("clean", "wink"))].sum(-1, keepdims=True)
    kept = matched.sum(-1, keepdims=True) / np.where(before > 0, before, 1.0)
    outside = kind == "outside"
    matched[..., outside] = weight[..., outside] * kept
    return matched
