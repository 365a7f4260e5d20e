"""What is estimated: settings of a lifter, each with what is known of it before the person is seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.lifter import Sex
from sim.limits import hip_flexion, hip_impingement, lumbar
from sim.person import HIP_SD_DEG, LUMBAR_PER_DECADE_DEG, LUMBAR_SD_DEG, LUNGE_DEG
from sim.population import HABIT_SD, TOLERANCE
from sim.setup import SquatSetup

Array = NDArray[np.float64]

#: Unknowns stay within so many standard deviations of the population.
FARTHEST_SD = 3.0


@dataclass(frozen=True)
class Unknown:
    """One setting of a squat, and its spread over people; in logarithms where it is a weight."""

    group: str  # of the configuration
    setting: str
    mean: float
    sd: float  # of the logarithm, where `is_weight`
    unit: str
    is_weight: bool = False

    @property
    def name(self) -> str:
        """As on the command line."""
        return f"{self.group}.{self.setting}"

    def value(self, z: float) -> float:
        """The setting at `z` standard deviations from the population's mean."""
        return float(self.mean * np.exp(self.sd * z)) if self.is_weight else float(self.mean + self.sd * z)


def unknowns_of(setup: SquatSetup) -> tuple[Unknown, ...]:
    """The unknowns of a person of the sex and age of a setup; means and spreads are the population's."""
    sex: Sex = setup.lifter.sex
    older = LUMBAR_PER_DECADE_DEG * max(0.0, setup.lifter.age_years - 25.0) / 10
    flexion_sd, rotation_sd = HIP_SD_DEG[sex]
    return (
        Unknown("hip_flexion", "flexion_deg", hip_flexion.TYPICAL_DEG[sex], flexion_sd, "deg"),
        Unknown("hip_rotation", "internal_rotation_deg", hip_impingement.TYPICAL_DEG[sex], rotation_sd, "deg"),
        Unknown("ankle_dorsiflexion", "lunge_deg", *LUNGE_DEG, "deg"),
        Unknown("lumbar", "flexion_deg", lumbar.TYPICAL_DEG[sex] - older, LUMBAR_SD_DEG, "deg"),
        Unknown("style", "tolerance", *TOLERANCE, "of the lumbar range"),
        *(Unknown("style", name, 1.0, sd, "times typical", is_weight=True) for name, sd in HABIT_SD.items()),
    )


def with_values(setup: SquatSetup, unknowns: tuple[Unknown, ...], z: Array) -> SquatSetup:
    """The setup with the unknowns at `z` (n,) standard deviations from the population's mean."""
    changed = setup
    for unknown, at in zip(unknowns, z, strict=True):
        part = replace(getattr(changed, unknown.group), **{unknown.setting: unknown.value(float(at))})
        changed = replace(changed, **{unknown.group: part})
    return changed
