"""The smallest wink a person sees: the chance of calling a wink against its true size, with guesses and lapses.

chance = guess + (1 - guess - lapse) / (1 + exp(-(size - threshold) / width))    (Wichmann & Hill 2001)

The four numbers have a posterior over a grid, flat in threshold and in the logarithm of the width, so that few clips
give a wide interval instead of a wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotate.precision import Interval
from wink.trial import Array

THRESHOLDS_DEG = np.arange(0.0, 60.25, 0.5)
WIDTHS_DEG = np.geomspace(0.7, 12.0, 9)
GUESSES = np.array([0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4])
LAPSES = np.array([0.0, 0.02, 0.05, 0.1, 0.15, 0.2])
#: An interval wider than this says nothing of a person [deg].
WIDEST_DEG = 30.0


@dataclass(frozen=True)
class Psychometric:
    """How the chance of seeing a wink grows with its size."""

    threshold_deg: Interval  # where half of the winks are seen, guesses and lapses aside; 95 % of the posterior
    width_deg: float
    guess: float  # how often a wink is called where there is none
    lapse: float  # how often a plain wink is missed
    n: int

    def chance(self, size_deg: ArrayLike) -> Array:
        """Chance of calling a wink at true sizes [deg], same shape."""
        grown = 1 / (1 + np.exp(-(np.asarray(size_deg, float) - self.threshold_deg.value) / self.width_deg))
        return np.asarray(self.guess + (1 - self.guess - self.lapse) * grown)


def fit_psychometric(size_deg: Array, seen: NDArray[np.bool_]) -> Psychometric | None:
    """Fit the curve to true sizes (n,) and whether a wink was called (n,); None if the clips cannot tell."""
    if not seen.any() or seen.all():
        return None
    log_posterior = _log_posterior(size_deg, seen)
    posterior = np.exp(log_posterior - log_posterior.max())
    posterior /= posterior.sum()
    marginal = posterior.sum(axis=(1, 2, 3))
    low, middle, high = np.interp([0.025, 0.5, 0.975], np.cumsum(marginal) - marginal / 2, THRESHOLDS_DEG)
    if high - low > WIDEST_DEG:
        return None
    width = float(np.exp((posterior.sum(axis=(0, 2, 3)) * np.log(WIDTHS_DEG)).sum()))
    guess = float((posterior.sum(axis=(0, 1, 3)) * GUESSES).sum())
    lapse = float((posterior.sum(axis=(0, 1, 2)) * LAPSES).sum())
    return Psychometric(Interval(float(middle), float(low), float(high)), width, guess, lapse, len(seen))


def _log_posterior(size_deg: Array, seen: NDArray[np.bool_]) -> Array:
    """Logarithm of the posterior over thresholds, widths, guesses and lapses, up to a constant."""
    argument = (size_deg - THRESHOLDS_DEG[:, None, None]) / WIDTHS_DEG[:, None]
    grown = 1 / (1 + np.exp(-np.clip(argument, -40, 40)))  # (thresholds, widths, n)
    table = np.empty((len(THRESHOLDS_DEG), len(WIDTHS_DEG), len(GUESSES), len(LAPSES)))
    for g, guess in enumerate(GUESSES):
        for k, lapse in enumerate(LAPSES):
            chance = np.clip(guess + (1 - guess - lapse) * grown, 1e-4, 1 - 1e-4)
            table[:, :, g, k] = np.log(np.where(seen, chance, 1 - chance)).sum(axis=2)
    table += np.log(_falling(GUESSES))[:, None] + np.log(_falling(LAPSES))
    return table


def _falling(shares: Array) -> Array:
    """Prior weight of guesses and lapses: rarely is a person careless (Beta(1, 10))."""
    return np.asarray((1 - shares) ** 9)
