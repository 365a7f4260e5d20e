"""Segment lengths, masses, centres of mass and inertia of the mean adult.

Lengths, mass shares, centres and radii of gyration: de Leva (1996), per sex. Widths and feet: ANSUR II (2012) means
against stature, which also give the female thigh (de Leva measured hers from another hip). Lengths scale with stature,
masses with body mass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.lifter import Lifter, Sex

Array = NDArray[np.float64]

#: Share of stature: hip centre to knee, knee to ankle, foot, ankle height, hip centres to L5/S1, L5/S1 to T12/L1,
#: T12/L1 to C7, head, arm segments, widths between joint centres. de Leva (1996) trunk split at L5/S1 and T12/L1
#: is ours (confidence B).
LENGTH_SHARES: Mapping[Sex, Mapping[str, float]] = {
    "male": {
        "thigh": 0.2425,
        "shank": 0.2493,
        "foot": 0.1544,
        "ankle_height": 0.0415,
        "pelvis": 0.0603,
        "lumbar": 0.0955,
        "thorax": 0.1666,
        "head": 0.1493,
        "upper_arm": 0.1618,
        "forearm": 0.1545,
        "hip_width": 0.0976,
        "shoulder_width": 0.2068,
    },
    "female": {
        "thigh": 0.2424,
        "shank": 0.2492,
        "foot": 0.1512,
        "ankle_height": 0.0385,
        "pelvis": 0.0603,
        "lumbar": 0.0955,
        "thorax": 0.1608,
        "head": 0.1493,
        "upper_arm": 0.1588,
        "forearm": 0.1523,
        "hip_width": 0.1060,
        "shoulder_width": 0.1960,
    },
}

#: Share of body mass of each segment, de Leva (1996).
MASS_SHARES: Mapping[Sex, Mapping[str, float]] = {
    "male": {
        "head": 0.0694,
        "upper_trunk": 0.1596,
        "mid_trunk": 0.1633,
        "lower_trunk": 0.1117,
        "upper_arm": 0.0271,
        "forearm": 0.0162,
        "hand": 0.0061,
        "thigh": 0.1416,
        "shank": 0.0433,
        "foot": 0.0137,
    },
    "female": {
        "head": 0.0668,
        "upper_trunk": 0.1545,
        "mid_trunk": 0.1465,
        "lower_trunk": 0.1247,
        "upper_arm": 0.0255,
        "forearm": 0.0138,
        "hand": 0.0056,
        "thigh": 0.1478,
        "shank": 0.0481,
        "foot": 0.0129,
    },
}

#: Centre of mass from the proximal joint and radii of gyration (sagittal, transverse, longitudinal), shares of the
#: segment length, de Leva (1996).
LIMB_SHAPES: Mapping[Sex, Mapping[str, tuple[float, float, float, float]]] = {
    "male": {
        "thigh": (0.4095, 0.329, 0.329, 0.149),
        "shank": (0.4459, 0.255, 0.249, 0.103),
        "upper_arm": (0.5772, 0.285, 0.269, 0.158),
        "forearm": (0.4574, 0.276, 0.265, 0.121),
    },
    "female": {
        "thigh": (0.3612, 0.369, 0.364, 0.162),
        "shank": (0.4416, 0.271, 0.267, 0.093),
        "upper_arm": (0.5754, 0.278, 0.260, 0.148),
        "forearm": (0.4559, 0.261, 0.257, 0.094),
    },
}


@dataclass(frozen=True)
class Body:
    """Lengths [m] and masses [kg] of one lifter's segments."""

    sex: Sex
    length_m: Mapping[str, float]
    mass_kg: Mapping[str, float]

    def limb(self, name: str) -> tuple[float, Array, Array]:
        """Mass, centre of mass (3,) and central inertia (3, 3) of a limb hanging along -z from its joint."""
        centre, sagittal, transverse, longitudinal = LIMB_SHAPES[self.sex][name]
        mass, length = self.mass_kg[name], self.length_m[name]
        radii = np.array([sagittal, transverse, longitudinal]) * length
        return mass, np.array([0.0, 0.0, -centre * length]), np.diag(mass * radii**2)


def measure(lifter: Lifter) -> Body:
    """Segment lengths and masses of a lifter; the mass shares sum to the whole body."""
    stretched = {
        "thigh": lifter.thigh_scale,
        "shank": lifter.shank_scale,
        "lumbar": lifter.trunk_scale,
        "thorax": lifter.trunk_scale,
    }
    lengths = {
        name: share * lifter.stature_m * stretched.get(name, 1.0) for name, share in LENGTH_SHARES[lifter.sex].items()
    }
    shares = MASS_SHARES[lifter.sex]
    paired = ("upper_arm", "forearm", "hand", "thigh", "shank", "foot")
    whole = sum(share * (2.0 if name in paired else 1.0) for name, share in shares.items())
    masses = {name: share / whole * lifter.mass_kg for name, share in shares.items()}
    return Body(lifter.sex, lengths, masses)
