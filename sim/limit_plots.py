"""The torque law of every limit, drawn against the angle a goniometer shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim.limits.limit import Limit
from sim.tissue import KINDS
from wink.config import build, load_option, options_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

AROUND_DEG = (45.0, 15.0)  # drawn before and past the edge
MOST_NM = 120.0
COLOURS = ("#1f5a94", "#c1432e", "#d98c2b", "#2e8b57", "#8a6bbf", "#555555")


def torque_curve(limit: Limit) -> tuple[Array, Array]:
    """Angles (N,) [deg] around the limit's edge and the torque (N,) [Nm] it resists with there."""
    edge, before, past = limit.edge(), *AROUND_DEG
    steps = np.linspace(-before, past, 121)
    angles: Array = np.asarray(edge.angle_deg + edge.direction * steps, dtype=np.float64)
    symbols = {joint: ca.SX.sym(joint) for joint in limit.joints}
    torque = ca.SX(limit.torques(symbols, ca.SX(list(limit.values())))[edge.joint])
    law = ca.Function("law", list(symbols.values()), [torque])
    held = {joint: edge.held_deg.get(joint, 0.0) for joint in limit.joints}
    rows = [np.full(len(angles), held[joint]) if joint != edge.joint else angles for joint in limit.joints]
    resisting = -edge.direction * np.array([float(law(*point)) for point in zip(*rows, strict=True)])
    return angles, resisting


def options_drawn(kind: type[Limit]) -> Mapping[str, Limit]:
    """Each configured option of a limit, as a man's; the mean adult's where there is no group of that name."""
    names = sorted(options_of(kind.name), key=lambda name: (name != "typical", name))
    if not names:
        return {"mean adult": kind().for_sex("male")}
    return {name: build(load_option(kind.name, name)).for_sex("male") for name in names}


def draw_limits(file: Path, kinds: Sequence[type[Limit]] = KINDS) -> None:
    """Draw one panel a limit, a curve an option, to a picture file."""
    from matplotlib.figure import Figure

    columns = 3
    figure = Figure(figsize=(11, 2.6 * -(-len(kinds) // columns)), layout="constrained")
    panes = figure.subplots(-(-len(kinds) // columns), columns, squeeze=False).ravel()
    for axes, kind in zip(panes, kinds, strict=False):
        _panel(axes, kind)
    for axes in panes[len(kinds) :]:
        axes.axis("off")
    figure.supylabel("resisting torque [Nm]", fontsize=9)
    figure.savefig(file, dpi=90)


def _panel(axes: Axes, kind: type[Limit]) -> None:
    drawn = options_drawn(kind)
    for (name, limit), colour in zip(drawn.items(), COLOURS, strict=False):
        angles, torque = torque_curve(limit)
        axes.plot(angles, torque, color=colour, lw=1.6, label=name)
        middle = int(np.argmin(np.abs(angles - limit.edge().angle_deg)))
        axes.plot(angles[middle], torque[middle], "o", color=colour, ms=4)
    edge = next(iter(drawn.values())).edge()
    held = ", ".join(f"{joint.replace('_', ' ')} {angle:.0f}°" for joint, angle in edge.held_deg.items() if angle)
    axes.set_title(f"{kind.name} · {'structural' if kind.structural else 'functional'}", fontsize=10, loc="left")
    axes.set_xlabel(f"{edge.joint.replace('_', ' ')} [°]{' at ' + held if held else ''}\n{kind.source}", fontsize=8)
    axes.set_ylim(-10.0, MOST_NM)
    axes.axhline(0.0, color="#bbb", lw=0.6)
    axes.tick_params(labelsize=8)
    axes.legend(fontsize=7, frameon=False, loc="upper left" if edge.direction > 0 else "upper right")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
