"""What makes one possible posture better than another: the lifter's intent, term by term.

Every term is a share of something human (strength, range of motion, a hand's breadth), so that its weight says how
much a whole one of it is worth. The typical lifter's weights were tuned on the open subjects s01, s03 and s10,
the checks C1 and C4, and the real sample's turning point and 5 deg of reversal (docs/simulation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca
import numpy as np

from sim.kinematics import HALF_JOINTS, HALF_WEIGHT, HalfModel
from sim.skeleton import LUMBAR_FLEXION, LUMBAR_SHARES
from sim.tissue import KINDS

EFFORT = 1.0
LUMBAR = 27.0  # of the whole lumbar range
LUMBAR_END = 1300.0  # of its end, as late as the hip's
HIP = 5.8  # of the whole range of hip flexion
LATE = 8  # discomfort grows late: a joint near its end, not one half bent (form after Kee and Karwowski 2001)
CUE = 25.0  # per rad2 between trunk and shank
SHAPE = 400.0  # per rad2 away from the lumbar levels' own shares, or the optimum is an S-shaped spine
IMPINGEMENT = 20.0  # per (10 Nm)2 of the cone
ANKLE = 24.0  # of the whole range of dorsiflexion, as late as the hip's
PRESSURE = 5.0  # per (3 cm)2 away from the place of the centre of pressure
PRESSURE_PLACE = 0.25  # of the way from ankle to ball
KNEE_LINE = 10.0  # per (4 cm)2 of a bent knee off the line of the toes
SUBTALAR, TIBIAL, ROTATION = 3.0, 4.0, 2.0  # per (12 deg)2 of foot, shank and thigh turned from the toes' line
ARMS = 0.5
NEAR = 2.0  # per unit2 away from the posture one depth above
STABILISING = 3.0  # frontal and rotational effort costs more


@dataclass(frozen=True)
class CostTerms:
    """What the cost is made of."""

    model: HalfModel
    wrench: ca.SX  # shares of the weight
    used: ca.SX  # share of strength of each half joint
    passive: ca.SX
    by_limit: list[dict[str, ca.SX]]
    style: ca.SX  # bracing, hip comfort, cue, reserve
    named: dict[str, ca.SX]
    before: ca.SX


def posture_cost(terms: CostTerms) -> ca.SX:
    """The whole cost of a posture."""
    near = NEAR * ca.sumsqr(terms.model.posture - terms.before)
    squeeze = 1e-2 * ca.sumsqr(terms.wrench[[0, 1, 5]])
    return _effort(terms) + _spine(terms) + _hip(terms) + _lean(terms) + _feet(terms) + near + squeeze


def _effort(terms: CostTerms) -> ca.SX:
    lateral = ("hip_abduction", "hip_rotation", "tibial_rotation", "subtalar_inversion")
    weight = [
        w * (STABILISING if n.startswith(lateral) else 1.0) for n, w in zip(HALF_JOINTS, HALF_WEIGHT, strict=True)
    ]
    arms = terms.model.joint("shoulder_flexion_left") - terms.named["arm"]
    return EFFORT * ca.dot(ca.DM(weight), terms.used**2) + 2 * ARMS * arms**2


def _spine(terms: CostTerms) -> ca.SX:
    joints = [terms.model.joint(name) for name in LUMBAR_FLEXION]
    whole = sum(joints[1:], joints[0])
    levels = [j - share * whole for j, share in zip(joints, LUMBAR_SHARES, strict=True)]
    spent = whole / terms.named["lumbar_range"]
    dislike = LUMBAR * spent**2 + LUMBAR_END * ca.fmax(spent, 0) ** LATE
    return terms.style[0] * dislike + SHAPE * ca.sumsqr(ca.vertcat(*levels))


def _hip(terms: CostTerms) -> ca.SX:
    """Discomfort of a hip near its end, and of the neck at the rim."""
    spent = terms.model.joint("hip_flexion_left") / terms.named["hip_range"]
    cone = ca.SX(0)
    for kind, torques in zip(KINDS, terms.by_limit, strict=True):
        if kind.pinches:
            cone += ca.sumsqr(ca.vertcat(*torques.values())) / 100.0
    return 2 * terms.style[1] * HIP * ca.fmax(spent, 0) ** LATE + 2 * IMPINGEMENT * cone


def _lean(terms: CostTerms) -> ca.SX:
    whole = sum((terms.model.joint(name) for name in LUMBAR_FLEXION), ca.SX(0))
    trunk = terms.model.posture[2] + whole
    shank = terms.model.places["shank_left"] - terms.model.places["talus_left"]
    toe = terms.named["toe_out"]
    lean = ca.atan2(shank[0] * ca.cos(toe) + shank[1] * ca.sin(toe), shank[2])
    apart: ca.SX = trunk - lean
    return terms.style[2] * CUE * apart**2


def _feet(terms: CostTerms) -> ca.SX:
    model, toe = terms.model, terms.named["toe_out"]
    pressure = -terms.wrench[4] / terms.wrench[2] - PRESSURE_PLACE * model.sole[1]
    knee = model.places["shank_left"] - model.places["foot_left"]
    off_line = (-knee[0] * ca.sin(toe) + knee[1] * ca.cos(toe)) * ca.sin(model.joint("knee_flexion_left"))
    spent = model.joint("ankle_dorsiflexion_left") / terms.named["ankle_range"]
    twelve = np.radians(12.0)
    one_side = (
        KNEE_LINE * (off_line / 0.04) ** 2
        + SUBTALAR * (model.joint("subtalar_inversion_left") / twelve) ** 2
        + TIBIAL * (model.joint("tibial_rotation_left") / twelve) ** 2
        + ROTATION * ((model.joint("hip_rotation_left") + toe) / twelve) ** 2
        + ANKLE * ca.fmax(spent, 0) ** LATE
    )
    cost: ca.SX = PRESSURE * (pressure / 0.03) ** 2 + 2 * one_side
    return cost
