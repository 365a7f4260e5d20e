"""Drawings of the report about scores, as SVG text: tolerance curves, calibration, observability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from detect.clip_facts import AZIMUTH_NAMES, CLOTHING
from detect.observability import ALL, SIZE_EDGES_DEG, Cell
from detect.report_plots import FAINT, INK, STYLE, svg
from detect.scorecard import TOLERANCES_S, Scorecard

_COLOURS = (
    "#c2410c",
    "#0f766e",
    "#1d4ed8",
    "#a16207",
    "#7e22ce",
    "#be185d",
    "#15803d",
    "#0369a1",
    "#52525b",
    "#78350f",
)
_LINES = ("-", "--", ":")
_FEW = 3  # repetitions; fewer are shown pale


def colour_of(detectors: Sequence[str]) -> dict[str, tuple[str, str]]:
    """A colour and a kind of line for every detector, the same in all drawings."""
    n = len(_COLOURS)
    return {name: (_COLOURS[k % n], _LINES[(k // n) % len(_LINES)]) for k, name in enumerate(detectors)}


def tolerance_curves(cards: Sequence[Scorecard], colours: Mapping[str, tuple[str, str]]) -> str:
    """Share of the winks found in time, against how late or early one may be."""
    return svg(tolerance_figure(cards, colours))


def tolerance_figure(cards: Sequence[Scorecard], colours: Mapping[str, tuple[str, str]]) -> Figure:
    """The drawing of `tolerance_curves`."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.6, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for card in cards:
            colour, line = colours[card.detector]
            axes.plot(1e3 * TOLERANCES_S, card.recall, color=colour, ls=line, lw=1.5, label=card.detector)
        for ms in (33, 100):
            axes.axvline(ms, color=FAINT, lw=0.6)
        axes.set(xlabel="tolerance [ms]", ylabel="share of winks found in time", ylim=(0, 1.02), xlim=(0, 500))
        _finish(axes)
        return figure


def calibration_curves(cards: Sequence[Scorecard], colours: Mapping[str, tuple[str, str]]) -> str:
    """Share of winks among repetitions with about the same score; the area of a dot is their number."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.6, 3.6), layout="constrained")
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8)
        for card in cards:
            colour, line = colours[card.detector]
            x, y = [b.mean_score for b in card.calibration], [b.wink_share for b in card.calibration]
            axes.plot(x, y, color=colour, ls=line, lw=1.0, label=card.detector)
            axes.scatter(x, y, s=[4 + 2 * b.n for b in card.calibration], color=colour, alpha=0.6, lw=0)
        axes.set(xlabel="score", ylabel="share that winks", xlim=(-0.02, 1.02), ylim=(-0.02, 1.04))
        _finish(axes)
        return svg(figure)


def surface(cells: Sequence[Cell]) -> str:
    """Share seen by size of the wink and camera, one panel a kind of clothes; the number is how many there were."""
    return svg(surface_figure(cells))


def surface_figure(cells: Sequence[Cell]) -> Figure:
    """The drawing of `surface`, of one observer's cells."""
    clothes = [what for what in (ALL, *dict.fromkeys(CLOTHING.values())) if any(c.clothing == what for c in cells)]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(2.6 * len(clothes) + 1.4, 3.5), layout="constrained")
        panels = np.atleast_1d(figure.subplots(1, len(clothes), sharey=True))
        for axes, what in zip(panels, clothes, strict=True):
            _panel(axes, [c for c in cells if c.clothing == what], what)
        panels[0].set_ylabel("true wink [°]")
        figure.suptitle(cells[0].observer, x=0.01, ha="left", fontsize=10, color=INK)
        return figure


def _panel(axes: Axes, cells: Sequence[Cell], clothing: str) -> None:
    by_azimuth = {cell.azimuth: cell for cell in cells}
    shown = [name for name in AZIMUTH_NAMES if any(c.azimuth == name for c in cells)] or [ALL]
    seen = np.full((len(SIZE_EDGES_DEG), len(shown)), np.nan)
    for j, name in enumerate(shown):
        cell = by_azimuth.get(name)
        for i, share in enumerate(cell.seen if cell else ()):
            seen[i, j] = np.nan if share is None else share
    axes.imshow(seen, origin="lower", aspect="auto", vmin=0, vmax=1, cmap="YlGn")
    for j, name in enumerate(shown):
        cell = by_azimuth.get(name)
        for i, n in enumerate(cell.n if cell else ()):
            if n:
                dark = "white" if seen[i, j] > 0.6 else INK
                axes.text(j, i, f"{n}", ha="center", va="center", fontsize=7, color=FAINT if n < _FEW else dark)
    axes.set_xticks(range(len(shown)), [name.replace(", ", "\n") for name in shown], fontsize=6.5)
    names = [f"{a:g}–{b:g}" for a, b in pairwise(SIZE_EDGES_DEG)]
    axes.set_yticks(range(len(SIZE_EDGES_DEG)), [*names, f"over {SIZE_EDGES_DEG[-1]:g}"], fontsize=7)
    axes.set_title("all clothes" if clothing == ALL else clothing, fontsize=8, color=INK)
    axes.tick_params(length=0)


def _finish(axes: Axes) -> None:
    axes.legend(frameon=False, fontsize=6.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.spines[["top", "right"]].set_visible(False)
