"""What makes one possible posture better than another: the lifter's intent, term by term.

Every term is a share of something human (strength, range of motion, a hand's breadth), so that its weight says how
much a whole one of it is worth. The typical lifter's weights were found by `sim/validation/calibration.py`; on what,
is in docs/validation.md.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import casadi as ca
import numpy as np

from sim.kinematics import HALF_JOINTS, HALF_WEIGHT, HalfModel
from sim.limits.hip_flexion import end_deg
from sim.skeleton import LUMBAR_FLEXION, LUMBAR_SHARES
from sim.tissue import KINDS


@dataclass(frozen=True)
class Weights:
    """What a whole one of each dislike is worth to the typical lifter, effort's share of strength squared being one."""

    lumbar: float = 80.0  # of the whole lumbar range
    lumbar_end: float = 2400.0  # of its end, as late as the hip's
    hip: float = 16.0  # of the whole range of hip flexion
    cue: float = 35.0  # per rad2 between trunk and shank
    impingement: float = 40.0  # per (10 Nm)2 of the cone
    ankle: float = 8.0  # of the whole range of dorsiflexion, as late as the hip's
    pressure: float = 20.0  # per (3 cm)2 away from the place of the centre of pressure
    pressure_place: float = 0.436  # of the way from ankle to ball: 45 % of the foot from the heel
    knee_line: float = 10.0  # per (4 cm)2 of a bent knee off the line of the toes
    shape: float = 400.0  # per rad2 away from the lumbar levels' own shares, or the optimum is an S-shaped spine
    subtalar: float = 3.0  # per (12 deg)2 of foot, shank and thigh turned from the toes' line
    tibial: float = 4.0
    rotation: float = 2.0
    arms: float = 0.5  # per rad2 away from where they are carried
    stabilising: float = 3.0  # frontal and rotational effort against flexion's
    near: float = 2.0  # per unit2 away from the posture one depth above
    # Discomfort grows late, in a joint near its end and not in one half bent (form after Kee and Karwowski 2001):
    hip_late: float = 8.0  # power of the share of the range that is spent
    ankle_late: float = 8.0
    lumbar_late: float = 8.0

    def values(self) -> tuple[float, ...]:
        """The weights in the order of the fields."""
        return astuple(self)


#: Names of the weights, in the order of `Weights.values`.
WEIGHTS = tuple(field.name for field in fields(Weights))


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
    weights: dict[str, ca.SX]


def posture_cost(terms: CostTerms) -> ca.SX:
    """The whole cost of a posture."""
    near = terms.weights["near"] * ca.sumsqr(terms.model.posture - terms.before)
    squeeze = 1e-2 * ca.sumsqr(terms.wrench[[0, 1, 5]])
    return _effort(terms) + _spine(terms) + _hip(terms) + _lean(terms) + _feet(terms) + near + squeeze


def _late(spent: ca.SX, power: ca.SX) -> ca.SX:
    return ca.fmax(spent, 1e-3) ** power


def _effort(terms: CostTerms) -> ca.SX:
    lateral = ("hip_abduction", "hip_rotation", "tibial_rotation", "subtalar_inversion")
    steady = terms.weights["stabilising"]
    weight = [
        sides * (steady if n.startswith(lateral) else 1.0) for n, sides in zip(HALF_JOINTS, HALF_WEIGHT, strict=True)
    ]
    arms = terms.model.joint("shoulder_flexion_left") - terms.named["arm"]
    return ca.dot(ca.vertcat(*weight), terms.used**2) + 2 * terms.weights["arms"] * arms**2


def _spine(terms: CostTerms) -> ca.SX:
    w, joints = terms.weights, [terms.model.joint(name) for name in LUMBAR_FLEXION]
    whole = sum(joints[1:], joints[0])
    levels = [j - share * whole for j, share in zip(joints, LUMBAR_SHARES, strict=True)]
    spent = whole / terms.named["lumbar_range"]
    back = -whole / terms.named["lumbar_back"]  # no one squats on the end of the spine's extension either
    ends = _late(spent, w["lumbar_late"]) + _late(back, w["lumbar_late"])
    dislike = w["lumbar"] * spent**2 + w["lumbar_end"] * ends
    return terms.style[0] * dislike + w["shape"] * ca.sumsqr(ca.vertcat(*levels))


def _hip(terms: CostTerms) -> ca.SX:
    """Discomfort of a hip near its end, and of the neck at the rim."""
    degrees = 180 / np.pi
    end, _ = end_deg(terms.named["hip_range"] * degrees, terms.model.joint("hip_abduction_left") * degrees)
    spent = terms.model.joint("hip_flexion_left") * degrees / end
    w, cone = terms.weights, ca.SX(0)
    for kind, torques in zip(KINDS, terms.by_limit, strict=True):
        if kind.pinches:
            cone += ca.sumsqr(ca.vertcat(*torques.values())) / 100.0
    return 2 * terms.style[1] * w["hip"] * _late(spent, w["hip_late"]) + 2 * w["impingement"] * cone


def _lean(terms: CostTerms) -> ca.SX:
    whole = sum((terms.model.joint(name) for name in LUMBAR_FLEXION), ca.SX(0))
    trunk = terms.model.posture[2] + whole
    shank = terms.model.places["shank_left"] - terms.model.places["talus_left"]
    toe = terms.named["toe_out"]
    lean = ca.atan2(shank[0] * ca.cos(toe) + shank[1] * ca.sin(toe), shank[2])
    apart: ca.SX = trunk - lean
    return terms.style[2] * terms.weights["cue"] * apart**2


def _feet(terms: CostTerms) -> ca.SX:
    w, model, toe = terms.weights, terms.model, terms.named["toe_out"]
    pressure = -terms.wrench[4] / terms.wrench[2] - w["pressure_place"] * model.sole[1]
    knee = model.places["shank_left"] - model.places["foot_left"]
    off_line = (-knee[0] * ca.sin(toe) + knee[1] * ca.cos(toe)) * ca.sin(model.joint("knee_flexion_left"))
    spent = model.joint("ankle_dorsiflexion_left") / terms.named["ankle_range"]
    twelve = np.radians(12.0)
    one_side = (
        w["knee_line"] * (off_line / 0.04) ** 2
        + w["subtalar"] * (model.joint("subtalar_inversion_left") / twelve) ** 2
        + w["tibial"] * (model.joint("tibial_rotation_left") / twelve) ** 2
        + w["rotation"] * ((model.joint("hip_rotation_left") + toe) / twelve) ** 2
        + w["ankle"] * _late(spent, w["ankle_late"])
    )
    cost: ca.SX = w["pressure"] * (pressure / 0.03) ** 2 + 2 * one_side
    return cost
