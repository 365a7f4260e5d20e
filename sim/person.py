"""One person's body: sizes, ranges of motion, bones, sides and strength, correlated as they are in people.

Sizes: ANSUR II (2012), the residuals cleared of landmark error. Ranges and strengths: the table of docs/limits.md,
per sex; sources beside each constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.asymmetry import Asymmetry
from sim.draw import alike, held, near, scatter, scattered, together
from sim.hip_geometry import NECK_SHAFT_DEG
from sim.lifter import Lifter, Sex
from sim.limits import hip_flexion, hip_impingement, lumbar
from sim.limits.hip_bone import VERSIONS_DEG, HipBone
from sim.limits.lumbar import Lumbar
from sim.limits.two_joint import TwoJoint
from sim.strength import Strength

#: Stature mean and SD [m]; log mass against log stature: intercept, exponent, residual SD (ANSUR II 2012).
STATURE_M: dict[Sex, tuple[float, float]] = {"male": (1.756, 0.069), "female": (1.629, 0.064)}
MASS: dict[Sex, tuple[float, float, float]] = {"male": (3.311, 1.999, 0.146), "female": (3.136, 2.192, 0.135)}
#: Log SD of thigh, shank and trunk length at the same stature, and their correlations (ANSUR II 2012, derived).
PROPORTION_SD: dict[Sex, tuple[float, float, float]] = {"male": (0.024, 0.028, 0.030), "female": (0.028, 0.034, 0.034)}
PROPORTION_CORRELATIONS = np.array([[1.0, 0.1, -0.3], [0.1, 1.0, -0.6], [-0.3, -0.6, 1.0]])
#: SD of hip flexion and of internal rotation [deg], and their correlation (Kubiak-Langer 2007: 0.6 to 0.8).
HIP_SD_DEG: dict[Sex, tuple[float, float]] = {"male": (7.8, 8.0), "female": (8.6, 9.0)}
HIP_CORRELATION = 0.7
#: Flexion and rotation of impinging hips, and what is seen of them: a cam in seven of ten, else a deep socket (the
#: tail of the tables of Kubiak-Langer 2007; shares ours).
IMPINGING_FLEXION_DEG, IMPINGING_ROTATION_DEG, CAM_SHARE = (80.0, 90.0), (8.0, 15.0), 0.7
CAM_DEG, DEEP_DEG = (58.0, 78.0), (40.0, 48.0)
#: SD of femoral and acetabular version, neck-shaft (Jiang 2015), centre-edge and alpha angle (ours) [deg], and their
#: correlation with internal rotation: version turns with it, cover and cam take from it (ours, confidence C).
BONE_SD_DEG, BONE_CORRELATION = (9.0, 6.0, 6.0, 5.0, 6.0), (0.4, 0.3, 0.0, -0.2, -0.3)
#: Weight-bearing lunge, mean and SD [deg]: 6 of the lunge itself and 2 of what a squat uses of it.
LUNGE_DEG = (39.0, 6.3)
LUMBAR_SD_DEG, LUMBAR_PER_DECADE_DEG, EXTENSION_DEG = 9.0, 4.5, (16.0, 6.0)
HAMSTRING_SD_DEG = 6.0
#: Correlation of ankle, spine and hamstrings with the hip: supple people are supple throughout; ours, confidence C.
SUPPLE_CORRELATION = 0.25
#: SD of left minus right [deg]: healthy people's sides differ by 3 to 5; percent of strength. Ours, confidence C.
SIDE_SD_DEG = {
    "hip_flexion_deg": 4.0,
    "hip_rotation_deg": 5.0,
    "hip_bone_deg": 4.0,
    "ankle_dorsiflexion_deg": 3.5,
    "hamstrings_deg": 3.0,
}
SIDE_SD_PERCENT = 6.0
#: Log SD of strength as a whole (Anderson 2007: CV 0.25), of knee against hip, and of back and calves (ours).
STRENGTH_SD, KNEE_TO_HIP_SD, OTHER_SD = 0.25, 0.22, 0.20
#: Times the mean untrained adult's strength, of those who do not lift and of those who do (1.3 to 2).
UNTRAINED, TRAINED = 1.0, 1.6


@dataclass(frozen=True)
class Hip:
    """Ranges of one person's hips [deg] and how far from the mean they lie."""

    flexion_deg: float
    rotation_deg: float
    suppleness: float  # SDs of flexion from the mean
    turn: float  # SDs of rotation from the mean
    impinges: bool

    def reach(self, sex: Sex) -> float:
        """SDs that the flexion itself, impinging or not, lies from the mean of the sex."""
        return (self.flexion_deg - hip_flexion.TYPICAL_DEG[sex]) / HIP_SD_DEG[sex][0]


