"""How far a lifter's intent is from a person's curves, weighed against how unusual the lifter is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.depth import DEEPEST_DEG, SHALLOWEST_DEG, Depth
from sim.fitting.curves import STEP_DEG, PersonCurves, plan_curves
from sim.fitting.unknowns import Unknown, with_values
from sim.planner import plan_squat
from sim.setup import SquatSetup
from sim.skeleton import build_skeleton
from wink.errors import SimulationError

Array = NDArray[np.float64]

#: Over how much of the thigh's way a curve's error stays alike: neighbouring points are not independent. Ours.
ALIKE_OVER_DEG = 20.0
#: Quiet standing is the zero of tilt and lean, and people stand differently: a lifter's curve may lie beside the
#: person's by an offset of this SD [deg], knee flexion by none. Ours.
STANDING_SD_DEG = (5.0, 5.0, 0.0)
#: A lifter who stops above the person's depth is wrong by this much a unit [deg]; ours.
DEPTH_ERROR_DEG = 2.0
#: How wrong a lifter is who cannot stand at all, in errors.
NOBODY = 10.0


class Misfit:
    """Residuals of unknowns in standard deviations from the population's mean; counts the plans it makes."""

    def __init__(
        self, person: PersonCurves, setup: SquatSetup, unknowns: tuple[Unknown, ...], error_deg: float
    ) -> None:
        """Prepare.

        Args:
            person: what was measured.
            setup: everything that is not unknown: size, sex, stance, load.
            unknowns: what is.
            error_deg: of a curve, markers on skin and the model's own together.
        """
        aim = float(np.clip(person.deepest_deg, SHALLOWEST_DEG, DEEPEST_DEG))
        self._setup = replace(setup, depth=Depth(aim))
        self._skeleton = build_skeleton(setup.lifter, setup.barbell)
        self.person = person
        self.unknowns = unknowns
        self.plans = 0
        self._error_deg = error_deg
        self._share = float(np.sqrt(min(1.0, STEP_DEG / ALIKE_OVER_DEG)))

    @property
    def observations(self) -> float:
        """How many independent numbers the curves amount to."""
        return self.person.mean_deg.size * min(1.0, STEP_DEG / ALIKE_OVER_DEG)

    def setup(self, z: Array) -> SquatSetup:
        """The lifter at some unknowns, aiming at the person's depth."""
        return with_values(self._setup, self.unknowns, z)

    def curves(self, z: Array) -> tuple[Array, float]:
        """Curves (3, D) and deepest thigh inclination [deg] of that lifter's intent.

        Raises:
            SimulationError: the lifter cannot stand.
        """
        self.plans += 1
        plan = plan_squat(self.setup(z), self._skeleton)
        return plan_curves(plan, self.person.thigh_deg), plan.deepest_deg

    def offsets(self, curves: Array) -> Array:
        """How far a lifter's curves (3, D) best lie beside the person's (3,) [deg], by a different zero."""
        weight = (self._share / self._error_deg) ** 2
        off = (self.person.mean_deg - curves).sum(axis=1) * weight
        freedom = np.array(STANDING_SD_DEG) ** 2
        return np.asarray(freedom * off / (1 + freedom * weight * curves.shape[1]))

    def __call__(self, z: Array) -> Array:
        """Residuals of curves, zeros, depth, and the unknowns themselves; their squares sum to -2 log posterior."""
        spread = np.maximum(STANDING_SD_DEG, 1e-9)
        try:
            curves, deepest = self.curves(z)
            beside = self.offsets(curves)
            off = self._share * (curves + beside[:, None] - self.person.mean_deg).ravel() / self._error_deg
            short = max(0.0, self.person.deepest_deg - deepest) / DEPTH_ERROR_DEG
        except SimulationError:
            off, short, beside = np.full(self.person.mean_deg.size, NOBODY * self._share), NOBODY, np.zeros(3)
        return np.concatenate([off, beside / spread, [short], z])
