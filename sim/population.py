"""Lifters drawn as people are: sizes, ranges, strengths and habits that go together, never one by one at random.

Sizes: ANSUR II (2012), the residuals cleared of landmark error. Ranges, strengths and their correlations: the table
"Ranges of motion" of the science notes, per sex; sources beside each constant. Habits (stance, style, tempo, depth)
are ours, confidence C.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sim.asymmetry import Asymmetry
from sim.barbell import Barbell
from sim.depth import Depth
from sim.hip_geometry import ACETABULAR_VERSION_DEG, FEMORAL_VERSION_DEG, NECK_SHAFT_DEG
from sim.lifter import Lifter, Sex
from sim.limits import hip_flexion, hip_impingement, lumbar
from sim.limits.ankle_dorsiflexion import AnkleDorsiflexion
from sim.limits.hip_bone import HipBone
from sim.limits.hip_flexion import HipFlexion
from sim.limits.hip_impingement import HipImpingement
from sim.limits.lumbar import Lumbar
from sim.limits.two_joint import TwoJoint
from sim.setup import SquatSetup
from sim.shoe import Shoe
from sim.stance import Stance
from sim.strength import Strength
from sim.style import Style
from sim.tempo import Tempo

SEXES: tuple[Sex, Sex] = ("male", "female")
#: Stature mean and SD [m]; log mass against log stature: intercept, exponent, residual SD (ANSUR II 2012).
STATURE_M: dict[Sex, tuple[float, float]] = {"male": (1.756, 0.069), "female": (1.629, 0.064)}
MASS: dict[Sex, tuple[float, float, float]] = {"male": (3.311, 1.999, 0.146), "female": (3.136, 2.192, 0.135)}
#: Log SD of thigh, shank and trunk length at the same stature (ANSUR II 2012, derived).
PROPORTION_SD: dict[Sex, tuple[float, float, float]] = {"male": (0.024, 0.028, 0.030), "female": (0.028, 0.034, 0.034)}
#: SD of hip flexion and of internal rotation [deg], and their correlation (Kubiak-Langer 2007: 0.6 to 0.8).
HIP_SD_DEG: dict[Sex, tuple[float, float]] = {"male": (7.8, 8.0), "female": (8.6, 9.0)}
HIP_CORRELATION = 0.7
#: Weight-bearing lunge, mean and SD [deg]: 6 of the lunge itself and 2 of what a squat uses of it.
LUNGE_DEG = (39.0, 6.3)
LUMBAR_SD_DEG, LUMBAR_PER_DECADE_DEG, EXTENSION_DEG = 9.0, 4.5, (16.0, 6.0)
#: Femoral version, acetabular version, neck-shaft (Jiang 2015), centre-edge and alpha angle (ours), SD [deg].
BONE_SD_DEG = (9.0, 6.0, 6.0, 5.0, 6.0)
#: Log SD of strength as a whole (Anderson 2007: CV 0.25), of knee against hip, and of back and calves (ours).
STRENGTH_SD, KNEE_TO_HIP_SD, OTHER_SD = 0.25, 0.22, 0.20


def sample_lifter(rng: np.random.Generator, name: str, sex: Literal["male", "female"] | None = None) -> SquatSetup:
    """Draw one person who squats without a load to the depth they choose.

    Args:
        rng: where every draw comes from.
        name: what the person is called.
        sex: None draws it.
    """
    chosen: Sex = sex or SEXES[int(rng.integers(2))]
    lifter = _person(rng, name, chosen)
    flexion, rotation = _hip(rng, chosen)
    older = LUMBAR_PER_DECADE_DEG * max(0.0, lifter.age_years - 25.0) / 10
    spine = _near(rng, lumbar.TYPICAL_DEG[chosen] - older, LUMBAR_SD_DEG, 25.0, 80.0)
    return SquatSetup(
        lifter=lifter,
        hip_rotation=HipImpingement(rotation),
        hip_flexion=HipFlexion(flexion),
        ankle_dorsiflexion=AnkleDorsiflexion(_near(rng, *LUNGE_DEG, 20.0, 52.0)),
        hamstrings=TwoJoint(_near(rng, 0.0, 6.0, -12.0, 15.0)),
        lumbar=Lumbar(spine, _near(rng, *EXTENSION_DEG, 5.0, 30.0)),
        strength=_strength(rng),
        stance=Stance(_near(rng, 1.1, 0.2, 0.7, 1.6), _near(rng, 18.0, 8.0, 0.0, 40.0)),
        barbell=Barbell("none", 0.0),
        tempo=Tempo(_scatter(rng, 1.3, 0.15), 0.1, _scatter(rng, 1.1, 0.15)),
        style=_style(rng),
        depth=Depth(_near(rng, 92.0, 14.0, 60.0, 115.0)),
        hip_bone=_bones(rng),
        asymmetry=Asymmetry(),
        shoe=Shoe(),
    )


def _near(rng: np.random.Generator, mean: float, sd: float, low: float, high: float) -> float:
    return float(np.clip(rng.normal(mean, sd), low, high))


def _scatter(rng: np.random.Generator, middle: float, log_sd: float) -> float:
    return float(middle * np.exp(np.clip(rng.normal(0.0, log_sd), -2.5 * log_sd, 2.5 * log_sd)))


def _person(rng: np.random.Generator, name: str, sex: Sex) -> Lifter:
    mean, sd = STATURE_M[sex]
    stature = _near(rng, mean, sd, mean - 3 * sd, mean + 3 * sd)
    intercept, exponent, spread = MASS[sex]
    mass = _scatter(rng, float(np.exp(intercept + exponent * np.log(stature))), spread)
    thigh, shank, trunk = (_scatter(rng, 1.0, sd) for sd in PROPORTION_SD[sex])
    return Lifter(sex, _near(rng, 30.0, 9.0, 18.0, 60.0), stature, mass, thigh, shank, trunk, name)


def _hip(rng: np.random.Generator, sex: Sex) -> tuple[float, float]:
    """Flexion and internal rotation [deg] of one hip: who flexes far also rotates far."""
    first, second = rng.standard_normal(2)
    second = HIP_CORRELATION * first + np.sqrt(1 - HIP_CORRELATION**2) * second
    flexion = hip_flexion.TYPICAL_DEG[sex] + HIP_SD_DEG[sex][0] * first
    rotation = hip_impingement.TYPICAL_DEG[sex] + HIP_SD_DEG[sex][1] * second
    return float(np.clip(flexion, 70.0, 140.0)), float(np.clip(rotation, 5.0, 60.0))


def _bones(rng: np.random.Generator) -> HipBone:
    middle = (FEMORAL_VERSION_DEG, ACETABULAR_VERSION_DEG, NECK_SHAFT_DEG, 30.0, 48.0)
    pairs = zip(middle, BONE_SD_DEG, strict=True)
    return HipBone(*(_near(rng, mean, sd, mean - 2 * sd, mean + 2 * sd) for mean, sd in pairs))


def _strength(rng: np.random.Generator) -> Strength:
    return Strength(
        overall=_scatter(rng, 1.3, STRENGTH_SD),
        quadriceps=_scatter(rng, 1.0, KNEE_TO_HIP_SD),
        erectors=_scatter(rng, 1.0, OTHER_SD),
        calves=_scatter(rng, 1.0, OTHER_SD),
    )


def _style(rng: np.random.Generator) -> Style:
    return Style(
        bracing=_scatter(rng, 1.0, 0.4),
        hip_comfort=_scatter(rng, 1.0, 0.3),
        cue=_scatter(rng, 1.0, 0.4),
        reserve=_near(rng, 0.75, 0.06, 0.6, 0.9),
        tolerance=_near(rng, 0.62, 0.08, 0.45, 0.80),
    )