def draw_lifter(rng: np.random.Generator, name: str, sex: Sex, age_years: float, age_sd_years: float) -> Lifter:
    """Size and proportions that go together."""
    mean, sd = STATURE_M[sex]
    stature = near(rng, mean, sd, mean - 3 * sd, mean + 3 * sd)
    intercept, exponent, spread = MASS[sex]
    mass = scatter(rng, float(np.exp(intercept + exponent * np.log(stature))), spread)
    draws = zip(together(rng, PROPORTION_CORRELATIONS), PROPORTION_SD[sex], strict=True)
    thigh, shank, trunk = (scattered(z, 1.0, spread) for z, spread in draws)
    return Lifter(sex, near(rng, age_years, age_sd_years, 18.0, 85.0), stature, mass, thigh, shank, trunk, name)


def draw_hip(rng: np.random.Generator, sex: Sex, impinges: bool) -> Hip:
    """Flexion and internal rotation: who flexes far also rotates far."""
    first = float(rng.standard_normal())
    second = alike(rng, first, HIP_CORRELATION)
    flexion = held(first, hip_flexion.TYPICAL_DEG[sex], HIP_SD_DEG[sex][0], 70.0, 140.0)
    rotation = held(second, hip_impingement.TYPICAL_DEG[sex], HIP_SD_DEG[sex][1], 5.0, 60.0)
    if impinges:
        flexion, rotation = float(rng.uniform(*IMPINGING_FLEXION_DEG)), float(rng.uniform(*IMPINGING_ROTATION_DEG))
    return Hip(flexion, rotation, first, second, impinges)


def draw_bones(rng: np.random.Generator, sex: Sex, hip: Hip) -> HipBone:
    """Bones that leave room for the rotation the hip has: where they would not, the neck is turned further forward."""
    bone = _bones(rng, sex, hip.turn, BONE_CORRELATION)
    if hip.impinges:
        cam = rng.random() < CAM_SHARE
        bone = replace(bone, alpha_deg=float(rng.uniform(*CAM_DEG))) if cam else bone
        return bone if cam else replace(bone, centre_edge_deg=float(rng.uniform(*DEEP_DEG)))
    missing = hip.rotation_deg - bone.rotation_end_deg
    return bone.eased(missing) if missing > 0 else bone


def bones_alone(rng: np.random.Generator, sex: Sex) -> HipBone:
    """Bones spread as people's are that go with nothing else of the person, for what they do by themselves."""
    return _bones(rng, sex, 0.0, (0.0,) * len(BONE_SD_DEG))


def _bones(rng: np.random.Generator, sex: Sex, turn: float, correlations: Sequence[float]) -> HipBone:
    middle = (*VERSIONS_DEG[sex], NECK_SHAFT_DEG, 30.0, 48.0)
    draws = zip(middle, BONE_SD_DEG, correlations, strict=True)
    return HipBone(*(held(alike(rng, turn, r), mean, sd, mean - 2 * sd, mean + 2 * sd) for mean, sd, r in draws))


def draw_other_ranges(rng: np.random.Generator, lifter: Lifter, suppleness: float) -> tuple[float, TwoJoint, Lumbar]:
    """Lunge [deg], hamstrings and spine; spines stiffen with age."""
    ankle, back, thigh = (alike(rng, suppleness, SUPPLE_CORRELATION) for _ in range(3))
    older = LUMBAR_PER_DECADE_DEG * max(0.0, lifter.age_years - 25.0) / 10
    flexion = held(back, lumbar.TYPICAL_DEG[lifter.sex] - older, LUMBAR_SD_DEG, 25.0, 80.0)
    spine = Lumbar(flexion, near(rng, *EXTENSION_DEG, 5.0, 30.0))
    return held(ankle, *LUNGE_DEG, 20.0, 52.0), TwoJoint(held(-thigh, 0.0, HAMSTRING_SD_DEG, -12.0, 15.0)), spine


def reach_of_lunge(lunge_deg: float) -> float:
    """SDs that a lunge lies from the mean."""
    return (lunge_deg - LUNGE_DEG[0]) / LUNGE_DEG[1]


def draw_asymmetry(rng: np.random.Generator, times: float) -> Asymmetry:
    """What left and right differ by."""
    degrees = {name: near(rng, 0.0, times * sd, -2 * times * sd, 2 * times * sd) for name, sd in SIDE_SD_DEG.items()}
    spread = times * SIDE_SD_PERCENT
    return Asymmetry(**degrees, strength_percent=near(rng, 0.0, spread, -2 * spread, 2 * spread))


def draw_strength(rng: np.random.Generator, trained: bool) -> Strength:
    """Strength as a whole, and of the groups against it."""
    return Strength(
        overall=scatter(rng, TRAINED if trained else UNTRAINED, STRENGTH_SD),
        quadriceps=scatter(rng, 1.0, KNEE_TO_HIP_SD),
        erectors=scatter(rng, 1.0, OTHER_SD),
        calves=scatter(rng, 1.0, OTHER_SD),
    )
