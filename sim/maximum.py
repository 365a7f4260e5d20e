"""The most a lifter can squat once, as the model finds it, and loads that are a share of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from sim.planner import PostureSearch
from sim.setup import SquatSetup
from sim.skeleton import build_skeleton
from sim.tempo import Tempo

WITHIN_KG = 1.0
#: The heaviest squat without a suit or knee wraps in competition is 490 kg (Ray Williams, USA Powerlifting, 2 March
#: 2019); a barbell takes that, rounded up.
GREATEST_KG = 500.0
STEP_DEG = 10.0
#: Share of its isometric strength a muscle has at the speed of a maximal ascent: hips at 0.3 m/s (Sanchez-Medina 2017)
#: turn the knee at 0.8 rad/s, where extension keeps 0.85 (Anderson 2007, eq. 2).
AT_SPEED = 0.85
ALL_OUT = 0.95  # the greatest share of strength with the whole maximum, less of it with less; ours
LIFTED_SHARE = 0.7  # of the body's mass that goes up and down with the bar


def one_repetition_maximum_kg(setup: SquatSetup) -> float:
    """The heaviest load [kg] this lifter can hold at every depth down to the one meant, with all their strength.

    A statics of intent: nothing is asked about speed. A lifter whose joints end the squat higher is measured there.
    Nobody's is sought above `GREATEST_KG`.

    Raises:
        SimulationError: this lifter cannot squat even without a load.
    """
    kind = "high" if setup.barbell.kind == "none" else setup.barbell.kind
    asked = replace(
        setup,
        lifter=replace(setup.lifter, name="lifter"),
        barbell=replace(setup.barbell, kind=kind, load_kg=1.0, arms_down=False, percent_of_maximum=0.0),
        tempo=Tempo(1.5, 0.2, 1.3),
        style=replace(setup.style, reserve=AT_SPEED),
        depth=replace(setup.depth, self_chosen=False),
    )
    return _maximum_kg(asked)


def with_load(setup: SquatSetup) -> SquatSetup:
    """The setup with its load in kilograms, where it is a share of the lifter's maximum.

    Who lifts a share of the maximum means to use the strength it takes, and no more.
    """
    if setup.barbell.is_weighed:
        return setup
    greatest, body = one_repetition_maximum_kg(setup), LIFTED_SHARE * setup.lifter.mass_kg
    load = max(0.01 * setup.barbell.percent_of_maximum * greatest, 1.0)
    reserve = max(setup.style.reserve, ALL_OUT * min((body + load) / (body + greatest), 1.0))
    barbell = replace(setup.barbell, load_kg=load)
    return replace(setup, barbell=barbell, style=replace(setup.style, reserve=reserve))


@lru_cache(maxsize=1024)
def _maximum_kg(setup: SquatSetup) -> float:
    depth_deg = _deepest_deg(setup, 1.0)
    low, high = 1.0, 2.0 * setup.lifter.mass_kg
    while _reaches(setup, high, depth_deg):
        low, high = high, 1.5 * high
    while high - low > WITHIN_KG:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _reaches(setup, middle, depth_deg) else (low, middle)
    return low


def _reaches(setup: SquatSetup, load_kg: float, depth_deg: float) -> bool:
    """Whether a load is held all the way down; one that no barbell takes is not."""
    return load_kg <= GREATEST_KG and _deepest_deg(setup, load_kg, depth_deg) >= depth_deg


def _deepest_deg(setup: SquatSetup, load_kg: float, aim_deg: float | None = None) -> float:
    """How deep a load can be held, in long steps without a second try."""
    aim = setup.depth.thigh_inclination_deg if aim_deg is None else aim_deg
    loaded = replace(setup, barbell=replace(setup.barbell, load_kg=load_kg))
    search = PostureSearch(loaded, build_skeleton(loaded.lifter, loaded.barbell))
    if not search.stand():
        return 0.0
    for depth in (*np.arange(20.0, aim - 0.5 * STEP_DEG, STEP_DEG), aim):
        if not search.go_to(float(depth)):
            break
    return search.depth_deg
