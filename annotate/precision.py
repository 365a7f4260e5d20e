"""How well one annotator marks, measured on golden clips: bias, spread, gross errors, misses, false alarms, drift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from annotate.answers import Answer
from wink.angles import severity
from wink.trial import Array

#: A wink that ought to be seen [deg]: from here on the size is called mild. Below CLEAN_BELOW there is none.
WINK_FROM_DEG, CLEAN_BELOW_DEG = 10.0, 5.0
#: An error further from the median than so many robust standard deviations is a gross one (a slip, another event).
GROSS_SIGMAS = 4.0
LEAST_GROSS_FRAMES = 4.0
#: Normal consistency of the median absolute deviation (Hampel 1974).
MAD_TO_SIGMA = 1.4826
#: Fewer marks tell neither bias nor spread.
LEAST_FOR_BIAS = 3
#: Fewer marks tell no slope.
LEAST_FOR_DRIFT = 8


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Errors:
    """Errors of marks in one unit: mean and standard deviation of all but the gross ones."""

    n: int
    n_gross: int
    bias: Interval | None  # + late; None = no mark
    spread: Interval | None  # None = fewer than two marks
    median_size: float | None

    @property
    def tells(self) -> bool:
        """Whether there are enough marks to speak of bias and spread."""
        return self.n >= LEAST_FOR_BIAS


@dataclass(frozen=True)
class Share:
    """How many of how many, with the 95 % interval of the share (Wilson 1927)."""

    count: int
    total: int

    @property
    def interval(self) -> Interval | None:
        """The share; None of nothing."""
        if not self.total:
            return None
        found = stats.binomtest(self.count, self.total).proportion_ci(0.95, "wilson")
        return Interval(self.count / self.total, float(found.low), float(found.high))


@dataclass(frozen=True)
class Slice:
    """One part of the golden clips: how winks in it are seen and marked."""

    name: str
    value: str
    seen: Share  # of all clips in it that were judged
    errors_s: Errors


@dataclass(frozen=True)
class Precision:
    """One annotator on golden clips."""

    annotator: str
    n_golden: int
    n_cannot_tell: int
    missed: Share  # of winks of WINK_FROM_DEG and more that were judged
    false_alarms: Share  # of clips below CLEAN_BELOW_DEG that were judged
    seconds: Errors
    frames: Errors
    thigh_deg: Errors
    drift_ms_per_100: Interval | None  # change of the error over a hundred golden clips
    slices: tuple[Slice, ...]


def precision_of(annotator: str, answers: Sequence[Answer]) -> Precision:
    """Measure one annotator by answers in the order they were given."""
    judged = [a for a in answers if a.seen is not None]
    winks = [a for a in judged if a.magnitude_deg >= WINK_FROM_DEG]
    clean = [a for a in judged if a.magnitude_deg < CLEAN_BELOW_DEG]
    gross = gross_errors(answers)
    return Precision(
        annotator=annotator,
        n_golden=len(answers),
        n_cannot_tell=len(answers) - len(judged),
        missed=Share(sum(not a.seen for a in winks), len(winks)),
        false_alarms=Share(sum(bool(a.seen) for a in clean), len(clean)),
        seconds=errors_of(np.array([a.error_s for a in answers]), gross),
        frames=errors_of(np.array([a.error_frames for a in answers]), gross),
        thigh_deg=errors_of(np.array([a.error_thigh_deg for a in answers]), gross),
        drift_ms_per_100=drift_ms_per_100(np.array([a.error_s for a in answers])[~gross]),
        slices=tuple(_slices(answers, gross)),
    )


def gross_errors(answers: Sequence[Answer]) -> NDArray[np.bool_]:
    """Which answers (n,) are marks so far off that another moment was marked; False where nothing was marked."""
    error = np.array([a.error_s for a in answers], float)
    there = np.isfinite(error)
    if there.sum() < 3:
        return np.zeros(len(error), bool)
    centre = np.median(error[there])
    sigma = MAD_TO_SIGMA * np.median(np.abs(error[there] - centre))
    frame_s = np.array([1 / a.fps for a in answers])
    limit = np.maximum(GROSS_SIGMAS * sigma, LEAST_GROSS_FRAMES * frame_s)
    return np.asarray(there & (np.abs(np.where(there, error, centre) - centre) > limit))


def errors_of(error: Array, gross: NDArray[np.bool_]) -> Errors:
    """Bias (interval by Student's t) and spread (by chi-squared) of errors (n,), NaN = no mark."""
    kept = error[np.isfinite(error) & ~gross]
    n, n_gross = len(kept), int((np.isfinite(error) & gross).sum())
    if not n:
        return Errors(0, n_gross, None, None, None)
    mean = float(kept.mean())
    median_size = float(np.median(np.abs(error[np.isfinite(error)])))
    if n < 2:
        return Errors(n, n_gross, Interval(mean, -np.inf, np.inf), None, median_size)
    spread = float(kept.std(ddof=1))
    half = float(stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n))
    low, high = (float(spread * np.sqrt((n - 1) / stats.chi2.ppf(q, n - 1))) for q in (0.975, 0.025))
    return Errors(n, n_gross, Interval(mean, mean - half, mean + half), Interval(spread, low, high), median_size)


def drift_ms_per_100(error_s: Array) -> Interval | None:
    """Slope of errors (n,) over their order, with its interval (Theil 1950, Sen 1968); None of too few marks."""
    order = np.arange(len(error_s))[np.isfinite(error_s)]
    if len(order) < LEAST_FOR_DRIFT:
        return None
    slope, _, low, high = stats.theilslopes(error_s[order], order, 0.95)
    return Interval(*(float(1e5 * value) for value in (slope, low, high)))


def _slices(answers: Sequence[Answer], gross: NDArray[np.bool_]) -> list[Slice]:
    kinds: dict[str, Callable[[Answer], str]] = {
        "size": lambda a: severity(a.magnitude_deg),
        "view": lambda a: a.view,
        "clothing": lambda a: a.clothing,
    }
    slices = []
    for name, key in kinds.items():
        values = dict.fromkeys(key(a) for a in sorted(answers, key=lambda a: a.magnitude_deg))
        for value in values if name == "size" else sorted(values):
            inside = np.array([key(a) == value for a in answers])
            part = [a for a, there in zip(answers, inside, strict=True) if there]
            judged = [a.seen for a in part if a.seen is not None]
            errors = errors_of(np.array([a.error_s for a in part]), gross[inside])
            slices.append(Slice(name, value, Share(sum(judged), len(judged)), errors))
    return slices
