"""Makes a network's answers right on lifters it never saw: score, threshold, onset, size and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from detect.judging import Calibration, Reading
from detect.metrics import CLEAN_BELOW_DEG, WINK_FROM_DEG
from wink.onset import Repetition

Array = NDArray[np.float64]
COVERAGE = 0.9  # of the intervals


@dataclass(frozen=True)
class Case:
    """What was read of a repetition, and what is true of it."""

    reading: Reading
    truth: Repetition


def calibrate(cases: Sequence[Case]) -> Calibration:
    """The calibration under which the repetitions come out right; a rough one where there are too few."""
    clear = [c for c in cases if not CLEAN_BELOW_DEG <= c.truth.pelvic_reversal_deg < WINK_FROM_DEG]
    rows = np.array([[c.reading.fallen_deg, c.reading.past, c.reading.at] for c in clear]).reshape(-1, 3)
    winks = np.array([c.truth.pelvic_reversal_deg >= WINK_FROM_DEG for c in clear], dtype=bool)
    weights = _score_weights(rows, winks)
    threshold = best_threshold(rows @ np.array(weights[:3]) + weights[3], winks)
    shift, reach, least = _onset(cases)
    gain, offset, low, high = _size(cases)
    return Calibration(weights, threshold, shift, reach, least, gain, offset, low, high)


def _score_weights(rows: Array, winks: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Logistic regression (Platt 1999) on what is read at the bottom, on the scale of the readings."""
    if winks.all() or not winks.any():
        return 0.3, 0.3, 0.1, -2.0
    spread = rows.std(axis=0) + 1e-6
    fit = LogisticRegression(C=1.0).fit(rows / spread, winks)
    a, b, c = (float(w) for w in fit.coef_[0] / spread)
    return a, b, c, float(fit.intercept_[0])


def best_threshold(logits: Array, winks: NDArray[np.bool_]) -> float:
    """The logit from which calling winks gives the best F1; the middle of the stretch over which it is best."""
    if winks.all() or not winks.any():
        return 0.0
    edges = np.unique(logits)
    between = np.r_[edges[0] - 1, (edges[1:] + edges[:-1]) / 2, edges[-1] + 1]
    f1 = np.array([2 * (winks & (logits >= t)).sum() / (winks.sum() + (logits >= t).sum()) for t in between])
    best = between[f1 >= f1.max() - 1e-9]
    return float((best.min() + best.max()) / 2)


def _onset(cases: Sequence[Case]) -> tuple[float, float, float]:
    """Shift [s], reach of the interval [spreads], and the least spread that is believed [s]."""
    timed = [(c.reading, w.onset_s) for c in cases if (w := c.truth.wink()) is not None and _is_wink(c)]
    if len(timed) < 5:
        return 0.0, 2.0, 0.05
    error = np.array([reading.onset_s - onset_s for reading, onset_s in timed])
    spread = np.array([reading.spread_s for reading, _ in timed])
    shift, least = float(np.median(error)), float(np.percentile(spread, 20))
    ratio = np.abs(error - shift) / np.maximum(spread, least)
    return shift, _conformal(ratio), least


def _size(cases: Sequence[Case]) -> tuple[float, float, float, float]:
    """Gain, offset [deg], and a 90 % interval about the size [deg]."""
    if len(cases) < 10:
        return 1.0, 0.0, -8.0, 8.0
    read = np.array([c.reading.fallen_deg for c in cases])
    true = np.array([c.truth.pelvic_reversal_deg for c in cases])
    gain, offset = np.polyfit(read, true, 1)
    off = true - np.maximum(0.0, gain * read + offset)
    n = len(off)
    tail = (1 - COVERAGE) / 2
    low = np.quantile(off, max(0.0, tail - 1 / n))
    high = np.quantile(off, min(1.0, 1 - tail + 1 / n))
    return float(gain), float(offset), min(0.0, float(low)), max(0.0, float(high))


def _conformal(sizes: Array) -> float:
    """The size that 90 % of new ones stay below, given as many as these (split conformal: Lei et al. 2018)."""
    n = len(sizes)
    return float(np.quantile(sizes, min(1.0, COVERAGE * (n + 1) / n)))


def _is_wink(case: Case) -> bool:
    return case.truth.pelvic_reversal_deg >= WINK_FROM_DEG
