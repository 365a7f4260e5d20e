"""Drawings of the report on annotators, as SVG text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from annotate.answers import Answer
from annotate.precision import WINK_FROM_DEG, Precision, gross_errors
from annotate.psychometric import Psychometric
from annotate.raters import Pair
from wink.trial import Array

MARK, CALM, INK, FAINT = "#c2410c", "#0f766e", "#1f2937", "#9ca3af"
_STYLE = {"font.size": 9, "svg.fonttype": "none", "font.family": "sans-serif", "axes.edgecolor": FAINT}
#: Edges of the classes in which answers are counted for the drawing [deg].
CLASSES_DEG = np.array([0, 5, 10, 15, 20, 25, 34, 60])


def error_plot(answers: Sequence[Answer], precision: Precision) -> str:
    """Errors in frames against the true size of the wink, gross ones as crosses, bias and spread as a band."""
    figure, axes = _axes("true size of the wink [°]", "mark minus truth [frames], + late")
    gross = gross_errors(answers)
    sizes = np.array([a.magnitude_deg for a in answers])
    errors = np.array([a.error_frames for a in answers])
    axes.axhline(0, color=INK, lw=0.8)
    bias, spread = precision.frames.bias, precision.frames.spread
    if bias and spread:
        axes.axhspan(bias.value - spread.value, bias.value + spread.value, color=MARK, alpha=0.12, lw=0)
        axes.axhline(bias.value, color=MARK, lw=1.2)
    axes.plot(sizes[~gross], errors[~gross], "o", ms=4, color=MARK, alpha=0.7)
    axes.plot(sizes[gross], errors[gross], "x", ms=6, color=INK)
    _roomy(axes, errors)
    return _svg(figure)


def psychometric_plot(answers: Sequence[Answer], fitted: Psychometric | None) -> str:
    """Share of winks called by true size, with the curve and the interval of its middle."""
    figure, axes = _axes("true size of the wink [°]", "called a wink")
    judged = [a for a in answers if a.seen is not None]
    sizes, seen = np.array([a.magnitude_deg for a in judged]), np.array([a.seen for a in judged], float)
    for low, high in pairwise(CLASSES_DEG):
        inside = (sizes >= low) & (sizes < high)
        if inside.any():
            n, at = int(inside.sum()), (sizes[inside].mean(), seen[inside].mean())
            axes.plot(*at, "o", ms=3 + 1.5 * np.sqrt(n), color=CALM, alpha=0.7)
            axes.annotate(str(n), at, fontsize=6, color="white", ha="center", va="center")
    if fitted is not None:
        grid = np.linspace(0, max(45.0, sizes.max(initial=0.0)), 200)
        axes.plot(grid, fitted.chance(grid), color=INK, lw=1.3)
        axes.axvspan(fitted.threshold_deg.low, fitted.threshold_deg.high, color=INK, alpha=0.1, lw=0)
        axes.axvline(fitted.threshold_deg.value, color=INK, lw=0.8, ls="--")
    axes.axvline(WINK_FROM_DEG, color=FAINT, lw=0.8)
    axes.set_ylim(-0.06, 1.06)
    axes.set_xlim(left=0)
    return _svg(figure)


def drift_plot(answers: Sequence[Answer]) -> str:
    """Errors in the order the clips were marked."""
    figure, axes = _axes("clips of known truth in the order they were marked", "mark minus truth [frames]")
    errors = np.array([a.error_frames for a in answers])
    axes.axhline(0, color=INK, lw=0.8)
    axes.plot(np.arange(1, len(errors) + 1), errors, "o", ms=4, color=MARK, alpha=0.7)
    _roomy(axes, errors)
    return _svg(figure)


def bland_altman_plot(pair: Pair) -> str:
    """Difference of two annotators' onsets against their mean, with the limits of agreement (Bland & Altman 1986)."""
    figure, axes = _axes("mean of both onsets [s]", f"{_short(pair.second)} minus {_short(pair.first)} [ms]")
    axes.plot(pair.mean_s, 1e3 * pair.difference_s, "o", ms=4, color=CALM, alpha=0.7)
    axes.axhline(0, color=INK, lw=0.8)
    if pair.limits_s:
        for value, style in zip(pair.limits_s, ("-", "--", "--"), strict=True):
            axes.axhline(1e3 * value, color=MARK, lw=1.2, ls=style)
    return _svg(figure)


def _axes(x: str, y: str) -> tuple[Figure, Axes]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.2, 2.9), layout="constrained")
        axes = figure.add_subplot()
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _roomy(axes: Axes, values: Array) -> None:
    """Zero in the middle and at least three frames to either side."""
    known = np.abs(values[np.isfinite(values)])
    reach = max(3.0, 1.15 * float(known.max(initial=0.0)))
    axes.set_ylim(-reach, reach)


def _short(annotator: str) -> str:
    return annotator.partition("@")[0]


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    with mpl.rc_context(_STYLE | {"svg.hashsalt": "winklab"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
