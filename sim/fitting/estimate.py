"""The most likely lifter, and the interval of each setting: least squares, then profile likelihood.

The likelihood is that of the curves' errors, the prior is the population (`sim.fitting.unknowns`); an interval no
narrower than the prior's says that the person's curves tell nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.fitting.misfit import Misfit
from sim.fitting.unknowns import FARTHEST_SD, Unknown

Array = NDArray[np.float64]

DIFFERENCE_SD = 0.15  # step of the finite differences
MOST_ITERATIONS, ENOUGH = 12, 0.02  # stop where the squares fall by less
CHI2_95 = 3.84  # one degree of freedom
STEPS_OUT = 5  # evaluations at most to find one end of an interval
#: An interval so much of the prior's is determined, or somewhat; ours.
DETERMINED, SOMEWHAT = 0.5, 0.8

Verdict = Literal["determined", "somewhat determined", "not determined by this trial"]
Residuals = Callable[[Array], Array]


@dataclass(frozen=True)
class Estimate:
    """One setting of the fitted lifter; the interval holds 95 % of what is believed after seeing the person."""

    unknown: Unknown
    value: float
    low: float
    high: float
    prior_low: float
    prior_high: float
    narrowed_to: float  # width of the interval against that of the prior

    @property
    def verdict(self) -> Verdict:
        """Whether the person's curves say something of it."""
        if self.narrowed_to < DETERMINED:
            return "determined"
        return "somewhat determined" if self.narrowed_to < SOMEWHAT else "not determined by this trial"


@dataclass(frozen=True)
class Optimum:
    """Where the squares are least."""

    z: Array
    residuals: Array
    jacobian: Array

    @property
    def squares(self) -> float:
        """Their sum."""
        return float(self.residuals @ self.residuals)


def minimise(residuals: Residuals, start: Array) -> Iterator[Optimum]:
    """Levenberg-Marquardt within `FARTHEST_SD`; yields every point that is better, the last is the least."""
    best = _at(residuals, start, residuals(start))
    yield best
    damping = 1e-2
    for _ in range(MOST_ITERATIONS):
        found, damping = _downhill(residuals, best, damping)
        if found is None:
            return
        gain = best.squares - float(found[1] @ found[1])
        best = _at(residuals, *found)
        yield best
        if gain < ENOUGH:
            return


def _downhill(residuals: Residuals, best: Optimum, damping: float) -> tuple[tuple[Array, Array] | None, float]:
    normal, gradient = best.jacobian.T @ best.jacobian, best.jacobian.T @ best.residuals
    for _ in range(5):
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -gradient)
        z = np.clip(best.z + step, -FARTHEST_SD, FARTHEST_SD)
        tried = residuals(z)
        if float(tried @ tried) < best.squares - 1e-6:
            return (z, tried), damping / 5
        damping *= 8
    return None, damping


def _at(residuals: Residuals, z: Array, here: Array) -> Optimum:
    """A point with its Jacobian, by differences toward the prior's mean, where a lifter is more usual."""
    columns = []
    for k in range(len(z)):
        step = -DIFFERENCE_SD if z[k] > 0 else DIFFERENCE_SD
        moved = z.copy()
        moved[k] += step
        columns.append((residuals(moved) - here) / step)
    return Optimum(z, here, np.column_stack(columns))


def intervals(misfit: Misfit, optimum: Optimum) -> Iterator[Estimate]:
    """The interval of every unknown in turn."""
    inflation = misfit_inflation(misfit, optimum)
    for k, unknown in enumerate(misfit.unknowns):
        low, high = (_end(misfit, optimum, k, way, CHI2_95 * inflation) for way in (-1.0, 1.0))
        values = sorted((unknown.value(low), unknown.value(high)))
        prior = [unknown.value(z) for z in (-np.sqrt(CHI2_95), np.sqrt(CHI2_95))]
        yield Estimate(
            unknown=unknown,
            value=unknown.value(float(optimum.z[k])),
            low=values[0],
            high=values[1],
            prior_low=prior[0],
            prior_high=prior[1],
            narrowed_to=(high - low) / (2 * np.sqrt(CHI2_95)),
        )


def misfit_inflation(misfit: Misfit, optimum: Optimum) -> float:
    """How much worse than their assumed errors the curves are met, at least 1: intervals widen with it."""
    n = len(optimum.z)
    data, slope = optimum.residuals[:-n], optimum.jacobian[:-n]
    bound = float(np.trace(slope.T @ slope @ np.linalg.inv(optimum.jacobian.T @ optimum.jacobian)))
    return max(1.0, float(data @ data) / max(1.0, misfit.observations - bound))


def _end(residuals: Residuals, optimum: Optimum, k: int, way: float, rise: float) -> float:
    """Where along one unknown, the others following, the squares have risen by `rise`; in standard deviations.

    The curves' part of the rise is allowed to be inflated, the prior's is not worth more than itself: no interval is
    wider than the prior's own about the optimum.
    """
    covariance = np.linalg.inv(optimum.jacobian.T @ optimum.jacobian)
    follow = covariance[:, k] / covariance[k, k]
    most = min(np.sqrt(CHI2_95), FARTHEST_SD - way * float(optimum.z[k]))
    inner, inner_rise, outer, outer_rise = 0.0, 0.0, None, np.inf
    reach = min(most, float(np.sqrt(rise * covariance[k, k])))
    for _ in range(STEPS_OUT):
        risen = _least_at(residuals, optimum, k, way * reach, follow) - optimum.squares
        if risen < rise:
            inner, inner_rise = reach, risen
            if reach >= most:
                break
        else:
            outer, outer_rise = reach, risen
        if abs(risen - rise) < 0.15 * rise:
            break
        if outer is None:
            reach = min(most, 1.6 * reach)
        else:
            share = np.sqrt(max(rise - inner_rise, 1e-9) / (outer_rise - inner_rise))
            reach = inner + float(np.clip(share, 0.15, 0.85)) * (outer - inner)
    end = reach if outer is None else _between(inner, inner_rise, outer, outer_rise, rise)
    return float(np.clip(optimum.z[k] + way * end, -FARTHEST_SD, FARTHEST_SD))


def _between(inner: float, inner_rise: float, outer: float, outer_rise: float, rise: float) -> float:
    """Squares rise as a parabola between two places."""
    share = (rise - inner_rise) / (outer_rise - inner_rise)
    return float(np.sqrt(inner**2 + np.clip(share, 0.0, 1.0) * (outer**2 - inner**2)))


def _least_at(residuals: Residuals, optimum: Optimum, k: int, offset: float, follow: Array) -> float:
    """Least squares with one unknown held off the optimum: the others by the parabola, then one step of their own."""
    z = np.clip(optimum.z + offset * follow, -FARTHEST_SD, FARTHEST_SD)
    z[k] = optimum.z[k] + offset
    first = residuals(z)
    others = [i for i in range(len(z)) if i != k]
    slope = optimum.jacobian[:, others]
    step = np.linalg.lstsq(slope, -first, rcond=None)[0]
    moved = z.copy()
    moved[others] = np.clip(z[others] + step, -FARTHEST_SD, FARTHEST_SD)
    second = residuals(moved)
    return min(float(first @ first), float(second @ second))
