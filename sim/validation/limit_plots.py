"""Each limit's torque against the motion it ends, as SVG text."""

from __future__ import annotations

from collections.abc import Iterator

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from sim.limits.limit import Limit
from sim.setup import SquatSetup
from sim.tissue import KINDS
from sim.validation.drawing import FAINT, INK, REAL, panel, svg_of

Array = NDArray[np.float64]


def limit_curves(setup: SquatSetup) -> Iterator[str]:
    """Every limit of a lifter, or the mean adult's where the setup has none of its kind."""
    for kind in KINDS:
        limit = setup.limits.get(kind) or kind()
        edge = limit.edge()
        angles = np.asarray(edge.angle_deg + edge.direction * np.linspace(-30.0, 14.0, 60), dtype=np.float64)
        figure, axes = panel(2.9, 2.2)
        axes.plot(angles, torque_nm(limit, angles), color=INK, lw=1.4)
        axes.axvline(edge.angle_deg, color=REAL, lw=1.0, ls="--")
        axes.axhline(0.0, color=FAINT, lw=0.6)
        held = ", ".join(f"{joint.split('_')[-1]} {angle:g}°" for joint, angle in edge.held_deg.items() if angle)
        axes.set_title(f"{limit.name}{f' ({held})' if held else ''}", loc="left", fontsize=8, color=INK)
        axes.set(xlabel=f"{edge.joint.replace('_', ' ')} [°]", ylabel="torque [Nm]")
        yield svg_of(figure)


def torque_nm(limit: Limit, angles_deg: Array) -> Array:
    """Torque [Nm] on the joint of the limit's edge at angles of that joint, the others held as the edge says."""
    edge = limit.edge()
    angle, values = ca.SX.sym("angle"), ca.SX(ca.DM(limit.values()))
    held = {joint: ca.SX(float(edge.held_deg.get(joint, 0.0))) for joint in limit.joints}
    torque = type(limit).torques({**held, edge.joint: angle}, values)[edge.joint]
    law = ca.Function("law", [angle], [torque])
    return np.array(law(angles_deg.reshape(1, -1))).ravel()
