"""How the report's drawings look, and how they become SVG text."""

from __future__ import annotations

import io

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

MAN, WOMAN, REAL, INK, FAINT = "#0f766e", "#7c3aed", "#c2410c", "#1f2937", "#9ca3af"
STYLE = {"font.size": 9, "svg.fonttype": "none", "font.family": "sans-serif", "axes.edgecolor": FAINT}


def panel(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of one panel [inch]."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def svg_of(figure: Figure) -> str:
    """The figure as an element of a page."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": "winklab"}):
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return "".join(text.getvalue().partition("<svg")[1:])
