"""Is there a wink at all: scores over repetitions, weighted, many weightings at once.

Conventions: `is_wink`, `score`, `called` have a row a repetition, (n,); `weight` is (..., n): one weighting gives one
number, a stack of them (resampled lifters, classes matched by depth) gives one number each. NaN = nothing to score.

Metrics: `auroc` (Hanley & McNeil 1982), `average_precision` (Everingham 2010, not interpolated), `f1`,
`sensitivity_at_specificity`, `false_alarms_per_100`, `brier` (Brier 1950), `calibration_curve` (Murphy & Winkler 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_ROUNDING = 1e-12


def auroc(is_wink: Flags, score: Array, weight: Array) -> Array:
    """Chance that a wink scores above a clean repetition, ties half; NaN unless there are both."""
    wink, clean = _by_score(score, is_wink * weight, ~is_wink * weight)  # best score first
    below = clean.sum(-1, keepdims=True) - np.cumsum(clean, -1)
    return _share((wink * (below + 0.5 * clean)).sum(-1), wink.sum(-1) * clean.sum(-1))


def auprc(is_wink: Flags, score: Array, weight: Array) -> Array:
    """Area under precision-recall of ranking repetitions; NaN without a wink."""
    winks = weight[..., is_wink].sum(-1)
    return np.where(winks > 0, average_precision(is_wink, score, weight, winks), np.nan)


def average_precision(hit: Flags, score: Array, weight: Array, n_events: Array) -> Array:
    """Area under precision-recall of what was said, best score first; `n_events` (...) is what there was to find.

    Without any event: 1 if nothing was said, else 0.
    """
    if not len(score):
        return np.where(n_events > 0, 0.0, 1.0)
    right, said = _by_score(score, hit * weight, weight)
    precision = _share(np.cumsum(right, -1), np.cumsum(said, -1), nothing=0.0)
    area = _share((right * precision).sum(-1), n_events)
    return np.where(n_events > 0, area, np.where(weight.sum(-1) > 0, 0.0, 1.0))


def f1(is_wink: Flags, called: Flags, weight: Array) -> Array:
    """F1 of calling a wink; 1 if nothing to find and nothing called, NaN without any row."""
    total = weight[..., is_wink].sum(-1) + weight[..., called].sum(-1)
    score = _share(2 * weight[..., is_wink & called].sum(-1), total, nothing=1.0)
    return np.where(weight.sum(-1) > 0, score, np.nan)


def sensitivity_at_specificity(is_wink: Flags, score: Array, weight: Array, specificity: float = 0.9) -> Array:
    """Share of winks above the threshold that leaves this share of the clean repetitions below it."""
    wink, clean = (np.cumsum(part, -1) for part in _by_score(score, is_wink * weight, ~is_wink * weight))
    if not wink.shape[-1]:
        return np.full(weight.shape[:-1], np.nan)
    alarms, found = _share(clean, clean[..., -1:]), _share(wink, wink[..., -1:])
    best = np.where(alarms <= 1 - specificity + _ROUNDING, found, 0.0).max(-1)
    return np.where((clean[..., -1] > 0) & (wink[..., -1] > 0), best, np.nan)


def false_alarms_per_100(is_clean: Flags, false_call: Flags, weight: Array) -> Array:
    """Winks called where there is none, in clean repetitions and outside all, for a hundred clean ones.

    Above 100 where calls outside outnumber the silent clean repetitions; NaN without a clean one.
    """
    return _share(100 * (false_call * weight).sum(-1), (is_clean * weight).sum(-1))


def brier(is_wink: Flags, score: Array, weight: Array) -> Array:
    """Mean squared distance of the score from what is: 0 best, 0.25 for one half always."""
    return _share(((score - is_wink) ** 2 * weight).sum(-1), weight.sum(-1))


@dataclass(frozen=True)
class CalibrationBin:
    """Repetitions with about the same score, and how many of them were winks."""

    low: float
    high: float
    n: int
    mean_score: float
    wink_share: float


def calibration_curve(is_wink: Flags, score: Array, n_bins: int = 10) -> tuple[CalibrationBin, ...]:
    """Bins of equal width from 0 to 1 that hold anything: what was said against what was."""
    number = np.clip((score * n_bins).astype(int), 0, n_bins - 1)
    return tuple(
        CalibrationBin(
            k / n_bins,
            (k + 1) / n_bins,
            int((number == k).sum()),
            float(score[number == k].mean()),
            float(is_wink[number == k].mean()),
        )
        for k in np.unique(number)
    )


def _by_score(score: Array, *weights: Array) -> list[Array]:
    """Weights (..., n) added up over rows of one score, best score first: (..., distinct scores)."""
    if not len(score):
        return list(weights)
    order = np.argsort(-score, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    return [np.add.reduceat(weight[..., order], first, axis=-1) for weight in weights]


def _share(part: Array, whole: Array, nothing: float = np.nan) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), nothing)
