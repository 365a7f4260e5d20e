"""A person's curves against the fitted lifter's, and each setting's interval against the population's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.fitting.fit import Fit

TITLES = ("pelvic tilt from standing", "trunk lean from standing", "knee flexion")
PERSON, FITTED, UNFITTED, PALE = "#1d3557", "#d1495b", "#8d99ae", "#c7d3e3"


def draw_fit(fit: Fit, path: Path, name: str) -> None:
    """Draw three curves and the intervals into a PNG."""
    figure = Figure(figsize=(13, 6.4), layout="constrained", dpi=110)
    grid = figure.add_gridspec(2, 3, height_ratios=[1.5, 1.0])
    for k, title in enumerate(TITLES):
        _draw_curve(figure.add_subplot(grid[0, k]), fit, k, title)
    _draw_settings(figure.add_subplot(grid[1, :]), fit)
    figure.suptitle(f"{name}: {len(fit.person.repetitions_deg)} repetitions and the lifter fitted to them")
    figure.savefig(path)


def _draw_curve(axes: Axes, fit: Fit, k: int, title: str) -> None:
    person = fit.person
    for repetition in person.repetitions_deg:
        axes.plot(person.thigh_deg, repetition[k], color=PALE, linewidth=0.8)
    axes.plot(person.thigh_deg, person.mean_deg[k], color=PERSON, linewidth=2.2, label="person, mean")
    axes.plot(person.thigh_deg, fit.unfitted_deg[k], color=UNFITTED, linestyle="--", label="mean of the sex")
    axes.plot(person.thigh_deg, fit.fitted_deg[k], color=FITTED, linewidth=2.2, label="fitted")
    if fit.deepest_deg < person.thigh_deg[-1]:
        axes.axvline(fit.deepest_deg, color=FITTED, linestyle=":", linewidth=1, label="the fitted lifter stops")
    axes.set(title=title, xlabel="thigh inclination [deg]", ylabel="deg" if k == 0 else "")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if k == 0:
        axes.legend(frameon=False, fontsize=8)


def _draw_settings(axes: Axes, fit: Fit) -> None:
    """Intervals on the scale of the population's: its 95 % is -1 to 1."""
    for row, estimate in enumerate(reversed(fit.estimates)):
        unknown = estimate.unknown
        middle, half = (unknown.value(0.0), unknown.value(1.96))
        scale = np.log(half / middle) if unknown.is_weight else half - middle

        def at(value: float, weight: bool = unknown.is_weight, mean: float = middle, unit: float = scale) -> float:
            return float((np.log(value / mean) if weight else value - mean) / unit)

        known = estimate.verdict != "not determined by this trial"
        axes.plot([-1, 1], [row, row], color=PALE, linewidth=7, solid_capstyle="butt")
        colour = FITTED if known else UNFITTED
        axes.plot([at(estimate.low), at(estimate.high)], [row, row], color=colour, linewidth=2.5)
        axes.plot(at(estimate.value), row, "o", color=colour, markersize=6)
        said = f"{estimate.value:.3g} ({estimate.low:.3g} to {estimate.high:.3g}) {unknown.unit}"
        axes.text(1.75, row, said, va="center", fontsize=8)
    names = [e.unknown.name for e in reversed(fit.estimates)]
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlim=(-1.7, 2.9), xticks=[-1, 0, 1], xlabel="population's 95 % (pale) and what is believed of this person")
    axes.set_xticklabels(["low", "mean", "high"])
    axes.spines[["top", "right", "left"]].set_visible(False)
