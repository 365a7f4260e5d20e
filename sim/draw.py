"""Draws of human measures: cut tails, scattered about a middle, several that go together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def near(rng: np.random.Generator, mean: float, sd: float, low: float, high: float) -> float:
    """A normal draw, held between two ends."""
    return held(rng.standard_normal(), mean, sd, low, high)


def held(z: float, mean: float, sd: float, low: float, high: float) -> float:
    """What lies `z` standard deviations from a mean, held between two ends."""
    return float(np.clip(mean + sd * z, low, high))


def scatter(rng: np.random.Generator, middle: float, log_sd: float) -> float:
    """A log-normal draw about a middle, held within 2.5 SD."""
    return scattered(rng.standard_normal(), middle, log_sd)


def scattered(z: float, middle: float, log_sd: float) -> float:
    """What lies `z` log standard deviations from a middle, held within 2.5."""
    return float(middle * np.exp(log_sd * np.clip(z, -2.5, 2.5)))


def alike(rng: np.random.Generator, z: float, correlation: float) -> float:
    """A standard normal draw that correlates with another."""
    return float(correlation * z + np.sqrt(1 - correlation**2) * rng.standard_normal())


def together(rng: np.random.Generator, correlations: Array) -> Array:
    """Standard normal draws (n,) with a correlation matrix (n, n)."""
    return np.asarray(np.linalg.cholesky(correlations) @ rng.standard_normal(len(correlations)))
