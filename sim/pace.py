"""How fast a lifter can go who works hard: heavy loads go down with care and up at the speed that is left.

Effort is the share of strength that the posture takes standing still: how much is left decides both ways.
"""

from __future__ import annotations

from sim.kinematics import GRAVITY_M_S2

#: Speed of an ascent with all one has, by how far the effort is from a maximum: mean speeds of the squat are about
#: 1.0 m/s with half of the greatest load and 0.3 m/s with all of it (after Gonzalez-Badillo and Sanchez-Medina 2010,
#: Conceicao 2016, rounded); half of the load is two thirds of the effort, the body's weight being lifted too.
MAXIMAL_EFFORT, SLOWEST_M_S, FASTER_M_S = 0.85, 0.3, 2.1
WILLING_SHARE = 0.7  # of that speed is what a lifter goes at who is not after speed; ours, confidence C
#: A repetition beyond the maximum is not tried more slowly than this.
CREEPING_M_S = 0.2
#: Share of strength that braking a descent may take, and the least of the body's weight that is spent on it; ours.
BRAKING_SHARE, LEAST_BRAKING = 0.92, 0.04
#: Greatest acceleration of a minimum-jerk way of unit length and duration (Flash and Hogan 1985).
JERK_ACCELERATION = 5.774


def descent_s(way_m: float, effort: float) -> float:
    """The least time [s] down a way if what brakes the body is the strength that its weight leaves."""
    margin = max(BRAKING_SHARE / max(effort, 1e-6) - 1.0, LEAST_BRAKING)
    return float((JERK_ACCELERATION * way_m / (GRAVITY_M_S2 * margin)) ** 0.5)


def ascent_s(way_m: float, effort: float) -> float:
    """The least time [s] up a way with all one has."""
    speed = SLOWEST_M_S + FASTER_M_S * (MAXIMAL_EFFORT - effort) / MAXIMAL_EFFORT
    return way_m / max(WILLING_SHARE * speed, CREEPING_M_S)
