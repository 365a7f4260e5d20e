"""A plan as one descent, so that the definitions of a wink apply to it."""

from __future__ import annotations

import numpy as np

from sim.planner import Plan
from sim.posture_problem import lumbar_angle
from wink.onset import Descent

FINE_DEG = 0.25


def planned_descent(plan: Plan, to_deg: float | None = None) -> Descent:
    """The planned postures from standing to a thigh inclination, a degree a second; lumbar flexion from standing."""
    end = float(plan.thigh_deg[-1]) if to_deg is None else to_deg
    thigh = np.append(np.arange(plan.thigh_deg[0], end - 1e-9, FINE_DEG), end)
    tilt, lumbar = np.degrees(plan.posture[:, 2]), np.degrees(lumbar_angle(plan.posture))
    columns = [np.interp(thigh, plan.thigh_deg, values) for values in (tilt, lumbar - lumbar[0])]
    return Descent(thigh, thigh, columns[0], columns[1], np.full(len(thigh), np.nan))
