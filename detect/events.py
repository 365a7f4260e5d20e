"""When the wink begins: scores of onsets over repetitions, weighted, many weightings at once.

Conventions as in `detect.presence`: a row a repetition, (n,), `weight` (..., n); times in seconds, NaN = no wink. A row
may be right once: one event and one answer to it at most, right within a tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detect import presence
from detect.presence import Array, Flags

#: Tolerances [s] by name: 1, 2, 3, 5 and 10 frames at 30 fps, so that "33 ms" forgives exactly one frame.
TOLERANCES_S = {33: 1 / 30, 67: 2 / 30, 100: 3 / 30, 167: 5 / 30, 333: 10 / 30}
EVENT_F1_TOLERANCE_S = TOLERANCES_S[100]
_ROUNDING_S = 1e-6


def average_precision(
    reference_s: Array, likely_s: Array, score: Array, tolerance_s: float, weight: Array, called_s: Array | None = None
) -> Array:
    """Area under precision-recall of events, right within `tolerance_s`; not interpolated; NaN without any row.

    Every likely onset is ranked, called or not. Without any event: 1 if nothing was called, else 0.

    Args:
        reference_s: (n,) true onsets.
        likely_s: (n,) onsets that are said, whether they are called or not.
        score: (n,) by which they are ranked.
        tolerance_s: within which an onset is right.
        weight: (..., n).
        called_s: (n,) onsets that are called; those that are said, if None.
    """
    said, events = np.isfinite(likely_s), np.isfinite(reference_s)
    called = said if called_s is None else np.isfinite(called_s)
    n_events = weight[..., events].sum(-1)
    hit = hits(reference_s, likely_s, tolerance_s)
    area = presence.average_precision(hit[said], score[said], weight[..., said], n_events)
    silent = np.where(weight[..., called].sum(-1) > 0, 0.0, 1.0)
    return np.where(weight.sum(-1) > 0, np.where(n_events > 0, area, silent), np.nan)


def event_f1(reference_s: Array, called_s: Array, weight: Array, tolerance_s: float = EVENT_F1_TOLERANCE_S) -> Array:
    """F1 of called events, right within `tolerance_s`; 1 if nothing to find and nothing called; NaN without any row."""
    right = (hits(reference_s, called_s, tolerance_s) * weight).sum(-1)
    total = (np.isfinite(reference_s) * weight).sum(-1) + (np.isfinite(called_s) * weight).sum(-1)
    score = np.where(total > 0, 2 * right / np.where(total > 0, total, 1.0), 1.0)
    return np.where(weight.sum(-1) > 0, score, np.nan)


@dataclass(frozen=True)
class Difference:
    """Said minus true over the rows where both are known, in the unit of the values; NaN where too few."""

    n: Array
    mae: Array
    median: Array  # of the absolute difference
    bias: Array
    loa: Array  # 95 % of differences lie within bias ± this (Bland & Altman 1986)


def difference(said: Array, true: Array, weight: Array) -> Difference:
    """How far off values are; a weight counts how often a row was drawn."""
    known = np.isfinite(said) & np.isfinite(true)
    delta, w = (said - true)[known], weight[..., known]
    total = w.sum(-1)
    whole = np.where(total > 0, total, np.nan)
    bias = (w * delta).sum(-1) / whole
    squares = (w * (delta - bias[..., None]) ** 2).sum(-1)
    spread = np.sqrt(squares / np.where(total > 1, total - 1, np.nan))
    return Difference(total, (w * np.abs(delta)).sum(-1) / whole, _median(np.abs(delta), w), bias, 1.96 * spread)


def _median(values: Array, weight: Array) -> Array:
    """Weighted median: between the two middle values where they share the middle."""
    if not len(values):
        return np.full(weight.shape[:-1], np.nan)
    order = np.argsort(values)
    ordered, reached = values[order], np.cumsum(weight[..., order], -1)
    half = reached[..., -1:] / 2
    low, high = ((flags).argmax(-1) for flags in (reached >= half - 1e-9, reached > half + 1e-9))
    middle = (ordered[low] + ordered[high]) / 2
    return np.where(half[..., 0] > 0, middle, np.nan)


def hits(reference_s: Array, detected_s: Array, tolerance_s: float) -> Flags:
    """Rows (n,) whose answer is right within `tolerance_s`."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(detected_s - reference_s) <= tolerance_s + _ROUNDING_S)


def tolerance_curve(reference_s: Array, called_s: Array, tolerances_s: NDArray[Any]) -> tuple[Array, Array]:
    """Recall and precision of called events at each tolerance (k,); NaN without an event, without a call."""
    right = np.array([hits(reference_s, called_s, t).sum() for t in tolerances_s], dtype=float)
    events, calls = np.isfinite(reference_s).sum(), np.isfinite(called_s).sum()
    nothing = np.full(len(tolerances_s), np.nan)
    return (right / events if events else nothing), (right / calls if calls else nothing)
