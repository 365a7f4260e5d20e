"""Drawings of the report, as SVG text: pelvic curves of each lifter, and score against true magnitude."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from detect.matching import Judged
from detect.metrics import CLEAN_BELOW_DEG, WINK_FROM_DEG
from wink.angles import PARALLEL_BAND_DEG

Array = NDArray[np.float64]

LIFTER, TWIN, INK, FAINT = "#c2410c", "#0f766e", "#1f2937", "#9ca3af"
MARKERS = "v^sDPX*"  # one a detector, in the order of their names
STYLE = {"font.size": 9, "svg.fonttype": "none", "font.family": "sans-serif", "axes.edgecolor": FAINT}


@dataclass(frozen=True)
class DescentCurve:
    """One descent of one trial: pelvic tilt and thigh inclination [deg], (n,) each, and where the wink begins."""

    thigh_deg: Array
    tilt_deg: Array
    onset_thigh_deg: float | None
    called_thigh_deg: Mapping[str, float]  # by detector: where it says the wink begins


@dataclass(frozen=True)
class LifterPanel:
    """A lifter's descents, and those of the twin whose limit was lifted."""

    title: str
    descents: Sequence[DescentCurve]
    twin_descents: Sequence[DescentCurve]


def pelvic_curves(panel: LifterPanel, detectors: Sequence[str]) -> str:
    """Pelvic tilt against thigh inclination, the onset marked by a ring, detectors' calls along the bottom."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.4, 3.6), layout="constrained")
        axes = figure.add_subplot()
        axes.axvspan(*PARALLEL_BAND_DEG, color="#f3f4f6", lw=0)
        _draw_descents(axes, panel.twin_descents, TWIN, "same lifter, limit lifted")
        _draw_descents(axes, panel.descents, LIFTER, "lifter")
        _draw_calls(axes, panel.descents, detectors)
        axes.set_xlabel("thigh inclination [°]   90 = parallel")
        axes.set_ylabel("pelvic tilt [°]   + anterior")
        axes.set_title(panel.title, loc="left", fontsize=10, color=INK)
        _legend_below(figure, axes)
        axes.spines[["top", "right"]].set_visible(False)
        return svg(figure)


def score_against_magnitude(detector: str, rows: Sequence[Judged], magnitude_words: str) -> str:
    """A dot a repetition: what the detector said against what the body did; filled = a wink was called."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.4, 2.9), layout="constrained")
        axes = figure.add_subplot()
        axes.axvspan(CLEAN_BELOW_DEG, WINK_FROM_DEG, color="#f3f4f6", lw=0)
        for called, face in ((True, LIFTER), (False, "none")):
            some = [r for r in rows if np.isfinite(r.detected_s) == called and np.isfinite(r.magnitude_deg)]
            label = "wink called" if called else "silent"
            axes.scatter(
                [r.magnitude_deg for r in some],
                [r.score for r in some],
                s=26,
                facecolors=face,
                edgecolors=LIFTER if called else INK,
                label=label,
            )
        axes.set_xlabel(f"true {magnitude_words} [°]   grey: ambiguous, not scored")
        axes.set_ylabel("score")
        axes.set_title(detector, loc="left", fontsize=10, color=INK)
        _legend_below(figure, axes)
        axes.spines[["top", "right"]].set_visible(False)
        return svg(figure)


def _legend_below(figure: Figure, axes: Axes) -> None:
    """Below the drawing, where no curve runs."""
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=2, frameon=False, fontsize=7)


def _draw_descents(axes: Axes, descents: Sequence[DescentCurve], colour: str, label: str) -> None:
    for i, descent in enumerate(descents):
        axes.plot(descent.thigh_deg, descent.tilt_deg, color=colour, lw=1.4, label=label if i == 0 else None)
        if descent.onset_thigh_deg is not None:
            tilt = descent.tilt_deg[np.argmin(np.abs(descent.thigh_deg - descent.onset_thigh_deg))]
            axes.plot(descent.onset_thigh_deg, tilt, "o", ms=8, mfc="white", mec=colour, mew=1.8)


def _draw_calls(axes: Axes, descents: Sequence[DescentCurve], detectors: Sequence[str]) -> None:
    floor = axes.get_ylim()[0]
    for k, detector in enumerate(detectors):
        called = [d.called_thigh_deg[detector] for d in descents if detector in d.called_thigh_deg]
        if called:
            marker = MARKERS[k % len(MARKERS)]
            axes.plot(called, [floor] * len(called), marker, color=INK, ms=5, ls="none", label=detector, clip_on=False)


def svg(figure: Figure) -> str:
    """A drawing as text, the same one every time."""
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "winklab"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
