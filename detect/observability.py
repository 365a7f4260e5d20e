"""How small a wink can be and still be seen: by its size, the camera's azimuth and the clothes, for each observer.

An observer (a detector, or a person) *sees* a repetition whose score lies above the threshold that leaves nine of ten
clean repetitions below it, so that nobody sees more by calling everything. The share seen is a psychometric function of
the size m of the wink (Wichmann & Hill 2001):

    psi(m) = guess + (1 - guess - lapse) * Phi((m - middle) / spread)

`guess` is the share of clean repetitions seen in the same cell, `lapse` is 2 %, `middle` and `spread` have maximum
likelihood on a grid. The smallest wink seen is where psi reaches 80 %; it is *not reached* where that is larger than
the largest wink there was, and not told where a cell has too few winks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from detect.bootstrap import MIN_LIFTERS, lifter_weights
from detect.clip_facts import AZIMUTH_NAMES, CLOTHING, ClipFacts
from detect.metrics import CLEAN_BELOW_DEG, truth_class
from detect.presence import Array, Flags
from detect.score_table import ScoreTable

SEEN_SHARE = 0.8
SPECIFICITY = 0.9
LAPSE = 0.02
MIN_WINKS = 8  # in a cell, and half as many lifters as this, to be told a smallest wink
DRAWS = 200
SIZE_EDGES_DEG = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0)
ALL = "all"

_MIDDLES_DEG = np.arange(0.0, 80.5, 0.5)
_SPREADS_DEG = np.geomspace(1.0, 20.0, 12)


@dataclass(frozen=True)
class Threshold:
    """The smallest wink seen in a cell."""

    n_repetitions: int
    n_winks: int
    n_lifters: int
    smallest_deg: float | None  # None = not reached, or too few
    ci95_deg: tuple[float | None, float | None] | None  # an end of None = not reached
    note: str  # "", "not reached", "too few"


@dataclass(frozen=True)
class Cell:
    """One observer, azimuth and clothing: the share seen by size, and the smallest wink seen."""

    observer: str
    azimuth: str
    clothing: str
    n: tuple[int, ...]  # repetitions in each class of size
    seen: tuple[float | None, ...]  # share of them that is seen
    threshold: Threshold


def observability(
    observer: str, table: ScoreTable, clip_ids: Sequence[str], facts: Mapping[str, ClipFacts], seed: int = 0
) -> list[Cell]:
    """Cells of one observer: every azimuth, every clothing, each with each, and all together.

    Args:
        observer: its name.
        table: its answers; calls outside repetitions are left out.
        clip_ids: of the rows (n,).
        facts: of the clips.
        seed: of the bootstrap.
    """
    azimuth = np.array([facts[c].azimuth or "" for c in clip_ids], dtype=str)
    clothing = np.array([facts[c].clothing or "" for c in clip_ids], dtype=str)
    rows = np.isfinite(table.magnitude_deg)
    seen = sees(table)
    cells = []
    for where in (ALL, *AZIMUTH_NAMES):
        for what in (ALL, *dict.fromkeys(CLOTHING.values())):
            part = rows & ((azimuth == where) | (where == ALL)) & ((clothing == what) | (what == ALL))
            if part.any():
                cells.append(_cell(observer, where, what, table.where(part), seen[part], seed))
    return cells


def sees(table: ScoreTable) -> Flags:
    """Rows (n,) seen: scores above what nine of ten clean repetitions stay at or below; calls, where none is clean."""
    clean = np.sort(table.score[truth_class(table.magnitude_deg) == "clean"])
    if not len(clean):
        return np.isfinite(table.detected_s)
    return np.asarray(table.score > clean[max(0, int(np.ceil(SPECIFICITY * len(clean))) - 1)])


def _cell(observer: str, azimuth: str, clothing: str, table: ScoreTable, seen: Flags, seed: int) -> Cell:
    size = np.searchsorted(SIZE_EDGES_DEG, table.magnitude_deg, side="right") - 1
    n = [int((size == k).sum()) for k in range(len(SIZE_EDGES_DEG))]
    share = [float(seen[size == k].mean()) if n[k] else None for k in range(len(n))]
    return Cell(observer, azimuth, clothing, tuple(n), tuple(share), _threshold(table, seen, seed))


def _threshold(table: ScoreTable, seen: Flags, seed: int) -> Threshold:
    kind = truth_class(table.magnitude_deg)
    winks, lifters = int((kind == "wink").sum()), len(np.unique(table.lifter))
    counted = len(table), winks, lifters
    if winks < MIN_WINKS or lifters < MIN_WINKS / 2 or (kind == "clean").sum() < MIN_LIFTERS:
        return Threshold(*counted, None, None, "too few")
    found = smallest_seen_deg(table.magnitude_deg, seen, np.ones((1, len(table))))[0]
    drawn = smallest_seen_deg(table.magnitude_deg, seen, lifter_weights(table.lifter.tolist(), seed, DRAWS))
    ends = np.percentile(np.where(np.isfinite(drawn), drawn, 1e6), [2.5, 97.5], method="nearest")
    low, high = (None if end >= 1e6 else float(end) for end in ends)
    reached = bool(np.isfinite(found))
    return Threshold(*counted, float(found) if reached else None, (low, high), "" if reached else "not reached")


def smallest_seen_deg(size_deg: Array, seen: Flags, weight: Array) -> Array:
    """Size seen in 80 % of cases for each weighting (B, n); NaN = not reached."""
    clean = size_deg < CLEAN_BELOW_DEG
    clean_weight = weight[:, clean].sum(-1)
    guess = weight[:, clean & seen].sum(-1) / np.where(clean_weight > 0, clean_weight, 1.0)
    middle, spread = _most_likely(size_deg, seen, weight, float(guess.mean()))
    wanted = (SEEN_SHARE - guess) / (1 - guess - LAPSE)
    with np.errstate(invalid="ignore"):
        size = middle + spread * norm.ppf(wanted)
    largest = np.array([size_deg[w > 0].max(initial=0.0) for w in weight])
    return np.where((guess < SEEN_SHARE / 2) & (size <= largest), np.maximum(size, 0.0), np.nan)


def _most_likely(
    size_deg: Array, seen: Flags, weight: Array, guess: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle and spread (B,) of greatest likelihood; clean repetitions give the guess, the others the curve."""
    there = size_deg >= CLEAN_BELOW_DEG
    middle, spread = (grid.ravel() for grid in np.meshgrid(_MIDDLES_DEG, _SPREADS_DEG))
    z = (size_deg[there][:, None] - middle) / spread
    share = np.clip(guess + (1 - guess - LAPSE) * norm.cdf(z), 1e-4, 1 - 1e-4)
    likelihood = np.where(seen[there][:, None], np.log(share), np.log(1 - share))  # (n, grid)
    best = np.argmax(weight[:, there] @ likelihood, axis=1)
    return middle[best], spread[best]
